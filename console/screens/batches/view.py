"""What the list of batches shows, and how it is read. No Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from functools import partial

from console import labels, upstreams
from console.context import Context, zone
from console.labels import Label
from console.poller import Snapshot
from console.screens.batches.query import Query
from engine.public import OPEN, BatchFilter, BatchView, JobStatus, Overview, Throughput, UpstreamsView

MOST = 50  # batches of a page
EVERY_SECONDS = 1.5
WHOLE_SECONDS = 60.0  # until all of the newest are read again
PAGE_SECONDS = 5.0  # until another page, or the counts, are read again
TODAY_SECONDS = 15.0  # until all batches are counted again: Firestore bills a read for every thousand
WEEK_SECONDS = 300.0  # until the days before this one are counted again: a draft that is changed moves to its day
DAYS = 7  # of the chart, today too
FIRST = (labels.INTERRUPTED, labels.STOPPED)  # these wait for a person and come first


@dataclass(frozen=True, slots=True)
class Entry:
    """One batch in the list. `done_at` is when it was done or will be, None while that is not known."""

    batch: BatchView
    label: Label
    throughput: Throughput
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class BatchesView:
    """One page. `unserved` counts the rows that wait while no worker is alive.

    `oldest` is when the last of its batches was made, None where it has none: the next page begins before that.
    """

    entries: tuple[Entry, ...]
    unserved: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many batches an operator asks for, and how many of those are on the pages before this one."""

    matching: int
    newer: int


def newest(context: Context) -> list[BatchView]:
    """Read the newest batches: once a minute all, in between only those that can have changed."""
    queries = context.engine.queries
    known = context.poller.look("all batches", partial(queries.batches, MOST), every=WHOLE_SECONDS).value
    return queries.batches_again(known, max(view.at for view in known), MOST) if known else queries.batches(MOST)


def load(found: Sequence[BatchView], services: UpstreamsView | None) -> BatchesView:
    """Return the batches `found` in the order of the list: first those that wait for a person, then the newest.

    `services` say how long running batches will take; None when their state is not known.
    """
    entries = [_entry(view, services) for view in found]
    entries.sort(key=lambda entry: entry.label not in FIRST)
    unserved = sum(view.left for view in found if view.job.status in OPEN and not view.engines)
    return BatchesView(tuple(entries), unserved, min((view.job.created_at for view in found), default=None))


def read(context: Context) -> BatchesView:
    """Read the newest batches."""
    return _with_ends(context, newest(context))


def page(context: Context, query: Query, zone: tzinfo) -> BatchesView:
    """Read one page of the batches that an operator in `zone` asks for."""
    return _with_ends(context, context.engine.queries.batch_page(query.wanted(zone), query.start, MOST).batches)


def look(context: Context, query: Query) -> Snapshot[BatchesView]:
    """Return the page as it was read last; the first one of all batches is shared with other screens.

    Raises:
        StoreError, FilesAway: it was never read, and the store does not answer.
    """
    if query == Query():
        return context.poller.look("batches", partial(read, context), every=EVERY_SECONDS)
    own = partial(page, context, query, zone())
    return context.poller.look(("batches", query, str(zone())), own, every=PAGE_SECONDS)


def in_states(context: Context, states: Sequence[JobStatus], most: int) -> BatchesView:
    """Read the newest `most` batches in each of some states."""
    return _with_ends(context, context.engine.queries.in_states(states, most))


def counts(context: Context, query: Query, zone: tzinfo) -> Counts:
    """Have the store count the batches that an operator in `zone` asks for."""
    count, wanted = context.engine.queries.count_batches, query.wanted(zone)
    if query.start is None:
        return Counts(count(wanted), 0)
    since = max(query.start, wanted.since or query.start)
    return Counts(count(wanted), count(replace(wanted, since=since)))


@dataclass(frozen=True, slots=True)
class Today:
    """All batches in numbers, `per_minute` rows a minute together, None while that is not known.

    `done_at` is when the last of those that run will be done, None while nobody can tell.
    """

    overview: Overview
    running: int
    done_at: datetime | None
    per_minute: float | None = None


def today(context: Context, zone: tzinfo) -> Today:
    """Read all batches in numbers; the day begins at midnight in `zone`."""
    midnight = datetime.combine(context.clock.now().astimezone(zone), time(), zone)
    running = context.engine.queries.batch_page(BatchFilter(status=JobStatus.RUNNING), limit=MOST)
    moving = [entry for entry in _with_ends(context, running.batches).entries if entry.batch.moving]
    ends = [entry.done_at for entry in moving]
    known = [end for end in ends if end]
    done_at = max(known) if known and len(known) == len(ends) else None
    speeds = [entry.throughput.per_minute for entry in moving if entry.throughput.per_minute is not None]
    overview = context.engine.queries.overview(midnight)
    exact = overview if running.next else overview.with_running(running.batches)
    return Today(exact, len(moving), done_at, sum(speeds) if speeds else None)


def week(context: Context, zone: tzinfo) -> tuple[int, ...]:
    """Return how many drafts the six days before this one made, the oldest first; days begin at midnight in `zone`."""
    day = context.clock.now().astimezone(zone).date()
    days = (day - timedelta(days=before) for before in range(DAYS - 1, -1, -1))
    return context.engine.queries.drafted_between([datetime.combine(one, time(), zone) for one in days])


def look_at_days(context: Context, zone: tzinfo) -> tuple[Snapshot[Today], Snapshot[tuple[int, ...]]]:
    """Return all batches in numbers, and the drafts of the days before this one, as they were read last.

    Raises:
        StoreError, FilesAway: they were never read, and the store does not answer.
    """
    look, here = context.poller.look, str(zone)
    return (
        look(("today", here), partial(today, context, zone), every=TODAY_SECONDS),
        look(("week", here), partial(week, context, zone), every=WEEK_SECONDS),
    )


def _with_ends(context: Context, found: Sequence[BatchView]) -> BatchesView:
    """Return batches with when those that run will be done."""
    return load(found, upstreams.look(context) if any(view.moving for view in found) else None)


def _entry(view: BatchView, services: UpstreamsView | None) -> Entry:
    job, label, found = view.job, labels.batch_label(view), view.throughput
    if not view.moving:
        return Entry(view, label, found if job.completed_at else Throughput(None), job.completed_at)
    if services is None or not view.engines:
        return Entry(view, label, found, None)
    forecast = services.ending(view)
    return Entry(view, label, found, view.at + timedelta(seconds=forecast.seconds) if forecast else None)
