"""The rows of a file in tiles, one for each of what the check says of them; together they are all of its rows."""

from __future__ import annotations

import streamlit as st

from console import labels
from console.formatting import number, rows, share
from console.widgets.tiles import tile
from engine.public import Check, ListedBefore, RowState

_NOTES = {
    RowState.REPAIRED: "repaired, check digit fits",
    RowState.REPEATED: "also in an earlier row",
    RowState.INVALID: "correct them below",
}


def draw(check: Check, before: ListedBefore | None) -> None:
    """Draw tiles that add up: rows that were listed before are not counted as ready or repaired too."""
    counts, listed = dict(check.counts), before.usable if before else 0
    for state in (RowState.READY, RowState.REPAIRED):
        counts[state] -= before.rows.get(state, 0) if before else 0
    with st.grid(5 if before else 4, min_column_width=150, gap="small"):
        for state, label in labels.ROW_LABELS.items():
            noted = counts[state] and state is not RowState.READY
            note = _NOTES[state] if noted else share(counts[state], check.total)
            tile(f"{label.tinted} {label.text}", number(counts[state]), note)
        if before:
            label = labels.LISTED_BEFORE
            note = "have a draft already" if listed else share(0, check.total)
            tile(f"{label.tinted} {label.text}", number(listed), note)
    parts = " + ".join(number(counts[state]) for state in labels.ROW_LABELS)
    parts += f" + {number(listed)}" if before else ""
    st.caption(f"{parts} = **{rows(check.total, 'row')} of the file**: no row is left out.")
