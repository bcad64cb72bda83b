"""The list of drafts, page by page; their order stays while they change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from console import navigation
from console.actions import redraw
from console.context import Context
from console.formatting import money
from console.poller import AWAY, Snapshot
from console.screens.drafts.view import CONFIDENCE_LABELS, DRAFT, REVIEW_LABELS, SHOWN, Listing, Place, Query
from console.widgets import cursor, notices, parts, tables
from console.widgets.covers import shown
from engine.public import DraftNeed, DraftRecord, Review

VISIBLE_ROWS = 16
SECONDS = 10.0  # until changes by others are seen; the operator's own are seen at once
LISTING, TABLE, CURSOR = "drafts_listing", "drafts_table", "drafts_cursor"


def draw(context: Context, page: Listing, place: Place | None) -> None:
    """Draw the page of the list, and below it the buttons to other pages."""
    if not page.skus:
        _nothing(page.query)
        return
    shows = partial(_shows, context, page)
    parts.live(partial(_rows, context, page, place), name="drafts_rows", shows=shows)
    with st.container(horizontal=True, gap="xsmall"):
        st.button("Newest", icon=":material/first_page:", on_click=_from, args=(page.query, None), type="tertiary")
        if page.older:
            older = (page.query, page.older)
            st.button("Older", icon=":material/chevron_right:", on_click=_from, args=older, type="tertiary")


def open_draft(page: Listing, place: Place) -> None:
    """Have the screen show a draft beside the same list."""
    st.query_params.from_dict({**page.query.address(), DRAFT: str(place)})


def read(context: Context, page: Listing) -> Snapshot[Sequence[DraftRecord]]:
    """Return the drafts of a page as they are now, in its order.

    Raises:
        StoreError, FilesAway: they were never read, and the store does not answer.
    """
    return context.poller.look(("drafts", page.skus), partial(context.engine.drafts.at, page.skus), every=SECONDS)


def _shows(context: Context, page: Listing) -> object:
    found = read(context, page)
    return found.value, found.away


def _rows(context: Context, page: Listing, place: Place | None) -> None:
    try:
        found = read(context, page)
    except AWAY as error:
        notices.nothing_read(error)
        return
    drafts = found.value
    cells = pd.DataFrame([_cells(draft, context, place) for draft in drafts])
    judged = any(draft.review is not Review.OPEN for draft in drafts)
    if not judged:
        cells = cells.drop(columns="Review", errors="ignore")
    opened = partial(_open, page, [Place.of_draft(draft) for draft in drafts])
    cursor.watch(CURSOR, within=("drafts", "stale_drafts"), on_enter=opened)
    with st.container(key="stale_drafts" if found.away else "drafts"):
        st.dataframe(
            cells,
            key=TABLE,
            hide_index=True,
            row_height=38,
            height="content" if len(drafts) <= VISIBLE_ROWS else 38 * VISIBLE_ROWS + 37,
            on_select=partial(_selected, opened),
            selection_mode=["multi-row", "single-cell"],
            placeholder="",
            column_config={
                "Open": st.column_config.TextColumn("", width=20),
                "Cover": st.column_config.ImageColumn("", width=40),
                "Title": st.column_config.TextColumn(width=182 if judged else 264),
                "Price": st.column_config.TextColumn(width=58, alignment="right"),
                "Match": tables.badges("Match", list(CONFIDENCE_LABELS.values()), width=84),
                "Review": tables.badges("Review", list(REVIEW_LABELS.values()), width=82),
            },
            alt="Drafts, the newest first",
        )


def _cells(draft: DraftRecord, context: Context, place: Place | None) -> dict[str, object]:
    sure = CONFIDENCE_LABELS.get(draft.confidence or "")
    return {
        "Open": "▸" if Place.of_draft(draft) == place else "",
        "Cover": shown(draft.image_url, context),
        "Title": draft.title or draft.upc,
        "Price": "none" if DraftNeed.PRICE in draft.needs else money(draft.price_cents),
        "Match": [sure.text] if sure else [],
        "Review": [] if draft.review is Review.OPEN else [REVIEW_LABELS[draft.review].text],
    }


def _selected(opened: Callable[[], None]) -> None:
    """Show the draft that was clicked; keys only move from cell to cell. The whole screen is drawn again for ticks."""
    if not cursor.by_keys(CURSOR):
        opened()
    redraw()


def _open(page: Listing, places: list[Place]) -> None:
    """Show the draft of the cell that is chosen. Ticks stay."""
    state = st.session_state[TABLE]
    row = tables.clicked(state)
    if row is not None and row < len(places):
        open_draft(page, places[row])
        tables.deselect(TABLE, rows=tables.ticked(state))
    redraw()


def _from(query: Query, before: Any) -> None:
    """Show the page of the drafts made before a moment, read again."""
    st.session_state.pop(LISTING, None)
    st.query_params.from_dict(replace(query, before=before).address())


def _nothing(query: Query) -> None:
    """Say why the list is empty."""
    with st.container(border=True, key="card_nothing"):
        if query.show == "open" and not query.before:
            st.caption(
                "No draft waits for a review. Every row that becomes a draft is listed here, with what a buyer would "
                "see and why. Approve it, hold it or change it; nothing is published from here."
            )
            st.page_link(navigation.NEW_BATCH, label="New batch", icon=":material/note_add:")
        else:
            st.caption(f"No draft is under “{SHOWN[query.show]}” now.")
