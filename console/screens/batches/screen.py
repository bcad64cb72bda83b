"""Batches: what goes on, what waits for a person, and every batch there ever was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from console import labels, navigation
from console.actions import redraw
from console.context import Context, zone
from console.formatting import NONE, moment, number, rows, speed, waiting_note
from console.poller import AWAY, Snapshot
from console.sample import SAMPLE
from console.screens.batches import archive
from console.screens.batches.query import STATES, Query
from console.screens.batches.view import (
    PAGE_SECONDS,
    BatchesView,
    Counts,
    Entry,
    counts,
    look,
    look_at_days,
)
from console.screens.new_batch import file as new_batch_file
from console.widgets import cursor, keys, notices, parts, tables
from console.widgets.heading import heading
from console.widgets.text import plain
from console.widgets.tiles import tile
from engine.public import BatchView

QUERY, Q, STATE, ARCHIVED = "batches_query", "batches_q", "batches_state", "batches_archived"
CURSOR, ENTERED = "batches_cursor", "batches_entered"
EARLIEST = date(2000, 1, 1)  # where the days begin when only their end is given


def render(context: Context) -> None:
    """Draw the screen; an outage is shown as one, never as an empty table."""
    with heading(context, "Batches", shortcuts=keys.BATCHES):
        if context.may_submit and st.button("New batch", icon=":material/add:", type="primary", shortcut="N"):
            st.switch_page(navigation.NEW_BATCH)
    notices.ebay_not_connected(context)
    notices.ebay_ends_soon(context)
    query = Query.of(st.query_params)
    parts.live(partial(_notices, context, query), name="notices", shows=partial(_notices_show, context, query))
    parts.live(partial(_head, context, query), name="head", shows=partial(_has_head, context, query))
    parts.live(partial(_list, context, query), name="list", shows=partial(_list_shows, context, query))


def _notices_show(context: Context, query: Query) -> object:
    snapshot = look(context, query)
    return snapshot.value.unserved, parts.outage(snapshot)


def _notices(context: Context, query: Query) -> None:
    """Say that the store is away, or that rows wait and no engine runs."""
    try:
        snapshot = look(context, query)
    except AWAY as error:
        notices.nothing_read(error)
        return
    notices.store_away(snapshot, zone())
    if snapshot.value.unserved:
        notices.no_engine(snapshot.value.unserved)


def _has_head(context: Context, query: Query) -> bool:
    return query != Query() or _counted(context, Query()) is not None


def _head(context: Context, query: Query) -> None:
    """Draw what stands above the list, once there are batches to count or to search."""
    if _has_head(context, query):
        shows = partial(look_at_days, context, zone())
        parts.live(partial(_today, context), name="today", shows=lambda: tuple(map(parts.as_read, shows())))
        _filters(query)


def _today(context: Context) -> None:
    """Draw all batches in numbers; nothing while they cannot be read, which is said above."""
    try:
        snapshot, week_before = look_at_days(context, zone())
    except AWAY:
        return
    days = week_before.value
    found, counts = snapshot.value, snapshot.value.overview
    with st.container(key="stale_today" if snapshot.away else "today"), st.grid(4, min_column_width=130, gap="small"):
        tile(
            f"{labels.DRAFTED.tinted} Drafted today",
            number(counts.drafted),
            f"{number(sum(days) + counts.drafted)} in seven days",
            days=(*days, counts.drafted),
        )
        failed = f"in {rows(counts.failed_in, 'batch', 'batches')}" if counts.failed else "nothing failed"
        tile(f"{labels.ATTENTION.tinted} {labels.ATTENTION.text}", number(counts.failed), failed)
        left = waiting_note(f"in {rows(counts.open, 'batch', 'batches')}" if counts.open else "", counts.paused)
        tile(f"{labels.WAITING.tinted} {labels.WAITING.text}", number(counts.left), left or "nothing to do")
        at = moment(found.done_at, now=snapshot.read_at, zone=zone())
        end = f"{rows(found.running, 'batch', 'batches')} running" if found.running else "nothing runs"
        tile(f":material/flag: Done at{' about' if found.done_at else ''}", at if found.done_at else NONE, end)


def _counted(context: Context, query: Query) -> Counts | None:
    """Return how many batches there are of those that are asked for; None while the store does not answer, or none."""
    try:
        read = partial(counts, context, query, zone())
        found = context.poller.look(("batch counts", query, str(zone())), read, every=PAGE_SECONDS).value
    except AWAY:
        return None
    return found if found.matching else None


def _filters(query: Query) -> None:
    """Draw the filters. The URL of the page holds them, and they follow it."""
    if st.session_state.get(QUERY) != query or Q not in st.session_state:
        st.session_state.update({QUERY: query, Q: query.q, STATE: query.state or None, ARCHIVED: query.archived})
    days: Any = [day for day in (query.since or (query.until and EARLIEST), query.until) if day]
    days_key = f"batches_days_{query.since}_{query.until}"  # its value cannot be set beside a range as default
    hidden: Any = {"label_visibility": "collapsed", "on_change": _narrow, "args": (days_key,)}
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="batches_filters"):
        st.text_input(
            "Name",
            key=Q,
            type="search",
            placeholder="Name",
            icon=":material/search:",
            live="400ms",
            width=240,
            **hidden,
        )
        st.selectbox(
            "State",
            list(STATES),
            index=None,
            format_func=lambda state: STATES[state].text,
            placeholder="Every state",
            key=STATE,
            width=170,
            **hidden,
        )
        st.date_input("Days", days, key=days_key, min_value=EARLIEST, width=240, **hidden)
        st.checkbox("Archived", key=ARCHIVED, on_change=_narrow, args=(days_key,), width="content")
        if query.narrow:
            st.button("Clear", type="tertiary", icon=":material/filter_list_off:", on_click=_ask, args=(Query(),))


def _narrow(days_key: str) -> None:
    """Apply the filters, from the newest batch on."""
    q, state = st.session_state[Q], st.session_state[STATE]
    since, until = (*st.session_state[days_key], None, None)[:2]
    days = (None if since == EARLIEST else since, until)
    _ask(Query((q or "").strip(), state or "", *days, archived=st.session_state[ARCHIVED]))


def _ask(query: Query) -> None:
    """Have the list show what is asked for."""
    st.query_params.from_dict(query.address())
    redraw()


def _list_shows(context: Context, query: Query) -> tuple[object, ...]:
    """Return what the list and its foot show; the time of the last read in it is at most ten seconds old."""
    snapshot, found = look(context, query), _counted(context, query)
    cells = [_cells(entry, snapshot.read_at) for entry in snapshot.value.entries]
    read_at = snapshot.read_at.timestamp() // parts.AGE.total_seconds()
    return cells, found, snapshot.away, read_at


def _list(context: Context, query: Query) -> None:
    try:
        snapshot = look(context, query)
    except AWAY:
        return
    view = snapshot.value
    if not view.entries:
        _empty(context, away=snapshot.away) if query == Query() else _nothing(query)
        return
    with st.container(key="stale_batches" if snapshot.away else "batches"):
        row = _table(view, snapshot)
    _foot(context, view, query)
    notices.freshness(snapshot, zone())
    if row is not None and row < len(view.entries):
        navigation.open_batch(view.entries[row].batch.job.job_id)


def _foot(context: Context, view: BatchesView, query: Query) -> None:
    """Draw the place of the page among all that match, the buttons to others, and what is done with all of them."""
    found = _counted(context, query)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="batches_foot"):
        last = len(view.entries) + (found.newer if found else 0)
        if found:
            whole = rows(found.matching, "batch", "batches")
            first = f"{number(found.newer + 1)} to {number(last)} of "
            st.caption(whole if last - found.newer >= found.matching else f"{first}{whole}", width="content")
        if query.before:
            newest = replace(query, before="")
            st.button("Newest", icon=":material/first_page:", on_click=_ask, args=(newest,), type="tertiary")
        if view.oldest and found and found.matching > last:
            older = replace(query, before=view.oldest.isoformat())
            st.button("Older", icon=":material/chevron_right:", on_click=_ask, args=(older,), type="tertiary")
        if found and (query.narrow or query.archived):
            archive.draw(context, query, found.matching)


def _nothing(query: Query) -> None:
    """Say that no batch is as the filters ask for."""
    named = f" whose name has “{plain(query.q)}”" if query.q else ""
    with st.container(border=True, key="card_nothing"):
        st.caption(f"There is no such batch{named}. A name is searched by its words, one after another.")
        st.button("Show all batches", icon=":material/filter_list_off:", on_click=_ask, args=(Query(),))


def _table(view: BatchesView, snapshot: Snapshot[BatchesView]) -> int | None:
    """Draw the list; return the row that was clicked, or on which Enter was pressed."""
    cursor.watch(CURSOR, within=("batches", "stale_batches"), on_enter=_entered)
    chosen: Any = st.dataframe(
        pd.DataFrame([_cells(entry, snapshot.read_at) for entry in view.entries]),
        key="list",
        hide_index=True,
        row_height=38,
        height="content",
        on_select="rerun",
        selection_mode="single-cell",
        placeholder=NONE,
        column_config={
            "Batch": st.column_config.TextColumn(width=230),
            "State": tables.badges("State", labels.BATCH_LABELS, width=130),
            "Done": st.column_config.ProgressColumn(format="%d %%", min_value=0, max_value=100, width=130),
            "Items": st.column_config.NumberColumn(format="localized", width=70),
            "Needs attention": st.column_config.NumberColumn(format="localized", width=110),
        },
        alt="The batches, those that wait for a person first",
    )
    entered = st.session_state.pop(ENTERED, False)
    return tables.clicked(chosen) if entered or not cursor.by_keys(CURSOR) else None


def _entered() -> None:
    st.session_state[ENTERED] = True


def _cells(entry: Entry, now: datetime) -> dict[str, object]:
    job = entry.batch.job
    at = partial(moment, now=now, zone=zone())
    about = "about " if entry.done_at and not job.completed_at else ""
    return {
        "Batch": f"{job.name} · dry run" if job.test_mode else job.name,
        "State": [entry.label.text],
        "Done": _percent(entry.batch),
        "Items": job.total_upcs,
        "Needs attention": job.failed_upcs,
        "Speed": speed(entry.throughput.per_minute),
        "Done at": f"{about}{at(entry.done_at)}",
        "By": labels.person(job.created_by) or NONE,
        "Started": at(job.started_at or job.created_at),
    }


def _percent(view: BatchView) -> float:
    """Return how much is done, in percent; never 100 before all of it is."""
    total = view.job.total_upcs
    return 100 * view.job.processed_upcs // total if total else 0


def _empty(context: Context, *, away: bool) -> None:
    """Say how to begin; the sample is three clicks from its first draft."""
    with st.container(border=True, key="card_empty", horizontal_alignment="center", gap="small"):
        st.space("small")
        st.subheader("No batches yet", anchor=False, text_alignment="center")
        st.markdown(
            "A batch turns a file of barcodes into eBay drafts, one for every row. "
            "Upload a file of your own, or try the sample of 42 barcodes first.",
            text_alignment="center",
        )
        if not context.may_submit:
            return
        with st.container(horizontal=True, horizontal_alignment="center"):
            if SAMPLE.exists() and st.button(
                "Try the sample",
                icon=":material/play_circle:",
                disabled=away,
                on_click=new_batch_file.choose_sample,
                args=(context,),
            ):
                st.switch_page(navigation.NEW_BATCH, query_params=dict(st.query_params))
            if st.button("Choose a file", icon=":material/upload_file:"):
                st.switch_page(navigation.NEW_BATCH)
        st.caption(
            "It is checked first and starts when you say so. Drafts are never published: you look at each of them.",
            text_alignment="center",
        )
        st.space("small")
