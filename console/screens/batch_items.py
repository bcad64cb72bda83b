"""The rows of a batch, page by page, filtered and searched by the store; their order stands still while they change."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from console import words
from console.actions import redraw
from console.context import Context
from console.counts import in_hand
from console.figures import money, number, rows
from console.live import AWAY
from console.screens import batch_page
from console.screens.batch_query import PAGE, SHOWN, Listing, Query, load, matching
from console.screens.batch_view import BatchScreen, Look
from console.widgets import notices, parts, tables
from console.widgets.covers import cover
from engine.domain.items import Item, ItemStatus
from engine.settings import Settings

VISIBLE_ROWS = 14


def draw(context: Context, look: Look) -> None:
    """Draw the filters, and below them the table that keeps itself up to date."""
    query = _filters(look().value)
    parts.live(partial(_rows, context, look, query), name="rows")


def _filters(screen: BatchScreen) -> Query:
    """Draw what narrows the list down. The address of the page has it all, and is followed when it changes."""
    query = Query.of(st.query_params)
    if st.session_state.get("query") != query:
        st.session_state.update(query=query, show=query.show, cause=query.cause, q=query.q)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.segmented_control(
            "Show",
            list(SHOWN),
            required=True,
            format_func=SHOWN.__getitem__,
            key="show",
            on_change=_narrow,
            label_visibility="collapsed",
        )
        st.text_input(
            "Search",
            key="q",
            type="search",
            placeholder="UPC, artist, title",
            icon=":material/search:",
            on_change=_narrow,
            label_visibility="collapsed",
            live="400ms",
            width=175,
        )
        if query.show == "attention" and screen.detail.causes:
            st.selectbox(
                "Cause",
                [found.cause for found in screen.detail.causes],
                format_func=lambda cause: words.ADVICE[cause].name,
                index=None,
                placeholder="Every cause",
                key="cause",
                on_change=_narrow,
                label_visibility="collapsed",
                width=155,
            )
    return query


def narrow(query: Query) -> None:
    """Have the table show what `query` means."""
    st.session_state.update(query=query, show=query.show, cause=query.cause, q=query.q)
    kept = {"job_id": st.query_params["job_id"]} | query.address()
    st.query_params.from_dict(kept)


def _narrow() -> None:
    """Follow the filters, from the first page on."""
    state = st.session_state
    show = state["show"]
    narrow(Query(show, state.get("cause") if show == "attention" else None, (state["q"] or "").strip()))


def _turn(key: str) -> None:
    """Follow the page."""
    narrow(replace(st.session_state["query"], page=st.session_state[key]))
    redraw()


def _rows(context: Context, look: Look, query: Query) -> None:
    """Draw the page of the table, and below it where in the list it is."""
    snapshot = look()
    screen = snapshot.value
    count = matching(screen, query)
    try:
        listing = _listing(context, screen, query, count)
        page = batch_page.look(context, screen, listing.indices)
    except AWAY as error:
        notices.nothing_read(error)
        return
    if not page.value.items:
        _nothing(screen, query)
        return
    with st.container(key="stale_rows" if snapshot.away or page.away else "rows"):
        _table(context.settings, screen, page.value.items)
    _foot(listing, count)


def _listing(context: Context, screen: BatchScreen, query: Query, count: int | None) -> Listing:
    """Return the rows of the page: those of before until the operator asks for others, so that none of them moves."""
    held = st.session_state.get("listing")
    if query.show == "all" and not query.q:
        return load(context.engine, screen.batch, query, count)
    if held is None or held[0] != screen.job.job_id or held[1].query != query or not held[1].indices:
        held = (screen.job.job_id, load(context.engine, screen.batch, query, count))
        st.session_state["listing"] = held
    listing: Listing = held[1]
    return listing


def _table(settings: Settings, screen: BatchScreen, items: tuple[Item, ...]) -> None:
    steps, dead = in_hand(screen.batch), in_hand(screen.batch, silent=True)
    waits = screen.batch.waits_by_row
    held = screen.batch.interrupted  # what was begun is nobody's now
    cells = pd.DataFrame(
        [
            _cells(
                item,
                steps.get(item.index),
                waits.get(item.index, ""),
                cover(item, settings),
                stuck=item.index in dead or (held and item.status is ItemStatus.WORKING),
            )
            for item in items
        ]
    )
    if not cells["Cover"].any():
        cells = cells.drop(columns="Cover")
    key = f"table_{screen.job.job_id}"
    st.dataframe(
        cells,
        key=key,
        hide_index=True,
        row_height=36,
        height="content" if len(items) <= VISIBLE_ROWS else 36 * VISIBLE_ROWS + 37,
        on_select=partial(_open, key, [item.index for item in items]),
        selection_mode="single-cell",
        placeholder="",
        column_config=_columns(),
        alt="Rows of the batch",
    )


def _columns() -> dict[str, Any]:
    return {
        "Row": st.column_config.NumberColumn(width=48, format="%d"),
        "UPC": st.column_config.TextColumn(width=112),
        "Cover": st.column_config.ImageColumn("", width=42),
        "Matched release": st.column_config.TextColumn(width=212),
        "Status": tables.badges("Status", words.ITEM_WORDS, width=118),
        "Steps": st.column_config.ProgressColumn(width=58, format=" ", min_value=0.0, max_value=1.0),
        "Why": st.column_config.TextColumn(width=200),
        "Price": st.column_config.TextColumn(width=70, alignment="right"),
    }


def _cells(item: Item, step: str | None, waits_for: str, picture: str | None, *, stuck: bool) -> dict[str, Any]:
    word = words.item_word(item, in_hand=step is not None, stuck=stuck)
    return {
        "Row": item.line,
        "UPC": item.upc,
        "Cover": picture,
        "Matched release": words.release_line(item),
        "Status": [word.text],
        "Steps": words.progress(item, step),
        "Why": waits_for or words.why(item, step),
        "Price": money(item.price.get("cents")),
    }


def _foot(listing: Listing, count: int | None) -> None:
    """Draw the number of rows, the pages, and how to see those that have come since."""
    query, shown = listing.query, len(listing.indices)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        told = rows(count) if count is not None else f"{number(shown)}{' or more' if listing.more else ''} found"
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            st.caption(f"{told} · {PAGE} a page · click a row to see all of it", width="content")
            if listing.matching is not None and count is not None and listing.matching != count and query.show != "all":
                st.button(
                    "The list has changed: show it anew", type="tertiary", icon=":material/refresh:", on_click=_anew
                )
        pages = -(-count // PAGE) if count is not None else query.page + int(listing.more)
        if pages > 1:
            key = f"page_{query.show}_{query.cause}_{query.q}"
            st.pagination(max(pages, query.page), default=query.page, key=key, on_change=_turn, args=(key,))


def _nothing(screen: BatchScreen, query: Query) -> None:
    """Say why the table is empty."""
    if screen.job.total_upcs is None or not screen.job.engine.get("rows"):
        text = "The engine has not read the file yet. Its rows are shown as soon as it has."
    elif query.q:
        text = f"No row matches “{query.q}”. Search by a barcode of six digits or more, or by the beginning of words."
    else:
        text = f"No row is under “{SHOWN[query.show]}” now."
    with st.container(border=True, key="card_nothing"):
        st.caption(text)


def _open(key: str, indices: list[int]) -> None:
    """Remember which row was clicked, and let go of the cell, so that it can be clicked again."""
    row = tables.clicked(st.session_state[key])
    if row is not None and row < len(indices):
        st.session_state["row"] = indices[row]
        tables.let_go(key)
        redraw()


def _anew() -> None:
    """Forget the page as it stands."""
    st.session_state.pop("listing", None)
    redraw()
