"""A trial: a batch is worked on, processes are killed at chosen moments, and its end is checked."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from engine.batches.documents import items_of
from engine.bootstrap.operations import engine_over
from engine.bootstrap.stores import open_files, open_store
from engine.clock import AheadClock
from engine.codec import decode
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.jobs import JobStatus
from engine.evidence.scenarios import Scenario
from engine.evidence.watching import points
from engine.evidence.workers import EMULATOR, Plan, ended, is_stopped, left_to_end, settings_of, started
from engine.public import Engine
from engine.settings import environment
from engine.store.base import Delete, Order, Store

LEASE = 30.0
SHORT_LEASE = 1.0  # where a store has a clock of its own, so that nobody can be ahead of it
LATER = LEASE + 30.0
DELETED_AT_ONCE = 300
EXPECTED = (0, -signal.SIGKILL, 255)  # the last is of a killed process whose end was seen too late to know how


@dataclass(frozen=True, slots=True)
class Ground:
    """Where trials are made: a store, "" for a new SQLite file each time, and a sandbox of the services."""

    store: str
    sandbox: str

    @property
    def own_clock(self) -> bool:
        """Whether the store has a clock of its own, for which trials must wait."""
        return self.store.startswith("firestore:")


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one: how many of its kills were reached, the points of its first process, and what was wrong.

    `frozen` is the point at which a process was stopped until others had finished, 0 where none was.
    """

    scenario: str
    kills: tuple[int, ...]
    frozen: int
    died: int
    points: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass
class Stage:
    """One batch on which processes work, in a folder; `label` is in its rows' SKUs, `processes` counts them."""

    ground: Ground
    scenario: Scenario
    label: str
    folder: Path
    processes: int = 0
    job_id: str = field(default="", init=False)

    @property
    def address(self) -> str:
        """Return the address of the store."""
        return self.ground.store or f"sqlite:///{self.folder}/store.db"

    @property
    def ahead(self) -> float:
        """By how many seconds the clock is ahead: more with each process, so that leases of earlier ones are over."""
        return 0.0 if self.ground.own_clock else self.processes * LATER

    def plan(self, kill_at: int = 0, freeze_at: int = 0, *, acts: bool = False) -> Plan:
        """Return the plan of the next process, which is later than the one before by more than a lease."""
        self.processes += 1
        lease = SHORT_LEASE if self.ground.own_clock else LEASE
        return replace(
            self.plan_of(self.processes, lease=lease), acts=acts, kill_at=kill_at, freeze_at=freeze_at, ahead=self.ahead
        )

    def plan_of(self, number: int, *, lease: float) -> Plan:
        """Return the plan of a process that works in peace, by the clock of this machine."""
        emulator = environment().get(EMULATOR, "")
        ground, name = self.ground, self.scenario.name
        return Plan(self.address, self.folder, ground.sandbox, name, self.job_id, lease, number, emulator=emulator)

    @contextmanager
    def engine(self) -> Iterator[tuple[Engine, Store]]:
        """Lend the engine as people use it."""
        settings, clock = settings_of(self.address, self.folder, self.ground.sandbox), AheadClock(self.ahead)
        with closing(open_store(settings.store, clock)) as store:
            yield engine_over(store, open_files(settings.files), settings, clock), store


def trial(ground: Ground, scenario: Scenario, label: str, kills: Sequence[int] = (), frozen: int = 0) -> Trial:
    """Work on a batch; kill a process at the n-th of its points for each of `kills`, and have one more finish.

    With `frozen` a process is stopped at that point, others finish, and then it goes on. `label` is found in the SKU of
    each row and in no other trial.
    """
    with TemporaryDirectory(prefix="evidence-") as place:
        stage = Stage(ground, scenario, label, Path(place))
        with stage.engine() as (engine, _):
            stage.job_id = engine.submission.upload(scenario.content(label), "rows.csv", scenario.options).job_id
        if scenario.act:
            ended(stage.plan())
        if scenario.act and scenario.asked_in_peace:
            with stage.engine() as (engine, _):
                scenario.act(engine, stage.job_id)
        before = stage.processes
        acts = not scenario.asked_in_peace
        if frozen:
            codes = _thawed(stage.plan(freeze_at=frozen, acts=acts), stage.plan(acts=acts))
        else:
            codes = [ended(stage.plan(kill_at, acts=acts)) for kill_at in (*kills, 0)]
        died = sum(code == -signal.SIGKILL for code in codes)
        with stage.engine() as (engine, store):
            wrong = [f"a process ended with {code}" for code in codes if code not in EXPECTED]
            wrong += wrong_at_end(stage, engine, store)
            if ground.store:
                clear(store)
        ((*first,),) = points(stage.folder / str(before + 1))
        return Trial(scenario.name, tuple(kills), frozen, died, tuple(first), tuple(wrong))


def _thawed(first: Plan, second: Plan) -> list[int | None]:
    """Have the second process finish while the first is stopped, and then the first go on; return their exit codes."""
    stopped = started(first)
    with suppress(OSError):  # one that ends before it comes so far
        while stopped.is_alive() and not is_stopped(stopped.pid):
            stopped.join(0.01)
    code = ended(second)
    if stopped.is_alive() and stopped.pid:
        os.kill(stopped.pid, signal.SIGCONT)
    return [left_to_end(stopped), code]


def wrong_at_end(stage: Stage, engine: Engine, store: Store) -> Iterator[str]:
    """Yield what is not as it must be at the end of a trial."""
    job = engine.queries.job(stage.job_id)
    found = store.find(items_of(stage.job_id), (), Order("index"), stage.scenario.rows + 1)
    items = [decode(Item, document.fields, document.path) for document in found]
    if job.status is not JobStatus.COMPLETED:
        yield f"the batch is {job.status}: {job.error}"
    if [item.index for item in items] != list(range(stage.scenario.rows)):
        yield f"there are {len(items)} rows of {stage.scenario.rows}"
    states = Counter(item.status for item in items)
    counted = (job.successful_upcs, job.failed_upcs, job.skipped_upcs)
    if counted != (states[ItemStatus.SUCCEEDED], states[ItemStatus.FAILED], states[ItemStatus.SKIPPED]):
        yield f"the counters say {counted}, the rows {dict(states)}"
    if job.last_processed_index != stage.scenario.rows - 1:
        yield f"the watermark is at {job.last_processed_index}"
    if left := engine.queries.queued():
        yield f"{left} pieces of work are queued"
    if engine.queries.events(stage.job_id, 200)[0].event != "completed":
        yield "the history does not end with the end of the batch"
    yield from _drafted_wrong(items, _ledger(stage.ground.sandbox), stage.label)


def _drafted_wrong(items: Sequence[Item], offers: dict[str, Any], label: str) -> Iterator[str]:
    """Yield what is wrong with the drafts at eBay: one for each row, by its SKU, and no other of this trial."""
    for item in items:
        offer = offers.get(item.sku, {})
        if item.outcome is not Outcome.DRAFTED or item.offer_id != offer.get("offer_id"):
            yield f"row {item.index + 1} is {item.outcome or item.cause} ({item.error}), and eBay has {offer}"
        if offer and offer["created"] != 1:
            yield f"row {item.index + 1} has {offer['created']} offers"
    if others := {sku for sku in offers if f"{label}R" in sku} - {item.sku for item in items}:
        yield f"eBay has drafts that no row knows of: {sorted(others)}"


def _ledger(sandbox: str) -> dict[str, Any]:
    """Return the offers that the sandbox holds, by SKU."""
    answer = requests.get(f"{sandbox}/sandbox/ledger", params={"calls": 0}, timeout=30)
    answer.raise_for_status()
    offers: dict[str, Any] = answer.json()["offers"]
    return offers


def clear(store: Store) -> int:
    """Delete every document; return how many there were."""
    paths = [document.path for document in store.snapshot()]
    for start in range(0, len(paths), DELETED_AT_ONCE):
        store.commit(*map(Delete, paths[start : start + DELETED_AT_ONCE]))
    return len(paths)
