"""One fix for many failed rows, over all batches: which rows it is for, and what is decided of each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from engine.codec import Document, Value
from engine.domain.batch.items import NOT_RETRYABLE, Item, ItemStatus
from engine.domain.batch.jobs import OPEN, Job, JobStatus, may_be_in_flight
from engine.domain.batch.mending import CHOSEN
from engine.domain.folding import folded
from engine.domain.identify.evidence import Match
from engine.errors import Cause

UNDO_FOR = timedelta(seconds=10)  # a fix waits so long before it begins: until then it can be undone as a whole


class FixKind(StrEnum):
    """What is done with the rows. Stored and published: never renamed."""

    RETRY = "retry"
    PRICE = "price"
    CHOOSE = "choose"
    TAKE_BEST = "take_best"
    LEAVE_OUT = "leave_out"


MENDS: Mapping[FixKind, frozenset[Cause]] = {
    FixKind.RETRY: frozenset(Cause) - NOT_RETRYABLE - CHOSEN,
    FixKind.PRICE: frozenset({Cause.NO_PRICE}),
    FixKind.CHOOSE: frozenset({Cause.AMBIGUOUS, Cause.NO_MATCH}),
    FixKind.TAKE_BEST: frozenset({Cause.AMBIGUOUS}),
    FixKind.LEAVE_OUT: frozenset(Cause) - CHOSEN,
}
"""Which failures each kind can mend."""


def kinds(cause: Cause) -> list[FixKind]:
    """Return the kinds that can mend rows that failed for `cause`."""
    return [kind for kind, causes in MENDS.items() if cause in causes]


class FixState(StrEnum):
    """How far a fix is. Stored and published: never renamed."""

    WAITING = "waiting"  # it has not begun and can be undone
    RUNNING = "running"
    DONE = "done"
    UNDONE = "undone"
    STOPPED = "stopped"


class RowsWanted(Value, frozen=True):
    """The failed rows that a fix is for: those that failed for `cause`, of one `gtin` or batch where that is given."""

    cause: Cause
    gtin: str = ""
    job_id: str = ""

    def holds(self, item: Item) -> bool:
        """Whether a row is one of them, its batch left aside."""
        return (
            item.status is ItemStatus.FAILED and item.cause is self.cause and (not self.gtin or item.gtin == self.gtin)
        )


class Remedy(Value, frozen=True):
    """What is done with them. A price is in US cents; a release is chosen by its number at one service or both.

    With `same_album` the best candidate is taken only where all candidates are one album in several pressings.
    """

    kind: FixKind
    price_cents: int | None = None
    discogs_id: str | None = None
    musicbrainz_id: str | None = None
    same_album: bool = False


class Fix(Document, frozen=True):
    """A fix, `bulk_fixes/{fix_id}`. Rows that failed after `at` are not in it.

    `total` is how many rows it was for when it was asked for, `done` how many of them were queued, `left` how many were
    left alone, by reason. `due_at` is when it begins, None once it has ended. All rows that failed before `cursor` have
    been looked at, and of those that failed at that moment the rows at the paths of `passed`; of the page behind it
    those of `batches`.
    """

    fix_id: str
    rows: RowsWanted
    remedy: Remedy
    by: str
    at: datetime
    due_at: datetime | None
    state: FixState = FixState.WAITING
    total: int = 0
    done: int = 0
    left: Mapping[str, int] = {}
    cursor: datetime | None = None
    passed: tuple[str, ...] = ()
    batches: tuple[str, ...] = ()
    ended_at: datetime | None = None

    @property
    def left_alone(self) -> int:
        """Return how many rows were looked at and left as they are."""
        return sum(self.left.values())

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.due_at is None


_HELD: Mapping[JobStatus, str] = {
    JobStatus.PAUSED: "their batch is paused",
    JobStatus.CANCELLED: "their batch was cancelled",
    JobStatus.FAILED: "their batch could not be run",
}


def left_alone(remedy: Remedy, job: Job, item: Item) -> str:
    """Return why a failed row is left alone, as the end of "because …"; "" where the remedy can be applied."""
    if job.status not in {JobStatus.COMPLETED, *OPEN}:
        return _HELD.get(job.status, f"their batch is {job.status}")
    if item.wanted is not None or may_be_in_flight(job, item):
        return "they are being done again already"
    if item.cause not in MENDS[remedy.kind]:
        return "this cannot mend them"
    if remedy.kind is FixKind.TAKE_BEST and not item.match.candidates:
        return "no candidate is known"
    if remedy.kind is FixKind.TAKE_BEST and remedy.same_album and not one_album(item.match):
        return "their candidates are not one album"
    return ""


def decisions(remedy: Remedy, item: Item) -> dict[str, object]:
    """Return what is decided of a row, as `decisions.decided` takes it."""
    match remedy.kind:
        case FixKind.PRICE:
            return {"edits": {"price_cents": remedy.price_cents}}
        case FixKind.CHOOSE:
            return {"choice": _choice(remedy.discogs_id, remedy.musicbrainz_id)}
        case FixKind.TAKE_BEST:
            best = item.match.candidates[0]
            return {"choice": _choice(best.discogs_id, best.musicbrainz_id)}
        case FixKind.LEAVE_OUT:
            return {"removed": True}
    return {}


def one_album(match: Match) -> bool:
    """Whether all candidates that were found have one artist and one title, whatever their pressings."""
    names = {(folded(one.artist), folded(one.title)) for one in match.candidates}
    return len(names) == 1 and match.found <= len(match.candidates)


def _choice(discogs_id: str | None, musicbrainz_id: str | None) -> dict[str, str | None]:
    return {"discogs_id": discogs_id, "musicbrainz_id": musicbrainz_id}
