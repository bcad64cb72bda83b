"""Decisions on several drafts at once, of one batch or of many.

Each row is held to the state that the caller saw. A row that has changed since is left alone, and the answer says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from itertools import groupby
from operator import attrgetter

from engine.batches.commands import MOST_AGAIN, Commands
from engine.batches.queries import MAX_PAGE, Queries
from engine.domain.batch.draft_index import Review, review
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.jobs import Job, may_be_in_flight
from engine.domain.listing.readiness import DraftNeed
from engine.errors import FilesAway, JobError, StoreError


class BulkAction(StrEnum):
    """What is done with drafts. Published: never renamed."""

    APPROVE = "approve"
    HOLD = "hold"
    REOPEN = "reopen"
    SEND_AGAIN = "send_again"
    REMOVE = "remove"
    PUT_BACK = "put_back"
    PRICE = "price"

    @property
    def applies_to(self) -> frozenset[Review]:
        """Return the states of review that a draft can be in before it."""
        if self is BulkAction.PUT_BACK:
            return frozenset({Review.REMOVED})
        return frozenset(Review) - {Review.REMOVED, _REVIEWS.get(self, Review.REMOVED)}


_REVIEWS: Mapping[BulkAction, Review] = {
    BulkAction.APPROVE: Review.APPROVED,
    BulkAction.HOLD: Review.HELD,
    BulkAction.REOPEN: Review.OPEN,
}
_REMOVED: Mapping[BulkAction, bool] = {BulkAction.REMOVE: True, BulkAction.PUT_BACK: False}
_ALREADY: Mapping[Review, str] = {
    Review.OPEN: "still to be reviewed",
    Review.APPROVED: "approved already",
    Review.HELD: "held already",
    Review.REMOVED: "removed",
}

Decisions = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A row of a batch, and its `changed_at` as the caller saw it; None holds it to nothing."""

    job_id: str
    index: int
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row: `reason` says why it was left alone, "" when the action was done."""

    row: SeenRow
    reason: str = ""

    @property
    def done(self) -> bool:
        """Whether the action was done."""
        return not self.reason


class BulkActions:
    """Approve, hold, reopen, send again, remove, put back and price many drafts."""

    def __init__(self, queries: Queries, commands: Commands) -> None:
        self._queries = queries
        self._commands = commands

    def apply(
        self, action: BulkAction, rows: Iterable[SeenRow], *, by: str = "", price_cents: int | None = None
    ) -> tuple[RowResult, ...]:
        """Do `action` with each of the `rows`, and return what became of each, in their order.

        `price_cents` is what `BulkAction.PRICE` gives them. A row that is named twice counts once. Rows of one batch
        that a worker must run again are queued together.

        Raises:
            StoreError, FilesAway: the store did not answer, and nothing was done for certain.
        """
        wanted = list({(row.job_id, row.index): row for row in rows}.values())
        decisions = _decisions(action, price_cents)
        reasons: dict[SeenRow, str] = {}
        job_of = attrgetter("job_id")
        try:
            for job_id, of_batch in groupby(sorted(wanted, key=job_of), key=job_of):
                for row, reason in self._of_batch(action, decisions, job_id, list(of_batch), by):
                    reasons.setdefault(row, reason)
        except (StoreError, FilesAway):
            if "" not in reasons.values():
                raise
        return tuple(RowResult(row, reasons.get(row, "the store did not answer")) for row in wanted)

    def rows(self, action: BulkAction, job_id: str) -> list[SeenRow]:
        """Return the rows of a batch whose drafts `action` applies to, in the order of the file.

        A price is for drafts without one.

        Raises:
            JobUnknown: there is no such batch.
        """
        status = ItemStatus.SKIPPED if action is BulkAction.PUT_BACK else ItemStatus.SUCCEEDED
        found: list[SeenRow] = []
        cursor: int | None = 0
        while cursor is not None:
            page = self._queries.items(job_id, status=status, limit=MAX_PAGE, cursor=cursor)
            fitting = (item for item in page.items if item.draft and review(item) in action.applies_to)
            found += [
                SeenRow(job_id, item.index, item.changed_at)
                for item in fitting
                if action is not BulkAction.PRICE or DraftNeed.PRICE in item.needs
            ]
            cursor = page.next
        return found

    def _of_batch(
        self, action: BulkAction, wanted: Decisions, job_id: str, rows: Sequence[SeenRow], by: str
    ) -> Iterator[tuple[SeenRow, str]]:
        """Yield each row of one batch with the reason why it was left alone, "" when the action was done."""
        try:
            found = self._queries.items_at(job_id, [row.index for row in rows if row.index >= 0])
            job = self._queries.job(job_id)  # after the rows: a worker that has taken one since is known by now
        except JobError as error:
            yield from ((row, str(error)) for row in rows)
            return
        items = {item.index: item for item in found}
        free = []
        for row in rows:
            if reason := blocked_reason(action, job, items.get(row.index), row.changed_at):
                yield row, reason
            else:
                free.append(row)
        size = 1 if action in _REVIEWS else MOST_AGAIN
        for start in range(0, len(free), size):
            group = free[start : start + size]
            reason = _refusal(partial(self._change, action, wanted, job_id, group, by))
            yield from ((row, reason) for row in group)

    def _change(self, action: BulkAction, wanted: Decisions, job_id: str, rows: Sequence[SeenRow], by: str) -> None:
        if action in _REVIEWS:
            for row in rows:
                self._commands.review(job_id, row.index, _REVIEWS[action], by=by, seen=row.changed_at)
            return
        seen = {row.index: row.changed_at for row in rows if row.changed_at}
        self._commands.again(job_id, {row.index: wanted for row in rows}, by=by, seen=seen)


def _decisions(action: BulkAction, price_cents: int | None) -> Decisions:
    """Return what `action` decides of every row that a worker runs again, as `decisions.decided` takes it."""
    if action is BulkAction.PRICE:
        return {"edits": {"price_cents": price_cents}}
    return {"removed": _REMOVED[action]} if action in _REMOVED else {}


def blocked_reason(action: BulkAction, job: Job, item: Item | None, seen: datetime | None) -> str:
    """Return why `action` cannot be done with a row of `job`, "" when it can.

    `item` is the row as it stands, None when there is none; `seen` its `changed_at` as the caller saw it.
    """
    if item is None:
        return "no such row"
    if item.wanted is not None or may_be_in_flight(job, item):
        return "being done again already" if item.attempts else "not done yet"
    if item.status is ItemStatus.FAILED:
        return "needing attention"
    if seen and item.changed_at and item.changed_at > seen:
        return "changed in the meantime"
    if not item.draft:
        return "without a draft"
    return "" if review(item) in action.applies_to else _ALREADY[review(item)]


def _refusal(change: Callable[[], None]) -> str:
    """Return why a change was refused, "" when it was made."""
    try:
        change()
    except JobError as error:
        return str(error)
    return ""
