"""One row on a lane: its run, and what its end means."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import orjson

from engine.batches.drafts import Drafts
from engine.batches.records import ended
from engine.domain import additions, items, shards
from engine.domain.items import Item
from engine.errors import Cause, GivenBack, ItemError, LeaseLost, PersonNeeded, StoreAway, UpstreamDown
from engine.pipeline.work import Pipeline, Work
from engine.store.base import Put
from engine.worker.adding import Adding
from engine.worker.holding import Holding
from engine.worker.skipping import skipped

log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0


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


class RowRun:
    """What a lane does with each row of a shard. It stores nothing of the row itself."""

    def __init__(
        self, holding: Holding, job_id: str, *, pipeline: Pipeline, drafts: Drafts, adding: Adding, worker: str
    ) -> None:
        self._holding = holding
        self._job_id = job_id
        self._pipeline = pipeline
        self._drafts = drafts
        self._adding = adding
        self._worker = worker

    def run(self, hand: InHand) -> None:
        """Run one row for as long as a service keeps it waiting; waiting spends no attempt."""
        work = self._started(hand)
        if work.row.gtin is None:
            raise ItemError(Cause.INVALID_BARCODE, work.row.problem)
        if why := skipped(work, hand.before, self._drafts):
            work.item = items.skip(work.item, *why, now=work.now())
            return
        for wait in waits():
            try:
                self._added_or_run(hand)
            except UpstreamDown as down:
                seconds = wait if down.retry_after is None else max(down.retry_after, wait)
                until = work.now() + timedelta(seconds=seconds)
                log.warning("row_waits", extra={"job_id": self._job_id, "upc": work.item.upc, "reason": str(down)})
                work.wait(seconds, f"{str(down).rstrip('.')}. Next try at {until:%H:%M:%S} UTC.")
            else:
                return

    def _added_or_run(self, hand: InHand) -> None:
        work = hand.work
        if told := self._adding.settle(work, hand.before):
            work.item = items.skip(work.item, Cause.ADDED, told, now=work.now())
        else:
            self._pipeline.run(work)

    def set_aside(self, hand: InHand) -> None:
        """Give up on a row without running it: its workers died with it."""
        self._started(hand)
        raise ItemError(
            Cause.SET_ASIDE, f"Set aside: the engine stopped {shards.KILLS} times while it worked on this row."
        )

    def end(self, hand: InHand, raised: Exception | None) -> None:
        """Bring a row to its end, given what its run raised."""
        item = self._judge(hand, raised)
        if item is not None:
            try:
                orjson.dumps(item.document(), default=str)
            except TypeError as error:
                spent = item.attempts - 1
                hand.work.item = Item(item.index, item.line, item.upc, item.gtin, attempts=spent, round=item.round)
                item = self._defect(hand, error)
            hand.item, hand.puts = item, ended(self._job_id, item)

    def _judge(self, hand: InHand, error: Exception | None) -> Item | None:
        """Return the row at its end; None when it was given back undone."""
        item, now = hand.work.item, self._holding.now()
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
        item, now = hand.work.item, self._holding.now()
        if items.succeeded_before(hand.before):
            in_listing = hand.work.listed is not None and hand.work.listed == item.draft.get("quantity")
            missing = {} if in_listing else additions.not_in(hand.before)
            told = " ".join((reason, *self._adding.given_back(missing)))
            return additions.without(items.keep(hand.before, told, round_=item.round, now=now), missing)
        return items.fail(item, cause, reason, now=now)

    def _defect(self, hand: InHand, error: Exception) -> Item:
        item = hand.work.item
        reference = f"{self._job_id}/{item.index}"
        log.error("row_defect", exc_info=error, extra={"job_id": self._job_id, "upc": item.upc})
        reason = f"An error that nobody foresaw; reference {reference}."
        return self._failed(hand, Cause.DEFECT, reason)

    def _started(self, hand: InHand) -> Work:
        work, round_ = hand.work, self._holding.shard.round
        work.item = items.begin(work.item, worker=self._worker, round_=round_, now=work.now())
        return work


def waits() -> Iterator[float]:
    """Yield the seconds to wait after each answer that a service did not give: doubling, up to a longest one."""
    seconds = FIRST_WAIT_SECONDS
    while True:
        yield seconds
        seconds = min(seconds * 2, LONGEST_WAIT_SECONDS)
