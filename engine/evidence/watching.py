"""The moments at which something happens to a worker: before and after every commit, and every call to a service."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

from engine.batches.documents import WORKERS
from engine.domain.notifications import NOTIFICATIONS
from engine.quota.documents import BUDGETS
from engine.store.base import Committed, Document, Order, Store, Where, Write

STOPS_WITHIN = 0.1  # seconds: the thread that asks for the stop runs on for a moment
LOOKS_EVERY = 0.005  # seconds

Point = Callable[[str], None]


class Watched:
    """A store that tells of every commit before and after it.

    A heartbeat, a notification, and what is told of a service, are none: they come at any time. While a commit is
    `under_way`, the file is locked for every process.
    """

    def __init__(self, store: Store, point: Point, under_way: threading.Lock) -> None:
        self._store = store
        self._point = point
        self._under_way = under_way

    def get(self, *paths: str) -> list[Document | None]:
        """Ask the store."""
        return self._store.get(*paths)

    def find(
        self, collection: str, where: Sequence[Where] = (), order: Order | None = None, limit: int = 100
    ) -> list[Document]:
        """Ask the store."""
        return self._store.find(collection, where, order, limit)

    def count(self, collection: str, where: Sequence[Where] = ()) -> int:
        """Ask the store."""
        return self._store.count(collection, where)

    def sum(self, collection: str, field: str, where: Sequence[Where] = ()) -> int:
        """Ask the store."""
        return self._store.sum(collection, field, where)

    def snapshot(self) -> Iterator[Document]:
        """Ask the store."""
        return self._store.snapshot()

    def commit(self, *writes: Write) -> Committed:
        """Commit, and tell of it."""
        return self._watched(self._store.commit, writes)

    def transact(self, *writes: Write) -> Committed:
        """Commit in a transaction, and tell of it."""
        return self._watched(self._store.transact, writes)

    def _watched(self, commit: Callable[..., Committed], writes: Sequence[Write]) -> Committed:
        watched = not writes[0].path.startswith((f"{WORKERS}/", f"{BUDGETS}/", f"{NOTIFICATIONS}/"))
        if watched:
            self._point("commit:before")
        with self._under_way:
            committed = commit(*writes)
        if watched:
            self._point("commit:after")
        return committed

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()


@dataclass
class Points:
    """Counts the moments that a process comes to, writes them into `folder`, and does to it what is planned.

    At `kill_at`, the number, from 1, or the name of a point, it is killed; at `freeze_at` it stops itself. It is not
    frozen while a commit is under way: no other could then write before it thaws. At `away_at` the thread that comes
    there waits until it is told that the store is away, and goes on.
    """

    folder: Path
    kill_at: int | str = 0
    freeze_at: int | str = 0
    away_at: int = 0
    numbers: Iterator[int] = field(default_factory=partial(count, 1))  # each is drawn by one thread
    commit_under_way: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, name: str) -> None:
        """Come to a point."""
        number = next(self.numbers)
        with (self.folder / f"points-{os.getpid()}").open("a") as lines:
            lines.write(f"{name}\n")
        if self.kill_at in (number, name):
            os.kill(os.getpid(), signal.SIGKILL)
        if self.freeze_at in (number, name):
            with self.commit_under_way:
                os.kill(os.getpid(), signal.SIGSTOP)
                threading.Event().wait(STOPS_WITHIN)
        if self.away_at == number:
            self.waits.touch()
            _until(self.goes_on.exists)

    @property
    def waits(self) -> Path:
        """Return the file that says that the process has come to `away_at`."""
        return self.folder / "waits"

    @property
    def goes_on(self) -> Path:
        """Return the file that tells it to go on."""
        return self.folder / "goes-on"

    @property
    def unanswered(self) -> Path:
        """Return the file that says that the store did not answer."""
        return self.folder / "unanswered"


def _until(done: Callable[[], bool]) -> None:
    while not done():
        threading.Event().wait(LOOKS_EVERY)


def points(folder: Path) -> list[list[str]]:
    """Return what each process came to, by the names of the points."""
    return [path.read_text().splitlines() for path in sorted(folder.glob("points-*"))]
