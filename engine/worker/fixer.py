"""Fixes of many failed rows that an operator asks for, carried out by this worker beside its rows."""

from __future__ import annotations

import threading

from engine.batches.fixes import Fixes
from engine.clock import Clock
from engine.errors import StoreError
from engine.log import bound, get_logger
from engine.store.base import Store

log = get_logger(__name__)


class Fixer:
    """Carries out the fixes that are due, on a thread of its own: the heartbeat never waits for them."""

    def __init__(self, store: Store, clock: Clock, worker: str) -> None:
        self._fixes = Fixes(store, clock)
        self._worker = worker
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Begin to carry out what is due, unless that is under way.

        Raises:
            StoreAway: the store does not answer.
        """
        if (self._thread is None or not self._thread.is_alive()) and self._fixes.due():
            self._thread = threading.Thread(target=self._run, name="fixer", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Begin no further page; another worker goes on where this one stops."""
        self._closing.set()

    def _run(self) -> None:
        with bound(worker=self._worker):
            try:
                while not self._closing.is_set() and self._fixes.work():
                    pass
            except StoreError as error:
                log.warning("fix_not_carried_on", error=str(error))
