"""The cursor in a table with `single-cell` selection: a click opens a row, keys only move, and Enter opens it.

Streamlit's table selects a cell whichever way it is reached, also by Tab on the way past it, and does not say which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

_mount = st.components.v2.component("cursor", js=(Path(__file__).resolve().parent / "cursor.js").read_text("utf-8"))


def watch(key: str, *, within: Sequence[str], on_enter: Callable[[], None]) -> None:
    """Follow the keys in the tables of the containers `within`; `on_enter` is called for Enter on a cell of one."""
    data = {"within": list(within), "by": "keys" if by_keys(key) else "pointer"}
    _mount(
        key=key,
        data=data,
        default={"by": "pointer"},
        on_by_change=lambda: None,
        on_enter_change=on_enter,
        height=1,
    )


def by_keys(key: str) -> bool:
    """Whether the cell that is selected was reached by keys."""
    state: Any = st.session_state.get(key) or {}
    return bool(state.get("by") == "keys")
