"""Copies that rows of later batches have added to the draft of a row, and to which draft they may be added. Pure.

They stand in `decided.added` of that row, each under the SKU that the adding row would have had itself: adding twice is
adding once.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.codec import replace
from engine.domain.batch.decided import Addition, Decided
from engine.domain.batch.decisions import MAX_QUANTITY
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Row
from engine.domain.identify.evidence import Verdict
from engine.domain.listing.grading import graded
from engine.domain.listing.photos import MAX_PHOTOS

STATED = frozenset({"file", "edited", "fixed"})  # sources of a price that the market does not move

Added = Mapping[str, Addition]


def on_top(decided: Decided) -> dict[str, int]:
    """Return the copies that come on top of the row's own, by the SKU of the adding row."""
    return {sku: one.copies for sku, one in decided.added.items() if not one.counted}


def not_in(item: Item) -> dict[str, Addition]:
    """Return the additions that the draft of a row does not hold: while it is run, those that this run brings."""
    ahead = {sku: one for sku, one in item.decided.added.items() if not one.counted}
    if item.done:
        return {sku: one for sku, one in ahead.items() if sku not in item.draft.added}
    ended = max((past.at for past in item.history if past.at), default=None)
    return {sku: one for sku, one in ahead.items() if ended is None or one.at > ended}


def without(item: Item, missing: Added) -> Item:
    """Return a row whose draft is recorded as it is at eBay, without what is `missing` there."""
    held = item.draft.added
    gone = [copies for sku, copies in held.items() if sku in missing]
    if not gone:
        return item
    left = {sku: copies for sku, copies in held.items() if sku not in missing}
    return replace(item, draft=replace(item.draft, added=left, quantity=item.draft.quantity - sum(gone)))


def takes_more(item: Item) -> bool:
    """Whether a row is wanted again for what was added to it, and for nothing else."""
    ended = item.finished_at
    return item.wanted is not None and any(ended is None or one.at > ended for one in not_in(item).values())


def quantity(item: Item) -> int:
    """Return how many copies the draft of a row offers once all that was added is in it."""
    own = item.draft.quantity - sum(item.draft.added.values())
    return offered(item.decided, own)


def offered(decided: Decided, own: int) -> int:
    """Return how many copies a draft offers: as many as a person said, else the row's `own`, and what was added."""
    return min(MAX_QUANTITY, (decided.edits.quantity or own) + sum(on_top(decided).values()))


def unlike(item: Item, drafted_with: Options, row: Row, options: Options, copies: int) -> str:
    """Return why so many copies of `row` may not be added to the draft of `item`, "" when they may.

    They may where a buyer is shown the same: a draft at eBay, whose release is not one of several, with the row's
    grade, note and own photos; and where the row asks for no other price. Two ungraded copies are alike.
    """
    draft, decided = item.draft, item.decided
    if item.status is not ItemStatus.SUCCEEDED or decided.removed:
        return "it has no draft any more"
    if item.outcome is not Outcome.DRAFTED or drafted_with.not_sent:
        return "its draft is not at eBay"
    if item.match.verdict != Verdict.MATCHED or decided.choice:
        return "its release is one of several that carry the barcode"
    copy = graded(row, options)
    if draft.grade != copy.condition or draft.grading != copy.own:
        return "it has another grade"
    if draft.note.strip() != row.note.strip():
        return "it has another note"
    if not _same_photos(item, drafted_with, row, options):
        return "it has other photos of its own"
    if row.price_cents is not None and not _same_price(item, row.price_cents):
        return "it has another price"
    if quantity(item) + copies > MAX_QUANTITY:
        return f"it would offer more than {MAX_QUANTITY} copies"
    return ""


def _same_price(item: Item, cents: int) -> bool:
    return item.draft.price_cents == cents and item.price.source in STATED


def _same_photos(item: Item, drafted_with: Options, row: Row, options: Options) -> bool:
    """Whether both have the same own photos, or none; one pattern finds the same files for one barcode."""
    own = bool(item.draft.own_photos or item.picture.files)
    if row.photos:
        return own and list(item.draft.pictures) == list(row.photos[:MAX_PHOTOS])
    if options.photos:
        return options.photos == drafted_with.photos and item.decided.edits.photos is None
    return not own
