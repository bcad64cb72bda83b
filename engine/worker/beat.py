"""What a worker tells of itself: `workers/{name}`, for the console and for recovery."""

from __future__ import annotations

import logging
import platform
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from engine.batches.records import WORKERS
from engine.clock import Clock
from engine.errors import StoreError
from engine.store.base import Put, Store
from engine.upstream.connections import Connections
from engine.worker.tester import Tester

log = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
IDLE_BEAT_SECONDS = 5.0
KEPT = timedelta(days=1)  # Firestore deletes what is told of a worker so long after its last sign of life


class Heartbeat:
    """A thread that writes what `state` returns every few seconds, until it is closed.

    With `connections` it tells for which services there are credentials, and looks whether they are to be tested.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        name: str,
        state: Callable[[], dict[str, Any]],
        connections: Connections | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._path = f"{WORKERS}/{name}"
        self._state = state
        self._keys = dict(connections.keys) if connections else {}
        self._tester = Tester(store, clock, name, connections) if connections else None
        self._started_at = clock.now()
        self._changed = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Tell a first time, and go on telling."""
        self._write(self._state())
        self._thread.start()

    def close(self) -> None:
        """Tell a last time that the worker has stopped."""
        self._closing = True
        self._changed.set()
        if self._tester:
            self._tester.close()
        self._thread.join(BEAT_SECONDS)
        self._write({**self._state(), "state": "stopped", "job_id": None, "rows": [], "waits_for": ""})

    def _run(self) -> None:
        while not self._closing:
            self._changed.wait(BEAT_SECONDS if self._state()["job_id"] else IDLE_BEAT_SECONDS)
            self._changed.clear()
            self._write(self._state())
            self._test()

    def beat(self) -> None:
        """Tell now: something changed."""
        self._changed.set()

    def _write(self, state: dict[str, Any]) -> None:
        now = self._clock.now()
        times = {"started_at": self._started_at, "heartbeat_at": now, "expires_at": now + KEPT}
        try:
            self._store.commit(Put(self._path, {"host": platform.node(), "connections": self._keys, **times, **state}))
        except StoreError as error:
            log.warning("heartbeat_not_stored", extra={"error": str(error)})

    def _test(self) -> None:
        if self._tester is None or self._closing:
            return
        try:
            self._tester.look()
        except StoreError as error:
            log.warning("tests_not_read", extra={"error": str(error)})
