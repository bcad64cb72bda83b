"""What a person decided of a row: barcode, release, edits of the draft, its removal, what they think of it. Pure.

What is decided stays for every later run of the row, until it is taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from engine.codec import Part, Value
from engine.domain.batch.grades import Grading
from engine.domain.batch.rows import Condition
from engine.domain.listing.categories import CATEGORIES, Category


class Review(StrEnum):
    """What a person thinks of a draft. Stored: never renamed."""

    OPEN = "open"  # nobody has looked at it
    APPROVED = "approved"
    HELD = "held"
    REMOVED = "removed"  # it is no draft any more


class Signature(Value, frozen=True):
    """Who decided something, "" when nobody said, and when."""

    by: str = ""
    at: datetime | None = None

    @property
    def signed(self) -> str:
        """Return who it was, without the domain of an address; `hand` when nobody said."""
        return self.by.partition("@")[0] or "hand"


class Choice(Signature, frozen=True):
    """The release that a person chose for a row, by the number of one service or of both."""

    discogs_id: str | None = None
    musicbrainz_id: str | None = None

    @property
    def numbers(self) -> dict[str, str]:
        """Return the numbers by the names of their services."""
        known = {"Discogs": self.discogs_id, "MusicBrainz": self.musicbrainz_id}
        return {name: number for name, number in known.items() if number}


class Corrected(Signature, frozen=True):
    """The barcode that a person read off the copy, as GTIN-14: it counts in place of what the file says."""

    gtin: str = ""


class Reviewed(Value, frozen=True):
    """What a person thinks of a draft, who it was and when."""

    state: Review
    by: str = ""
    at: datetime | None = None


class Addition(Value, frozen=True):
    """Copies that a row of a later batch has added to a draft.

    `job_id`, `index` and `batch` (the name of that batch) say which row, `at` when. `counted` is true where a person
    has given the quantity of the draft since, which holds these copies then.
    """

    copies: int
    job_id: str
    index: int
    batch: str
    at: datetime
    counted: bool = False


class Edits(Part, frozen=True):
    """What a person changed of a draft; None leaves what the program composed.

    `aspects` maps names of item specifics to their values; an empty list leaves that specific out. `photos` replace all
    pictures of the copy, `paragraph` is added to the description. `grading` holds the seller's own grades.
    """

    title: str | None = None
    price_cents: int | None = None
    condition: Condition | None = None
    quantity: int | None = None
    note: str | None = None
    paragraph: str | None = None
    category_id: str | None = None
    aspects: Mapping[str, tuple[str, ...]] | None = None
    photos: tuple[str, ...] | None = None
    grading: Grading | None = None

    @property
    def category(self) -> Category | None:
        """Return the category that the draft was put into, None when it was not, or when nobody knows it any more."""
        return CATEGORIES.get(self.category_id or "")

    @property
    def names(self) -> list[str]:
        """Return the names of what was changed."""
        return [name for name in self.__struct_fields__ if getattr(self, name) is not None]

    def applied(self, specifics: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Return item specifics as they are after the edits."""
        return {name: list(values) for name, values in {**specifics, **(self.aspects or {})}.items() if values}


NO_EDITS = Edits()


class Decided(Part, frozen=True):
    """What a person decided of a row, and every later run of the row obeys.

    `barcode` counts in place of the file's, `choice` is a release, `edits` change the draft and `edited` says who wrote
    them, `removed` who took the draft back, `review` what somebody thinks of it. `added` holds the copies that rows of
    later batches have added to the draft, by the SKU that the adding row would have had itself: adding twice is adding
    once.
    """

    choice: Choice | None = None
    edits: Edits = NO_EDITS
    edited: Signature | None = None
    removed: Signature | None = None
    review: Reviewed | None = None
    added: Mapping[str, Addition] = {}
    barcode: Corrected | None = None


NOTHING = Decided()
