"""What is told of a draft outside its batch, in `drafts/{sku}`: for lists over all batches. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from engine.domain.items import Item, ItemStatus
from engine.domain.matching import Confidence


class Review(StrEnum):
    """What a person thinks of a draft. Stored: never renamed."""

    OPEN = "open"  # nobody has looked at it
    APPROVED = "approved"
    HELD = "held"
    REMOVED = "removed"  # it is no draft any more


def review(item: Item) -> Review:
    """Return what a person thinks of the draft of a row."""
    if item.status is ItemStatus.SKIPPED:
        return Review.REMOVED
    return Review(item.decided.get("review", {}).get("state", Review.OPEN))


def record(job_id: str, item: Item) -> dict[str, Any] | None:
    """Return the document of the draft of `item`, None while the row has none.

    `at` is when it was made or changed last, `changed_at` the same or when a person reviewed it last, `confidence` how
    sure the match is, `look` whether a person should look at it because of that, `left_to_do` what keeps it from being
    published.
    """
    if not item.draft or not item.done or item.status is ItemStatus.FAILED:
        return None
    draft = item.draft
    return {
        "sku": item.sku,
        "gtin": item.gtin,
        "upc": item.upc,
        "job_id": job_id,
        "index": item.index,
        "title": draft.get("title", ""),
        "price_cents": draft.get("price_cents"),
        "grade": draft.get("grade"),
        "quantity": draft.get("quantity"),
        "image_url": draft.get("image_url", ""),
        "left_to_do": list(draft.get("not_publishable", ())),
        "confidence": item.match.get("confidence"),
        "look": item.match.get("confidence") == Confidence.FAIR,
        "outcome": item.outcome,
        "offer_id": item.offer_id,
        "review": review(item),
        "reviewed_by": item.decided.get("review", {}).get("by", ""),
        "at": item.finished_at,
        "changed_at": item.changed_at,
    }
