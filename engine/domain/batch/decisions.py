"""What a person may decide of a row, checked before it is kept: another release, edits of the draft, its removal. Pure.

What is decided stays for every later run of the row, until it is taken back with None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from engine.codec import Part, Value, replace
from engine.domain.batch.grades import Grading, graded
from engine.domain.batch.rows import Condition
from engine.domain.listing.categories import CATEGORIES, Category
from engine.domain.listing.photo_pages import direct
from engine.domain.listing.photos import MAX_PHOTOS, refused
from engine.domain.listing.titles import MAX_TITLE
from engine.domain.listing.wording import plain
from engine.errors import DecisionRefused

MAX_CENTS = 9_999_999
MAX_QUANTITY = 999
MAX_NOTE = 1_000
MAX_PARAGRAPH = 500
MAX_ASPECT_NAME = 40
MAX_ASPECT_VALUE = 50
MAX_ASPECTS = 45
MAX_VALUES = 30
MAX_GRADING = 80
_MAX_ID = 40


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

    `choice` is a release, `edits` change the draft and `edited` says who wrote them, `removed` who took the draft back,
    `review` what somebody thinks of it. `added` holds the copies that rows of later batches have added to the draft, by
    the SKU that the adding row would have had itself: adding twice is adding once.
    """

    choice: Choice | None = None
    edits: Edits = NO_EDITS
    edited: Signature | None = None
    removed: Signature | None = None
    review: Reviewed | None = None
    added: Mapping[str, Addition] = {}


NOTHING = Decided()


def decided(before: Decided, wanted: Mapping[str, Any], *, by: str, at: datetime) -> Decided:
    """Return what is decided of a row after `wanted`: `choice`, `edits` and `removed`, each signed with `by` and `at`.

    What `wanted` does not name stays as it was `before`; None takes it back, an edit one by one. `edits` take the
    fields of `Edits`. A quantity that is given holds all copies that were added to the draft until then; what is added
    later comes on top of it.

    Raises:
        DecisionRefused: a field that nobody knows, or a value that a draft cannot have.
    """
    _only(wanted, {"choice", "edits", "removed"}, "decision")
    now = before
    if "choice" in wanted:
        now = replace(now, choice=None if wanted["choice"] is None else _choice(wanted["choice"], by, at))
    if "edits" in wanted:
        edits = _edits(before.edits, wanted["edits"])
        now = replace(now, edits=edits, edited=Signature(by, at) if edits else None)
        if wanted["edits"] is None or "quantity" in wanted["edits"]:
            now = replace(now, added=_counted(before.added, given=edits.quantity is not None))
    if "removed" in wanted:
        if not isinstance(wanted["removed"], bool | None):
            raise DecisionRefused("removed is true or false")
        now = replace(now, removed=Signature(by, at) if wanted["removed"] else None)
    return now


def _choice(value: Any, by: str, at: datetime) -> Choice:
    _object(value, "choice")
    _only(value, {"discogs_id", "musicbrainz_id"}, "choice")
    chosen = {name: str(_whole(number)).strip() for name, number in value.items() if number not in (None, "")}
    discogs, mbid = chosen.get("discogs_id", "1"), chosen.get("musicbrainz_id", "a")
    if not chosen:
        raise DecisionRefused("choice names a release by its discogs_id, its musicbrainz_id or both")
    if not (discogs.isascii() and discogs.isdecimal() and len(discogs) <= _MAX_ID):
        raise DecisionRefused("choice.discogs_id is the number of a release at Discogs, like 249504")
    if not (mbid.isascii() and mbid.replace("-", "").isalnum() and len(mbid) <= _MAX_ID):
        raise DecisionRefused("choice.musicbrainz_id is the identifier of a release at MusicBrainz")
    return Choice(by, at, **chosen)


def _edits(before: Edits, given: Any) -> Edits:
    if given is None:
        return NO_EDITS
    _object(given, "edits")
    _only(given, set(_CHECKS), "edit")
    checked = {name: None if value is None else _CHECKS[name](name, value) for name, value in given.items()}
    return replace(before, **checked) or NO_EDITS  # one that says nothing is not written


def _counted(added: Mapping[str, Addition], *, given: bool) -> dict[str, Addition]:
    """Return additions as counted in the quantity that a person has given, or as on top of the row's own again."""
    return {sku: replace(one, counted=given) for sku, one in added.items()}


def _only(given: Mapping[str, object], known: set[str], what: str) -> None:
    if strange := sorted(set(map(str, given)) - known):
        raise DecisionRefused(f"{', '.join(strange)}: no such {what}; there are {', '.join(sorted(known))}")


def _object(value: Any, name: str) -> None:
    if not isinstance(value, Mapping):
        raise DecisionRefused(f"{name} is an object with named fields")


def _text(name: str, value: Any, *, most: int, least: int = 0) -> str:
    text = plain(value) if isinstance(value, str) else ""
    if not isinstance(value, str) or not least <= len(text) <= most:
        raise DecisionRefused(f"{name} is a text of {least or 'up'} to {most:,} characters")
    return text


def _title(name: str, value: Any) -> str:
    text = _text(name, value, most=MAX_TITLE, least=1)
    if "<" in text or ">" in text:
        raise DecisionRefused("title is plain text: leave out < and >")
    return text


def _whole(value: Any) -> Any:
    """Return 700 for 700.0, and anything else as it is: JSON knows one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _number(name: str, value: Any, *, most: int) -> int:
    value = _whole(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise DecisionRefused(f"{name} is a whole number from 1 to {most:,}")
    return value


def _one_of(name: str, value: Any, *, known: Mapping[str, object]) -> str:
    if not isinstance(value, str) or value not in known:
        raise DecisionRefused(f"{name} is one of {', '.join(known)}")
    return value


def _condition(name: str, value: Any) -> Condition:
    return Condition(_one_of(name, value, known=Condition.__members__))


def _grading(name: str, value: Any) -> Grading:
    found = graded(value) if isinstance(value, str) and len(value) <= MAX_GRADING else None
    if found is None:
        raise DecisionRefused(f"{name} is a grade such as VG+, or two for medium and sleeve such as NM/VG+")
    return found


def _aspects(_name: str, value: Any) -> dict[str, tuple[str, ...]]:
    _object(value, "aspects")
    if len(value) > MAX_ASPECTS:
        raise DecisionRefused(f"aspects are up to {MAX_ASPECTS} item specifics")
    return {
        _text("the name of an item specific", name, most=MAX_ASPECT_NAME, least=1): _values(name, values)
        for name, values in value.items()
    }


def _values(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MAX_VALUES:
        raise DecisionRefused(f"aspects.{name} is a list of up to {MAX_VALUES} values; an empty one leaves it out")
    return tuple(_text(f"each value of aspects.{name}", text, most=MAX_ASPECT_VALUE, least=1) for text in value)


def _photos(_name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MAX_PHOTOS:
        raise DecisionRefused(f"photos is a list of up to {MAX_PHOTOS} addresses")
    for address in value:
        if why := refused(address) if isinstance(address, str) else "an address is a text":
            raise DecisionRefused(f"photos: {why}")
    return tuple(map(direct, value))


_CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "title": _title,
    "price_cents": partial(_number, most=MAX_CENTS),
    "condition": _condition,
    "quantity": partial(_number, most=MAX_QUANTITY),
    "note": partial(_text, most=MAX_NOTE),
    "paragraph": partial(_text, most=MAX_PARAGRAPH),
    "category_id": partial(_one_of, known=CATEGORIES),
    "aspects": _aspects,
    "photos": _photos,
    "grading": _grading,
}
