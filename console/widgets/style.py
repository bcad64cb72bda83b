"""The few styles that the theme does not cover."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).resolve().parent
_SHEET = _HERE / "style.css"
ICON = _HERE / "icon.svg"


def apply() -> None:
    """Add our style sheet to this page, and have what is drawn over it, such as a dialog, follow the theme too."""
    st.html(_SHEET)
    st.html(f"<style>:root {{ color-scheme: {'dark' if dark() else 'light'}; }}</style>")


def dark() -> bool:
    """Whether the operator's browser shows the dark theme."""
    return st.context.theme.type == "dark"
