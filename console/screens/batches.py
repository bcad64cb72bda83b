"""Batches: what goes on, and what waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from console import labels, navigation, upstreams
from console.context import Context, zone
from console.formatting import NONE, moment, speed
from console.labels import Label
from console.poller import AWAY, Snapshot
from console.widgets import notices, parts, tables
from console.widgets.heading import heading
from engine.public import OPEN, BatchView, Throughput, UpstreamsView

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "exu2.txt"
MOST = 50  # batches in the list
EVERY_SECONDS = 1.5
WHOLE_SECONDS = 60.0  # until all of them are read again
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
    """What the screen shows. `unserved` counts the rows that wait while no worker is alive."""

    entries: tuple[Entry, ...]
    unserved: int


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
    return BatchesView(tuple(entries), unserved)


def read(context: Context) -> BatchesView:
    """Read what the screen shows."""
    found = newest(context)
    return load(found, upstreams.look(context) if any(view.moving for view in found) else None)


def render(context: Context) -> None:
    """Draw the screen; an outage is shown as one, never as an empty table."""
    with heading(context, "Batches"):
        if st.button("New batch", icon=":material/add:", type="primary", shortcut="N"):
            st.switch_page(navigation.NEW_BATCH)
    notices.ebay_not_connected(context)
    notices.ebay_ends_soon(context)
    parts.live(partial(_list, context), name="list")


def _list(context: Context) -> None:
    try:
        snapshot = context.poller.look("batches", partial(read, context), every=EVERY_SECONDS)
    except AWAY as error:
        notices.nothing_read(error)
        return
    view = snapshot.value
    notices.store_away(snapshot, zone())
    if view.unserved:
        notices.no_engine(view.unserved)
    if not view.entries:
        _empty()
        return
    with st.container(key="stale_batches" if snapshot.away else "batches"):
        row = _table(view, snapshot)
    notices.freshness(snapshot, zone())
    if row is not None and row < len(view.entries):
        navigation.open_batch(view.entries[row].batch.job.job_id)


def _table(view: BatchesView, snapshot: Snapshot[BatchesView]) -> int | None:
    """Draw the list; return the row that was clicked."""
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
            "Done": st.column_config.ProgressColumn(format="%d %%", min_value=0, max_value=100, width=170),
            "Items": st.column_config.NumberColumn(format="localized", width=70),
            "Needs attention": st.column_config.NumberColumn(format="localized", width=110),
        },
        alt="The batches, those that wait for a person first",
    )
    return tables.clicked(chosen)


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


def _entry(view: BatchView, services: UpstreamsView | None) -> Entry:
    job, label, found = view.job, labels.batch_label(view), view.throughput
    if not view.moving:
        return Entry(view, label, found if job.completed_at else Throughput(None), job.completed_at)
    if services is None or not view.engines:
        return Entry(view, label, found, None)
    forecast = services.forecast(
        view.left, job.options, job_id=job.job_id, done=job.processed_upcs, speed=found.per_minute
    )
    return Entry(view, label, found, view.at + timedelta(seconds=forecast.seconds) if forecast else None)


def _empty() -> None:
    """Say how to begin."""
    with st.container(border=True, key="card_empty", horizontal_alignment="center", gap="small"):
        st.space("small")
        st.subheader("No batches yet", anchor=False, text_alignment="center")
        st.markdown(
            "A batch turns a file of barcodes into eBay drafts, one for every row. "
            "Upload a file of your own, or try the sample of 42 barcodes first.",
            text_alignment="center",
        )
        with st.container(horizontal=True, horizontal_alignment="center"):
            if st.button("Choose a file", icon=":material/upload_file:"):
                st.switch_page(navigation.NEW_BATCH)
            if SAMPLE.exists():
                st.download_button(
                    "Sample file", SAMPLE.read_bytes(), "exu2.txt", icon=":material/download:", on_click="ignore"
                )
        st.space("small")
