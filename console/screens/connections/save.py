"""What happens when something is entered on the Connections screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from console.actions import act
from console.context import Context


def save(context: Context, action: Callable[[Context], object], done: str, secrets: tuple[str, ...] = ()) -> None:
    """Run an action and say that it is `done`, or why not; the fields `secrets` are emptied whatever becomes of it."""
    try:
        act(context, done, partial(action, context))
    finally:
        for field in secrets:
            st.session_state[field] = ""
