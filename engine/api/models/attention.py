"""Bodies of what needs attention over all batches, and of fixes of many rows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from engine.api.models.base import NUMBER, Answer, Body, CauseWord
from engine.api.models.rows import RowAnswer
from engine.api.price_rules import Cents, Grade, price_table
from engine.domain.identify.lead import MOST_FACTS
from engine.errors import Cause
from engine.public import MAX_CENTS, FixKind, FixState, Remedy, RowsWanted

GTIN = Field(
    "", description="only rows of this barcode, as `gtin` of a row", pattern=r"^(\d{14})?$", examples=["00724384260958"]
)
JOB_ID = Field("", description="only rows of this batch", examples=["batch_20250821_145610_0"], max_length=200)


class FixRequest(Body):
    """The failed rows that a fix is for, by `cause` and perhaps barcode or batch, and what is done with them."""

    kind: FixKind
    cause: Cause
    gtin: str = GTIN
    job_id: str = JOB_ID
    price_cents: Annotated[int | None, Field(ge=1, le=MAX_CENTS), NUMBER] = Field(
        None, description="in US cents, for `price`"
    )
    prices: dict[str, dict[Grade, Cents]] = Field(
        {},
        description="for `price`: your own prices by format and condition, `*` for any",
        examples=[{"CD": {"*": 499}}],
    )
    discogs_id: str | None = Field(None, description="the release at Discogs, for `choose`")
    musicbrainz_id: str | None = Field(None, description="the release at MusicBrainz, for `choose`")
    upc: str = Field("", description="only rows with this text for a barcode, as the file has it", max_length=200)
    barcode: str = Field("", description="what the copies say, for `barcode`", max_length=20)
    same_album: bool = Field(
        False, strict=True, description="for `take_best`: only where all candidates are one album in several pressings"
    )
    min_facts: Annotated[int, Field(ge=0, le=MOST_FACTS), NUMBER] = Field(
        0, description="for `take_best`: only where so many facts, or more, speak for the best candidate and no other"
    )

    @property
    def rows(self) -> RowsWanted:
        """Return the rows that are wanted."""
        return RowsWanted(self.cause, self.gtin, self.job_id, self.upc)

    @property
    def remedy(self) -> Remedy:
        """Return what is done with them."""
        release = (self.discogs_id, self.musicbrainz_id)
        prices, bar = price_table(self.prices), self.min_facts
        return Remedy(self.kind, self.price_cents, *release, self.same_album, self.barcode, prices, bar)


class ConcernedAnswer(Answer):
    """How many rows a fix is for, how many it would be done with, and how many it would leave alone, by reason.

    Of more than 1,000 rows the newest are judged; `judged` says how many. For `take_best`, `bars` says how many rows
    each `min_facts` leaves, and `facts` which facts speak for the best candidate alone, and in how many rows.
    """

    rows: int
    fixed: int
    left: dict[str, int]
    judged: int
    bars: dict[str, int] = Field(examples=[{"1": 40, "2": 12}])
    facts: dict[str, int] = Field(examples=[{"Discogs and MusicBrainz both know it": 31}])


class FixAnswer(Answer):
    """A fix. It begins at `due_at` and can be undone until then; `done` rows were queued, `left` counts the others."""

    fix_id: str
    kind: str = Field(examples=[*FixKind])
    cause: CauseWord
    gtin: str
    upc: str
    job_id: str
    by: str
    at: datetime
    due_at: datetime | None
    state: str = Field(examples=[*FixState])
    total: int
    done: int
    left: dict[str, int]
    ended_at: datetime | None


class FixesAnswer(Answer):
    """The newest fixes."""

    fixes: list[FixAnswer]


class AttentionCause(Answer):
    """How many rows of all batches failed for a cause, and which kinds of fix can mend them."""

    cause: CauseWord
    rows: int
    fixes: list[FixKind]


class AttentionAnswer(Answer):
    """What needs attention, the most frequent cause first."""

    rows: int
    causes: list[AttentionCause]


class FailedRowAnswer(Answer):
    """A failed row, and the batch it is of."""

    job_id: str
    row: RowAnswer


class FailedRowsAnswer(Answer):
    """Failed rows of all batches, those that failed last first. `next` is the moment that the next page is `before`."""

    total: int
    rows: list[FailedRowAnswer]
    next: datetime | None
