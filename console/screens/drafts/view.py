"""Which drafts the URL of the page asks for, and what the screen shows of them. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from console.labels import Label
from engine.public import Condition, DraftNeed, DraftRecord, Engine, Grading, Item, ReleaseSummary, Review

PAGE = 25
DRAFT = "draft"  # in the URL: the draft that is open

SHOWN: Mapping[str, str] = {
    "open": "To review",
    "look": "Worth a look",
    "price": "No price",
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
_NEEDS: Mapping[str, DraftNeed] = {"price": DraftNeed.PRICE}
REVIEW_LABELS: Mapping[Review, Label] = {
    Review.OPEN: Label("To review", "gray", "visibility"),
    Review.APPROVED: Label("Approved", "green", "thumb_up"),
    Review.HELD: Label("Held", "orange", "front_hand"),
    Review.REMOVED: Label("Removed", "gray", "delete"),
}
CONFIDENCE_LABELS: Mapping[str, Label] = {
    "high": Label("Sure", "green", "verified"),
    "good": Label("Good", "green", "check"),
    "fair": Label("Look at it", "orange", "search"),
    "chosen": Label("Chosen", "blue", "person"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One row of a batch, as a URL names it."""

    job_id: str
    index: int

    @classmethod
    def of(cls, text: str) -> Place | None:
        """Return the row that `text` names, None when it names no row."""
        job_id, _, index = text.rpartition(".")
        return cls(job_id, int(index)) if job_id and index.isascii() and index.isdecimal() else None

    @classmethod
    def of_draft(cls, draft: DraftRecord) -> Place:
        """Return the row of a draft."""
        return cls(draft.job_id, draft.index)

    def __str__(self) -> str:
        return f"{self.job_id}.{self.index}"


@dataclass(frozen=True, slots=True)
class Query:
    """Which drafts are listed: by state of review, by batch, and made `before` a moment."""

    show: str = "open"
    job_id: str = ""
    before: datetime | None = None

    @classmethod
    def of(cls, address: Mapping[str, str]) -> Query:
        """Return what the parameters of a URL ask for; unknown values are ignored."""
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
    """The drafts of a page by SKU, as they were when it was opened; `older` begins the next page, None on the last.

    `batch` is the name of the batch that they are of, "" for all batches.
    """

    query: Query
    batch: str
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
    """Find the drafts of a page.

    Raises:
        JobUnknown: there is no such batch.
    """
    batch = engine.queries.job(query.job_id).name if query.job_id else ""
    found = engine.drafts.page(
        job_id=query.job_id,
        review=_REVIEW.get(query.show),
        look=query.show == "look",
        needs=_NEEDS.get(query.show),
        before=query.before,
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    older = shown[-1].at if len(found) > PAGE else None
    return Listing(query, batch, tuple(draft.sku for draft in shown), tuple(map(Place.of_draft, shown)), older)


def counts(engine: Engine, job_id: str) -> Mapping[str, int]:
    """Return how many drafts each filter has."""
    count = engine.drafts.count
    reviewed = {state: count(job_id=job_id, review=state) for state in Review}
    known = {show: reviewed[state] for show, state in _REVIEW.items()}
    look = count(job_id=job_id, review=Review.OPEN, look=True)
    needing = {show: count(job_id=job_id, needs=need) for show, need in _NEEDS.items()}
    return known | needing | {"look": look, "all": sum(reviewed.values())}


def changed(seen: Item, now: Item) -> bool:
    """Whether a row has changed since it was seen."""
    return (seen.changed_at, seen.wanted, seen.status) != (now.changed_at, now.wanted, now.status)


_FACTS = (
    ("format", "format"),
    ("country", "country"),
    ("year", "year"),
    ("label", "label"),
    ("catalog_number", "catalogue number"),
)


def differences(candidate: ReleaseSummary, other: ReleaseSummary) -> str:
    """Return how a candidate differs from another, in the facts known of both: `year 1994, label Sire`."""
    facts = ((name, getattr(candidate, field), getattr(other, field)) for field, name in _FACTS)
    found = [f"{name} {ours}" for name, ours, theirs in facts if ours and theirs and ours != theirs]
    differ = candidate.name.casefold() != other.name.casefold()
    return ", ".join([*(["artist or title"] if differ else []), *found])


def same_release(one: ReleaseSummary, two: ReleaseSummary) -> bool:
    """Whether two descriptions are of one release, by its numbers."""
    numbers = ((one.discogs_id, two.discogs_id), (one.musicbrainz_id, two.musicbrainz_id))
    return any(ours and ours == theirs for ours, theirs in numbers)


@dataclass(frozen=True, slots=True)
class DraftValues:
    """What can be edited in a draft, by the names of the engine's edits; None, "" and [] for what is not set."""

    title: str
    price_cents: int | None
    condition: Condition | None
    quantity: int
    note: str
    paragraph: str
    category_id: str | None
    aspects: Mapping[str, list[str]]
    photos: list[str]
    grading: Grading | None


def current_values(item: Item) -> DraftValues:
    """Return the current values of what can be edited in the draft of a row."""
    draft, kept = item.draft, item.decided.edits
    return DraftValues(
        title=draft.title,
        price_cents=draft.price_cents,
        condition=draft.grade,
        quantity=draft.quantity,
        note=kept.note or "",
        paragraph=kept.paragraph or "",
        category_id=draft.category_id,
        aspects={name: list(values) for name, values in draft.aspects.items()},
        photos=list(draft.pictures) if draft.own_photos else [],
        grading=draft.grading,
    )


def edits(item: Item, typed: DraftValues) -> dict[str, object]:
    """Return what was `typed` and differs from the draft, as the engine takes edits.

    An emptied field takes its edit back. Item specifics that were edited before stay edited.
    """
    current = current_values(item)
    names = [one.name for one in fields(typed)]
    found = {name: getattr(typed, name) or None for name in names if getattr(typed, name) != getattr(current, name)}
    if typed.grading and "grading" in found:
        found["grading"] = typed.grading.written
    if "aspects" in found:
        gone: dict[str, list[str]] = {name: [] for name in current.aspects if name not in typed.aspects}
        before = {name: list(values) for name, values in (item.decided.edits.aspects or {}).items()}
        new = {name: values for name, values in typed.aspects.items() if current.aspects.get(name) != values}
        found["aspects"] = {**before, **new, **gone}
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
