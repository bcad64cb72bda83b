"""Workers in processes of their own, that are killed or frozen at a chosen moment.

They are forked from a server that has imported everything once, so that one starts in milliseconds.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch

from engine.batches.documents import WORKERS
from engine.batches.rows import RowFiles
from engine.bootstrap import open_pipeline
from engine.domain.notifications import NOTIFICATIONS
from engine.files.folder import FolderFiles
from engine.pipeline import grouped_calls
from engine.pipeline.work import Pipeline
from engine.quota.documents import BUDGETS
from engine.settings import Settings
from engine.store.base import Committed, Document, Order, Store, Where, Write
from engine.store.sqlite import SQLiteStore
from engine.upstream.http import session
from engine.worker.loop import Worker, WorkerConfig
from tests.support.batch_runs import LEASE, Chosen
from tests.support.clocks import AheadClock
from tests.support.working import Work

STOPS_WITHIN = 0.1  # seconds: the thread that asks for the stop runs on for a moment

Point = Callable[[str], None]

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.support.worker_process"])


@dataclass(frozen=True)
class Plan:
    """One worker: where, against which sandbox, and what happens to it.

    `kill_at` is the number, from 1, or the name of the point at which it is killed; `freeze_at` the name of the one at
    which it stops itself. `ahead` is how far its clock, and so the store's, is ahead. `deadly` is a row that ends its
    process. Rows wait for others to call eBay with for a `moment`.
    """

    folder: Path
    sandbox: str = ""
    kill_at: int | str = 0
    freeze_at: str = ""
    ahead: timedelta = timedelta(0)
    lanes: int = 1
    deadly: int = -1
    moment: float = grouped_calls.MOMENT_SECONDS
    until_idle: bool = True


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
        return self._store.get(*paths)

    def find(
        self, collection: str, where: Sequence[Where] = (), order: Order | None = None, limit: int = 100
    ) -> list[Document]:
        return self._store.find(collection, where, order, limit)

    def count(self, collection: str, where: Sequence[Where] = ()) -> int:
        return self._store.count(collection, where)

    def snapshot(self) -> Iterator[Document]:
        return self._store.snapshot()

    def sum(self, collection: str, field: str, where: Sequence[Where] = ()) -> int:
        return self._store.sum(collection, field, where)

    def commit(self, *writes: Write) -> Committed:
        return self._watched(self._store.commit, writes)

    def transact(self, *writes: Write) -> Committed:
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
        self._store.close()


@dataclass
class Points:
    """Counts the moments that a worker comes to, writes them down, and does to it what is planned.

    It is not frozen while a commit is under way: no other could then write before it thaws.
    """

    plan: Plan
    count: int = 0
    commit_under_way: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, name: str) -> None:
        self.count += 1
        with (self.plan.folder / f"points-{os.getpid()}").open("a") as lines:
            lines.write(f"{name}\n")
        if self.plan.kill_at in (self.count, name):
            os.kill(os.getpid(), signal.SIGKILL)
        if name == self.plan.freeze_at:
            with self.commit_under_way:
                os.kill(os.getpid(), signal.SIGSTOP)
                threading.Event().wait(STOPS_WITHIN)


def settings(plan: Plan) -> Settings:
    values: dict[str, Any] = {"DM_STORE": f"sqlite:///{plan.folder}/store.db", "DM_FILES": f"file:{plan.folder}/files"}
    return Settings(_env_file=None, DM_SANDBOX_URL=plan.sandbox, **values)


def work(plan: Plan) -> None:
    """Run one worker as planned, in this process."""
    stop = threading.Event()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
    clock = AheadClock(plan.ahead.total_seconds())
    point = Points(plan)
    with session(plan.lanes) as connections, ExitStack() as services:
        services.enter_context(patch.object(grouped_calls, "MOMENT_SECONDS", plan.moment))
        store = Watched(SQLiteStore(plan.folder / "store.db", clock), point, point.commit_under_way)
        pipeline: Pipeline = _Deadly(plan.deadly)
        if plan.sandbox:
            pipeline = services.enter_context(open_pipeline(settings(plan), connections, store, clock, point))
        rows = RowFiles(FolderFiles(plan.folder / "files"))
        worker = Worker(store, rows, pipeline, clock, WorkerConfig(plan.lanes, LEASE), stop=stop)
        worker.run(until_idle=plan.until_idle)
        services.close()
        store.close()


class _Deadly(Chosen):
    """A pipeline of which one row ends the process, without a word."""

    def __init__(self, index: int) -> None:
        super().__init__({index: self._die})

    def _die(self, _work: Work) -> None:
        os._exit(9)


def started(plan: Plan) -> BaseProcess:
    """Start a worker in a process of its own."""
    process = processes.Process(target=work, args=(plan,), daemon=True)
    process.start()
    return process


def ended(plan: Plan, seconds: float = 20.0) -> int | None:
    """Run a worker in a process of its own to its end; return its exit code, negative for the signal that ended it."""
    process = started(plan)
    process.join(seconds)
    assert process.exitcode is not None, "the worker did not end in time"
    return process.exitcode


def points(folder: Path) -> list[list[str]]:
    """Return what each worker came to."""
    return [path.read_text().splitlines() for path in sorted(folder.glob("points-*"))]
