"""The parts of a screen that refresh themselves."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.elements.lib.grid_container import GridContainer

from console import actions

EVERY = "2s"
NARROWEST = 165  # pixels in which a choice of a few words can be read


def live(draw: Callable[[], None], *, name: str) -> None:
    """Draw a part, and draw it again every two seconds from what was read last; it never reads the store itself.

    A click inside it redraws the whole screen, so that every part shows the result.
    """

    def part() -> None:
        if actions.redraw_due():
            st.rerun()
        draw()

    st.fragment(part, run_every=EVERY, key=name)()


def pair() -> GridContainer:
    """Return a place with two cells: side by side where both can be read, else one below the other."""
    return st.grid(2, min_column_width=NARROWEST)
