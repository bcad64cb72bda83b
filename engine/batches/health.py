"""Whether the stores answer, and whether the job store can be written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime

from engine.batches.documents import HEALTH, WORKERS
from engine.clock import Clock
from engine.errors import FileError, StoreError
from engine.files.base import Files
from engine.store.base import Put, Store

PATIENCE_SECONDS = 4.0
KNOWN_SECONDS = 3.0  # what is known of a store counts so long before it is asked again
WRITTEN_SECONDS = 15.0  # where a write went through, the next one is tried so much later
SILENT = "it does not answer in time"


@dataclass(frozen=True, slots=True)
class Troubles:
    """What is wrong with stores that may answer all the same, each as a sentence, "" where nothing is.

    `files` says why the file store cannot be used, `writing` why nothing can be kept in the job store.
    """

    files: str = ""
    writing: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return what is wrong."""
        return tuple(filter(None, (self.writing, self.files)))


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the stores answer within the time that a health check has."""

    connected: bool
    at: datetime
    troubles: Troubles = Troubles()

    @property
    def status(self) -> str:
        """Return the published word for it."""
        return "healthy" if self.connected and not self.troubles.sentences else "degraded"


class _Question:
    """A question to a store, asked beside the caller; one that hangs is not asked a second time.

    A good answer counts for `good_for` seconds before it is asked again, any other for `KNOWN_SECONDS`.
    """

    def __init__(self, ask: Callable[[], str], clock: Clock, name: str, good_for: float = KNOWN_SECONDS) -> None:
        self._ask = ask
        self._clock = clock
        self._good_for = good_for
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
        if asked is None or self._old(asked, age):
            self.asked()
        if asked is not None:
            self._known = asked.result() if asked.done() else SILENT if age > PATIENCE_SECONDS else self._known
        return self._known

    def fresh(self) -> Future[str]:
        """Return the answer that still counts, or the question that is open."""
        with self._lock:
            asked, age = self._asked, self._clock.monotonic() - self._asked_at
        return self.asked() if asked is None or self._old(asked, age) else asked

    def _old(self, asked: Future[str], age: float) -> bool:
        return asked.done() and age > (KNOWN_SECONDS if asked.result() else self._good_for)


class HealthCheck:
    """Asks the stores beside the caller, who never hangs with one of them. Without `files` only the job store."""

    def __init__(self, store: Store, clock: Clock, files: Files | None = None) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._of_store = _Question(self._store_away, clock, "health-store")
        self._of_files = _Question(self._files_away, clock, "health-files")
        self._of_writing = _Question(self._unwritable, clock, "health-writing", good_for=WRITTEN_SECONDS)

    def check(self) -> Health:
        """Return what is so now, within `PATIENCE_SECONDS`; a write may have gone through some seconds ago."""
        store, files, writing = self._of_store.asked(), self._of_files.asked(), self._of_writing.fresh()
        wait([store, files, writing], timeout=PATIENCE_SECONDS)
        connected = store.done() and not store.result()
        said = [asked.result() if asked.done() else SILENT for asked in (files, writing)]
        return Health(connected, self._clock.now(), _troubles(said[0], said[1] if connected else ""))

    def troubles(self) -> Troubles:
        """Return what is wrong with the stores, at once, as known seconds ago."""
        return _troubles(self._of_files.known(), self._of_writing.known())

    def _store_away(self) -> str:
        try:
            self._store.get(f"{WORKERS}/none")
        except StoreError as error:
            return str(error)
        return ""

    def _unwritable(self) -> str:
        try:
            self._store.commit(Put(f"{HEALTH}/written", {"at": self._clock.now()}))
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


def _troubles(files: str, writing: str) -> Troubles:
    return Troubles(
        files and f"The file store cannot be used: {files.rstrip('.')}. It is tried again by itself.",
        writing and f"Nothing can be kept now: {writing.rstrip('.')}. It is tried again by itself.",
    )
