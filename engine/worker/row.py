"""One row on a lane: its run and its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from logging import INFO

import orjson

from engine.batches.documents import ended
from engine.batches.drafts import Drafts
from engine.codec import replace
from engine.domain.batch import additions, items, shards
from engine.domain.batch.items import Item, ItemStatus
from engine.errors import AlreadyListed, Cause, ItemError, LeaseLost, PersonNeeded, Requeued, StoreAway, UpstreamDown
from engine.log import get_logger, of_row
from engine.pipeline.work import Pipeline, RowContext, Step
from engine.retry import retry
from engine.store.base import Put
from engine.telemetry import metrics, tracing
from engine.worker.copies import CopyAdder
from engine.worker.service_wait import WAITS, ServiceWait
from engine.worker.shard_lease import ShardLease
from engine.worker.skipping import skipped

log = get_logger(__name__)


@dataclass(eq=False, slots=True)
class InFlight:
    """A row on a lane. `before` is the row as it was stored, `context` the one that runs, with the row as it is now.

    It was begun at the monotonic moment `begun_at`. `step` is what the lane does with it, `waits_for` says what it
    waits for, "" when it does not. Once it is `over`, `item` is the row as it became, None when it was requeued undone,
    and `puts` are the writes that store it. `refused` says what a person must do before any row can go on.
    """

    context: RowContext
    before: Item
    begun_at: float = 0.0
    step: Step = Step.IDENTIFY
    waits_for: str = ""
    over: bool = False
    item: Item | None = None
    puts: tuple[Put, ...] = ()
    refused: PersonNeeded | None = None
    span: tracing.Span | None = None

    @property
    def on_lane(self) -> bool:
        """Whether the row is worked on, or waits for an answer."""
        return not (self.over or self.waits_for)

    def take(self, item: Item) -> Item:
        """Note how far the row has come."""
        self.context = self.context.come_to(item)
        return item


class RowRun:
    """What a lane does with each row of a shard. It stores nothing of the row itself."""

    def __init__(
        self,
        shard_lease: ShardLease,
        job_id: str,
        *,
        pipeline: Pipeline,
        drafts: Drafts,
        copies: CopyAdder,
        worker: str,
    ) -> None:
        self._shard_lease = shard_lease
        self._job_id = job_id
        self._pipeline = pipeline
        self._drafts = drafts
        self._copies = copies
        self._worker = worker

    def run(self, flight: InFlight) -> None:
        """Run one row for as long as a service keeps it waiting; waiting spends no attempt."""
        with tracing.row(self._job_id, flight.context.row.line, flight.context.item.upc) as flight.span:
            self._run(flight)

    def _run(self, flight: InFlight) -> None:
        context = self._started(flight)
        port = context.port
        if context.row.key is None and not context.item.decided.removed:
            raise ItemError(Cause.INVALID_BARCODE, context.row.problem)
        if why := skipped(context, flight.before, self._drafts):
            flight.take(items.skip(context.item, *why, now=port.now()))
            return
        wait = ServiceWait(port, self._pipeline.recovered)
        retry(partial(self._added_or_run, flight), WAITS, UpstreamDown, wait=wait)

    def _added_or_run(self, flight: InFlight) -> None:
        context = flight.context
        placed = self._copies.place(context, flight.before)
        if placed.added:
            flight.take(items.skip(context.item, Cause.ADDED, placed.added, now=context.port.now()))
            return
        if placed.note != (context.item.error or ""):
            flight.take(replace(context.item, error=placed.note or None))
        for item in self._pipeline.run(flight.context):
            flight.take(item)

    def set_aside(self, flight: InFlight) -> None:
        """Give up on a row without running it: its workers died with it."""
        self._started(flight)
        raise ItemError(
            Cause.SET_ASIDE, f"Set aside: the engine stopped {shards.KILLS} times while it worked on this row."
        )

    def end(self, flight: InFlight, raised: Exception | None) -> None:
        """Bring a row to its end, given what its run raised."""
        item = self._judge(flight, raised)
        if item is not None:
            try:
                puts = ended(self._job_id, item)
                orjson.dumps(puts[0].fields, default=str)
            except TypeError as error:
                spent = item.attempts - 1
                bare = Item(item.index, item.line, item.upc, item.gtin, named=item.named)
                flight.take(replace(bare, attempts=spent, round=item.round))
                item = self._defect(flight, error)
                puts = ended(self._job_id, item)
            flight.item, flight.puts = item, puts
        if flight.span:
            tracing.end_row(flight.span, *((item.status, item.cause or "") if item else ("requeued", "")))

    def _judge(self, flight: InFlight, error: Exception | None) -> Item | None:
        """Return the row at its end; None when it was requeued undone."""
        item, now = flight.context.item, self._shard_lease.now()
        if error is None:
            return item if item.done else items.succeed(item, now=now)
        if isinstance(error, ItemError):
            return self._failed(flight, error)
        if isinstance(error, PersonNeeded):
            flight.refused = error
            return None
        if isinstance(error, (Requeued, LeaseLost, StoreAway)):
            return None
        return self._defect(flight, error)

    def _failed(self, flight: InFlight, error: ItemError) -> Item:
        """Return a row as failed; one that had succeeded before stays as it was."""
        item, now, reason = flight.context.item, self._shard_lease.now(), str(error)
        if items.succeeded_before(flight.before):
            in_listing = isinstance(error, AlreadyListed) and error.quantity == item.draft.quantity
            missing = {} if in_listing else additions.not_in(flight.before)
            sentences = " ".join((reason, *self._copies.return_missing(missing)))
            return additions.without(items.keep(flight.before, sentences, round_=item.round, now=now), missing)
        return items.fail(item, error.cause, reason, now=now)

    def _defect(self, flight: InFlight, error: Exception) -> Item:
        item = flight.context.item
        reference = f"{self._job_id}/{item.index}"
        log.error("row_defect", exc_info=error, reference=reference)
        reason = f"An error that nobody foresaw; reference {reference}."
        return self._failed(flight, ItemError(Cause.DEFECT, reason))

    def _started(self, flight: InFlight) -> RowContext:
        context, round_ = flight.context, self._shard_lease.shard.round
        of_row(context.item.upc, context.row.line)
        flight.take(items.begin(context.item, worker=self._worker, round_=round_, now=context.port.now()))
        return flight.context


def tell_ends(ended: Collection[Item]) -> None:
    """Count the stored ends of rows and write them into the log, with their causes where they failed or were skipped.

    Whether the log takes them is asked once for all of them.
    """
    for (status, cause), rows in Counter((item.status, item.cause or "") for item in ended).items():
        metrics.rows_ended.add(rows, {"status": status, "cause": cause})
    told = log.isEnabledFor(INFO)
    for item in ended:
        if not told and item.status is not ItemStatus.FAILED:
            continue
        fields = {"upc": item.upc, "row": item.line, "status": str(item.status)}
        if item.cause:
            fields |= {"cause": str(item.cause), "error": item.error or ""}
        if item.status is ItemStatus.FAILED:
            log.warning("row_failed", **fields)
        else:
            log.info("row_ended", **fields)
