"""Tests of connections that an operator asks for, made by this worker beside its rows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from engine.batches.connections import ConnectionTest, ConnectionTests
from engine.clock import Clock
from engine.codec import replace
from engine.domain.services import NAMES
from engine.errors import EngineError, Requeued, StoreError, UpstreamError
from engine.log import bound, get_logger
from engine.store.base import Store
from engine.upstream.caller import Impatient
from engine.upstream.connections import Connections

log = get_logger(__name__)

PATIENCE_SECONDS = 20.0  # that a test waits for a quota: shorter than the operator waits for the test


class Tester:
    """Makes the tests that nobody else makes, each on a thread of its own: the heartbeat never waits for a service."""

    def __init__(self, store: Store, clock: Clock, worker: str, connections: Callable[[], Connections]) -> None:
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
        with bound(worker=self._worker, service=test.service):
            done = self._made(test)
            try:
                self._tests.answer(done)
            except StoreError as error:
                log.warning("test_not_stored", error=str(error))
            log.info("connection_tested", ok=done.ok)

    def _made(self, test: ConnectionTest) -> ConnectionTest:
        caller = Impatient(self._clock, self._closing, PATIENCE_SECONDS)
        started = self._clock.monotonic()
        try:
            sentence = self._connections().test(test.service, caller)
        except Requeued as waited:
            return replace(test, sentence=f"Not asked: {waited}.")
        except UpstreamError as error:
            return replace(test, ok=False, sentence=f"{NAMES[test.service]}: {error.reason.removesuffix('.')}.")
        except EngineError as error:
            return replace(test, ok=False, sentence=f"{str(error).removesuffix('.')}.")
        milliseconds = 1000 * (self._clock.monotonic() - started - caller.waited)
        return replace(test, ok=True, sentence=sentence, latency_ms=round(milliseconds, 1))
