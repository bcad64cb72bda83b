"""The few looks that the theme has no word for."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_SHEET = Path(__file__).resolve().parent / "style.css"


def apply() -> None:
    """Give this page our style sheet."""
    st.html(_SHEET)


def dark() -> bool:
    """Whether the operator's browser shows the dark theme."""
    return st.context.theme.type == "dark"
