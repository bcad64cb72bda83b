"""Processes that do what a person asks for and then work, and are killed or frozen at a chosen moment.

They are forked from a server that has imported everything once, so that one starts in milliseconds.
"""

from __future__ import annotations

import faulthandler
import logging
import multiprocessing
import os
import signal
import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

from engine.batches.rows import RowFiles
from engine.bootstrap import open_files, open_pipeline, open_store
from engine.bootstrap.operations import engine_over
from engine.bootstrap.workers import limits_of
from engine.clock import AheadClock
from engine.domain.batch.jobs import OPEN
from engine.errors import IllegalTransition, StoreAway
from engine.evidence.scenarios import CHAOS, SCENARIOS, Act, Scenario
from engine.evidence.watching import Points, Watched
from engine.log import configure
from engine.public import Engine
from engine.retry import RetryPolicy, retry
from engine.settings import Settings, adopt
from engine.store.base import Store
from engine.upstream.http import session
from engine.worker.loop import Worker, WorkerConfig

EMULATOR = "FIRESTORE_EMULATOR_HOST"  # where Google's library finds it; the server may have begun before
LOOKS_EVERY = 0.05  # seconds
ENDS_WITHIN = 60.0  # seconds; a process that takes longer hangs
ASKED_AGAIN = RetryPolicy(first=0.2)  # by a person whom the store does not answer

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["engine.evidence.workers", "engine.store.firestore"])


@dataclass(frozen=True, slots=True)
class Plan:
    """One process: on which store, in which folder, against which sandbox, and what happens to it.

    `kill_at`, `freeze_at` and `away_at` are as in `Points`, which go into the folder `number` of the folder. Its clock,
    and that of a store on this machine, is `ahead` by so many seconds, and a lease lasts for `lease`. With `acts` it
    first does what the scenario has a person ask for, where nobody has. It ends once `job_id` has ended. `emulator` is
    where Firestore's answers, "" without one.
    """

    store: str
    folder: Path
    sandbox: str
    scenario: str
    job_id: str
    lease: float
    number: int
    acts: bool = False
    kill_at: int = 0
    freeze_at: int = 0
    away_at: int = 0
    ahead: float = 0.0
    emulator: str = ""


def settings_of(store: str, folder: Path, sandbox: str, lanes: int = 1) -> Settings:
    """Return the settings of a process in this folder, with so many lanes."""
    files = f"file:{folder}/files"
    return Settings(_env_file=None, DM_STORE=store, DM_FILES=files, DM_SANDBOX_URL=sandbox, DM_LANES=lanes)


def scenario_of(name: str) -> Scenario:
    """Return a scenario by its name."""
    return next(scenario for scenario in (*SCENARIOS, CHAOS) if scenario.name == name)


def run(plan: Plan) -> None:
    """Do what the plan says, in this process."""
    if plan.emulator:
        adopt({EMULATOR: plan.emulator})
    configure("text", logging.ERROR)  # what dies here is meant to
    faulthandler.register(signal.SIGUSR1)
    clock = AheadClock(plan.ahead)
    scenario = scenario_of(plan.scenario)
    settings = settings_of(plan.store, plan.folder, plan.sandbox, scenario.lanes)
    point = Points(plan.folder / str(plan.number), plan.kill_at, plan.freeze_at, plan.away_at)
    point.folder.mkdir()
    with closing(Watched(open_store(settings.store, clock), point, point.commit_under_way)) as store:
        engine = engine_over(store, open_files(settings.files), settings, clock)
        if plan.acts and scenario.act:
            _ask(scenario.act, engine, plan.job_id)
        _work(plan, settings, store, engine, point)


def _ask(act: Act, engine: Engine, job_id: str) -> None:
    """Ask for what a person wants, unless an earlier process has, and died; ask again where the store is away."""
    with suppress(IllegalTransition):
        retry(partial(act, engine, job_id), ASKED_AGAIN, StoreAway)


def _work(plan: Plan, settings: Settings, store: Store, engine: Engine, point: Points) -> None:
    """Work until the batch has ended and nothing is left to do."""
    stop, clock = threading.Event(), AheadClock(plan.ahead)
    config = WorkerConfig(settings.lanes, timedelta(seconds=plan.lease), limits_of(settings))
    most = max(config.lanes, config.limits.lanes_most) + config.limits.rows_sending
    with session(most) as connections, open_pipeline(settings, connections, store, clock, point) as pipeline:
        worker = Worker(store, RowFiles(open_files(settings.files)), pipeline, clock, config, stop=stop)
        watching = threading.Thread(target=_end, args=(plan, engine, stop, point), daemon=True)
        watching.start()
        worker.run()


def _end(plan: Plan, engine: Engine, stop: threading.Event, point: Points) -> None:
    """Stop the worker once nothing is left to do; while the store does not answer, ask again."""
    while not stop.is_set():
        try:
            if _is_over(engine, plan.job_id):
                stop.set()
        except StoreAway:
            point.unanswered.touch()
        stop.wait(LOOKS_EVERY)


def _is_over(engine: Engine, job_id: str) -> bool:
    """Whether nothing is left to do. What tells most often that something is left is asked first."""
    if engine.queries.job(job_id).status in OPEN or engine.queries.queued():
        return False
    return all(fix.over for fix in engine.fixes.newest())


def started(plan: Plan) -> BaseProcess:
    """Start a process of its own."""
    process = processes.Process(target=run, args=(plan,), daemon=True)
    process.start()
    return process


def ended(plan: Plan) -> int | None:
    """Run a process to its end; return its exit code, negative for a signal, None for one that hangs."""
    return left_to_end(started(plan))


def left_to_end(process: BaseProcess) -> int | None:
    """Wait for the end of a process, and return its exit code; one that hangs says where, is killed, and has None."""
    process.join(ENDS_WITHIN)
    if process.exitcode is None and process.pid:
        os.kill(process.pid, signal.SIGUSR1)
        process.join(1.0)
        process.kill()
        process.join()
        return None
    return process.exitcode


def is_stopped(pid: int | None) -> bool:
    """Whether a process has been stopped by a signal.

    Raises:
        OSError: it has ended.
    """
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
