"""A draft in the lists over all batches."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from engine.api.models.base import Answer, NeedWord, OutcomeWord
from engine.domain.batch.draft_index import Review


class DraftEntry(Answer):
    """A draft and the row that it is of."""

    sku: str
    gtin: str | None = None
    upc: str = ""
    job_id: str
    index: int
    title: str = ""
    price_cents: int | None = None
    grade: str | None = None
    quantity: int | None = None
    image_url: str = ""
    left_to_do: list[str] = Field([], description="what the draft lacks at eBay")
    needs: list[NeedWord] = Field([], description="the same in words that can be asked for")
    confidence: str | None = None
    look: bool = Field(False, description="whether a person should look at the match")
    outcome: OutcomeWord | None = None
    offer_id: str | None = None
    review: Review
    reviewed_by: str = ""
    at: datetime | None = Field(description="when it was made or changed last")
    changed_at: datetime | None = Field(None, description="the same, or when it was reviewed last")
    key: str = Field("", description="what a copy without a barcode is known by, such as discogs-249504")


class DraftsAnswer(Answer):
    """Drafts, the newest first."""

    total: int
    drafts: list[DraftEntry]
    next: datetime | None = Field(description="the moment that the next page is `before`, null on the last")
