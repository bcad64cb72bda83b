"""The top of a batch: its state, its actions, and its numbers."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from console import labels
from console.context import Context, zone
from console.formatting import NONE, duration, moment, number, reference, rows, share, span, speed
from console.poller import Snapshot
from console.screens.batch import actions, watching
from console.screens.batch.view import BatchScreen, Look
from console.upstreams import heartbeat, wait_line
from console.widgets import bar, keys, notices
from console.widgets.heading import Badge, badge, heading
from console.widgets.text import plain
from console.widgets.tiles import tile
from engine.public import NAMES, RECENT_MINUTES, START_ENGINE, BatchView, JobStatus, Visibility

AGE_SECONDS = 10.0
ROUNDED_UP = timedelta(seconds=59)  # to the minute


def shows(context: Context, look: Look) -> object:
    """Return what the top shows; ages and times in it are at most ten seconds old."""
    snapshot = look()
    screen, troubles = snapshot.value, context.engine.health.troubles()
    return screen.steady(AGE_SECONDS), screen.counts, screen.detail, snapshot.away, troubles


def draw(context: Context, look: Look) -> None:
    """Draw the title with its actions, what needs a person, the bar and the tiles."""
    snapshot = look()
    screen = snapshot.value
    watching.draw(screen)
    with heading(context, screen.job.name, badges=_badges(screen), about=_about(screen), shortcuts=keys.BATCH):
        actions.draw(context, screen, disabled=snapshot.away)
    _alerts(context, snapshot)
    with st.container(key="stale_numbers" if snapshot.away else "numbers", gap="small"):
        bar.draw(screen.counts, notices.updated(snapshot, zone()))
        _waits(screen)
        _tiles(screen)


def _alerts(context: Context, snapshot: Snapshot[BatchScreen]) -> None:
    """Draw what is wrong and what a person must decide, all in one place.

    So the tiles below keep theirs: moved, they would stand twice until the drawing ends, with old and new numbers.
    """
    screen = snapshot.value
    with st.container(key="alerts", gap="small"):
        troubles = context.engine.health.troubles()
        notices.stores(snapshot, troubles, zone())
        if screen.unserved and not screen.batch.interrupted and not troubles.writing:
            notices.no_engine(screen.counts.left)
        _box(context, screen, away=snapshot.away)


def _badges(screen: BatchScreen) -> list[Badge]:
    job = screen.job
    icon = "experiment" if job.test_mode else "draft"
    first = [(f"First {job.options.first}", "gray", "filter_list")] if job.options.first else []
    archived = [("Archived", "gray", "archive")] if job.visibility is Visibility.ARCHIVED else []
    return [_state(screen.batch), *archived, (labels.not_sent_line(job), "gray", icon), *first]


def _state(view: BatchView) -> Badge:
    """Return the state of the batch; of one that waits for a quota, with the minute from which there is some."""
    text, color, icon = badge(labels.batch_label(view))
    if view.quota_at is None or text != labels.HELD_UP.text:
        return text, color, icon
    return f"{text} until {(view.quota_at + ROUNDED_UP).astimezone(zone()):%H:%M}", color, icon


def _about(screen: BatchScreen) -> str:
    job = screen.job
    began = moment(job.started_at or job.created_at, now=screen.batch.at, zone=zone())
    parts = [
        reference(job.job_id),
        job.gcs_path.rpartition("/")[2],
        "not read yet" if job.total_upcs is None else rows(job.total_upcs, "row"),
        f"{'started' if job.started_at else 'queued'} {began}"
        + (f" by {labels.person(job.created_by)}" if job.created_by else ""),
        f"failed rows of {reference(job.retry_of)}" if job.retry_of else "",
    ]
    return " · ".join(filter(None, parts))


def _box(context: Context, screen: BatchScreen, *, away: bool) -> None:
    """Draw what a person must decide. Draws nothing when there is nothing to decide."""
    choice = actions.decision(screen)
    if choice is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="card_decision"):
        st.markdown(f"{labels.batch_label(screen.batch).tinted} {_situation(screen, away=away)}", width="stretch")
        if not context.may_steer:
            return
        actions.columns(screen.job)
        actions.button(context, screen.job, choice, disabled=away)


def _situation(screen: BatchScreen, *, away: bool) -> str:
    """Return what has happened, and what is safe."""
    job, counts = screen.job, screen.counts
    safe = "Nothing is lost."
    if counts.succeeded:
        safe = f"{rows(counts.succeeded, 'finished item')} {_are(counts.succeeded)} safe and will not be drafted twice."
    if screen.batch.interrupted and screen.batch.unqueued:
        done = f"{rows(job.processed_upcs)} {_are(job.processed_upcs)} done and will not be run again."
        return f"**The earlier service left this batch unfinished.** {done} Recover lets this engine go on after them."
    if screen.batch.interrupted:
        heard = min(screen.batch.workers, key=lambda worker: worker.age, default=None)
        stopped = f"**The engine stopped{f' {heartbeat(heard, old=away)}' if heard else ''}.**"
        stuck = f"{rows(counts.stuck)} {_were(counts.stuck)} in progress." if counts.stuck else ""
        return f"{stopped} {stuck} {safe} {_rescue(screen.engines)}"
    if job.status is JobStatus.PAUSED:
        return f"**The engine paused this batch.** {plain(job.error or '')} {safe}"
    return f"**This batch failed.** {plain(job.error or 'The engine gave no reason.')} {safe}"


def _rescue(engines: int) -> str:
    """Return what happens if no button is pressed."""
    if engines:
        return "A running engine takes it over by itself; Recover does it now."
    return f"No engine is running: start one with `{START_ENGINE}`."


def _waits(screen: BatchScreen) -> None:
    """Show what rows in flight wait for, each reason once."""
    with st.container(gap="xxsmall"):
        for wait in screen.batch.waits:
            st.markdown(f":orange[:material/hourglass_top:] {plain(wait_line(wait, screen.batch.at))}")


def _tiles(screen: BatchScreen) -> None:
    counts, detail = screen.counts, screen.detail
    done = labels.COMPOSED if counts.composed and not counts.drafted else labels.DRAFTED
    mendable = f"{number(detail.worth_a_try)} worth a retry" if counts.attention else "none"
    hands = f"{number(counts.stuck)} interrupted" if counts.stuck else f"{rows(len(screen.workers), 'engine')} on it"
    with st.grid(5, min_column_width=160, gap="small"):
        tile(f"{done.tinted} {done.text}", number(counts.drafted or counts.composed), _succeeded(screen))
        tile(f"{labels.ATTENTION.tinted} {labels.ATTENTION.text}", number(counts.attention), mendable)
        in_progress = f"{number(counts.working)} · {number(counts.waiting)}"
        tile(f"{labels.WORKING.tinted} Working · waiting", in_progress, hands)
        tile(":material/speed: Speed", *_speed(screen))
        tile(*_ending(screen))


def _succeeded(screen: BatchScreen) -> str:
    counts, unpriced = screen.counts, screen.detail.unpriced
    if unpriced:
        return f"{number(unpriced)} not ready: price"
    if counts.drafted and counts.composed:
        return f"{number(counts.composed)} more composed, not sent"
    part = share(counts.succeeded, counts.total or 0)
    return f"{part}, not sent to eBay" if counts.composed else part


def _speed(screen: BatchScreen) -> tuple[str, str]:
    """Return the speed and the time it is measured over; a stopped batch has none."""
    done, found = screen.job.status is JobStatus.COMPLETED, screen.batch.throughput.per_minute
    if not done and not screen.batch.moving:
        return NONE, "stopped" if screen.job.started_at else "not started"
    if found is None:
        return NONE, "too short to measure" if done else "not known yet"
    if done:
        return speed(found), "over the whole batch"
    started = screen.job.started_at
    young = started is not None and screen.batch.at - started < timedelta(minutes=RECENT_MINUTES)
    return speed(found), "since it started" if young else f"last {RECENT_MINUTES} minutes"


def _ending(screen: BatchScreen) -> tuple[str, str, str]:
    """Return when the batch was or will be done."""
    job, at = screen.job, screen.batch.at
    if job.status is JobStatus.COMPLETED and job.completed_at:
        took = span(job.completed_at - (job.started_at or job.created_at))
        return ":material/flag: Finished", moment(job.completed_at, now=at, zone=zone()), f"took {took}"
    label = ":material/flag: Done at about"
    forecast = screen.forecast
    if forecast:
        done_at = at + timedelta(seconds=forecast.seconds)
        limit = f", limit: {NAMES[forecast.limited_by]}" if forecast.limited_by else ""
        return label, moment(done_at, now=at, zone=zone()), f"in {duration(forecast.seconds)}{limit}"
    return label, NONE, "not known yet" if screen.batch.moving else _HELD.get(job.status, "recover to continue")


_HELD = {
    JobStatus.PENDING: "waits for an engine",
    JobStatus.PAUSED: "resume to continue",
    JobStatus.CANCELLED: "cancelled",
}


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
