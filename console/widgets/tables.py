"""Columns that several tables share. A badge in a table is a list of one label, coloured by its state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from console.labels import Label
from console.widgets.style import dark

_LIGHT = {"gray": "#5b6b7824", "blue": "#0f5f8f22", "green": "#137a4b22", "red": "#b4231822", "orange": "#b5470826"}
_DARK = {"gray": "#93a4b133", "blue": "#7cc0ea38", "green": "#4cc38a38", "red": "#ff8b823d", "orange": "#ffb0573d"}


def badges(title: str, labels: Sequence[Label], *, width: int) -> Any:
    """Return the column of a state; `labels` are all it can hold."""
    tones = _DARK if dark() else _LIGHT
    names = list(dict.fromkeys(label.text for label in labels))
    colors = {label.text: tones[label.color] for label in labels}
    return st.column_config.MultiselectColumn(title, options=names, color=[colors[name] for name in names], width=width)


def clicked(state: Any) -> int | None:
    """Return the row of the cell that was clicked in a table with `single-cell` selection, None when none was."""
    cells = state.selection.cells if state else []
    return int(cells[0][0]) if cells else None


def ticked(state: Any) -> list[int]:
    """Return the rows that are ticked in a table with `multi-row` selection."""
    return list(state["selection"]["rows"]) if state else []


def deselect(key: str, *, rows: Sequence[int] = ()) -> None:
    """Deselect all cells of a table, so that the same one can be clicked again, and all rows but `rows`."""
    st.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
