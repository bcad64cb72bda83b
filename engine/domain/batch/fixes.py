"""One fix for many failed rows, over all batches: which rows it is for, and what is decided of each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from engine.codec import Document, Value
from engine.domain.batch.decided import NOTHING
from engine.domain.batch.decisions import decided
from engine.domain.batch.items import NOT_RETRYABLE, Item, ItemStatus
from engine.domain.batch.jobs import OPEN, Job, JobStatus, may_be_in_flight
from engine.domain.batch.mending import CHOSEN
from engine.domain.folding import folded
from engine.domain.identify.evidence import Match
from engine.domain.identify.lead import Lead, lead
from engine.errors import BadRequest, Cause

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # where a decision is only checked
UNDO_FOR = timedelta(seconds=10)  # a fix waits so long before it begins: until then it can be undone as a whole


class FixKind(StrEnum):
    """What is done with the rows. Stored and published: never renamed."""

    RETRY = "retry"
    PRICE = "price"
    CHOOSE = "choose"
    TAKE_BEST = "take_best"
    BARCODE = "barcode"
    LEAVE_OUT = "leave_out"


MENDS: Mapping[FixKind, frozenset[Cause]] = {
    FixKind.RETRY: frozenset(Cause) - NOT_RETRYABLE - CHOSEN,
    FixKind.PRICE: frozenset({Cause.NO_PRICE}),
    FixKind.CHOOSE: frozenset({Cause.AMBIGUOUS, Cause.NO_MATCH}),
    FixKind.TAKE_BEST: frozenset({Cause.AMBIGUOUS}),
    FixKind.BARCODE: frozenset({Cause.INVALID_BARCODE, Cause.NO_MATCH}),
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
    """The failed rows that a fix is for: those that failed for `cause`, of one barcode or batch where that is given.

    `gtin` is the barcode, `upc` what the file says where that is none.
    """

    cause: Cause
    gtin: str = ""
    job_id: str = ""
    upc: str = ""

    def holds(self, item: Item) -> bool:
        """Whether a row is one of them, its batch left aside."""
        return (
            item.status is ItemStatus.FAILED
            and item.cause is self.cause
            and self.gtin in ("", item.gtin)
            and self.upc in ("", item.upc)
        )

    def overlaps(self, other: RowsWanted) -> bool:
        """Whether a row may be in both."""
        pairs = ((self.gtin, other.gtin), (self.job_id, other.job_id), (self.upc, other.upc))
        return self.cause is other.cause and all(not a or not b or a == b for a, b in pairs)


class Remedy(Value, frozen=True):
    """What is done with them.

    `barcode` is what the copies say. A price is in US cents: one for all, or `prices` by format and condition, which
    their batches keep and which count where none is found. A release is chosen by its number at one service or both.

    With `same_album` the best candidate is taken only where all candidates are one album in several pressings, with
    `min_facts` only where so many facts speak for it alone and none against it (`identify/lead.py`).
    """

    kind: FixKind
    price_cents: int | None = None
    discogs_id: str | None = None
    musicbrainz_id: str | None = None
    same_album: bool = False
    barcode: str = ""
    prices: Mapping[str, Mapping[str, int]] = {}
    min_facts: int = 0


class Fix(Document, frozen=True):
    """A fix, `bulk_fixes/{fix_id}`. Rows that failed after `at` are not in it.

    `total` is how many rows it was for when it was asked for, `done` how many of them were queued, `left` how many were
    left alone, by reason. `due_at` is when it begins, None once it has ended. All rows that failed before `cursor` have
    been looked at, and of those behind it the rows at the paths of `passed`.
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
    if job.engine.deleting:
        return "their batch is being deleted"
    if item.wanted is not None or may_be_in_flight(job, item):
        return "they are being done again already"
    if item.cause not in MENDS[remedy.kind]:
        return "this cannot mend them"
    return _below_bar(remedy, item) if remedy.kind is FixKind.TAKE_BEST else ""


def _below_bar(remedy: Remedy, item: Item) -> str:
    """Return why the best candidate of a row is not taken, "" where it is."""
    if not item.match.candidates:
        return "no candidate is known"
    if remedy.same_album and not one_album(item.match):
        return "their candidates are not one album"
    if not remedy.min_facts:
        return ""
    if item.match.found > len(item.match.candidates):
        return "more candidates were found than are kept"
    ahead = lead_of(item)
    if ahead.against:
        return "a fact speaks against their best candidate"
    if ahead.facts < remedy.min_facts:
        fewer = "no fact speaks" if remedy.min_facts == 1 else f"fewer than {remedy.min_facts} facts speak"
        return f"{fewer} for their best candidate alone"
    return ""


def lead_of(item: Item) -> Lead:
    """Return what speaks for the best candidate of a row; nothing where more were found than are kept."""
    return lead(item.match, item.named, item.gtin) if item.match.found <= len(item.match.candidates) else Lead()


def ensure_whole(wanted: RowsWanted, remedy: Remedy) -> None:
    """Refuse a remedy that cannot mend such rows, or lacks what it is made of.

    Raises:
        BadRequest: it is.
        DecisionRefused: a value that a draft cannot have.
    """
    if remedy.kind not in kinds(wanted.cause):
        fitting = ", ".join(kinds(wanted.cause))
        raise BadRequest(f"{remedy.kind} cannot mend rows that failed for {wanted.cause}; there are: {fitting}")
    if remedy.kind is FixKind.PRICE and (remedy.price_cents is None) is not any(remedy.prices.values()):
        raise BadRequest("Give one price in US cents, as price_cents, or prices by format and condition")
    one_barcode = wanted.gtin or wanted.upc
    if remedy.kind in {FixKind.CHOOSE, FixKind.BARCODE} and not one_barcode:
        raise BadRequest(f"{remedy.kind} is for the rows of one barcode: name it as gtin, or as upc as the file has it")
    if remedy.kind is not FixKind.TAKE_BEST:
        decided(NOTHING, given(remedy), by="", at=_NO_TIME)


def decisions(remedy: Remedy, item: Item) -> dict[str, object]:
    """Return what is decided of a row, as `decisions.decided` takes it."""
    if remedy.kind is FixKind.TAKE_BEST:
        best = item.match.candidates[0]
        return {"choice": {"discogs_id": best.discogs_id, "musicbrainz_id": best.musicbrainz_id}}
    return given(remedy)


def given(remedy: Remedy) -> dict[str, object]:
    """Return what is decided alike of all rows; nothing where the best candidate of each is taken."""
    match remedy.kind:
        case FixKind.PRICE if not remedy.prices:
            return {"edits": {"price_cents": remedy.price_cents}}
        case FixKind.CHOOSE:
            return {"choice": {"discogs_id": remedy.discogs_id, "musicbrainz_id": remedy.musicbrainz_id}}
        case FixKind.BARCODE:
            return {"barcode": remedy.barcode}
        case FixKind.LEAVE_OUT:
            return {"removed": True}
    return {}


def one_album(match: Match) -> bool:
    """Whether all candidates that were found have one artist and one title, whatever their pressings."""
    names = {(folded(one.artist), folded(one.title)) for one in match.candidates}
    return len(names) == 1 and match.found <= len(match.candidates)
