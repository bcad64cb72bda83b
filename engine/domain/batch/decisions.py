"""What a person may decide of a row, checked before it is kept: another release, edits of the draft, its removal. Pure.

What is decided stays for every later run of the row, until it is taken back with None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from engine.codec import replace
from engine.domain.batch.decided import NO_EDITS, Addition, Choice, Corrected, Decided, Edits, Signature
from engine.domain.batch.grades import Grading, graded
from engine.domain.batch.rows import Condition
from engine.domain.identify import barcodes
from engine.domain.listing.categories import CATEGORIES
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


def decided(before: Decided, wanted: Mapping[str, Any], *, by: str, at: datetime) -> Decided:
    """Return what is decided of a row after `wanted`, signed with `by` and `at`: barcode, choice, edits, removal.

    What `wanted` does not name stays as it was `before`; None takes it back, an edit one by one. `edits` take the
    fields of `Edits`. A quantity that is given holds all copies that were added to the draft until then; what is added
    later comes on top of it.

    Raises:
        DecisionRefused: a field that nobody knows, or a value that a draft cannot have.
    """
    _only(wanted, {"barcode", "choice", "edits", "removed"}, "decision")
    now = before
    if "barcode" in wanted:
        now = replace(now, barcode=None if wanted["barcode"] is None else _barcode(wanted["barcode"], by, at))
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


def barcode_problem(value: str) -> str:
    """Return why a text that a person typed is no barcode, "" where it is one: nothing in it is mended."""
    found = barcodes.read(value)
    return found.problem or found.repaired


def _barcode(value: Any, by: str, at: datetime) -> Corrected:
    if not isinstance(value, str):
        raise DecisionRefused("barcode is a text of digits")
    if problem := barcode_problem(value):
        raise DecisionRefused(f"barcode: {problem}")
    return Corrected(by, at, barcodes.read(value).gtin or "")


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
