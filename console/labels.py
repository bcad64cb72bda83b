"""States, causes and events as an operator reads them: what it is, what it means, what to do. Pure.

Five states have five colours, and a colour is never used without its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.public import (
    BatchView,
    Condition,
    DraftNeed,
    Item,
    ItemStatus,
    Job,
    JobStatus,
    Outcome,
    ReleaseSummary,
    RowState,
    advice_on,
)

Color = Literal["gray", "blue", "green", "red", "orange"]


@dataclass(frozen=True, slots=True)
class Label:
    """A state: its text, its colour, its icon (a Material symbol)."""

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


WAITING = Label("Waiting", "gray", "schedule")
WORKING = Label("Working", "blue", "sync")
DRAFTED = Label("Drafted", "green", "check_circle")
COMPOSED = Label("Composed", "green", "edit_document")
ATTENTION = Label("Needs attention", "red", "error")
INTERRUPTED = Label("Interrupted", "orange", "power_off")
SKIPPED = Label("Skipped", "gray", "skip_next")

ITEM_LABELS = (WAITING, WORKING, DRAFTED, COMPOSED, ATTENTION, INTERRUPTED, SKIPPED)

RUNNING = Label("Running", "blue", "sync")
HELD_UP = Label("Waiting for quota", "gray", "hourglass_top")
PAUSED = Label("Paused", "gray", "pause_circle")
STOPPED = Label("Paused: needs you", "orange", "pan_tool")
DONE = Label("Done", "green", "check_circle")
IN_PART = Label("Done in part", "red", "rule")
NONE_DONE = Label("Done, none drafted", "red", "error")
FAILED = Label("Failed", "red", "error")
CANCELLED = Label("Cancelled", "gray", "cancel")

BATCH_LABELS = (WAITING, RUNNING, HELD_UP, INTERRUPTED, PAUSED, STOPPED, DONE, IN_PART, NONE_DONE, FAILED, CANCELLED)


def batch_label(view: BatchView) -> Label:
    """Return the state of a batch."""
    job = view.job
    if view.interrupted:
        return INTERRUPTED
    if job.status is JobStatus.COMPLETED:
        return _completed(job)
    if job.status is JobStatus.PAUSED:
        return STOPPED if job.error else PAUSED
    if view.quota_at:
        return HELD_UP
    return _PLAIN.get(job.status) or Label(job.status.replace("_", " ").capitalize(), "gray", "help")


_PLAIN: Mapping[JobStatus, Label] = {
    JobStatus.PENDING: WAITING,
    JobStatus.RUNNING: RUNNING,
    JobStatus.FAILED: FAILED,
    JobStatus.CANCELLED: CANCELLED,
}


def _completed(job: Job) -> Label:
    """Return the state of a completed batch. Partial success has its own; rows skipped by choice are no failure."""
    if not job.failed_upcs:
        return DONE
    return IN_PART if job.successful_upcs + job.skipped_upcs else NONE_DONE


def item_label(item: Item, *, in_flight: bool, stuck: bool = False) -> Label:
    """Return the state of a row that a live worker has `in_flight`, or that is `stuck` with a dead one."""
    if stuck and not item.done:
        return INTERRUPTED
    if in_flight or item.status is ItemStatus.WORKING:
        return WORKING
    if item.status is ItemStatus.SUCCEEDED:
        return COMPOSED if item.outcome is Outcome.COMPOSED else DRAFTED
    return {ItemStatus.FAILED: ATTENTION, ItemStatus.SKIPPED: SKIPPED}.get(item.status, WAITING)


ROW_LABELS: Mapping[RowState, Label] = {
    RowState.READY: Label("Ready", "green", "check_circle"),
    RowState.REPAIRED: Label("Repaired", "blue", "build"),
    RowState.REPEATED: Label("Repeated", "orange", "content_copy"),
    RowState.INVALID: Label("Invalid", "red", "block"),
}

LISTED_BEFORE = Label("Listed before", "gray", "history")

CONDITION_LABELS: Mapping[Condition, str] = {
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
    "handed over": "Failed rows handed over",
    "priced": "Prices looked for",
    "completed": "Finished",
    "failed": "Failed",
}


def event_label(event: str) -> str:
    """Return what happened to a batch; an unknown event is shown as it is."""
    return _EVENTS.get(event, event.replace("_", " ").capitalize())


_PRICE_SOURCES: Mapping[str, str] = {
    "file": "The file",
    "edited": "Edited here",
    "fixed": "Fixed price",
    "comparable": "eBay asking prices",
    "discogs_lowest": "Discogs, lowest price",
    "discogs_suggested": "Discogs, suggested for the grade",
    "default": "Your default price",
    "none": "None found",
}


def price_source(source: str) -> str:
    """Return where a price comes from."""
    return _PRICE_SOURCES.get(source, source)


def release_line(item: Item) -> str:
    """Return `Artist – Title`, "" while nothing was found."""
    return item.release.name


def not_sent_line(job: Job) -> str:
    """Return what happens with the drafts of a batch, for its badge."""
    if job.test_mode:
        return "Dry run: nothing is sent to eBay"
    return "Unpublished drafts at eBay" if job.create_drafts else "Composed here, not sent to eBay"


def progress(item: Item, step: str | None) -> float:
    """Return how far a row has come, 0 to 1; `step` is what a worker does with it now, None for nothing."""
    if step is not None:
        return STEPS.get(step, ("", 0.1))[1]
    if item.status in {ItemStatus.SUCCEEDED, ItemStatus.SKIPPED}:
        return 1.0
    reached = [("release", 0.25), ("picture", 0.5), ("price", 0.75), ("intent", 0.9)]
    return max((part for name, part in reached if getattr(item, name)), default=0.0)


def why(item: Item, step: str | None) -> str:
    """Return the last column of a row in a table: the step it is at, or why it ended as it did."""
    if step is not None:
        return STEPS.get(step, ("In hand", 0.1))[0]
    if item.handed_to is not None:
        return f"Row {item.handed_to.index + 1} of {item.handed_to.batch} carries it on"
    if item.cause is not None:
        return advice_on(item.cause).name
    if DraftNeed.PRICE in item.needs:
        return "Not ready: price"
    return "Not sent" if item.not_sent else ""


def pressing(release: ReleaseSummary) -> str:
    """Return what tells a release from others of its title: format, country, year."""
    formats = " ".join(filter(None, (release.format, *release.format_descriptions)))
    return ", ".join(filter(None, (formats, release.country, str(release.year or ""))))


def person(name: str) -> str:
    """Return the name of a person, without the domain of an e-mail address."""
    return name.partition("@")[0]
