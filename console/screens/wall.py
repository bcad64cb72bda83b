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
from console.formatting import moment, number, rows, share, speed
from console.poller import AWAY
from console.screens.batches import view as batches
from console.screens.batches.view import BatchesView, Entry
from console.widgets import notices
from console.widgets.heading import heading
from console.widgets.templates import html
from engine.public import OPEN, JobStatus

REFRESH_MILLISECONDS = 5_000
MOST_LINES = 4  # batches that fit below the numbers
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


def tiles(view: BatchesView) -> tuple[Tile, ...]:
    """Return the numbers: rows that are worked on, that wait, and that failed in the batches of the list."""
    found = [entry.batch for entry in view.entries]
    open_ = [batch for batch in found if batch.job.status in OPEN]
    working, waiting = (sum(batch.working for batch in open_), sum(batch.waiting or 0 for batch in open_))
    failed = [batch.job.failed_upcs for batch in found if batch.job.failed_upcs]
    engines = max((batch.engines for batch in open_), default=None)
    speeds = [entry.throughput.per_minute for entry in view.entries if entry.batch.moving]
    pace = speed(sum(filter(None, speeds))) if any(speeds) else ""
    alive = "" if engines is None else rows(engines, "engine")
    return (
        Tile(labels.WORKING.text, number(working), " · ".join(filter(None, (pace, alive))) or "no open batch", "blue"),
        Tile(labels.WAITING.text, number(waiting), f"in {_batches(len(open_))}" if open_ else "nothing to do", "quiet"),
        Tile(
            labels.ATTENTION.text,
            number(sum(failed)),
            f"in {_batches(len(failed))}" if failed else "nothing failed",
            "red" if failed else "green",
        ),
    )


def shown(view: BatchesView, now: datetime) -> list[Entry]:
    """Return the batches that go on or wait for a person, those that wait for a person first."""
    wanted = [entry for entry in view.entries if entry.batch.job.status in OPEN or _waits_for_person(entry, now)]
    return sorted(wanted, key=lambda entry: not _waits_for_person(entry, now))


def render(context: Context) -> None:
    """Draw the screen, and again every few seconds; an outage is shown as one."""
    heading(context, "Wall")
    st_autorefresh(interval=REFRESH_MILLISECONDS, debounce=False, key="wall_refresh")
    try:
        snapshot = context.poller.look("batches", partial(batches.read, context), every=batches.EVERY_SECONDS)
    except AWAY as error:
        notices.nothing_read(error)
        return
    notices.store_away(snapshot, zone())
    view = snapshot.value
    if view.unserved:
        notices.no_engine(view.unserved)
    with st.container(key="stale_wall" if snapshot.away else "wall"):
        st.html(markup(view, snapshot.read_at, notices.updated(snapshot, zone())))


def markup(view: BatchesView, now: datetime, updated: str) -> str:
    """Return the screen as HTML."""
    found = shown(view, now)
    more = len(found) - MOST_LINES
    return html(
        "wall",
        tiles=tiles(view),
        lines=_lines(found[:MOST_LINES], now),
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
