"""Which rows are not run because of what the operator chose for the batch."""

from __future__ import annotations

from engine.batches.drafts import Drafts
from engine.domain.batch.items import Item
from engine.domain.batch.options import DraftedBefore, Duplicates
from engine.errors import Cause
from engine.pipeline.work import RowContext


def skipped(context: RowContext, before: Item, drafts: Drafts) -> tuple[Cause, str] | None:
    """Return why the row is skipped, with the sentence that says so; None when it is run.

    Its barcode is counted in an earlier row, or has a draft in an earlier batch. A row that was wanted again, or whose
    own draft was begun, is no question of the latter. `before` is the row as it was stored.
    """
    row, options = context.row, context.options
    if row.repeat_of is not None and options.duplicates is Duplicates.QUANTITY:
        what = "barcode" if row.gtin else "release"
        reason = f"Counted in the quantity of row {row.repeat_of + 1} of the batch, which has the same {what}."
        return Cause.MERGED, reason
    own = before.wanted is not None or before.intent is not None
    if own or row.key is None or options.drafted_before is not DraftedBefore.SKIP:
        return None
    earlier = drafts.earlier(row.key, context.batch, discogs_id=row.named.discogs_id)
    if earlier is None:
        return None
    draft, batch = earlier
    where = f"row {draft.index + 1} of {batch}"
    return Cause.DRAFTED_BEFORE, f"Drafted before, on {draft.at:%d %B %Y}: {where}. Its SKU is {draft.sku}."
