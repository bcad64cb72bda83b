"""The parts of a screen that keep themselves up to date."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from console import actions

EVERY = "2s"


def live(draw: Callable[[], None], *, name: str) -> None:
    """Draw a part, and draw it again every two seconds from what is known; it never asks the store itself.

    A click inside it redraws the whole screen, so that every part shows what it has led to.
    """

    def part() -> None:
        if actions.untold():
            st.rerun()
        draw()

    st.fragment(part, run_every=EVERY, key=name)()
