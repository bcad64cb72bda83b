"""Hand-over: what a shift leaves to the next, on one page that can be printed, sent or opened by its address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

import streamlit as st

from console import labels, navigation
from console.context import Context, zone
from console.formatting import moment, number, rows, share, speed, waiting_note
from console.poller import AWAY, Snapshot
from console.widgets import notices, parts
from console.widgets.heading import heading
from console.widgets.text import plain, with_code
from console.widgets.tiles import tile
from engine.public import MendedAt, Running, ShiftReport, Stuck, fix_line, local_times, shift_message

EVERY_SECONDS = 15.0  # Firestore bills a read for every thousand rows that are counted
HOURS = (8, 12, 24)
CHOSEN = "handover_hours"
PLACES = {
    MendedAt.BATCH: (navigation.BATCH, "Open batch"),
    MendedAt.ATTENTION: (navigation.ATTENTION, "Fix them"),
    MendedAt.CONNECTIONS: (navigation.CONNECTIONS, "Connections"),
    MendedAt.SYSTEM: (navigation.SYSTEM, "System"),
}


def hours_of(address: Mapping[str, str]) -> int:
    """Return how long a shift the URL asks for; the shortest where it says none that there is."""
    return next((hours for hours in HOURS if str(hours) == address.get("hours")), HOURS[0])


def render(context: Context) -> None:
    """Draw the screen; an outage is shown as one."""
    with heading(context, "Hand-over", about="What this shift leaves to the next. It prints on one page."):
        _period()
    hours = hours_of(st.query_params)
    shows = partial(_shows, context, hours)
    parts.live(partial(_report, context, hours), name="handover", shows=shows)


def _period() -> None:
    """Draw the choice of a shift's length. The URL of the page holds it."""
    if st.session_state.get(CHOSEN) not in HOURS:
        st.session_state[CHOSEN] = hours_of(st.query_params)
    st.segmented_control(
        "Shift",
        HOURS,
        key=CHOSEN,
        format_func=lambda hours: f"last {number(hours)} h",
        label_visibility="collapsed",
        required=True,
        on_change=_choose,
    )


def _choose() -> None:
    st.query_params["hours"] = str(st.session_state[CHOSEN])


def _look(context: Context, hours: int) -> Snapshot[ShiftReport]:
    read = partial(context.engine.shifts.report, timedelta(hours=hours))
    return context.poller.look(("handover", hours), read, every=EVERY_SECONDS)


def _shows(context: Context, hours: int) -> object:
    return parts.as_read(_look(context, hours))


def _report(context: Context, hours: int) -> None:
    try:
        snapshot = _look(context, hours)
    except AWAY as error:
        notices.nothing_read(error)
        return
    notices.store_away(snapshot, zone())
    with st.container(key="stale_handover" if snapshot.away else "handover", gap="small"):
        _draw(snapshot.value)
    _message(snapshot.value, hours)
    notices.freshness(snapshot, zone())


def _draw(report: ShiftReport) -> None:
    at = partial(moment, now=report.at, zone=zone())
    st.caption(f"From {at(report.since)} to {at(report.at)}")
    _tiles(report)
    st.subheader("Stuck, and what to do next", anchor=False)
    for one in report.stuck:
        _stuck(one, report.at, at)
    if report.unnamed:
        st.caption(f"and {rows(report.unnamed, 'batch', 'batches')} more that are paused or failed")
    if not report.stuck:
        st.markdown(":green[:material/check_circle:] **Nothing is stuck.**")
    if report.running or report.fixes:
        st.subheader("Under way", anchor=False)
    for running in report.running:
        _running(running, report.at, at)
    if report.unnamed_running:
        st.caption(f"and {rows(report.unnamed_running, 'batch', 'batches')} more")
    for fix in report.fixes:
        st.markdown(f":material/build: {plain(fix_line(fix))}")
    if report.finished.newest:
        st.subheader("Finished", anchor=False)
        _finished(report)


def _tiles(report: ShiftReport) -> None:
    done = report.finished
    with st.grid(4, min_column_width=130, gap="small"):
        tile("Drafts", number(done.drafts), "made or changed")
        tile("Batches finished", number(done.batches), "in this shift")
        tile(labels.ATTENTION.text, number(done.failed), "in this shift, not fixed yet")
        left = f"in {rows(report.open, 'batch', 'batches')}, {rows(report.engines, 'engine')}" if report.open else ""
        tile("Left to do", number(report.left + report.paused), waiting_note(left, report.paused) or "nothing waits")


def _stuck(one: Stuck, now: datetime, at: partial[str]) -> None:
    """Draw what is stuck, with the link to the screen that mends it."""
    page, label = PLACES[one.screen]
    query = {"job_id": one.job_id, "cause": one.cause or ""}
    count = f" :red-badge[{number(one.rows)}]" if one.rows else ""
    lately = f" · {number(one.lately)} in this shift" if one.lately else ""
    since = f" · since {at(one.since)}" if one.since else ""
    until = f" · until about {at(one.until)}" if one.until and one.until > now else ""
    with st.container(border=True, key=f"stuck_{one.screen}_{one.job_id or one.cause or one.name}"):
        says, leads = st.columns([5, 1], gap="small", vertical_alignment="center")
        with says.container(gap=None):
            st.markdown(f"**{plain(one.name)}**{count}{lately}{since}{until}")
            st.markdown(f"{plain(local_times(one.why, now, zone()))} **{with_code(one.next_step)}**")
        leads.page_link(
            page,
            label=label,
            icon=":material/chevron_right:",
            query_params={name: value for name, value in query.items() if value},
        )


def _running(one: Running, now: datetime, at: partial[str]) -> None:
    limit = f", limited by {plain(one.limited_by)}" if one.limited_by else ""
    end = f" · done at about {at(one.done_at)}{limit}" if one.done_at else ""
    pace = f" · {speed(one.per_minute)}" if one.per_minute is not None else ""
    done = f"{share(one.done, one.total)} of {rows(one.total)}" if one.total else "not read yet"
    waits = "".join(f" · {plain(local_times(wait, now, zone()))}" for wait in one.waits)
    st.page_link(
        navigation.BATCH,
        label=f"**{plain(one.name)}** · {done}{pace}{end}{waits}",
        icon=":material/sync:",
        query_params={"job_id": one.job_id},
    )


def _finished(report: ShiftReport) -> None:
    """Name the batches that were completed last."""
    at = partial(moment, now=report.at, zone=zone())
    for job in report.finished.newest:
        needs = "needs" if job.failed_upcs == 1 else "need"
        failed = f", {number(job.failed_upcs)} {needs} attention" if job.failed_upcs else ""
        st.page_link(
            navigation.BATCH,
            label=f"**{plain(job.name)}** · {number(job.successful_upcs)} drafted{failed} · {at(job.completed_at)}",
            icon=":material/check_circle:",
            query_params={"job_id": job.job_id},
        )
    if more := report.finished.batches - len(report.finished.newest):
        st.caption(f"and {rows(more, 'batch', 'batches')} more")


def _message(report: ShiftReport, hours: int) -> None:
    """Draw the same as a text, with a button that copies it."""
    with st.expander("As a message", icon=":material/content_copy:", key="handover_message"):
        address = str(st.context.url or "").partition("?")[0]
        link = f"{address}?hours={hours}" if address else ""
        st.code(shift_message(report, zone(), link), language=None, wrap_lines=True)
