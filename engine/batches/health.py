"""Whether the stores answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime

from engine.batches.documents import WORKERS
from engine.clock import Clock
from engine.errors import FileError, StoreError
from engine.files.base import Files
from engine.store.base import Store

PATIENCE_SECONDS = 4.0
KNOWN_SECONDS = 3.0  # what is known of the file store counts so long before it is asked again
SILENT = "it does not answer in time"


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the stores answer within the time that a health check has.

    `files_away` says why the file store cannot be used, "" when it can.
    """

    connected: bool
    at: datetime
    files_away: str = ""

    @property
    def status(self) -> str:
        """Return the published word for it."""
        return "healthy" if self.connected and not self.files_away else "degraded"


class _Question:
    """A question to a store, asked beside the caller; one that hangs is not asked a second time."""

    def __init__(self, ask: Callable[[], str], clock: Clock, name: str) -> None:
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._known = ""
        self._asked: Future[str] | None = None
        self._asked_at = float("-inf")

    def asked(self) -> Future[str]:
        """Return the question that is open, a new one if none is."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked, self._asked_at = self._threads.submit(self._ask), self._clock.monotonic()
            return self._asked

    def known(self) -> str:
        """Return what is known without waiting, and ask again where that is old."""
        with self._lock:
            asked, age = self._asked, self._clock.monotonic() - self._asked_at
        if asked is None or (asked.done() and age > KNOWN_SECONDS):
            self.asked()
        if asked is not None:
            self._known = asked.result() if asked.done() else SILENT if age > PATIENCE_SECONDS else self._known
        return self._known


class HealthCheck:
    """Asks the stores beside the caller, who never hangs with one of them. Without `files` only the job store."""

    def __init__(self, store: Store, clock: Clock, files: Files | None = None) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._of_store = _Question(self._store_away, clock, "health-store")
        self._of_files = _Question(self._files_away, clock, "health-files")

    def check(self) -> Health:
        """Return what is so now, within `PATIENCE_SECONDS`."""
        store, files = self._of_store.asked(), self._of_files.asked()
        wait([store, files], timeout=PATIENCE_SECONDS)
        connected = store.done() and not store.result()
        return Health(connected, self._clock.now(), self._sentence(files.result() if files.done() else SILENT))

    def files_away(self) -> str:
        """Return why the file store cannot be used, as a sentence, "" when it can; at once, as known seconds ago."""
        return self._sentence(self._of_files.known())

    def _sentence(self, why: str) -> str:
        return why and f"The file store cannot be used: {why.rstrip('.')}. It is tried again by itself."

    def _store_away(self) -> str:
        try:
            self._store.get(f"{WORKERS}/none")
        except StoreError as error:
            return str(error)
        return ""

    def _files_away(self) -> str:
        try:
            if self._files:
                self._files.check()
        except FileError as error:
            return str(error)
        return ""
