"""Beside the rows of a batch: why rows failed, its speed, its engines, its history, its files."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from console import labels
from console.actions import redraw
from console.context import Context, zone
from console.formatting import moment, number, rows
from console.screens.batch import downloads, unpriced, uploads
from console.screens.batch.items import narrow
from console.screens.batch.query import Query
from console.screens.batch.view import BatchScreen, Look
from console.upstreams import heartbeat
from console.widgets import writing
from console.widgets.text import code, plain
from engine.public import NAMES, OPEN, Cause, CauseCount, JobStatus, WorkerView, advice_on

SECONDS = 5.0


def shows(look: Look) -> object:
    """Return what the cards show; while the batch runs, chart and heartbeats follow every five seconds."""
    snapshot = look()
    screen, detail = snapshot.value, snapshot.value.detail
    if not screen.batch.moving:
        return screen.steady(SECONDS), detail, snapshot.away
    workers = [(worker.worker, worker.silent) for worker in screen.batch.workers]
    states = screen.job.status, screen.batch.pricing, screen.retrying, snapshot.away
    return detail.causes, detail.unpriced, detail.events, workers, states, screen.batch.at.timestamp() // SECONDS


def draw(context: Context, look: Look) -> None:
    """Draw why rows failed, speed, workers and history; empty cards are left out."""
    snapshot = look()
    screen = snapshot.value
    with st.container(key="stale_side" if snapshot.away else "side", gap="small"):
        if screen.detail.causes:
            _causes(context, screen)
        unpriced.draw(context, screen, disabled=snapshot.away)
        if any(screen.batch.throughput.minutes):
            _speed(screen)
        if screen.batch.workers:
            _workers(screen, away=snapshot.away)
        _history(screen)


def files_show(look: Look) -> object:
    """Return what the files to take away show; while the batch runs, their numbers follow every five seconds."""
    snapshot = look()
    screen = snapshot.value
    counts, job = screen.counts, screen.job
    if screen.batch.moving:
        return bool(counts.succeeded), bool(job.failed_upcs), snapshot.away, screen.batch.at.timestamp() // SECONDS
    return job.failed_upcs, counts, [found.cause for found in screen.detail.causes], snapshot.away


def draw_files(context: Context, look: Look) -> None:
    """Draw the downloads, and the files that a seller uploads elsewhere."""
    snapshot = look()
    with st.container(key="stale_files" if snapshot.away else "files", gap="small"):
        downloads.card(snapshot.value)
        uploads.draw(context, snapshot.value)


def _causes(context: Context, screen: BatchScreen) -> None:
    with st.container(border=True, key="card_causes", gap="small"):
        st.subheader("Why items failed", anchor=False)
        for cause in screen.detail.causes:
            _cause(cause)
            unpriced_here = cause.cause is Cause.NO_PRICE and screen.job.status in {*OPEN, JobStatus.COMPLETED}
            if unpriced_here and context.may_steer:
                writing.button(
                    context,
                    f"Draft {'it' if cause.count == 1 else f'these {number(cause.count)}'} without a price",
                    key="draft_unpriced",
                    icon=":material/edit_document:",
                    disabled=screen.batch.pricing or screen.retrying,
                    on_click=unpriced.draft_all,
                    args=(context, screen.job),
                )


def _cause(found: CauseCount) -> None:
    advice = advice_on(found.cause)
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{advice.name}** :red-badge[{number(found.count)}]", width="content")
            st.button("Show", key=f"show_{found.cause}", on_click=_show, args=(found.cause,))
        st.caption(f"{advice.sentence} {advice.next_step}")


def _show(cause: Cause) -> None:
    """Have the table show the rows that failed for `cause`."""
    narrow(Query("attention", cause))
    redraw()


def _speed(screen: BatchScreen) -> None:
    minutes, limit = screen.batch.throughput.minutes, _limit(screen)
    with st.container(border=True, key="card_speed", gap="xsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.subheader("Speed", anchor=False, width="content")
            st.caption("items a minute, last 15 min", width="content")
        st.vega_lite_chart(_bars(minutes, screen.job.completed_at or screen.batch.at), chart(limit), height=90)
        if limit:
            at_most, words = limit
            st.caption(
                f":orange[:material/horizontal_rule:] {plain(words)}: {number(round(at_most))} items a minute at most"
            )


def _limit(screen: BatchScreen) -> tuple[float, str] | None:
    """Return the rows a minute that a service lets through and its limit in words, None where none limits."""
    forecast, upstreams = screen.forecast, screen.detail.upstreams
    if not (forecast and upstreams and forecast.limited_by and forecast.at_most):
        return None
    return forecast.at_most, f"{NAMES[forecast.limited_by]}: {upstreams.of(forecast.limited_by).quota.words}"


def chart(limit: tuple[float, str] | None) -> dict[str, Any]:
    """Return the chart of speed in Vega-Lite: bars, and across them a line at the speed that a service allows.

    The line has no name for screen readers; the caption below the chart says what it is.

    It is written out because Altair takes 15 ms to build and check the same, at every drawing.
    Source: https://vega.github.io/vega-lite/docs/ (read 2026-11).
    """
    minute = {"field": "minute", "type": "ordinal", "sort": None}
    bars = {
        "mark": {"type": "bar", "cornerRadiusTopLeft": 2, "cornerRadiusTopRight": 2},
        "encoding": {
            "x": minute | {"axis": {"title": None, "labels": False, "ticks": False, "domain": False}},
            "y": {
                "field": "items",
                "type": "quantitative",
                "axis": {"title": None, "tickCount": 2, "domain": False},
                "scale": {"zero": True, "nice": True},
            },
            "tooltip": [minute, {"field": "items", "type": "quantitative"}],
        },
    }
    if limit is None:
        return bars
    at_most, words = limit
    line = {
        "mark": {"type": "rule", "strokeDash": [4, 3], "color": "#d9822b", "strokeWidth": 2, "aria": False},
        "encoding": {"y": {"datum": at_most, "type": "quantitative"}, "tooltip": {"value": words}},
    }
    return {"layer": [bars, line]}


def _bars(minutes: tuple[int, ...], at: datetime) -> pd.DataFrame:
    """Return the rows done in each minute, under its time."""
    first = at.replace(second=0, microsecond=0) - timedelta(minutes=len(minutes) - 1)
    times = [(first + timedelta(minutes=index)).astimezone(zone()) for index in range(len(minutes))]
    return pd.DataFrame({"minute": [f"{time:%H:%M}" for time in times], "items": minutes})


def _workers(screen: BatchScreen, *, away: bool) -> None:
    with st.container(border=True, key="card_workers", gap="xsmall"):
        st.subheader("Engines", anchor=False)
        for worker in screen.batch.workers:
            st.markdown(worker_line(worker, away=away))


def worker_line(worker: WorkerView, *, away: bool) -> str:
    """Return the name of a worker, its last heartbeat, and how many rows it has in flight."""
    color = "red" if worker.silent else "green"
    had = "had" if worker.silent else "has"
    hand = f" · {had} {rows(len(worker.rows))}" if worker.rows else ""
    dot = f":{color}[:material/{'heart_broken' if worker.silent else 'favorite'}:]"
    return f"{dot} {code(worker.worker)} heartbeat {heartbeat(worker, old=away)}{hand}"


def _history(screen: BatchScreen) -> None:
    with st.container(border=True, key="card_history", gap="xsmall"):
        st.subheader("History", anchor=False)
        for event in screen.detail.events:
            at = moment(event.at, now=screen.batch.at, zone=zone())
            by = f" by {plain(labels.person(event.by))}" if event.by else ""
            detail = f" · {plain(event.detail)}" if event.detail and event.event != "submitted" else ""
            st.markdown(f":gray[{at}] {plain(labels.event_label(event.event))}:gray[{by}{detail}]")
