"""The parts of a screen that refresh themselves."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from console import actions

EVERY = "2s"


def live(draw: Callable[[], None], *, name: str) -> None:
    """Draw a part, and draw it again every two seconds from what was read last; it never reads the store itself.

    A click inside it redraws the whole screen, so that every part shows the result.
    """

    def part() -> None:
        if actions.redraw_due():
            st.rerun()
        draw()

    st.fragment(part, run_every=EVERY, key=name)()
