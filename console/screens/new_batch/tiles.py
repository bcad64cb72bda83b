"""The rows of a file in tiles, one for each of what the check says of them; together they are all of its rows."""

from __future__ import annotations

import streamlit as st

from console import labels
from console.formatting import NONE, number, rows, share
from console.widgets.tiles import tile
from engine.public import Check, ListedBefore, RowState

_NOTES = {
    RowState.REPAIRED: "repaired, check digit fits",
    RowState.REPEATED: "also in an earlier row",
    RowState.INVALID: "correct them below",
}


def draw(check: Check, before: ListedBefore | None) -> None:
    """Draw tiles that add up: rows that were listed before are not counted as ready or repaired too.

    Where nobody could look up what was listed `before`, it is None and its tile says so.
    """
    counts, listed = dict(check.counts), before.usable if before else 0
    beside = {state: before.rows.get(state, 0) if before else 0 for state in (RowState.READY, RowState.REPAIRED)}
    for state, count in beside.items():
        counts[state] -= count
    with st.grid(5, min_column_width=150, gap="small"):
        for state, label in labels.ROW_LABELS.items():
            note = _note(state, counts[state], beside.get(state, 0), check.total)
            tile(f"{label.tinted} {label.text}", number(counts[state]), note)
        label = labels.LISTED_BEFORE
        note = "have a draft already" if listed else share(0, check.total)
        name = f"{label.tinted} {label.text}"
        tile(name, number(listed) if before else NONE, note if before else "not looked up yet")
    parts = " + ".join(number(counts[state]) for state in labels.ROW_LABELS)
    parts += f" + {number(listed)}" if before else ""
    st.caption(f"{parts} = **{rows(check.total, 'row')} of the file**: no row is left out.")
    if before is None:
        st.caption(
            ":orange[:material/cloud_off:] Which of them have a draft already is looked up when the store answers."
        )


def _note(state: RowState, count: int, listed: int, total: int) -> str:
    """Return what a tile says below its number; `listed` rows in the same state count as listed before."""
    if listed:
        return f"{number(listed)} more listed before"
    return _NOTES[state] if count and state in _NOTES else share(count, total)
