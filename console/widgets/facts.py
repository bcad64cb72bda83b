"""Names with their values, one below the other."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st


def facts(known: Mapping[str, object]) -> None:
    """Draw what is known; names without a value are left out."""
    st.html(markup(known))


def markup(known: Mapping[str, object]) -> str:
    """Return the list as HTML; what comes from outside is escaped."""
    lines = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>"
        for name, value in known.items()
        if value not in (None, "")
    )
    return f'<dl class="dm-facts">{lines}</dl>'
