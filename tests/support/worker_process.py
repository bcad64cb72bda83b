"""Workers in processes of their own, that are killed or frozen at a chosen moment.

They are forked from a server that has imported everything once, so that one starts in milliseconds.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch

from engine.batches.rows import RowFiles
from engine.bootstrap import open_pipeline
from engine.evidence.watching import Points, Watched
from engine.files.folder import FolderFiles
from engine.pipeline import grouped_calls
from engine.pipeline.work import Pipeline
from engine.settings import Settings
from engine.store.sqlite import SQLiteStore
from engine.upstream.http import session
from engine.worker.loop import Worker, WorkerConfig
from tests.support.batch_runs import LEASE, Chosen
from tests.support.clocks import AheadClock
from tests.support.working import Work

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.support.worker_process"])


@dataclass(frozen=True)
class Plan:
    """One worker: where, against which sandbox, and what happens to it.

    `kill_at` is the number, from 1, or the name of the point at which it is killed; `freeze_at` the name of the one at
    which it stops itself. `ahead` is how far its clock, and so the store's, is ahead. `deadly` is a row that ends its
    process. A `lease` ends by the clocks of this machine. Rows wait for others to call eBay with for a `moment`,
    where one is given.
    """

    folder: Path
    sandbox: str = ""
    kill_at: int | str = 0
    freeze_at: str = ""
    ahead: timedelta = timedelta(0)
    lanes: int = 1
    lease: timedelta = LEASE
    deadly: int = -1
    moment: float = 0.0
    until_idle: bool = True


def settings(plan: Plan) -> Settings:
    values: dict[str, Any] = {"DM_STORE": f"sqlite:///{plan.folder}/store.db", "DM_FILES": f"file:{plan.folder}/files"}
    return Settings(_env_file=None, DM_SANDBOX_URL=plan.sandbox, **values)


def work(plan: Plan) -> None:
    """Run one worker as planned, in this process."""
    stop = threading.Event()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
    clock = AheadClock(plan.ahead.total_seconds())
    point = Points(plan.folder, plan.kill_at, plan.freeze_at)
    with session(plan.lanes) as connections, ExitStack() as services:
        if moment := plan.moment:
            services.enter_context(patch.object(grouped_calls, "moment_for", lambda _coming: moment))
        store = Watched(SQLiteStore(plan.folder / "store.db", clock), point, point.commit_under_way)
        pipeline: Pipeline = _Deadly(plan.deadly)
        if plan.sandbox:
            pipeline = services.enter_context(open_pipeline(settings(plan), connections, store, clock, point))
        rows = RowFiles(FolderFiles(plan.folder / "files"))
        worker = Worker(store, rows, pipeline, clock, WorkerConfig(plan.lanes, plan.lease), stop=stop)
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
