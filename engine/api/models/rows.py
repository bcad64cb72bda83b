"""A row with its evidence. What is not known yet of a step is an empty object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import ConfigDict, Field

from engine.api.models.base import Answer, CauseWord, NeedWord, OutcomeWord, Payload
from engine.api.models.drafts import DraftEntry
from engine.api.models.grades import GradingAnswer
from engine.domain.batch.draft_index import Review
from engine.domain.batch.items import ItemStatus


class ReleaseAnswer(Answer):
    """A release that carries the barcode."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    artist: str = ""
    title: str = ""
    label: str = ""
    catalog_number: str = ""
    year: int | str | None = None
    released: str = ""
    format: str = ""
    format_descriptions: Sequence[str] = ()
    country: str = ""
    genres: Sequence[str] = ()
    styles: Sequence[str] = ()
    discogs_id: str | None = None
    musicbrainz_id: str | None = None
    dump: str = Field("", description="the day of the data dump that says so")
    have: int | None = None
    url: str = ""


class MatchAnswer(Answer):
    """Which release the barcode means, and why."""

    verdict: str | None = Field(None, description="null for rows of the earlier service")
    confidence: str | None = None
    reasons: Sequence[str] = ()
    lacking: Sequence[str] = Field((), description="services that had no answer")
    found: int = 0
    candidates: Sequence[ReleaseAnswer] = Field((), description="the ten best")
    earlier: Payload = Field({}, description="what the service before this one said of the row")


class PictureAnswer(Answer):
    """Where the picture comes from, or why there is none."""

    url: str = ""
    reason: str = ""
    files: Sequence[str] = Field((), description="own photos that eBay cannot fetch")
    warning: str = Field("", description="which photos of the file are not used, and why")
    unlinked: bool = Field(False, description="MusicBrainz has yet to tell what is linked to the release at Discogs")


class Searched(Answer):
    """Which offers a price was compared with."""

    barcode: str = ""
    category_id: str = ""
    conditions: Sequence[str] = ()


class PriceEvidence(Answer):
    """The numbers behind a price, in US cents; which there are depends on its source."""

    asked: int = 0
    used: int = 0
    used_cents: Sequence[int] = ()
    left_out_cents: Sequence[int] = ()
    median_cents: int = 0
    lowest_cents: int = 0
    highest_cents: int = 0
    searched: Searched = Searched()
    asked_at: str = ""
    grade: str = ""
    suggested_cents: int = 0
    suggestions: Mapping[str, int] = Field(default_factory=dict)
    factor: float = 1.0
    ending_cents: int | None = None
    floor_cents: int | None = None
    ceiling_cents: int | None = None
    basis: str = ""
    instead: str = Field("", description="why the rule found no price")
    instead_of: PriceAnswer | None = Field(None, description="the price before a person gave one")


class PriceAnswer(Answer):
    """What a copy is offered for; where none was found, `source` is `none` and `reason` says why."""

    cents: int = 0
    currency: str = ""
    source: str = ""
    reason: str = ""
    evidence: PriceEvidence = Field(default_factory=PriceEvidence)


class CheckedAgainst(Answer):
    """Which rules of the category a draft was held against."""

    by: str = ""
    asked_at: str = ""


class DraftAnswer(Answer):
    """The draft, as it is sent to eBay or kept."""

    sku: str = ""
    title: str = ""
    category_id: str | None = None
    category: str | None = None
    condition: str | None = None
    condition_description: str = ""
    grade: str | None = None
    quantity: int = 1
    added: Mapping[str, int] = Field({}, description="copies that later batches added, by the SKUs of their rows")
    note: str = ""
    price_cents: int | None = None
    currency: str = ""
    upc: str = ""
    image_url: str = ""
    own_photos: bool = False
    not_publishable: Sequence[str] = Field((), description="what is left to do")
    needs: Sequence[NeedWord] = Field((), description="the same in words that can be asked for")
    checked_against: CheckedAgainst = CheckedAgainst()
    inventory_item: Payload = Field({}, description="eBay's inventory item")
    offer: Payload = Field({}, description="eBay's offer")
    grading: GradingAnswer | None = Field(None, description="the seller's own grades")
    notes: Sequence[str] = Field((), description="what is worth a look, though nothing is left to do")


class Signature(Answer):
    """Who decided something, and when."""

    by: str = ""
    at: datetime | None = None


class Choice(Signature):
    """The release that a person chose."""

    discogs_id: str | None = None
    musicbrainz_id: str | None = None


class EditsAnswer(Answer):
    """What a person changed of the draft."""

    title: str = ""
    price_cents: int = 0
    condition: str = ""
    quantity: int = 0
    note: str = ""
    paragraph: str = ""
    category_id: str = ""
    aspects: Mapping[str, list[str]] = Field(default_factory=dict)
    photos: Sequence[str] = ()
    grading: GradingAnswer = GradingAnswer()


class AddedCopies(Answer):
    """Copies that a row of a later batch added to the draft."""

    copies: int = 0
    job_id: str = ""
    index: int = 0
    batch: str = ""
    at: datetime | None = None
    counted: bool = Field(False, description="whether the quantity that a person gave holds them")


class ReviewAnswer(Signature):
    """What a person thinks of the draft."""

    state: Review = Review.OPEN


class Decided(Answer):
    """What persons decided of the row."""

    choice: Choice = Choice()
    edits: EditsAnswer = EditsAnswer()
    edited: Signature = Signature()
    removed: Signature = Signature()
    review: ReviewAnswer = ReviewAnswer()
    added: Mapping[str, AddedCopies] = Field(default_factory=dict)


class PastEnd(Answer):
    """An end that the row had before."""

    attempt: int = 0
    cause: CauseWord | None = None
    error: str | None = None
    at: datetime | None = None


class Intent(Answer):
    """The draft that is about to be made, noted before the first write to eBay."""

    sku: str
    at: datetime


class HandedTo(Answer):
    """The row of another batch that carries this one on."""

    job_id: str
    index: int
    batch: str
    at: datetime


class NamedAnswer(Answer):
    """What the file says of the release beside a barcode, or in place of one; each empty where it says nothing."""

    discogs_id: str = ""
    catalog_number: str = ""
    artist: str = ""
    title: str = ""
    label: str = ""
    country: str = ""
    year: str = ""


class RowAnswer(Answer):
    """A row of a batch."""

    index: int
    line: int
    upc: str
    gtin: str | None
    status: ItemStatus
    cause: CauseWord | None
    error: str | None
    attempts: int
    round: int
    sku: str
    intent: Intent | None
    outcome: OutcomeWord | None
    not_sent: str
    offer_id: str | None
    release: ReleaseAnswer
    match: MatchAnswer
    picture: PictureAnswer
    price: PriceAnswer
    draft: DraftAnswer
    started_at: datetime | None
    finished_at: datetime | None
    worker: str
    history: list[PastEnd]
    decided: Decided
    wanted: int | None = Field(description="the number of the retry that will do it again")
    was: ItemStatus | None = Field(description="its end before the last run")
    handed_to: HandedTo | None = Field(description="the row of another batch that carries this one on")
    retryable: bool
    lacking: list[str] = Field(description="services that had no answer about it, or none about its cover yet")
    needs: list[NeedWord] = Field(description="what its draft is not ready for want of")
    waits_for: str = Field(description='what it waits for, "" for nothing')
    seller_sku: str = Field("", description="the seller's own number, from the file")
    location: str = Field("", description="where the copy stands, from the file")
    named: NamedAnswer = NamedAnswer()


class RowsAnswer(Answer):
    """Rows in the order of the file."""

    items: list[RowAnswer]
    next: int | None = Field(description="the cursor of the next page, null on the last")


class WholeRowAnswer(RowAnswer):
    """A row with what is known of its draft elsewhere."""

    review: Review | None = Field(description="null when it has no draft")
    changed_at: datetime | None
    other_drafts: list[DraftEntry] = Field(description="of its barcode")
