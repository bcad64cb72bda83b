"""Names with their values, one below the other."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from console.widgets.templates import html


def facts(known: Mapping[str, object], *, marked: str = "") -> None:
    """Draw the names with their values; those without a value are left out, the `marked` one stands out."""
    st.html(markup(known, marked=marked))


def markup(known: Mapping[str, object], *, marked: str = "") -> str:
    """Return the list as HTML."""
    return html("facts", facts=[entry for entry in known.items() if entry[1] not in (None, "")], marked=marked)
