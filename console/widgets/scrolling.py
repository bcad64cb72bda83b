"""A screen begins at its top, wherever the one before it was scrolled to."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

LISTENER = Path(__file__).resolve().parent / "scrolling.html"


def listen() -> None:
    """Have every screen that is opened begin at its top; one that changes only what it shows stays where it is."""
    st.html(LISTENER, unsafe_allow_javascript=True)
