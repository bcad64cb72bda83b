"""Wall: what runs, waits and needs attention, in numbers that can be read from across the room. Read-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import streamlit as st
from streamlit_autorefresh import st_autorefresh

from console import labels
from console.context import Context, zone
from console.formatting import moment, number, rows, share, speed, waiting_note
from console.poller import AWAY
from console.screens.batches import view as batches
from console.screens.batches.view import Entry, Today
from console.widgets import notices
from console.widgets.heading import heading
from console.widgets.templates import html
from engine.public import OPEN, JobStatus

REFRESH_MILLISECONDS = 5_000
EVERY_SECONDS = 10.0  # until the batches are read again; the numbers are counted every fifteen seconds
MOST_LINES = 5  # batches that fit below the numbers
BESIDE_A_NOTICE = 3  # and below a notice too
STATES = (JobStatus.RUNNING, JobStatus.PENDING, JobStatus.PAUSED, JobStatus.FAILED)
MOST = 20  # batches that are read in each of them
RECENT = timedelta(days=1)  # a batch that failed earlier is left out
_WAITS_FOR_PERSON = (labels.INTERRUPTED, labels.STOPPED, labels.FAILED)


@dataclass(frozen=True, slots=True)
class Tile:
    """One big number. `tone` is its colour."""

    name: str
    number: str
    note: str
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """One batch."""

    name: str
    state: str
    progress: str
    ending: str
    tone: str


@dataclass(frozen=True, slots=True)
class WallView:
    """The newest batches that go on or wait for a person, and how many rows `engines` have in hand."""

    entries: tuple[Entry, ...]
    working: int
    engines: int


def load(context: Context) -> WallView:
    """Read the newest batches that go on or wait for a person, and the workers."""
    alive = [worker for worker in context.engine.queries.workers() if not worker.silent]
    entries = batches.in_states(context, STATES, MOST).entries
    return WallView(entries, sum(len(worker.rows) for worker in alive), len(alive))


def tiles(today: Today, view: WallView, now: datetime) -> tuple[Tile, ...]:
    """Return the numbers, counted over all batches: drafts of today, rows still to be done, rows that failed."""
    counts = today.overview
    pace = speed(today.per_minute) if today.per_minute else ""
    hand = f"{number(view.working)} in hand" if view.working else ""
    end = f"done at about {moment(today.done_at, now=now, zone=zone())}" if today.done_at else ""
    left = waiting_note(f"in {_batches(counts.open)}" if counts.open else "", counts.paused) or "nothing to do"
    failed = f"in {_batches(counts.failed_in)}" if counts.failed else "nothing failed"
    return (
        Tile("Drafted today", number(counts.drafted), pace or rows(view.engines, "engine"), "green"),
        Tile("Left to do", number(counts.left + counts.paused), " · ".join(filter(None, (end or left, hand))), "blue"),
        Tile(labels.ATTENTION.text, number(counts.failed), failed, "red" if counts.failed else "quiet"),
    )


def shown(view: WallView, now: datetime) -> list[Entry]:
    """Return the batches that wait for a person, then those that run, those in the queue, and those that are paused."""
    failed = JobStatus.FAILED
    wanted = [one for one in view.entries if one.batch.job.status is not failed or _waits_for_person(one, now)]
    return sorted(wanted, key=lambda one: (not _waits_for_person(one, now), STATES.index(one.batch.job.status)))


def render(context: Context) -> None:
    """Draw the screen, and again every few seconds; an outage is shown as one."""
    heading(context, "Wall")
    st_autorefresh(interval=REFRESH_MILLISECONDS, debounce=False, key="wall_refresh")
    read = partial(batches.today, context, zone())
    try:
        today = context.poller.look(("today", str(zone())), read, every=batches.TODAY_SECONDS)
        snapshot = context.poller.look("wall", partial(load, context), every=EVERY_SECONDS)
    except AWAY as error:
        notices.nothing_read(error)
        st.html(html("wall", tiles=(), lines=(), more="", updated=""))
        return
    notices.store_away(snapshot, zone())
    if today.value.overview.left and not snapshot.value.engines:
        notices.no_engine(today.value.overview.left)
    with st.container(key="stale_wall" if snapshot.away else "wall"):
        st.html(markup(today.value, snapshot.value, snapshot.read_at, notices.updated(snapshot, zone())))


def markup(today: Today, view: WallView, now: datetime, updated: str) -> str:
    """Return the screen as HTML."""
    found = shown(view, now)
    stopped = sum(entry.batch.job.status not in OPEN for entry in found)
    most = MOST_LINES if view.engines or not today.overview.left else BESIDE_A_NOTICE
    more = max(len(found), stopped + today.overview.open) - most
    return html(
        "wall",
        tiles=tiles(today, view, now),
        lines=_lines(found[:most], now),
        more=f"and {_batches(more)} more" if more > 0 else "",
        updated=updated,
    )


def _lines(entries: Sequence[Entry], now: datetime) -> list[Line]:
    return [
        Line(
            name=entry.batch.job.name,
            state=entry.label.text,
            progress=_progress(entry),
            ending=f"done at about {moment(entry.done_at, now=now, zone=zone())}" if entry.done_at else "",
            tone="orange" if _waits_for_person(entry, now) else "quiet",
        )
        for entry in entries
    ]


def _progress(entry: Entry) -> str:
    job = entry.batch.job
    if job.total_upcs is None:
        return "not read" if job.status is JobStatus.FAILED else "not read yet"
    return f"{share(job.processed_upcs, job.total_upcs)} of {number(job.total_upcs)}"


def _waits_for_person(entry: Entry, now: datetime) -> bool:
    job = entry.batch.job
    old = job.status is JobStatus.FAILED and now - (job.updated_at or job.created_at) > RECENT
    return entry.label in _WAITS_FOR_PERSON and not old


def _batches(count: int) -> str:
    return rows(count, "batch", "batches")
