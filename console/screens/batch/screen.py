"""One batch: how it is doing, and what to do."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import streamlit as st

from console import labels, navigation
from console.context import Context, zone
from console.formatting import moment
from console.poller import AWAY
from console.screens.batch import deletion, head, items, naming, row, unpriced
from console.screens.batch import side as batch_side
from console.screens.batch.view import load
from console.widgets import parts, standing
from console.widgets.heading import heading
from console.widgets.text import code, plain
from engine.public import JobUnknown


def render(context: Context) -> None:
    """Draw the screen of `?job_id=`; an outage is shown as one."""
    job_id = st.query_params.get("job_id", "")
    deletion.leave_if_deleted()
    look = partial(load, context, job_id)
    try:
        look()
    except JobUnknown:
        _unknown(context, job_id)
        return
    except AWAY as error:
        heading(context, "Batch")
        standing.nothing_read(context, error, look)
        return
    parts.live(partial(head.draw, context, look), name="head", shows=partial(head.shows, context, look))
    rows, side = st.columns([2.3, 1], gap="medium")
    with rows:
        items.draw(context, look)
    with side:
        parts.live(partial(batch_side.draw, context, look), name="side", shows=partial(batch_side.shows, look))
        files = partial(batch_side.draw_files, context, look)
        parts.live(files, name="files", shows=partial(batch_side.files_show, look))
    row.draw(context, look)
    unpriced.dialog(context, look)
    deletion.dialog(context, look)
    naming.dialog(context, look)


def _unknown(context: Context, job_id: str) -> None:
    heading(context, "No such batch")
    st.markdown(f"There is no batch {code(job_id)}." if job_id else "The address names no batch.")
    with suppress(*AWAY):
        if gone := context.engine.deletions.find(job_id):
            at = moment(gone.at, now=context.clock.now(), zone=zone())
            st.markdown(f"{plain(gone.name)} was deleted by {plain(labels.person(gone.by))}, {at}.")
    st.page_link(navigation.BATCHES, label="All batches", icon=":material/arrow_back:")
