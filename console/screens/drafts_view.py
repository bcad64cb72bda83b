"""Which drafts are wanted, as the address of the page says it, and what the screen shows of them. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.words import Word
from engine.domain.drafted import Review
from engine.domain.items import Item
from engine.public import Engine

PAGE = 25
DRAFT = "draft"  # of the address: the one that is open

SHOWN: Mapping[str, str] = {
    "open": "To review",
    "look": "Worth a look",
    "approved": "Approved",
    "held": "Held",
    "removed": "Removed",
    "all": "All",
}
_REVIEW: Mapping[str, Review] = {
    "open": Review.OPEN,
    "look": Review.OPEN,
    "approved": Review.APPROVED,
    "held": Review.HELD,
    "removed": Review.REMOVED,
}
REVIEW_WORDS: Mapping[Review, Word] = {
    Review.OPEN: Word("To review", "gray", "visibility"),
    Review.APPROVED: Word("Approved", "green", "thumb_up"),
    Review.HELD: Word("Held", "orange", "front_hand"),
    Review.REMOVED: Word("Removed", "gray", "delete"),
}
CONFIDENCE_WORDS: Mapping[str, Word] = {
    "high": Word("Sure", "green", "verified"),
    "good": Word("Good", "green", "check"),
    "fair": Word("Look at it", "orange", "search"),
    "chosen": Word("Chosen", "blue", "person"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One row of a batch, as an address names it."""

    job_id: str
    index: int

    @classmethod
    def of(cls, text: str) -> Place | None:
        """Return the row that `text` names, None when it names none."""
        job_id, _, index = text.rpartition(".")
        return cls(job_id, int(index)) if job_id and index.isascii() and index.isdecimal() else None

    @classmethod
    def told(cls, draft: Mapping[str, Any]) -> Place:
        """Return the row of a draft."""
        return cls(draft["job_id"], draft["index"])

    def __str__(self) -> str:
        return f"{self.job_id}.{self.index}"


@dataclass(frozen=True, slots=True)
class Query:
    """Which drafts are listed: in one state of review, of one batch, made `before` a moment."""

    show: str = "open"
    job_id: str = ""
    before: datetime | None = None

    @classmethod
    def of(cls, address: Mapping[str, str]) -> Query:
        """Return what the parameters of an address ask for; what means nothing is left out."""
        show, job_id = address.get("show", ""), address.get("job_id", "")
        try:
            before = datetime.fromisoformat(address.get("before", ""))
        except ValueError:
            before = None
        aware = before if before and before.tzinfo else None
        return cls(show if show in SHOWN else "open", job_id, aware)

    def address(self) -> dict[str, str]:
        """Return the parameters that ask for it."""
        given = {"job_id": self.job_id, "show": "" if self.show == "open" else self.show}
        before = self.before.isoformat() if self.before else ""
        return {name: value for name, value in {**given, "before": before}.items() if value}


@dataclass(frozen=True, slots=True)
class Listing:
    """The drafts of a page by SKU, as they were when it was opened; `older` begins the next page, None on the last."""

    query: Query
    skus: tuple[str, ...]
    places: tuple[Place, ...]
    older: datetime | None

    def after(self, place: Place | None, steps: int) -> Place | None:
        """Return the row so many steps after `place`, None at an end of the page."""
        if place not in self.places:
            return next(iter(self.places), None)
        found = self.places.index(place) + steps
        return self.places[found] if 0 <= found < len(self.places) else None


def listing(engine: Engine, query: Query) -> Listing:
    """Find the drafts of a page."""
    found = engine.drafts.page(
        job_id=query.job_id,
        review=_REVIEW.get(query.show),
        look=query.show == "look",
        before=query.before,
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    older = shown[-1]["at"] if len(found) > PAGE else None
    return Listing(query, tuple(draft["sku"] for draft in shown), tuple(map(Place.told, shown)), older)


def counts(engine: Engine, job_id: str) -> Mapping[str, int]:
    """Return how many drafts each filter holds."""
    count = engine.drafts.count
    reviewed = {state: count(job_id=job_id, review=state) for state in Review}
    known = {show: reviewed[state] for show, state in _REVIEW.items()}
    look = count(job_id=job_id, review=Review.OPEN, look=True)
    return known | {"look": look, "all": sum(reviewed.values())}


def changed(seen: Item, now: Item) -> bool:
    """Whether a row stands otherwise than it was seen."""
    return (seen.changed_at, seen.wanted, seen.status) != (now.changed_at, now.wanted, now.status)


_FACTS = (
    ("format", "format"),
    ("country", "country"),
    ("year", "year"),
    ("label", "label"),
    ("catalog_number", "catalogue number"),
)


def differences(candidate: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Return in what a candidate differs from another, as far as both are known: `year 1994, label Sire`."""
    found = [
        f"{name} {candidate[field]}"
        for field, name in _FACTS
        if candidate.get(field) and other.get(field) and candidate[field] != other[field]
    ]
    names = [" – ".join(str(one.get(part) or "") for part in ("artist", "title")) for one in (candidate, other)]
    return ", ".join([*(["artist or title"] if names[0].casefold() != names[1].casefold() else []), *found])


def same_release(one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    """Whether two descriptions are of one release, by its numbers."""
    names = ("discogs_id", "musicbrainz_id")
    return any(one.get(name) and one.get(name) == two.get(name) for name in names)


def standing(item: Item) -> dict[str, Any]:
    """Return what can be edited of the draft of a row, as it stands; None, "" and [] for what nobody has said."""
    draft, kept = item.draft, item.decided.get("edits", {})
    product = draft.get("inventory_item", {}).get("product", {})
    return {
        "title": draft.get("title", ""),
        "price_cents": draft.get("price_cents"),
        "condition": draft.get("grade"),
        "quantity": draft.get("quantity") or 1,
        "note": kept.get("note", ""),
        "paragraph": kept.get("paragraph", ""),
        "category_id": draft.get("category_id"),
        "aspects": {name: list(values) for name, values in product.get("aspects", {}).items()},
        "photos": list(product.get("imageUrls", ())) if draft.get("own_photos") else [],
    }


def edits(item: Item, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was `typed` and differs from the draft, as `engine.domain.decisions` takes it.

    What was emptied is taken back. Item specifics that were edited before stay so.
    """
    stands = standing(item)
    found = {name: value or None for name, value in typed.items() if value != stands[name]}
    if "aspects" in found:
        gone: dict[str, list[str]] = {name: [] for name in stands["aspects"] if name not in typed["aspects"]}
        new = {name: values for name, values in typed["aspects"].items() if stands["aspects"].get(name) != values}
        found["aspects"] = {**item.decided.get("edits", {}).get("aspects", {}), **new, **gone}
    return found


def written(aspects: Mapping[str, list[str]]) -> str:
    """Return item specifics as a person edits them, one a line: `Genre: Electronic; House`."""
    return "\n".join(f"{name}: {'; '.join(values)}" for name, values in aspects.items())


def specifics(text: str) -> dict[str, list[str]] | None:
    """Return the item specifics that `written` wrote; None when a line has no name, or no value."""
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, values = line.partition(":")
        kept = [value.strip() for value in values.split(";") if value.strip()]
        if not name.strip() or not kept:
            return None
        found[name.strip()] = kept
    return found
