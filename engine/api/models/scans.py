"""Bodies of scan sessions: copies that are scanned one by one, before they are a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from engine.api.models.base import Answer, Body
from engine.api.models.rows import PriceAnswer, ReleaseAnswer
from engine.public import MOST_LINES, ScanState

Id = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$", max_length=64)]


class OpenRequest(Body):
    """What is scanned."""

    name: str = Field("", max_length=80, examples=["Shelf 3"])
    session_id: Id | None = Field(None, description="your own id: sent twice, it begins one session")


class LineRequest(Body):
    """A line from a scanner: a barcode, or a word about the scan `of`."""

    id: Id = Field(description="your own id: sent twice, the line counts once")
    text: str = Field(max_length=600, examples=["074646362822", "VG+", "12.50", "x2", "/hub crack", "-"])
    of: str = Field("", max_length=64, description="the scan that a word is about: its id, or its number as #12")


class LinesRequest(Body):
    """The lines that came in, the oldest first."""

    lines: Annotated[list[LineRequest], Field(min_length=1, max_length=MOST_LINES)]


class ScanAnswer(Answer):
    """One copy: `repeats` is the number of the first scan with the same barcode.

    `price` is what the price rule of your default profile finds where it asks a market, null where it does not;
    `price_due` says that it is still being looked up.
    """

    scan_id: str
    number: int
    text: str
    upc: str
    gtin: str | None
    state: str = Field(examples=[*ScanState])
    problem: str
    repeats: int | None
    grade: str
    price_cents: int | None
    quantity: int
    note: str
    at: datetime
    by: str
    release: ReleaseAnswer | None
    cover: str
    price: PriceAnswer | None
    price_due: bool


class TakenAnswer(Answer):
    """What became of a line: the scan that it is or is about; `problem` says why nothing was done."""

    id: str
    changed: bool
    problem: str
    scan: ScanAnswer | None


class LinesAnswer(Answer):
    """What became of each line, in their order."""

    lines: Sequence[TakenAnswer]


class SessionAnswer(Answer):
    """A session: so many `scans` came in, those that were taken back included."""

    session_id: str
    name: str
    by: str
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    scans: int


class FilledAnswer(SessionAnswer):
    """A session with how many scans are in each state, and the newest of them."""

    counts: Mapping[str, int]
    newest: Sequence[ScanAnswer]


class SessionsAnswer(Answer):
    """The sessions that are being filled."""

    sessions: Sequence[SessionAnswer]


class ClosedAnswer(Answer):
    """The file of a session, for `POST /api/batch/process`."""

    gcs_path: str


class DiscardedAnswer(Answer):
    """A session that is gone."""

    session_id: str


class PictureRequest(Body):
    """A picture as a camera makes it."""

    image: str = Field(max_length=900_000, description="a JPEG, PNG or WebP in base64")


class BarcodesAnswer(Answer):
    """The barcodes in a picture, from left to right; without any, `problem` says so where it is no picture."""

    barcodes: Sequence[str]
    problem: str = ""
