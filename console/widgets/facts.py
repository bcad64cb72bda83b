"""Names with their values, one below the other."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st


def facts(known: Mapping[str, object], *, marked: str = "") -> None:
    """Draw what is known; names without a value are left out, the one that is `marked` stands out."""
    st.html(markup(known, marked=marked))


def markup(known: Mapping[str, object], *, marked: str = "") -> str:
    """Return the list as HTML; what comes from outside is escaped."""
    lines = "".join(
        _line(name, str(value), ' class="dm-marked"' if name == marked else "")
        for name, value in known.items()
        if value not in (None, "")
    )
    return f'<dl class="dm-facts">{lines}</dl>'


def _line(name: str, value: str, look: str) -> str:
    return f"<dt{look}>{escape(name)}</dt><dd{look}>{escape(value)}</dd>"
