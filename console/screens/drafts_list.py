"""The list of drafts, page by page; its order stands still while they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from console.actions import redraw
from console.context import Context
from console.figures import money
from console.live import AWAY, Snapshot
from console.screens.drafts_view import CONFIDENCE_WORDS, DRAFT, REVIEW_WORDS, SHOWN, Listing, Place, Query
from console.widgets import notices, parts, tables
from console.widgets.covers import shown
from engine.domain.drafted import Review
from engine.settings import Settings

VISIBLE_ROWS = 16
SECONDS = 10.0  # after which others' changes are seen; one's own are seen at once
LISTING, TABLE = "drafts_listing", "drafts_table"


def draw(context: Context, page: Listing, place: Place | None) -> None:
    """Draw the page of the list, and below it the way to older ones."""
    if not page.skus:
        _nothing(page.query)
        return
    parts.live(partial(_rows, context, page, place), name="drafts_rows")
    with st.container(horizontal=True, gap="xsmall"):
        st.button("Newest", icon=":material/first_page:", on_click=_from, args=(page.query, None), type="tertiary")
        if page.older:
            older = (page.query, page.older)
            st.button("Older", icon=":material/chevron_right:", on_click=_from, args=older, type="tertiary")


def open_draft(page: Listing, place: Place) -> None:
    """Have the screen show a draft, beside the same list."""
    st.query_params.from_dict({**page.query.address(), DRAFT: str(place)})


def read(context: Context, page: Listing) -> Snapshot[Sequence[Mapping[str, Any]]]:
    """Return the drafts of a page as they stand, in its order.

    Raises:
        StoreError, FilesAway: they were never read, and the store does not answer.
    """
    return context.live.look(("drafts", page.skus), partial(context.engine.drafts.at, page.skus), every=SECONDS)


def _rows(context: Context, page: Listing, place: Place | None) -> None:
    try:
        found = read(context, page)
    except AWAY as error:
        notices.nothing_read(error)
        return
    drafts = found.value
    cells = pd.DataFrame([_cells(draft, context.settings, place) for draft in drafts])
    with st.container(key="stale_drafts" if found.away else "drafts"):
        st.dataframe(
            cells,
            key=TABLE,
            hide_index=True,
            row_height=38,
            height="content" if len(drafts) <= VISIBLE_ROWS else 38 * VISIBLE_ROWS + 37,
            on_select=partial(_selected, page, [Place.told(draft) for draft in drafts]),
            selection_mode=["multi-row", "single-cell"],
            placeholder="",
            column_config={
                "Open": st.column_config.TextColumn("", width=20),
                "Cover": st.column_config.ImageColumn("", width=40),
                "Title": st.column_config.TextColumn(width=182),
                "Price": st.column_config.TextColumn(width=58, alignment="right"),
                "Match": tables.badges("Match", list(CONFIDENCE_WORDS.values()), width=84),
                "Review": tables.badges("Review", list(REVIEW_WORDS.values()), width=82),
            },
            alt="Drafts, the newest first",
        )


def _cells(draft: Mapping[str, Any], settings: Settings, place: Place | None) -> dict[str, Any]:
    review, word = Review(draft["review"]), CONFIDENCE_WORDS.get(str(draft.get("confidence") or ""))
    return {
        "Open": "▸" if Place.told(draft) == place else "",
        "Cover": shown(str(draft.get("image_url") or ""), settings),
        "Title": draft.get("title") or draft.get("upc"),
        "Price": money(draft.get("price_cents")),
        "Match": [word.text] if word else [],
        "Review": [] if review is Review.OPEN else [REVIEW_WORDS[review].text],
    }


def _selected(page: Listing, places: list[Place]) -> None:
    """Show the draft that was clicked; ticks stay, and are what the whole screen must know of."""
    state = st.session_state[TABLE]
    row = tables.clicked(state)
    if row is not None and row < len(places):
        open_draft(page, places[row])
        tables.let_go(TABLE, rows=tables.ticked(state))
    redraw()


def _from(query: Query, before: Any) -> None:
    """Show the page that begins before a moment, read anew."""
    st.session_state.pop(LISTING, None)
    st.query_params.from_dict(replace(query, before=before).address())


def _nothing(query: Query) -> None:
    """Say why the list is empty."""
    with st.container(border=True, key="card_nothing"):
        if query.show == "open" and not query.before:
            st.caption("No draft waits to be reviewed. Every row of a batch that comes to a draft is listed here.")
        else:
            st.caption(f"No draft is under “{SHOWN[query.show]}” now.")
