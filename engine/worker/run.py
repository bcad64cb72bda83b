"""One shard, run from its watermark to its end by several lanes, each row checkpointed as it ends."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import inf

from engine.batches.documents import item_path
from engine.clock import Clock
from engine.domain.batch import jobs, shards
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job
from engine.domain.batch.rows import Row
from engine.domain.batch.shards import FIRST_RUN, WINDOW
from engine.errors import (
    EngineError,
    LeaseLost,
    PersonNeeded,
    Requeued,
)
from engine.pipeline.work import RowContext, Step
from engine.store.base import Put
from engine.upstream.ebay_bulk import MOST
from engine.worker.early_look import EarlyLook
from engine.worker.lanes import Lanes, Width
from engine.worker.reports import Intent, Reports
from engine.worker.row import InFlight, RowRun, tell_ends
from engine.worker.scheduler import FairScheduler
from engine.worker.shard_lease import ShardLease

LISTEN_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """`rows_a_commit` rows may share a checkpoint when they end together; a stop waits `grace_seconds` for rows.

    Rows are worked on one a lane. Where answers take long, or rows wait for a quota, up to `lanes_most` are begun.
    Beside them `rows_sending` may be with eBay.
    """

    rows_a_commit: int = 32
    grace_seconds: float = 7.0
    rows_sending: int = 4 * MOST
    lanes_most: int = 0


@dataclass(frozen=True, slots=True)
class Resources:
    """What a worker has for all its runs; no row is begun any more once `stop` is set."""

    lanes: Lanes
    width: Width
    clock: Clock
    stop: threading.Event
    scheduler: FairScheduler
    limits: Limits


class LanePort:
    """The run of a shard, as one of its rows sees it."""

    flight: InFlight

    def __init__(self, run: ShardRun) -> None:
        self._run = run

    def now(self) -> datetime:
        """Return the time by the store's clock."""
        return self._run.shard_lease.now()

    def save(self, item: Item) -> None:
        """Store the row as it is, durably."""
        self._run.save(item)

    def ensure_ours(self) -> None:
        """Look whether the row is still ours."""
        self._run.ensure_ours()

    def wait(self, seconds: float, reason: str) -> None:
        """Let `seconds` pass while `reason` is what an operator reads."""
        self._run.wait(self.flight, seconds, reason)

    def at(self, step: Step) -> None:
        """Let operators see which step the row is at."""
        self.flight.step = step


class ShardRun:
    """The run of one shard. One thread commits; the lanes run rows and wait for it where something must be durable.

    Once `stop` is set, the batch is held, its turn is over, or a person must act, no row is begun any more, rows
    that wait for a service are given back, and those being worked on are finished; after a stop only for
    `grace_seconds`.
    """

    def __init__(
        self,
        shard_lease: ShardLease,
        job: Job,
        rows: Iterator[tuple[Row, Item]],
        row: RowRun,
        resources: Resources,
        early_look: EarlyLook,
    ) -> None:
        self.shard_lease = shard_lease
        self.job = job
        self.in_flight: dict[int, InFlight] = {}
        self.refused: PersonNeeded | None = None
        self._rows = rows
        self._row = row
        self._early_look = early_look
        self._lanes = resources.lanes
        self._clock = resources.clock
        self._stop = resources.stop
        self._scheduler = resources.scheduler
        self._limits = resources.limits
        self._width = resources.width
        self._turn_over = False
        self._drain = threading.Event()
        self._over = False
        self._reports = Reports(resources.clock)
        self._frontier = shard_lease.shard.next
        self._requeued: set[int] = set()
        self._sending: set[int] = set()  # rows whose intent is stored: they wait for eBay, and hold no lane
        self._upcoming = next(rows, None)

    def run(self) -> bool:
        """Run the rows; return whether all of them are done.

        Raises:
            LeaseLost: another worker has the shard.
            FileMissing: the rows of the batch are gone.
            StoreAway: the store does not answer, and the worker is to stop.
        """
        give_up_at = float("inf")
        try:
            while True:
                if not self._begin_rows():
                    return self._upcoming is None and not self._requeued
                if self._stop.is_set() and give_up_at == float("inf"):
                    give_up_at = self._clock.monotonic() + self._limits.grace_seconds
                if self._clock.monotonic() > give_up_at:
                    return False
                self._take_in()
        finally:
            self._over = True
            self._drain.set()

    def _begin_rows(self) -> int:
        """Put rows on free lanes, as far as they may be begun; return how many are in flight."""
        if self._ending():
            self._drain.set()
            return len(self.in_flight)
        room, end = self._room()
        while room > 0 and self._upcoming and self._upcoming[0].index < end:
            self._begin(*self._upcoming)
            self._upcoming = next(self._rows, None)
            room -= 1
        if self._upcoming is None:
            self._frontier = self.shard_lease.shard.b
        return len(self.in_flight)

    def _ending(self) -> bool:
        """Whether no row is begun any more."""
        shard_lease = self.shard_lease
        self._turn_over = self._turn_over or self._scheduler.over(shard_lease.shard, shard_lease.path)
        return bool(self._turn_over or self._stop.is_set() or shard_lease.held or self.refused or self._requeued)

    def _room(self) -> tuple[int, float]:
        """Return how many more rows may be begun, and before which row."""
        shard = self.shard_lease.shard
        if shards.careful(shard):
            return not self.in_flight, inf
        worked_on: Collection[InFlight] = self.in_flight.values()
        if self._sending:
            worked_on = [flight for index, flight in self.in_flight.items() if index not in self._sending]
        most = self._width.most + self._limits.rows_sending
        room = min(most - len(self.in_flight), self._width.room(worked_on, self._clock.monotonic()))
        return room, self._watermark() + WINDOW if shard.kind in FIRST_RUN else inf

    def _begin(self, row: Row, item: Item) -> None:
        if shards.careful(self.shard_lease.shard):
            self.shard_lease.suspect(row.index)
        port = LanePort(self)
        context = RowContext(row, item, self.job.options, jobs.sku(self.job, row), port, self.job.job_id)
        flight = self.in_flight[row.index] = port.flight = InFlight(context, item, self._clock.monotonic())
        self._frontier = row.index + 1
        task = self._row.set_aside if shards.deadly(self.shard_lease.shard) else self._row.run
        self._lanes.start(partial(task, flight), partial(self._end, flight))

    def _end(self, flight: InFlight, raised: Exception | None) -> None:
        """Bring a row to its end, on its lane, and report it."""
        self._row.end(flight, raised)
        flight.over = True
        self._reports.add(flight)

    def _watermark(self) -> int:
        """Return the first row of the shard that is not done."""
        begun = next(iter(self.in_flight), self._frontier)  # rows begin in their order
        return min((begun, *self._requeued))

    def _take_in(self) -> None:
        """Store what the lanes report in one commit; until then rows count as in flight.

        The wait for the first report is as short as the lease and a stop require.
        """
        ended: list[InFlight] = []
        intents: list[Intent] = []
        wait = max(0.01, min(self.shard_lease.renewal_in(), LISTEN_SECONDS))
        for reported in self._reports.gather(wait=wait, most=self._limits.rows_a_commit, begin=self._begin_rows):
            if isinstance(reported, Intent):
                intents.append(reported)
                self._sending.add(reported.item.index)
            else:
                ended.append(reported)
                self.refused = self.refused or reported.refused
                if reported.item is None:
                    self._requeued.add(reported.context.row.index)
        self._begin_rows()  # lanes need not wait for the commit
        done: dict[int, Item] = {}
        puts = [Put(item_path(self.job.job_id, intent.item.index), intent.item.document()) for intent in intents]
        for flight in ended:
            index = flight.context.row.index
            del self.in_flight[index]
            self._sending.discard(index)
            if flight.item is not None:
                done[index] = flight.item
                puts.extend(flight.puts)
        if puts:
            self._store(done, puts, intents)
        else:
            self.shard_lease.renew()

    def _store(self, done: dict[int, Item], puts: list[Put], intents: list[Intent]) -> None:
        try:
            lanes = self._width.most + len(self._sending)
            self.shard_lease.checkpoint(done, puts, watermark=self._watermark(), lanes=lanes)
        except EngineError as error:
            for intent in intents:
                intent.stored.set_exception(error)
            raise
        for intent in intents:
            intent.stored.set_result(None)
        tell_ends(done.values())
        self._early_look.after(self.shard_lease.shard)

    def wait(self, flight: InFlight, seconds: float, reason: str) -> None:
        """Keep a row waiting, on its lane, and show what for; rows that wait are given back when no more are begun."""
        flight.waits_for = reason
        if self._drain.wait(seconds):
            raise Requeued(reason)
        flight.waits_for = ""

    def save(self, item: Item) -> None:
        """Have `item` stored, from a lane; return once it is durable."""
        intent = Intent(item, Future())
        self._reports.add(intent)
        while not self._over:
            try:
                return intent.stored.result(timeout=LISTEN_SECONDS)
            except TimeoutError:
                continue
        raise LeaseLost(f"shard {self.shard_lease.shard.name} was released")

    def ensure_ours(self) -> None:
        """Refuse to go on with rows that are no longer ours.

        Raises:
            LeaseLost: they are not.
        """
        if self._over or not self.shard_lease.alive():
            raise LeaseLost(f"the lease of shard {self.shard_lease.shard.name} ran out")
