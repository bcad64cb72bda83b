"""Whether the stores answer."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime

from engine.batches.records import WORKERS
from engine.clock import Clock
from engine.errors import StoreError
from engine.store.base import Store

PATIENCE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the job store answers within the time that a health check has."""

    connected: bool
    at: datetime

    @property
    def status(self) -> str:
        """Return the published word for it."""
        return "healthy" if self.connected else "degraded"


class HealthCheck:
    """Asks the store for one document, beside the caller: a store that hangs does not hang the answer."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="health")
        self._asked: Future[bool] | None = None

    def check(self) -> Health:
        """Return what is so now, within `PATIENCE_SECONDS`; a question that hangs is not asked a second time."""
        if self._asked is None or self._asked.done():
            self._asked = self._threads.submit(self._answers)
        wait([self._asked], timeout=PATIENCE_SECONDS)
        return Health(self._asked.done() and self._asked.result(), self._clock.now())

    def _answers(self) -> bool:
        try:
            self._store.get(f"{WORKERS}/none")
        except StoreError:
            return False
        return True
