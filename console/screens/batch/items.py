"""The rows of a batch, page by page, filtered and searched by the store; their order stays while they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from console import labels
from console.actions import redraw
from console.context import Context, zone
from console.formatting import money, number, rows
from console.poller import AWAY
from console.screens.batch import downloads
from console.screens.batch import row as batch_row
from console.screens.batch.query import NEEDS, PAGE, SHOWN, Listing, Query, load, matching
from console.screens.batch.view import BatchScreen, Look, load_rows
from console.widgets import cursor, notices, parts, tables
from console.widgets.covers import cover
from console.widgets.text import plain
from engine.public import Item, ItemStatus, advice_on, local_times, rows_revision

VISIBLE_ROWS = 30  # as high as the cards beside the table
CURSOR = "rows_cursor"
_MAYBE_EMPTY = ("Cover", "Shelf", "Format", "Year", "Why", "Price")  # columns that are drawn where a row has something


def draw(context: Context, look: Look) -> None:
    """Draw the filters, and below them the table that keeps itself up to date."""
    query = _filters(look().value)
    if (held := st.session_state.get("listing")) and not held[2].indices:
        del st.session_state["listing"]
    given = context, look, query
    parts.live(partial(_rows, *given), name="rows", shows=partial(_shows, *given))


def _filters(screen: BatchScreen) -> Query:
    """Draw the filters. The URL of the page holds them, and the filters follow it."""
    query = Query.of(st.query_params)
    if st.session_state.get("query") != query:
        st.session_state.update(query=query, show=query.show, cause=query.cause, needs=query.needs, q=query.q)
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
            placeholder="UPC, title, shelf",
            icon=":material/search:",
            on_change=_narrow,
            label_visibility="collapsed",
            live="400ms",
            width=175,
        )
        if query.show == "attention" and screen.detail.causes:
            _cause_filter(screen)
        if query.show == "drafted":
            _needs_filter()
    return query


def _cause_filter(screen: BatchScreen) -> None:
    st.selectbox(
        "Cause",
        [found.cause for found in screen.detail.causes],
        format_func=lambda cause: advice_on(cause).name,
        index=None,
        placeholder="Every cause",
        key="cause",
        on_change=_narrow,
        label_visibility="collapsed",
        width=155,
    )


def _needs_filter() -> None:
    st.selectbox(
        "Not ready",
        list(NEEDS),
        format_func=lambda need: f"Not ready: {NEEDS[need]}",
        index=None,
        placeholder="Ready or not",
        key="needs",
        on_change=_narrow,
        label_visibility="collapsed",
        width=155,
    )


def narrow(query: Query) -> None:
    """Have the table show the rows of `query`."""
    st.session_state.update(query=query, show=query.show, cause=query.cause, needs=query.needs, q=query.q)
    kept = {"job_id": st.query_params["job_id"]} | query.address()
    st.query_params.from_dict(kept)


def _narrow() -> None:
    """Apply the filters, from the first page on."""
    state = st.session_state
    show = state["show"]
    cause = state.get("cause") if show == "attention" else None
    needs = state.get("needs") if show == "drafted" else None
    narrow(Query(show, cause, (state["q"] or "").strip(), needs=needs))


def _turn(key: str) -> None:
    """Show the page that was chosen."""
    narrow(replace(st.session_state["query"], page=st.session_state[key]))
    redraw()


def _shows(context: Context, look: Look, query: Query) -> object:
    """Return what the table and its foot show."""
    snapshot = look()
    screen = snapshot.value
    count = matching(screen, query)
    listing = _listing(context, screen, query, count)
    page, batch = load_rows(context, screen, listing.indices), screen.batch
    marks = [
        {index: known[index] for index in listing.indices if index in known}
        for known in (batch.in_flight, batch.stranded, batch.waits_by_row)
    ]
    states = batch.interrupted, batch.moving, batch.file_read, snapshot.away, page.away
    return page.value.items, listing.indices, count, marks, states


def _rows(context: Context, look: Look, query: Query) -> None:
    """Draw the page of the table, and below it its place in the list."""
    snapshot = look()
    screen = snapshot.value
    count = matching(screen, query)
    try:
        listing = _listing(context, screen, query, count)
        page = load_rows(context, screen, listing.indices)
    except AWAY as error:
        notices.nothing_read(error)
        return
    if not page.value.items:
        _nothing(screen, query)
        return
    with st.container(key="stale_rows" if snapshot.away or page.away else "rows"):
        _table(context, screen, page.value.items)
    _foot(screen, listing, count)


def _listing(context: Context, screen: BatchScreen, query: Query, count: int | None) -> Listing:
    """Return the rows of the page. They stay the same until the operator asks for others, so that no row moves.

    A page without rows is looked for again as soon as a row of the batch has changed, and with the whole screen.
    """
    held = st.session_state.get("listing")
    if query.show == "all" and not query.q:
        return load(context.engine, screen.batch, query, count)
    job_id, now = screen.job.job_id, rows_revision(screen.batch)
    if held is None or held[:2] != (job_id, query) or not (held[2].indices or held[3] == now):
        held = job_id, query, load(context.engine, screen.batch, query, count), now
        st.session_state["listing"] = held
    listing: Listing = held[2]
    return listing


def _table(context: Context, screen: BatchScreen, items: tuple[Item, ...]) -> None:
    cells = _frame(context, screen, items)
    empty = [name for name in _MAYBE_EMPTY if not cells[name].any()]
    cells = cells.drop(columns=empty if screen.batch.moving else [*empty, "Steps"])
    key = f"table_{screen.job.job_id}"
    opened = partial(_open, key, [item.index for item in items])
    cursor.watch(CURSOR, within=("rows", "stale_rows"), on_enter=opened)
    st.dataframe(
        cells,
        key=key,
        hide_index=True,
        row_height=36,
        height="content" if len(items) <= VISIBLE_ROWS else 36 * VISIBLE_ROWS + 37,
        on_select=partial(_selected, opened),
        selection_mode="single-cell",
        placeholder="",
        column_config=_columns(wide="Why" not in cells),
        alt="Rows of the batch",
    )


def _frame(context: Context, screen: BatchScreen, items: tuple[Item, ...]) -> pd.DataFrame:
    """Return the cells of the table, one row for each item."""
    batch = screen.batch
    steps, dead, waits = batch.in_flight, batch.stranded, batch.waits_by_row
    cells = []
    for item in items:
        stuck = item.index in dead or (batch.interrupted and item.status is ItemStatus.WORKING)
        step, picture = steps.get(item.index), cover(item, context)
        waits_for = local_times(waits.get(item.index, ""), batch.at, zone())
        cells.append(_cells(item, step, waits_for, picture, stuck=stuck))
    return pd.DataFrame(cells)


def _columns(*, wide: bool) -> dict[str, Any]:
    """Return how the columns are drawn; with `wide` the release takes the place that no reason needs."""
    return {
        "Row": st.column_config.NumberColumn(width=48, format="%d"),
        "UPC": st.column_config.TextColumn(width=108),
        "Shelf": st.column_config.TextColumn(width=80),
        "Cover": st.column_config.ImageColumn("", width=42),
        "Matched release": st.column_config.TextColumn(width=370 if wide else 195),
        "Status": tables.badges("Status", labels.ITEM_LABELS, width=118),
        "Why": st.column_config.TextColumn(width=178),
        "Steps": st.column_config.ProgressColumn(width=58, format=" ", min_value=0.0, max_value=1.0),
        "Format": st.column_config.TextColumn(width=60),
        "Year": st.column_config.TextColumn(width=44),
        "Price": st.column_config.TextColumn(width=62, alignment="right"),
    }


def _cells(item: Item, step: str | None, waits_for: str, picture: str | None, *, stuck: bool) -> dict[str, object]:
    label = labels.item_label(item, in_flight=step is not None, stuck=stuck)
    return {
        "Row": item.line,
        "UPC": item.upc,
        "Shelf": item.location,
        "Cover": picture,
        "Matched release": labels.release_line(item),
        "Status": [label.text],
        "Why": waits_for or labels.why(item, step),
        "Steps": labels.progress(item, step),
        "Format": item.release.format,
        "Year": str(item.release.year or ""),
        "Price": money(item.price.cents or None),
    }


def _foot(screen: BatchScreen, listing: Listing, count: int | None) -> None:
    """Draw the number of rows, the pages, and a button to reload a list that has changed."""
    query, shown = listing.query, len(listing.indices)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        total = rows(count) if count is not None else f"{number(shown)}{' or more' if listing.more else ''} found"
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            st.caption(
                f"{total} · {PAGE} a page · click a row, or press Enter on it, to see all of it", width="content"
            )
            if listing.matching is not None and count is not None and listing.matching != count and query.show != "all":
                st.button(
                    "The list has changed: reload it", type="tertiary", icon=":material/refresh:", on_click=_reload
                )
        downloads.of_filter(screen, query)
        pages = -(-count // PAGE) if count is not None else query.page + int(listing.more)
        if pages > 1:
            key = f"page_{query.show}_{query.cause}_{query.needs}_{query.q}"
            st.pagination(max(pages, query.page), default=query.page, key=key, on_change=_turn, args=(key,))


def _nothing(screen: BatchScreen, query: Query) -> None:
    """Say why the table is empty."""
    if not screen.batch.file_read:
        text = "The engine has not read the file yet. Its rows are shown as soon as it has."
    elif query.q:
        ways = "a barcode of six digits or more, or the beginning of words, of your own number and shelf too"
        text = f"No row matches “{plain(query.q)}”. Search by {ways}."
    else:
        text = f"No row is under “{SHOWN[query.show]}” now."
    with st.container(border=True, key="card_nothing"):
        st.caption(text)


def _selected(opened: Callable[[], None]) -> None:
    """Open the row that was clicked; keys only move from cell to cell."""
    if not cursor.by_keys(CURSOR):
        opened()


def _open(key: str, indices: list[int]) -> None:
    """Remember which row was chosen, and deselect the cell, so that it can be clicked again."""
    row = tables.clicked(st.session_state[key])
    if row is not None and row < len(indices):
        batch_row.OPENED.open(indices[row])
        tables.deselect(key)


def _reload() -> None:
    """Forget the page as it was."""
    st.session_state.pop("listing", None)
    redraw()
