"""A trial: a batch is worked on, something happens at chosen moments, and its end is checked."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

import requests

from engine.batches.documents import items_of
from engine.bootstrap.operations import engine_over
from engine.bootstrap.stores import open_files, open_store
from engine.clock import AheadClock
from engine.codec import decode
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.jobs import JobStatus
from engine.evidence.absence import Line, locked
from engine.evidence.scenarios import Scenario
from engine.evidence.watching import Points, points
from engine.evidence.workers import EMULATOR, Plan, ended, is_stopped, left_to_end, settings_of, started
from engine.public import Engine
from engine.settings import environment
from engine.store.base import Delete, Order, Store

LEASE = 30.0
SHORT_LEASE = 1.0  # where a store has a clock of its own, so that nobody can be ahead of it
SHARED_LEASE = 5.0  # at least, where two live on: with many at once a process is late by more than a second at times
LATER = LEASE + 30.0
AWAY_SECONDS = 12.0  # more than any call to a store waits
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

    @property
    def kind(self) -> str:
        """Return the name of such stores."""
        return "Firestore" if self.own_clock else "SQLite"

    @property
    def can_be_away(self) -> bool:
        """Whether the store can be kept from answering: one on this machine can."""
        return not self.own_clock or bool(environment().get(EMULATOR))


@dataclass(frozen=True, slots=True)
class Strikes:
    """What happens in a trial, at which points of a process; 0 is nowhere.

    One process after another is killed at one of `kills`. At `frozen` the first one is stopped until another has
    finished, and then goes on. At `away` the store stops answering for `away_seconds`, and another process begins once
    it answers again.
    """

    kills: tuple[int, ...] = ()
    frozen: int = 0
    away: int = 0
    away_seconds: float = AWAY_SECONDS


NONE = Strikes()


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one: how many processes died, the points of the first one, and what was wrong.

    `points_after` is how many the process after it came to. `unanswered` says that the first heard nothing from the
    store for a time.
    """

    scenario: str
    strikes: Strikes
    died: int
    unanswered: bool
    points: tuple[str, ...]
    points_after: int
    wrong: tuple[str, ...]


@dataclass
class Stage:
    """One batch on which processes work, in a folder; `label` is in its rows' SKUs, `processes` counts them."""

    ground: Ground
    scenario: Scenario
    label: str
    folder: Path
    emulator: str = field(default_factory=lambda: environment().get(EMULATOR, ""))
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

    def plan(self, *, acts: bool = True, kill_at: int = 0, freeze_at: int = 0, away_at: int = 0) -> Plan:
        """Return the plan of the next process, which is later than the one before by more than a lease."""
        acts = acts and not self.scenario.asked_in_peace
        self.processes += 1
        lease = SHORT_LEASE if self.ground.own_clock else LEASE
        plan = self.plan_of(self.processes, lease=lease)
        plan = replace(plan, acts=acts, ahead=self.ahead)
        return replace(plan, kill_at=kill_at, freeze_at=freeze_at, away_at=away_at)

    def plan_of(self, number: int, *, lease: float) -> Plan:
        """Return the plan of a process that works in peace, by the clock of this machine."""
        sandbox, name = self.ground.sandbox, self.scenario.name
        return Plan(self.address, self.folder, sandbox, name, self.job_id, lease, number, emulator=self.emulator)

    @contextmanager
    def engine(self) -> Iterator[tuple[Engine, Store]]:
        """Lend the engine as people use it."""
        settings, clock = settings_of(self.address, self.folder, self.ground.sandbox), AheadClock(self.ahead)
        with closing(open_store(settings.store, clock)) as store:
            yield engine_over(store, open_files(settings.files), settings, clock), store


def trial(ground: Ground, scenario: Scenario, label: str, strikes: Strikes = NONE) -> Trial:
    """Work on a batch while things happen, and have one more process finish it.

    `label` is found in the SKU of each row and in no other trial.
    """
    with TemporaryDirectory(prefix="evidence-") as place:
        stage = Stage(ground, scenario, label, Path(place))
        with stage.engine() as (engine, _):
            stage.job_id = engine.submission.upload(scenario.content(label), "rows.csv", scenario.options).job_id
        if scenario.act:
            ended(stage.plan(acts=False))
        if scenario.act and scenario.asked_in_peace:
            with stage.engine() as (engine, _):
                scenario.act(engine, stage.job_id)
        before = stage.processes
        if strikes.frozen:
            codes = _thawed(stage.plan(freeze_at=strikes.frozen), stage.plan())
        elif strikes.away:
            codes = _answered_again(stage, strikes)
        else:
            codes = [ended(stage.plan(kill_at=kill_at)) for kill_at in (*strikes.kills, 0)]
        died = sum(code == -signal.SIGKILL for code in codes)
        with stage.engine() as (engine, store):
            wrong = [f"a process ended with {code}" for code in codes if code not in EXPECTED]
            wrong += wrong_at_end(stage, engine, store)
            if ground.store:
                clear(store)
        first, second = (stage.folder / str(before + number) for number in (1, 2))
        unanswered, ((*came_to,),) = Points(first).unanswered.exists(), points(first)
        after = sum(map(len, points(second)))
        return Trial(scenario.name, strikes, died, unanswered, tuple(came_to), after, tuple(wrong))


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


def _answered_again(stage: Stage, strikes: Strikes) -> list[int | None]:
    """Keep the store from answering for a while; have another process begin after it; return their exit codes.

    Both live, so they go by the same clock.
    """
    with ExitStack() as lines:
        if stage.emulator and stage.ground.own_clock:
            line = lines.enter_context(closing(Line(stage.emulator)))
            stage.emulator = line.address
        first = stage.plan(away_at=strikes.away)
        first = replace(first, lease=max(first.lease, SHARED_LEASE))
        point, working = Points(stage.folder / str(first.number)), started(first)
        while working.is_alive() and not point.waits.exists():  # it may end before it comes so far
            working.join(0.01)
        if point.waits.exists():
            with line.silent() if stage.ground.own_clock else locked(stage.folder / "store.db"):
                point.goes_on.touch()
                Event().wait(strikes.away_seconds)
        code = ended(replace(stage.plan(), lease=first.lease, ahead=first.ahead))
        return [left_to_end(working), code]


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
