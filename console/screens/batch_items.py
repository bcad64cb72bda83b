"""The rows of a batch, page by page, filtered and searched by the store; their order stands still while they change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from console.screens.batch_view import BatchScreen, Look
from console.widgets import notices, parts, tables
from console.widgets.covers import cover
from engine.domain.items import Item, ItemStatus
from engine.errors import Cause
from engine.public import BatchView, Engine
from engine.settings import Settings

PAGE = 50
STRIDE = 200  # rows asked for at a time on the way to a page
VISIBLE_ROWS = 14

SHOWN: Mapping[str, str] = {
    "all": "All",
    "attention": "Needs attention",
    "drafted": "Drafted",
    "working": "Working",
    "waiting": "Waiting",
    "skipped": "Skipped",
}
_STATUS: Mapping[str, ItemStatus] = {
    "attention": ItemStatus.FAILED,
    "drafted": ItemStatus.SUCCEEDED,
    "waiting": ItemStatus.WAITING,
    "skipped": ItemStatus.SKIPPED,
}


@dataclass(frozen=True, slots=True)
class Query:
    """What the operator wants to see. `page` counts from 1, `cause` None means any, `q` "" everything."""

    show: str = "all"
    cause: Cause | None = None
    q: str = ""
    page: int = 1

    @classmethod
    def of(cls, address: Mapping[str, str]) -> Query:
        """Return what the parameters of an address ask for; what means nothing is left out."""
        show, cause, page = address.get("show", ""), address.get("cause", ""), address.get("page", "")
        return cls(
            show if show in SHOWN else "all",
            Cause(cause) if cause in set(Cause) else None,
            address.get("q", "").strip(),
            int(page) if page.isascii() and page.isdigit() and page.strip("0") else 1,
        )

    def address(self) -> dict[str, str]:
        """Return the parameters that ask for it, without what is not narrowed down."""
        given = {"show": self.show, "cause": str(self.cause or ""), "q": self.q, "page": str(self.page)}
        return {name: value for name, value in given.items() if value not in ("", "all", "1")}


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of a page, by index, as they were when the page was opened; `more` rows may follow."""

    query: Query
    indices: tuple[int, ...]
    more: bool
    matching: int | None


def load(engine: Engine, view: BatchView, query: Query, matching: int | None) -> Listing:
    """Find the rows of a page; `matching` is how many there are in all, None when nobody counted them."""
    start = (query.page - 1) * PAGE
    total = view.job.total_upcs or 0
    if query.show == "working":
        found = [index for index in in_hand(view) if not query.q]
        return Listing(query, tuple(found[start : start + PAGE]), len(found) > start + PAGE, matching)
    if query.show == "all" and not query.q:
        return Listing(query, tuple(range(start, min(start + PAGE, total))), start + PAGE < total, matching)
    walked = _walk(engine, view.job.job_id, query, start + PAGE + 1)
    return Listing(query, tuple(walked[start : start + PAGE]), len(walked) > start + PAGE, matching)


def _walk(engine: Engine, job_id: str, query: Query, enough: int) -> list[int]:
    """Return the first `enough` rows that match, by index."""
    find = partial(
        engine.queries.items, job_id, status=_STATUS.get(query.show), cause=query.cause, q=query.q, limit=STRIDE
    )
    found: list[int] = []
    cursor: int | None = 0
    while cursor is not None and len(found) < enough:
        page = find(cursor=cursor)
        found += [item.index for item in page.items]
        cursor = page.next
    return found[:enough]


def matching(screen: BatchScreen, query: Query) -> int | None:
    """Return how many rows a query means, None when only a walk could tell."""
    if query.q:
        return None
    if query.cause is not None:
        return next((found.count for found in screen.detail.causes if found.cause is query.cause), 0)
    counts, job = screen.counts, screen.job
    known = {
        "all": job.total_upcs or 0,
        "attention": job.failed_upcs,
        "drafted": job.successful_upcs,
        "working": counts.working,
        "waiting": counts.left,
        "skipped": job.skipped_upcs,
    }
    return known[query.show]


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
    screen = look().value
    count = matching(screen, query)
    try:
        listing = _listing(context, screen, query, count)
        topic = ("rows", screen.job.job_id, listing.indices)
        read = partial(context.engine.queries.items_at, screen.job.job_id, listing.indices)
        snapshot = context.live.look(topic, read)
    except AWAY as error:
        notices.nothing_read(error)
        return
    if not snapshot.value:
        _nothing(screen, query)
        return
    with st.container(key="stale_rows" if snapshot.away else "rows"):
        _table(context.settings, screen, snapshot.value)
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
    held = screen.batch.interrupted  # what was begun is nobody's now
    cells = pd.DataFrame(
        [
            _cells(
                item,
                steps.get(item.index),
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
        column_config={
            "Row": st.column_config.NumberColumn(width=48, format="%d"),
            "UPC": st.column_config.TextColumn(width=112),
            "Cover": st.column_config.ImageColumn("", width=42),
            "Matched release": st.column_config.TextColumn(width=250),
            "Status": tables.badges("Status", words.ITEM_WORDS, width=118),
            "Steps": st.column_config.ProgressColumn(width=70, format=" ", min_value=0.0, max_value=1.0),
            "Why": st.column_config.TextColumn(width=150),
            "Price": st.column_config.TextColumn(width=70, alignment="right"),
        },
        alt="Rows of the batch",
    )


def _cells(item: Item, step: str | None, picture: str | None, *, stuck: bool) -> dict[str, Any]:
    word = words.item_word(item, in_hand=step is not None, stuck=stuck)
    return {
        "Row": item.line,
        "UPC": item.upc,
        "Cover": picture,
        "Matched release": words.release_line(item),
        "Status": [word.text],
        "Steps": words.progress(item, step),
        "Why": words.why(item, step),
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
        st.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": []}}
        redraw()


def _anew() -> None:
    """Forget the page as it stands."""
    st.session_state.pop("listing", None)
    redraw()
