"""States, causes and events in an operator's words: what it is, what that means, what to do. Pure.

Five states have five colours, and a colour never stands without its word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.domain.items import Item, ItemStatus, Outcome
from engine.domain.jobs import Job, JobStatus
from engine.domain.rows import Condition, RowState
from engine.errors import Cause
from engine.public import BatchView

Color = Literal["gray", "blue", "green", "red", "orange"]


@dataclass(frozen=True, slots=True)
class Word:
    """A state: its word, its colour, its icon (a Material symbol)."""

    text: str
    color: Color
    icon: str

    @property
    def symbol(self) -> str:
        """Return the icon as Streamlit writes it."""
        return f":material/{self.icon}:"

    @property
    def tinted(self) -> str:
        """Return the icon in its colour, for Markdown."""
        return f":{self.color}[{self.symbol}]"


WAITING = Word("Waiting", "gray", "schedule")
WORKING = Word("Working", "blue", "sync")
DRAFTED = Word("Drafted", "green", "check_circle")
COMPOSED = Word("Composed", "green", "edit_document")
ATTENTION = Word("Needs attention", "red", "error")
INTERRUPTED = Word("Interrupted", "orange", "power_off")
SKIPPED = Word("Skipped", "gray", "skip_next")

ITEM_WORDS = (WAITING, WORKING, DRAFTED, COMPOSED, ATTENTION, INTERRUPTED, SKIPPED)

RUNNING = Word("Running", "blue", "sync")
PAUSED = Word("Paused", "gray", "pause_circle")
STOPPED = Word("Paused: needs you", "orange", "pan_tool")
DONE = Word("Done", "green", "check_circle")
IN_PART = Word("Done in part", "red", "rule")
NONE_DONE = Word("Done, none drafted", "red", "error")
FAILED = Word("Failed", "red", "error")
CANCELLED = Word("Cancelled", "gray", "cancel")

BATCH_WORDS = (WAITING, RUNNING, INTERRUPTED, PAUSED, STOPPED, DONE, IN_PART, NONE_DONE, FAILED, CANCELLED)


def batch_word(view: BatchView) -> Word:
    """Return the state of a batch."""
    job = view.job
    if view.interrupted:
        return INTERRUPTED
    if job.status is JobStatus.COMPLETED:
        return _completed(job)
    if job.status is JobStatus.PAUSED:
        return STOPPED if job.error else PAUSED
    return _PLAIN[job.status]


_PLAIN: Mapping[JobStatus, Word] = {
    JobStatus.PENDING: WAITING,
    JobStatus.RUNNING: RUNNING,
    JobStatus.FAILED: FAILED,
    JobStatus.CANCELLED: CANCELLED,
}


def _completed(job: Job) -> Word:
    """Return the final word: success in part is one of its own. What was skipped by choice is no failure."""
    if not job.failed_upcs:
        return DONE
    return IN_PART if job.successful_upcs + job.skipped_upcs else NONE_DONE


def item_word(item: Item, *, in_hand: bool, stuck: bool = False) -> Word:
    """Return the state of a row: `in_hand` of a live worker, or `stuck` in that of a dead one."""
    if stuck and not item.done:
        return INTERRUPTED
    if in_hand or item.status is ItemStatus.WORKING:
        return WORKING
    if item.status is ItemStatus.SUCCEEDED:
        return COMPOSED if item.outcome is Outcome.COMPOSED else DRAFTED
    return {ItemStatus.FAILED: ATTENTION, ItemStatus.SKIPPED: SKIPPED}.get(item.status, WAITING)


ROW_WORDS: Mapping[RowState, Word] = {
    RowState.READY: Word("Ready", "green", "check_circle"),
    RowState.REPAIRED: Word("Repaired", "blue", "build"),
    RowState.REPEATED: Word("Repeated", "orange", "content_copy"),
    RowState.INVALID: Word("Invalid", "red", "block"),
}

CONDITION_WORDS: Mapping[Condition, str] = {
    Condition.NEW: "New",
    Condition.LIKE_NEW: "Like new",
    Condition.USED_VERY_GOOD: "Very good",
    Condition.USED_GOOD: "Good",
    Condition.USED_ACCEPTABLE: "Acceptable",
}

STEPS: Mapping[str, tuple[str, float]] = {
    "identify": ("Finding the release", 0.25),
    "picture": ("Finding the cover", 0.5),
    "price": ("Finding the price", 0.75),
    "draft": ("Making the draft", 0.9),
}


@dataclass(frozen=True, slots=True)
class Advice:
    """A cause in an operator's words: its name, one sentence about it, the next step."""

    name: str
    sentence: str
    next_step: str


ADVICE: Mapping[Cause, Advice] = {
    Cause.INVALID_BARCODE: Advice(
        "Barcode not usable",
        "What stands in the file cannot be looked up.",
        "Compare it with the case, correct the file, upload those rows again.",
    ),
    Cause.NO_MATCH: Advice(
        "Not in the catalogues",
        "Neither Discogs nor MusicBrainz knows this barcode.",
        "Check it against the case and retry later, or open the row and name its release.",
    ),
    Cause.AMBIGUOUS: Advice(
        "Several releases match",
        "More than one release carries this barcode.",
        "Open the row, compare the candidates with the copy, and choose one.",
    ),
    Cause.NO_PRICE: Advice(
        "No price",
        "None in the file, and none found by the price rule.",
        "Open the row and give it a price, or start them again with a fixed price.",
    ),
    Cause.REFUSED: Advice(
        "Refused by the service",
        "The service understood the row and will not take it.",
        "Open the row, read the reason, correct the file.",
    ),
    Cause.SET_ASIDE: Advice(
        "Set aside",
        "The engine stopped three times at this row and went on without it.",
        "Retry it once, then list it by hand.",
    ),
    Cause.DEFECT: Advice(
        "Unforeseen error",
        "Something happened that nobody foresaw; nothing was lost.",
        "Retry it once, then report the row with its batch.",
    ),
    Cause.EARLIER: Advice(
        "From the earlier service",
        "The service before this one ended this row; what it said of it stands with the row.",
        "Retry those that failed: this engine runs them anew.",
    ),
    Cause.MERGED: Advice(
        "Counted into an earlier row",
        "This barcode stands in an earlier row, whose draft holds the quantity of both.",
        "Nothing to do.",
    ),
    Cause.REMOVED: Advice("Removed", "You removed the draft of this row.", "Do the row again to have it back."),
    Cause.DRAFTED_BEFORE: Advice(
        "Drafted before",
        "An earlier batch has a draft of this barcode, and this batch skips such rows.",
        "Nothing to do, unless you want a second draft.",
    ),
    Cause.ADDED: Advice(
        "Added to an earlier draft",
        "An earlier batch has a draft of this barcode, and the copies of this row were added to it.",
        "Nothing to do, unless you want a draft of their own.",
    ),
    Cause.LEFT_OUT: Advice("Left out", "This row was not part of the batch.", "Start a batch that takes all rows."),
}

_EVENTS: Mapping[str, str] = {
    "submitted": "Submitted",
    "opened": "File read",
    "started": "Started",
    "taken over": "Taken over",
    "recovered": "Recovered",
    "resumed": "Resumed",
    "paused": "Paused",
    "cancelled": "Cancelled",
    "retried": "Failed rows retried",
    "completed": "Finished",
    "failed": "Failed",
}


def event_word(event: str) -> str:
    """Return what happened to a batch; a word that is not known is shown as it is."""
    return _EVENTS.get(event, event.replace("_", " ").capitalize())


_PRICE_SOURCES: Mapping[str, str] = {
    "file": "The file",
    "edited": "Edited here",
    "fixed": "Fixed price",
    "comparable": "eBay asking prices",
    "discogs_lowest": "Discogs, lowest price",
    "discogs_suggested": "Discogs, suggested for the grade",
    "default": "Your default price",
}


def price_source(source: str) -> str:
    """Return where a price comes from."""
    return _PRICE_SOURCES.get(source, source)


def release_line(item: Item) -> str:
    """Return `Artist – Title`, "" while nothing was found."""
    artist, title = (str(item.release.get(name) or "") for name in ("artist", "title"))
    return " – ".join(filter(None, (artist, title)))


def not_sent_line(job: Job) -> str:
    """Return what becomes of the drafts of a batch, as its badge says it."""
    if job.test_mode:
        return "Dry run: nothing is sent to eBay"
    return "Unpublished drafts at eBay" if job.create_drafts else "Composed here, not sent to eBay"


def progress(item: Item, step: str | None) -> float:
    """Return how far a row has come, 0 to 1; `step` is what a worker does with it now."""
    if step is not None:
        return STEPS.get(step, ("", 0.1))[1]
    if item.status in {ItemStatus.SUCCEEDED, ItemStatus.SKIPPED}:
        return 1.0
    reached = [("release", 0.25), ("picture", 0.5), ("price", 0.75), ("intent", 0.9)]
    return max((part for name, part in reached if getattr(item, name)), default=0.0)


def why(item: Item, step: str | None) -> str:
    """Return what is to be said of a row in a table: the step it is at, or why it ended as it did."""
    if step is not None:
        return STEPS.get(step, ("In hand", 0.1))[0]
    if item.cause is not None:
        return ADVICE[item.cause].name
    return "Not sent" if item.not_sent else ""


def person(name: str) -> str:
    """Return who did something, without the domain of an address."""
    return name.partition("@")[0]
