"""Who is signed in and the way out, at the foot of every screen; and the way in once the session has ended."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from console.context import Context, operator
from console.widgets.templates import html

LISTENER = Path(__file__).resolve().parent / "session.html"


def draw(context: Context) -> None:
    """Draw it where people sign in at the console itself; a browser whose session has ended is led to signing in."""
    if context.settings.sign_in == "oidc":
        st.html(html("signed_in", who=operator()))
        st.html(LISTENER, unsafe_allow_javascript=True)
