"""Rows whose copies go to the draft that an earlier batch has of their barcode."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from engine.batches.additions import Additions, Earlier, Fence
from engine.domain.batch import additions
from engine.domain.batch.additions import Added
from engine.domain.batch.decided import Addition
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job
from engine.domain.batch.options import DraftedBefore, Options
from engine.errors import IllegalTransition, RowBusy, StoreAway
from engine.log import get_logger
from engine.pipeline.work import Pipeline, RowContext
from engine.retry import RetryPolicy, retry

log = get_logger(__name__)

BUSY = RetryPolicy(first=1.0)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the copies of a row are: `added` says with which earlier draft, "" when the row is to be run.

    `note` says then why an earlier draft was left alone, "" when there was none.
    """

    added: str = ""
    note: str = ""


NOWHERE = Placed()  # with no earlier draft


class CopyAdder:
    """Adds the copies of the rows of one batch to earlier drafts; used by all lanes. `fence` is that of their shard."""

    def __init__(self, stored: Additions, pipeline: Pipeline, job: Job, *, fence: Fence, worker: str) -> None:
        self._additions = stored
        self._pipeline = pipeline
        self._job = job
        self._fence = fence
        self._worker = worker

    def place(self, context: RowContext, before: Item) -> Placed:
        """Return where the copies of the row are, once they are with an earlier draft if they can be.

        A row that a person wants again, or decided something of, is run; what it has added is taken back first. So is
        a row whose copies the earlier row could not take. `before` is the row as it was stored.

        Raises:
            ItemError: eBay refuses to answer about that draft.
            UpstreamError: eBay does not answer or does not accept us.
            LeaseLost: the row is no longer ours; nothing was changed after that was known.
            Requeued: the earlier row is in flight, and this one is not to go on.
            StoreAway: the store does not answer.
        """
        if context.options.drafted_before is not DraftedBefore.QUANTITY:
            return NOWHERE
        earlier = self._additions.earlier(context.key, self._job.job_id, discogs_id=context.row.named.discogs_id)
        own = before.wanted is not None or context.item.intent is not None or bool(before.decided)
        if home := next((one for one in earlier if context.sku in one.item.decided.added), None):
            left_out = home.item.wanted is None and home.item.done and context.sku in additions.not_in(home.item)
            return Placed(self._taken_back(context, home) if own or left_out else _whereabouts(context, home))
        return Placed() if own else self._added(context, [one for one in earlier if one.open])

    def return_missing(self, missing: Added) -> Iterator[str]:
        """Have rows done again that a draft could not take, where that can be, and yield a sentence for each."""
        for one in missing.values():
            try:
                again = self._additions.give_back(one, by=self._worker)
            except StoreAway as away:
                log.warning("addition_left_out", job_id=one.job_id, error=str(away))
                again = False
            after = "which gets a draft of its own" if again else "which has no draft yet: do that row again"
            yield f"Not added to it: {_copies(one.copies)} of row {one.index + 1} of {one.batch}, {after}."

    def _added(self, context: RowContext, earlier: Sequence[Earlier]) -> Placed:
        """Add the copies of the row to the newest draft that takes them."""
        note = ""
        for to in earlier:
            try:
                if context.options.not_sent:
                    self._look(context, to)
                    would = f"{_copies(context.copies)} would be added to {to.where}. Nothing was changed there."
                    return Placed(note=f"If drafts were sent, {would}")
                return Placed(_whereabouts(context, self._add(context, to)))
            except IllegalTransition as why:
                note = note or f"A draft of its own: {to.where}, was left alone, because {str(why).rstrip('.')}."
        return Placed(note=note)

    def _look(self, context: RowContext, to: Earlier) -> None:
        """Look whether copies of the row may be added to a draft; one in flight is looked at when they are.

        Raises:
            IllegalTransition: they may not.
        """
        if why := _unlike(context, to.item, to.job.options) if to.item.done else "":
            raise IllegalTransition(why)
        self._changeable(context, to)

    def _changeable(self, context: RowContext, to: Earlier) -> None:
        """Look whether eBay holds a draft still.

        Raises:
            IllegalTransition: it does not, or cannot be asked.
        """
        if why := self._pipeline.unchangeable(context, to.item.sku):
            raise IllegalTransition(why)

    def _add(self, context: RowContext, to: Earlier) -> Earlier:
        self._look(context, to)
        job, row = self._job, context.row
        addition = Addition(context.copies, job.job_id, row.index, job.name or job.job_id, context.port.now())
        return _patiently(
            context,
            lambda: self._additions.add(
                to,
                context.sku,
                addition,
                unlike=lambda item, options: _unlike(context, item, options),
                fence=self._fence,
                by=self._worker,
            ),
        )

    def _taken_back(self, context: RowContext, home: Earlier) -> str:
        """Take back what the row has added; return why it stays where it cannot be taken back, "" when it was."""
        try:
            if context.sku in home.item.draft.added and home.open:
                self._changeable(context, home)
            _patiently(context, lambda: self._additions.withdraw(home, context.sku, fence=self._fence, by=self._worker))
        except IllegalTransition as why:
            stay = "stays" if context.copies == 1 else "stay"
            return f"{_copies(context.copies)} {stay} with {home.where}, because {str(why).rstrip('.')}."
        return ""


def _unlike(context: RowContext, item: Item, drafted_with: Options) -> str:
    return additions.unlike(item, drafted_with, context.row, context.options, context.copies)


def _patiently(context: RowContext, step: Callable[[], T]) -> T:
    """Take a step, again as long as the earlier row is in flight."""

    def owned() -> T:
        context.port.ensure_ours()
        return step()

    def wait(seconds: float, busy: RowBusy) -> bool:
        context.port.wait(seconds, f"{busy}.")
        return False

    return retry(owned, BUSY, RowBusy, wait=wait)


def _whereabouts(context: RowContext, home: Earlier) -> str:
    """Return the sentence of a row whose copies are with an earlier one."""
    copies = home.item.decided.added[context.sku].copies
    return f"{_copies(copies)} added to {home.where}: its draft is brought to {additions.quantity(home.item)}."


def _copies(count: int) -> str:
    return "1 copy" if count == 1 else f"{count} copies"
