"""One shard, run from its watermark to its end by several lanes, each row checkpointed as it ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue

from engine.batches.additions import Additions
from engine.batches.drafts import Drafts
from engine.batches.records import item_path
from engine.clock import Clock
from engine.domain import items, shards
from engine.domain.items import Item
from engine.domain.jobs import Job
from engine.domain.rows import Row
from engine.domain.shards import FIRST_RUN, WINDOW
from engine.errors import (
    EngineError,
    GivenBack,
    LeaseLost,
    PersonNeeded,
)
from engine.pipeline.work import Pipeline, Work
from engine.store.base import Put
from engine.worker.adding import Adding
from engine.worker.holding import Holding
from engine.worker.lanes import Lanes
from engine.worker.row import InHand, RowRun
from engine.worker.turns import Turns

log = logging.getLogger(__name__)

LISTEN_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """`rows_a_commit` rows may share a checkpoint when they end together; a stop waits `grace_seconds` for rows."""

    rows_a_commit: int = 32
    grace_seconds: float = 7.0


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
        additions: Additions,
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
        adding = Adding(additions, pipeline, job, fence=holding.fence, worker=worker)
        self._row = RowRun(holding, job.job_id, pipeline=pipeline, drafts=drafts, adding=adding, worker=worker)
        self._lanes = lanes
        self._clock = clock
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
        task = self._row.set_aside if shards.deadly(self.holding.shard) else self._row.run
        self._lanes.start(partial(task, hand), partial(self._end, hand))

    def _end(self, hand: InHand, raised: Exception | None) -> None:
        """Bring a row to its end, on its lane, and tell of it."""
        self._row.end(hand, raised)
        self._told.put(hand)

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

    def _wait(self, hand: InHand, seconds: float, reason: str) -> None:
        """Keep a row waiting, on its lane, and show what for; rows that wait are given back when no more are begun."""
        hand.waits_for = reason
        if self._drain.wait(seconds):
            raise GivenBack(reason)
        hand.waits_for = ""

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
