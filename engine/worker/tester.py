"""Tests of connections that an operator asks for, made by this worker beside its rows."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from functools import partial

from engine.batches.connections import ConnectionTest, ConnectionTests
from engine.clock import Clock
from engine.domain.services import NAMES
from engine.errors import EngineError, GivenBack, StoreError, UpstreamError
from engine.store.base import Store
from engine.upstream.asking import asking
from engine.upstream.connections import Connections

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 20.0  # that a test waits for a quota: shorter than the operator waits for the test


class Tester:
    """Makes the tests that nobody else makes, each on a thread of its own: the heartbeat never waits for a service."""

    def __init__(self, store: Store, clock: Clock, worker: str, connections: Connections) -> None:
        self._tests = ConnectionTests(store, clock)
        self._clock = clock
        self._worker = worker
        self._connections = connections
        self._closing = threading.Event()

    def look(self) -> None:
        """Take the tests that are asked for, and begin them.

        Raises:
            StoreAway: the store does not answer.
        """
        for test in self._tests.take(self._worker):
            threading.Thread(target=partial(self._run, test), name=f"test-{test.service}", daemon=True).start()

    def close(self) -> None:
        """Wait for no quota any more."""
        self._closing.set()

    def _run(self, test: ConnectionTest) -> None:
        done = self._made(test)
        try:
            self._tests.answer(done)
        except StoreError as error:
            log.warning("test_not_stored", extra={"service": test.service, "error": str(error)})
        log.info("connection_tested", extra={"service": test.service, "ok": done.ok})

    def _made(self, test: ConnectionTest) -> ConnectionTest:
        asker = Impatient(self._clock, self._closing)
        started = self._clock.monotonic()
        try:
            with asking(asker):
                sentence = self._connections.test(test.service)
        except GivenBack as waited:
            return replace(test, sentence=f"Not asked: {waited}.")
        except UpstreamError as error:
            return replace(test, ok=False, sentence=f"{NAMES[test.service]}: {error.reason.removesuffix('.')}.")
        except EngineError as error:
            return replace(test, ok=False, sentence=f"{str(error).removesuffix('.')}.")
        milliseconds = 1000 * (self._clock.monotonic() - started - asker.waited)
        return replace(test, ok=True, sentence=sentence, latency_ms=round(milliseconds, 1))


class Impatient:
    """Who asks for a test: of no batch, and waiting `PATIENCE_SECONDS` in all; `waited` are those spent so far."""

    batch = ""

    def __init__(self, clock: Clock, closing: threading.Event) -> None:
        self._clock = clock
        self._closing = closing
        self._until = clock.monotonic() + PATIENCE_SECONDS
        self.waited = 0.0

    def wait(self, seconds: float, reason: str) -> None:
        """Let `seconds` pass, unless that is too long.

        Raises:
            GivenBack: it is, or the worker stops.
        """
        began = self._clock.monotonic()
        if began + seconds > self._until or self._closing.wait(seconds):
            raise GivenBack(reason)
        self.waited += self._clock.monotonic() - began
