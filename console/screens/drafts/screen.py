"""Drafts: what would the buyer see? The list on the left, and beside it one draft with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from console import navigation
from console.actions import redraw
from console.context import Context
from console.poller import AWAY, Snapshot
from console.screens.drafts import draft, selection, table
from console.screens.drafts.table import LISTING, SECONDS, TABLE
from console.screens.drafts.view import DRAFT, SHOWN, Listing, Place, Query, counts, listing
from console.widgets import keys, parts, standing, tables
from console.widgets.heading import heading
from console.widgets.text import code
from engine.public import JobUnknown

SHOW = "drafts_show"


def render(context: Context) -> None:
    """Draw the screen; an outage is shown as one, never as an empty list."""
    query = Query.of(st.query_params)
    if SHOW not in st.session_state:  # opened from another screen: there may be new drafts
        st.session_state.pop(LISTING, None)
    try:
        page = _listing(context, query)
        _counts(context, query)
    except JobUnknown:
        heading(context, "Drafts")
        st.markdown(f"There is no batch {code(query.job_id)}.")
        st.page_link(navigation.DRAFTS, label="The drafts of all batches", icon=":material/arrow_back:")
        return
    except AWAY as error:
        heading(context, "Drafts")
        standing.nothing_read(context, error, partial(_look, context, query))
        return
    place = Place.of(st.query_params.get(DRAFT, "")) or next(iter(page.places), None)
    _top(context, query, page, place)
    left, right = st.columns([1.35, 2], gap="medium")
    with left:
        table.draw(context, page, place)
    with right:
        if place is not None:
            draft.draw(context, page, place)


def _top(context: Context, query: Query, page: Listing, place: Place | None) -> None:
    """Draw the title, the filters and the bar for ticked drafts."""
    about = f"of {page.batch}" if page.batch else "of all batches, the newest first"
    with heading(context, "Drafts", about=f"What the buyer would see, and why: {about}.", shortcuts=keys.DRAFTS):
        if query.job_id:
            st.page_link(navigation.DRAFTS, label="All batches", icon=":material/filter_list_off:")
            st.page_link(
                navigation.BATCH, label="The batch", icon=":material/stacks:", query_params={"job_id": query.job_id}
            )
    standing.outage(partial(_look, context, query))
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="drafts_top"
    ):
        with st.container(width="content"):
            shows = partial(_counts, context, query)
            parts.live(partial(_filters, context, query), name="drafts_filters", shows=shows)
        if page.skus:
            selection.draw(context, page, place)


def _listing(context: Context, query: Query) -> Listing:
    """Return the page. It stays the same until the operator asks for another one, so that no row moves."""
    held: Listing | None = st.session_state.get(LISTING)
    if held is None or held.query != query or not held.skus:
        held = st.session_state[LISTING] = listing(context.engine, query)
        tables.deselect(TABLE)
    return held


def _counts(context: Context, query: Query) -> Mapping[str, int]:
    """Return how many drafts each filter has, in the batch or in all.

    Raises:
        StoreError, FilesAway: they were never counted, and the store does not answer.
    """
    return _look(context, query).value


def _look(context: Context, query: Query) -> Snapshot[Mapping[str, int]]:
    read = partial(counts, context.engine, query.job_id)
    return context.poller.look(("draft counts", query.job_id), read, every=SECONDS)


def _filters(context: Context, query: Query) -> None:
    """Draw the filters, each with its number of drafts; the choice is part of the URL."""
    try:
        found = _counts(context, query)
    except AWAY:
        return
    st.segmented_control(
        "Show",
        list(SHOWN),
        default=query.show,  # with new numbers it is a new widget to Streamlit
        required=True,
        format_func=lambda show: f"{SHOWN[show]} ({found[show]:,})",
        key=SHOW,
        on_change=_narrow,
        args=(query,),
        label_visibility="collapsed",
    )


def _narrow(query: Query) -> None:
    """Apply the filter, from the newest draft on."""
    chosen = replace(query, show=st.session_state[SHOW], before=None)
    st.query_params.from_dict(chosen.address())
    redraw()
