"""What lists over all batches say of a draft, in `drafts/{sku}`. Pure."""

from __future__ import annotations

from datetime import datetime

from engine.codec import Document
from engine.domain.batch.decided import Review as Review
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.rows import Condition
from engine.domain.identify.evidence import Confidence
from engine.domain.identify.named import Named
from engine.domain.listing.readiness import DraftNeed


class DraftRecord(Document, frozen=True):
    """A draft outside its batch, `drafts/{sku}`.

    `at` is when it was made or changed last, `changed_at` the same or when a person reviewed it last, `confidence` how
    sure the match is, `key` what a row without a barcode is known by: `discogs-249504` in every draft of that release.
    `look` whether a person should look at it because of that, `left_to_do` what keeps it from being
    published and `needs` the same in words that are searched for, nothing once it is removed.
    """

    sku: str
    gtin: str | None
    upc: str
    job_id: str
    index: int
    at: datetime
    title: str = ""
    price_cents: int | None = None
    grade: Condition | None = None
    quantity: int | None = None
    image_url: str = ""
    left_to_do: tuple[str, ...] = ()
    needs: tuple[DraftNeed, ...] = ()
    confidence: Confidence | None = None
    look: bool = False
    outcome: Outcome | None = None
    offer_id: str | None = None
    review: Review = Review.OPEN
    reviewed_by: str = ""
    changed_at: datetime | None = None
    key: str = ""

    def may_be(self, discogs_id: str) -> bool:
        """Whether it may be a draft of a release of Discogs, "" for any."""
        return not discogs_id or self.key in ("", Named(discogs_id).key)


def review(item: Item) -> Review:
    """Return what a person thinks of the draft of a row."""
    if item.status is ItemStatus.SKIPPED:
        return Review.REMOVED
    return item.decided.review.state if item.decided.review else Review.OPEN


def _key(item: Item) -> str:
    by_words = item.named.key if item.gtin is None and not item.named.discogs_id else ""
    return by_words or (Named(item.release.discogs_id).key if item.release.discogs_id else "")


def _gtin(upc: str) -> str | None:
    return upc.zfill(14) if upc.isdecimal() else None


def record(job_id: str, item: Item) -> DraftRecord | None:
    """Return the record of the draft of `item`, None while the row has none."""
    draft, reviewed, at = item.draft, item.decided.review, item.finished_at
    if not draft or not item.done or item.status is ItemStatus.FAILED or item.handed_to or at is None:
        return None
    return DraftRecord(
        sku=item.sku,
        gtin=item.gtin or _gtin(draft.upc),
        key=_key(item),
        upc=item.upc,
        job_id=job_id,
        index=item.index,
        title=draft.title,
        price_cents=draft.price_cents,
        grade=draft.grade,
        quantity=draft.quantity,
        image_url=draft.image_url,
        left_to_do=draft.not_publishable,
        needs=item.needs,
        confidence=item.match.confidence,
        look=item.match.confidence == Confidence.FAIR,
        outcome=item.outcome,
        offer_id=item.offer_id,
        review=review(item),
        reviewed_by=reviewed.by if reviewed else "",
        at=at,
        changed_at=item.changed_at,
    )
