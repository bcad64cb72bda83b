"""What a person may decide of a row, checked before it is kept: another release, edits of the draft, its removal. Pure.

What is decided stays for every later run of the row, until it is taken back with None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from engine.domain.categories import CATEGORIES, Category
from engine.domain.listings import MAX_TITLE, plain
from engine.domain.photos import MAX_PHOTOS, refused
from engine.domain.rows import Condition
from engine.errors import DecisionRefused

MAX_CENTS = 9_999_999
MAX_QUANTITY = 999
MAX_NOTE = 1_000
MAX_PARAGRAPH = 500
MAX_ASPECT_NAME = 40
MAX_ASPECT_VALUE = 50
MAX_ASPECTS = 45
MAX_VALUES = 30
_MAX_ID = 40


@dataclass(frozen=True, slots=True)
class Edits:
    """What a person changed of a draft; None, or an empty text, leaves what the program composed.

    `aspects` maps names of item specifics to their values; an empty list leaves that specific out. `photos` replace all
    pictures of the copy, `paragraph` is added to the description. `by` says who.
    """

    title: str = ""
    price_cents: int | None = None
    condition: Condition | None = None
    quantity: int | None = None
    note: str | None = None
    paragraph: str = ""
    category: Category | None = None
    aspects: Mapping[str, list[str]] = field(default_factory=dict)
    photos: tuple[str, ...] | None = None
    by: str = ""

    @classmethod
    def of(cls, decided: Mapping[str, Any]) -> Self:
        """Return the edits among what was `decided` of a row."""
        known = dict(decided.get("edits", {}))
        photos, condition = known.pop("photos", None), known.pop("condition", None)
        return cls(
            category=CATEGORIES.get(known.pop("category_id", "")),
            photos=None if photos is None else tuple(photos),
            condition=Condition(condition) if condition else None,
            by=signed(decided.get("edited", {})),
            **known,
        )

    def applied(self, specifics: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Return item specifics as they are after the edits."""
        return {name: values for name, values in {**specifics, **self.aspects}.items() if values}


NO_EDITS = Edits()


def decided(before: Mapping[str, Any], wanted: Mapping[str, Any], *, by: str, at: datetime) -> dict[str, Any]:
    """Return what is decided of a row after `wanted`: `choice`, `edits` and `removed`, each signed with `by` and `at`.

    What `wanted` does not name stays as it was `before`; None takes it back, an edit one by one. `edits` take the
    fields of `Edits`, with `category_id` for the category. A quantity that is given holds all copies that were added to
    the draft until then; what is added later comes on top of it.

    Raises:
        DecisionRefused: a field that nobody knows, or a value that a draft cannot have.
    """
    _only(wanted, {"choice", "edits", "removed"}, "decision")
    now, signature = dict(before), {"by": by, "at": at}
    if "choice" in wanted:
        now["choice"] = {**_choice(wanted["choice"]), **signature} if wanted["choice"] is not None else None
    if "edits" in wanted:
        now["edits"] = _edits(before.get("edits", {}), wanted["edits"])
        now["edited"] = signature if now["edits"] else None
        if wanted["edits"] is None or "quantity" in wanted["edits"]:
            now["added"] = _counted(before.get("added", {}), given="quantity" in now["edits"])
    if "removed" in wanted:
        if not isinstance(wanted["removed"], bool | None):
            raise DecisionRefused("removed is true or false")
        now["removed"] = signature if wanted["removed"] else None
    return {name: value for name, value in now.items() if value}


def signed(entry: Mapping[str, Any]) -> str:
    """Return who decided something, without the domain of an address; `hand` when nobody told."""
    return str(entry.get("by") or "").partition("@")[0] or "hand"


def _choice(value: Any) -> dict[str, str]:
    _object(value, "choice")
    _only(value, {"discogs_id", "musicbrainz_id"}, "choice")
    chosen = {name: str(number).strip() for name, number in value.items() if number not in (None, "")}
    discogs, mbid = chosen.get("discogs_id", "1"), chosen.get("musicbrainz_id", "a")
    if not chosen:
        raise DecisionRefused("choice names a release by its discogs_id, its musicbrainz_id or both")
    if not (discogs.isascii() and discogs.isdecimal() and len(discogs) <= _MAX_ID):
        raise DecisionRefused("choice.discogs_id is the number of a release at Discogs, like 249504")
    if not (mbid.isascii() and mbid.replace("-", "").isalnum() and len(mbid) <= _MAX_ID):
        raise DecisionRefused("choice.musicbrainz_id is the identifier of a release at MusicBrainz")
    return chosen


def _edits(before: Mapping[str, Any], given: Any) -> dict[str, Any]:
    if given is None:
        return {}
    _object(given, "edits")
    _only(given, set(_CHECKS), "edit")
    checked = {name: None if value is None else _CHECKS[name](name, value) for name, value in given.items()}
    return {name: value for name, value in {**before, **checked}.items() if value is not None}


def _counted(added: Mapping[str, Mapping[str, Any]], *, given: bool) -> dict[str, dict[str, Any]]:
    """Return additions as counted in the quantity that a person has given, or as on top of the row's own again."""
    plain = {sku: {name: value for name, value in one.items() if name != "counted"} for sku, one in added.items()}
    return {sku: {**one, "counted": True} if given else one for sku, one in plain.items()}


def _only(given: Mapping[str, Any], known: set[str], what: str) -> None:
    if strange := sorted(set(map(str, given)) - known):
        raise DecisionRefused(f"{', '.join(strange)}: no such {what}; there are {', '.join(sorted(known))}")


def _object(value: Any, name: str) -> None:
    if not isinstance(value, Mapping):
        raise DecisionRefused(f"{name} is an object with named fields")


def _text(most: int, least: int = 0) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        text = plain(value) if isinstance(value, str) else ""
        if not isinstance(value, str) or not least <= len(text) <= most:
            raise DecisionRefused(f"{name} is a text of {least or 'up'} to {most:,} characters")
        return text

    return check


def _title(name: str, value: Any) -> str:
    text = _text(MAX_TITLE, 1)(name, value)
    if "<" in text or ">" in text:
        raise DecisionRefused("title is plain text: leave out < and >")
    return text


def _number(most: int) -> Callable[[str, Any], int]:
    def check(name: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise DecisionRefused(f"{name} is a whole number from 1 to {most:,}")
        return value

    return check


def _one_of(known: Mapping[str, object]) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            raise DecisionRefused(f"{name} is one of {', '.join(known)}")
        return value

    return check


def _aspects(_name: str, value: Any) -> dict[str, list[str]]:
    _object(value, "aspects")
    if len(value) > MAX_ASPECTS:
        raise DecisionRefused(f"aspects are up to {MAX_ASPECTS} item specifics")
    named = _text(MAX_ASPECT_NAME, 1)
    return {named("the name of an item specific", name): _values(name, values) for name, values in value.items()}


def _values(name: str, value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or len(value) > MAX_VALUES:
        raise DecisionRefused(f"aspects.{name} is a list of up to {MAX_VALUES} values; an empty one leaves it out")
    return [_text(MAX_ASPECT_VALUE, 1)(f"each value of aspects.{name}", text) for text in value]


def _photos(_name: str, value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or len(value) > MAX_PHOTOS:
        raise DecisionRefused(f"photos is a list of up to {MAX_PHOTOS} addresses")
    for address in value:
        if why := refused(address) if isinstance(address, str) else "an address is a text":
            raise DecisionRefused(f"photos: {why}")
    return list(value)


_CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "title": _title,
    "price_cents": _number(MAX_CENTS),
    "condition": _one_of({condition.value: condition for condition in Condition}),
    "quantity": _number(MAX_QUANTITY),
    "note": _text(MAX_NOTE),
    "paragraph": _text(MAX_PARAGRAPH),
    "category_id": _one_of(CATEGORIES),
    "aspects": _aspects,
    "photos": _photos,
}
