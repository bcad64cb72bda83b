"""Rows whose copies go to the draft that an earlier batch has of their barcode."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from engine.batches.additions import Additions, Earlier, Fence
from engine.domain import additions
from engine.domain.additions import Added
from engine.domain.items import Item
from engine.domain.jobs import Job
from engine.domain.options import DraftedBefore, Options
from engine.errors import IllegalTransition, RowBusy, StoreAway
from engine.pipeline.work import Pipeline, Work

log = logging.getLogger(__name__)

BUSY_SECONDS = 1.0
T = TypeVar("T")


class Adding:
    """Adds the copies of the rows of one batch to earlier drafts; used by all lanes. `fence` is that of their shard."""

    def __init__(self, stored: Additions, pipeline: Pipeline, job: Job, *, fence: Fence, worker: str) -> None:
        self._additions = stored
        self._pipeline = pipeline
        self._job = job
        self._fence = fence
        self._worker = worker

    def settle(self, work: Work, before: Item) -> str:
        """Return where the copies of the row are, once they are with an earlier draft; "" when the row is to be run.

        A row that a person wants again, or decided something of, is run: what it has added is taken back first, and so
        it is where the earlier row could not take it. `before` is the row as it was stored. Where an earlier draft is
        left alone, `work.item.error` says why.

        Raises:
            ItemError: eBay refuses to tell of that draft.
            UpstreamError: eBay does not answer or does not accept us.
            LeaseLost: the row is no longer ours; nothing was changed after that was known.
            GivenBack: the earlier row is in hand, and this one is not to go on.
            StoreAway: the store does not answer.
        """
        if work.options.drafted_before is not DraftedBefore.QUANTITY:
            return ""
        earlier = self._additions.earlier(work.gtin, self._job.job_id)
        own = before.wanted is not None or work.item.intent is not None or bool(before.decided)
        if home := next((one for one in earlier if work.sku in additions.added(one.item.decided)), None):
            left_out = home.item.wanted is None and home.item.done and work.sku in additions.not_in(home.item)
            return self._taken_back(work, home) if own or left_out else _told(work, home)
        return "" if own else self._added(work, [one for one in earlier if one.open])

    def given_back(self, missing: Added) -> Iterator[str]:
        """Have rows done again that a draft could not take, where that can be, and yield a sentence for each."""
        for one in missing.values():
            try:
                again = self._additions.give_back(one, by=self._worker)
            except StoreAway as away:
                log.warning("addition_left_out", extra={"job_id": one["job_id"], "error": str(away)})
                again = False
            after = "which gets a draft of its own" if again else "which has no draft yet: do that row again"
            yield f"Not added to it: {_copies(one['copies'])} of row {one['index'] + 1} of {one['batch']}, {after}."

    def _added(self, work: Work, earlier: Sequence[Earlier]) -> str:
        """Add the copies of the row to the newest draft that takes them; "" when none does."""
        told = ""
        for to in earlier:
            try:
                if work.options.not_sent:
                    self._look(work, to)
                    would = f"{_copies(work.copies)} would be added to {to.where}. Nothing was changed there."
                    work.item = replace(work.item, error=f"If drafts were sent, {would}")
                    return ""
                return _told(work, self._add(work, to))
            except IllegalTransition as why:
                told = told or f"A draft of its own: {to.where}, was left alone, because {str(why).rstrip('.')}."
        work.item = replace(work.item, error=told or None)
        return ""

    def _look(self, work: Work, to: Earlier) -> None:
        """Look whether copies of the row may be added to a draft; one in hand is looked at when they are.

        Raises:
            IllegalTransition: they may not.
        """
        if why := _unlike(work, to.item, to.job.options) if to.item.done else "":
            raise IllegalTransition(why)
        self._changeable(work, to)

    def _changeable(self, work: Work, to: Earlier) -> None:
        """Look whether eBay holds a draft still.

        Raises:
            IllegalTransition: it does not, or cannot be asked.
        """
        if why := self._pipeline.unchangeable(work, to.item.sku):
            raise IllegalTransition(why)

    def _add(self, work: Work, to: Earlier) -> Earlier:
        self._look(work, to)
        entry = {
            "copies": work.copies,
            "job_id": self._job.job_id,
            "index": work.row.index,
            "batch": self._job.name or self._job.job_id,
        }
        return _patiently(
            work,
            lambda: self._additions.add(
                to,
                work.sku,
                entry,
                unlike=lambda item, options: _unlike(work, item, options),
                fence=self._fence,
                by=self._worker,
            ),
        )

    def _taken_back(self, work: Work, home: Earlier) -> str:
        """Take back what the row has added; return why it stays where it cannot be taken back, "" when it was."""
        try:
            if work.sku in home.item.draft.get("added", {}) and home.open:
                self._changeable(work, home)
            _patiently(work, lambda: self._additions.withdraw(home, work.sku, fence=self._fence, by=self._worker))
        except IllegalTransition as why:
            stay = "stays" if work.copies == 1 else "stay"
            return f"{_copies(work.copies)} {stay} with {home.where}, because {str(why).rstrip('.')}."
        return ""


def _unlike(work: Work, item: Item, drafted_with: Options) -> str:
    return additions.unlike(item, drafted_with, work.row, work.options, work.copies)


def _patiently(work: Work, step: Callable[[], T]) -> T:
    """Take a step, again as long as the earlier row is in hand."""
    while True:
        work.mine()
        try:
            return step()
        except RowBusy as busy:
            work.wait(BUSY_SECONDS, f"{busy}.")


def _told(work: Work, home: Earlier) -> str:
    """Return the sentence of a row whose copies are with an earlier one."""
    copies = additions.added(home.item.decided)[work.sku]["copies"]
    return f"{_copies(copies)} added to {home.where}: its draft is brought to {additions.quantity(home.item)}."


def _copies(count: int) -> str:
    return "1 copy" if count == 1 else f"{count} copies"
