"""The top of a batch: its state, what can be done, and its numbers."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from console import words
from console.context import Context, zone
from console.figures import NONE, ago, duration, moment, number, reference, rows, share, span, speed
from console.screens import batch_actions
from console.screens.batch_view import BatchScreen, Look
from console.upstreams import ending, wait_line
from console.widgets import bar, notices
from console.widgets.heading import Badge, badge, heading
from engine.domain.jobs import JobStatus
from engine.domain.pace import MINUTE, RECENT
from engine.domain.services import NAMES


def draw(context: Context, look: Look) -> None:
    """Draw the title with its actions, what needs a person, the bar and the tiles."""
    snapshot = look()
    screen = snapshot.value
    with heading(context, screen.job.name, badges=_badges(screen), about=_about(screen)):
        batch_actions.draw(context, screen, disabled=snapshot.away)
    notices.store_away(snapshot, zone())
    if screen.unserved and not screen.batch.interrupted:
        notices.no_engine(screen.counts.left)
    _box(context, screen, disabled=snapshot.away)
    with st.container(key="stale_numbers" if snapshot.away else "numbers", gap="small"):
        bar.draw(screen.counts, notices.updated(snapshot, zone()))
        with st.container(gap="xxsmall"):
            _waits(screen)
        _tiles(screen)


def _badges(screen: BatchScreen) -> list[Badge]:
    job = screen.job
    icon = "experiment" if job.test_mode else "draft"
    first = [(f"First {job.options.first}", "gray", "filter_list")] if job.options.first else []
    return [badge(words.batch_word(screen.batch)), (words.not_sent_line(job), "gray", icon), *first]


def _about(screen: BatchScreen) -> str:
    job = screen.job
    began = moment(job.started_at or job.created_at, now=screen.batch.at, zone=zone())
    parts = [
        reference(job.job_id),
        job.gcs_path.rpartition("/")[2],
        "not read yet" if job.total_upcs is None else rows(job.total_upcs, "row"),
        f"{'started' if job.started_at else 'queued'} {began}"
        + (f" by {words.person(job.created_by)}" if job.created_by else ""),
        f"failed rows of {reference(job.retry_of)}" if job.retry_of else "",
    ]
    return " · ".join(filter(None, parts))


def _box(context: Context, screen: BatchScreen, *, disabled: bool) -> None:
    """Draw what a person must decide; draws nothing when there is nothing to decide."""
    choice = batch_actions.decision(screen)
    if choice is None:
        return
    with st.container(border=True, key="card_decision"):
        text, action = st.columns([4, 1.2], vertical_alignment="center")
        text.markdown(f"{words.batch_word(screen.batch).tinted} {_told(screen)}")
        with action.container(horizontal=True, horizontal_alignment="right"):
            batch_actions.button(context, screen.job, choice, disabled=disabled)


def _told(screen: BatchScreen) -> str:
    """Return what has happened, and what is safe."""
    job, counts = screen.job, screen.counts
    safe = "Nothing is lost."
    if counts.succeeded:
        safe = f"{rows(counts.succeeded, 'finished item')} {_are(counts.succeeded)} safe and will not be drafted twice."
    if screen.batch.interrupted and not job.engine.get("shards"):
        done = f"{rows(job.processed_upcs)} {_are(job.processed_upcs)} done and will not be run again."
        return f"**The service before this one left this batch.** {done} Recover lets this engine go on behind them."
    if screen.batch.interrupted:
        silent = min((worker.age for worker in screen.batch.workers), default=None)
        stopped = f"**The engine stopped{f' {ago(silent)}' if silent else ''}.**"
        stuck = f"{rows(counts.stuck)} {_were(counts.stuck)} in progress." if counts.stuck else ""
        return f"{stopped} {stuck} {safe} {_rescue(screen.engines)}"
    if job.status is JobStatus.PAUSED:
        return f"**The engine paused this batch.** {job.error} {safe}"
    return f"**This batch failed.** {job.error or 'The engine gave no reason.'} {safe}"


def _rescue(engines: int) -> str:
    """Return what happens if nobody presses anything."""
    if engines:
        return "A running engine takes it over by itself; Recover does it now."
    return f"No engine is running: start one with `{notices.START_ENGINE}`."


def _waits(screen: BatchScreen) -> None:
    """Say what rows in hand wait for, each reason once, and what limits the batch; draws nothing when nothing does."""
    for wait in screen.batch.waits:
        st.markdown(f":orange[:material/hourglass_top:] {wait_line(wait)}")
    forecast, upstreams = screen.forecast, screen.detail.upstreams
    if forecast and upstreams and forecast.limited_by:
        st.markdown(f":gray[:material/flag:] Done in {ending(forecast, upstreams)}")


def _tiles(screen: BatchScreen) -> None:
    counts, detail = screen.counts, screen.detail
    done = words.COMPOSED if counts.composed and not counts.drafted else words.DRAFTED
    mendable = f"{number(detail.retryable)} can be retried" if counts.attention else "none"
    hands = f"{number(counts.stuck)} interrupted" if counts.stuck else f"{rows(len(screen.workers), 'engine')} on it"
    with st.grid(5, min_column_width=130, gap="small"):
        _tile(f"{done.tinted} {done.text}", number(counts.drafted or counts.composed), _succeeded(screen))
        _tile(f"{words.ATTENTION.tinted} {words.ATTENTION.text}", number(counts.attention), mendable)
        in_progress = f"{number(counts.working)} · {number(counts.waiting)}"
        _tile(f"{words.WORKING.tinted} Working · waiting", in_progress, hands)
        _tile(":material/speed: Speed", *_speed(screen))
        _tile(*_ending(screen))


def _succeeded(screen: BatchScreen) -> str:
    counts = screen.counts
    if counts.drafted and counts.composed:
        return f"{number(counts.composed)} more composed, not sent"
    part = share(counts.succeeded, counts.total or 0)
    return f"{part}, not sent to eBay" if counts.composed else part


def _speed(screen: BatchScreen) -> tuple[str, str]:
    """Return the speed and what it was taken over; a batch that stands still has none."""
    done, found = screen.job.status is JobStatus.COMPLETED, screen.detail.pace.per_minute
    if not done and not screen.batch.moving:
        return NONE, "stopped" if screen.job.started_at else "not started"
    if found is None:
        return NONE, "not known yet"
    if done:
        return speed(found), "over the whole batch"
    begun = screen.job.started_at
    young = begun is not None and screen.batch.at - begun < RECENT * MINUTE
    return speed(found), "since it started" if young else f"last {RECENT} minutes"


def _ending(screen: BatchScreen) -> tuple[str, str, str]:
    """Return when the batch was done, or will be."""
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


def _tile(label: str, value: str, note: str) -> None:
    st.metric(label, value, note, delta_color="off", delta_arrow="off", border=True)


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
