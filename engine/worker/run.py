"""One shard, run from its watermark to its end by several lanes, each row checkpointed as it ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from queue import Empty, SimpleQueue

import orjson

from engine.batches.drafts import Drafts
from engine.batches.records import ended, item_path
from engine.clock import Clock
from engine.domain import items, shards
from engine.domain.items import Item
from engine.domain.jobs import Job
from engine.domain.rows import Row
from engine.domain.shards import FIRST_RUN, WINDOW
from engine.errors import (
    Cause,
    EngineError,
    GivenBack,
    ItemError,
    LeaseLost,
    PersonNeeded,
    StoreAway,
    UpstreamDown,
)
from engine.pipeline.work import Pipeline, Work
from engine.store.base import Put
from engine.worker.holding import Holding
from engine.worker.lanes import Lanes
from engine.worker.skipping import skipped
from engine.worker.turns import Turns

log = logging.getLogger(__name__)

LISTEN_SECONDS = 0.5
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """`rows_a_commit` rows may share a checkpoint when they end together; a stop waits `grace_seconds` for rows."""

    rows_a_commit: int = 32
    grace_seconds: float = 7.0


@dataclass(eq=False, slots=True)
class InHand:
    """A row on a lane, as it was `before`. `waits_for` says what it waits for, "" when it does not.

    At its end, `item` is the row as it became, None when it was given back undone, and `puts` are the writes that store
    it. `refused` says what a person must do before any row can go on.
    """

    work: Work
    before: Item
    waits_for: str = ""
    item: Item | None = None
    puts: tuple[Put, ...] = ()
    refused: PersonNeeded | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """An item that a lane wants stored before it goes on; `stored` is set once it is, or with what prevented it."""

    item: Item
    stored: Future[None]


class ShardRun:
    """The run of one shard. One thread commits; the lanes run rows and wait for it where something must be durable.

    Once `stop` is set, the batch is held, its turn is over, or a person must act, no row is begun any more, rows
    that wait for a service are given back, and those being worked on are finished; after a stop only for
    `grace_seconds`.
    """

    def __init__(
        self,
        holding: Holding,
        job: Job,
        rows: Iterator[tuple[Row, Item]],
        *,
        pipeline: Pipeline,
        drafts: Drafts,
        lanes: Lanes,
        clock: Clock,
        worker: str,
        stop: threading.Event,
        turns: Turns,
        limits: Limits,
    ) -> None:
        self.holding = holding
        self.job = job
        self.in_hand: dict[int, InHand] = {}
        self.refused: PersonNeeded | None = None
        self._rows = rows
        self._pipeline = pipeline
        self._drafts = drafts
        self._lanes = lanes
        self._clock = clock
        self._worker = worker
        self._stop = stop
        self._turns = turns
        self._limits = limits
        self._turn_over = False
        self._drain = threading.Event()
        self._over = False
        self._told: SimpleQueue[InHand | Intent] = SimpleQueue()
        self._frontier = holding.shard.next
        self._given_back: set[int] = set()
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
                self._begin_rows()
                if not self.in_hand:
                    return self._upcoming is None and not self._given_back
                if self._stop.is_set() and give_up_at == float("inf"):
                    give_up_at = self._clock.monotonic() + self._limits.grace_seconds
                if self._clock.monotonic() > give_up_at:
                    return False
                self._take_in()
        finally:
            self._over = True
            self._drain.set()

    def _begin_rows(self) -> None:
        """Put rows on free lanes, as far as they may be begun."""
        if self._ending():
            self._drain.set()
            return
        while self._upcoming and self._may_begin(self._upcoming[0].index):
            self._begin(*self._upcoming)
            self._upcoming = next(self._rows, None)
        if self._upcoming is None:
            self._frontier = self.holding.shard.b

    def _ending(self) -> bool:
        """Whether no row is begun any more."""
        holding = self.holding
        self._turn_over = self._turn_over or self._turns.over(holding.shard, holding.path)
        return bool(self._turn_over or self._stop.is_set() or holding.held or self.refused or self._given_back)

    def _may_begin(self, index: int) -> bool:
        shard = self.holding.shard
        if len(self.in_hand) >= (1 if shards.careful(shard) else self._lanes.count):
            return False
        return shard.kind not in FIRST_RUN or index < self._watermark() + WINDOW

    def _begin(self, row: Row, item: Item) -> None:
        if shards.careful(self.holding.shard):
            self.holding.suspect(row.index)
        work = Work(
            row,
            item,
            self.job.options,
            sku=f"{self.job.engine['sku']}{items.name(row.index)}",
            save=self._save,
            mine=self._mine,
            now=self.holding.now,
            wait=lambda seconds, reason: self._wait(hand, seconds, reason),
            batch=self.job.job_id,
        )
        hand = self.in_hand[row.index] = InHand(work, item)
        self._frontier = row.index + 1
        task = self._set_aside if shards.deadly(self.holding.shard) else self._run
        self._lanes.start(partial(task, hand), partial(self._end, hand))

    def _watermark(self) -> int:
        """Return the first row of the shard that is not done."""
        return min((self._frontier, *self.in_hand, *self._given_back))

    def _take_in(self) -> None:
        """Wait for what the lanes tell, and store it in one commit."""
        done: dict[int, Item] = {}
        puts: list[Put] = []
        intents: list[Intent] = []
        for told in self._gather():
            if isinstance(told, Intent):
                intents.append(told)
                puts.append(Put(item_path(self.job.job_id, told.item.index), told.item.document()))
                continue
            index = told.work.row.index
            del self.in_hand[index]
            self.refused = self.refused or told.refused
            if told.item is None:
                self._given_back.add(index)
            else:
                done[index] = told.item
                puts.extend(told.puts)
        if puts:
            self._store(done, puts, intents)
        else:
            self.holding.renew()

    def _gather(self) -> Iterator[InHand | Intent]:
        """Yield what was told, waiting for the first of it no longer than the lease and a stop allow."""
        try:
            yield self._told.get(timeout=max(0.01, min(self.holding.renewal_in(), LISTEN_SECONDS)))
            for _ in range(self._limits.rows_a_commit - 1):
                yield self._told.get_nowait()
        except Empty:
            return

    def _store(self, done: dict[int, Item], puts: list[Put], intents: list[Intent]) -> None:
        try:
            self.holding.checkpoint(done, puts, watermark=self._watermark())
        except EngineError as error:
            for intent in intents:
                intent.stored.set_exception(error)
            raise
        for intent in intents:
            intent.stored.set_result(None)
        for item in done.values():
            log.info("row_ended", extra={"job_id": self.job.job_id, "upc": item.upc, "status": item.status})

    def _end(self, hand: InHand, raised: Exception | None) -> None:
        """Bring a row to its end, on its lane, and tell of it."""
        item = self._judge(hand, raised)
        if item is not None:
            try:
                orjson.dumps(item.document(), default=str)
            except TypeError as error:
                spent = item.attempts - 1
                hand.work.item = Item(item.index, item.line, item.upc, item.gtin, attempts=spent, round=item.round)
                item = self._defect(hand, error)
            hand.item, hand.puts = item, ended(self.job.job_id, item)
        self._told.put(hand)

    def _judge(self, hand: InHand, error: Exception | None) -> Item | None:
        """Return the row at its end; None when it was given back undone."""
        item, now = hand.work.item, self.holding.now()
        if error is None:
            return item if item.done else items.succeed(item, now=now)
        if isinstance(error, ItemError):
            return self._failed(hand, error.cause, str(error))
        if isinstance(error, PersonNeeded):
            hand.refused = error
            return None
        if isinstance(error, (GivenBack, LeaseLost, StoreAway)):
            return None
        return self._defect(hand, error)

    def _failed(self, hand: InHand, cause: Cause, reason: str) -> Item:
        """Return a row as failed; one that had succeeded before is as it was."""
        item, now = hand.work.item, self.holding.now()
        if items.succeeded_before(hand.before):
            return items.keep(hand.before, reason, round_=item.round, now=now)
        return items.fail(item, cause, reason, now=now)

    def _defect(self, hand: InHand, error: Exception) -> Item:
        item = hand.work.item
        reference = f"{self.job.job_id}/{item.index}"
        log.error("row_defect", exc_info=error, extra={"job_id": self.job.job_id, "upc": item.upc})
        reason = f"An error that nobody foresaw; reference {reference}."
        return self._failed(hand, Cause.DEFECT, reason)

    def _run(self, hand: InHand) -> None:
        """Run one row, on a lane, for as long as a service keeps it waiting; waiting spends no attempt."""
        work = self._started(hand)
        if work.row.gtin is None:
            raise ItemError(Cause.INVALID_BARCODE, work.row.problem)
        if why := skipped(work, hand.before, self._drafts):
            work.item = items.skip(work.item, *why, now=work.now())
            return
        for wait in waits():
            try:
                self._pipeline.run(work)
            except UpstreamDown as down:
                seconds = wait if down.retry_after is None else max(down.retry_after, wait)
                until = work.now() + timedelta(seconds=seconds)
                log.warning("row_waits", extra={"job_id": self.job.job_id, "upc": work.item.upc, "reason": str(down)})
                work.wait(seconds, f"{str(down).rstrip('.')}. Next try at {until:%H:%M:%S} UTC.")
            else:
                return

    def _wait(self, hand: InHand, seconds: float, reason: str) -> None:
        """Keep a row waiting, on its lane, and show what for; rows that wait are given back when no more are begun."""
        hand.waits_for = reason
        if self._drain.wait(seconds):
            raise GivenBack(reason)
        hand.waits_for = ""

    def _started(self, hand: InHand) -> Work:
        work, round_ = hand.work, self.holding.shard.round
        work.item = items.begin(work.item, worker=self._worker, round_=round_, now=work.now())
        return work

    def _set_aside(self, hand: InHand) -> None:
        self._started(hand)
        raise ItemError(
            Cause.SET_ASIDE, f"Set aside: the engine stopped {shards.KILLS} times while it worked on this row."
        )

    def _save(self, item: Item) -> None:
        """Have `item` stored, from a lane; return once it is durable."""
        intent = Intent(item, Future())
        self._told.put(intent)
        while not self._over:
            try:
                return intent.stored.result(timeout=LISTEN_SECONDS)
            except TimeoutError:
                continue
        raise LeaseLost(f"shard {self.holding.shard.name} was let go")

    def _mine(self) -> None:
        if self._over or not self.holding.alive():
            raise LeaseLost(f"the lease of shard {self.holding.shard.name} ran out")


def waits() -> Iterator[float]:
    """Yield the seconds to wait after each answer that a service did not give: doubling, up to a longest one."""
    seconds = FIRST_WAIT_SECONDS
    while True:
        yield seconds
        seconds = min(seconds * 2, LONGEST_WAIT_SECONDS)
