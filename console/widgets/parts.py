"""The parts of a screen that keep themselves up to date.

The browser asks every second and a half whether anything has changed, less often while nobody sees the tab. Each part
says what it shows; those that show something else now are drawn again, all in one run. Where nothing has changed,
nothing is drawn or sent.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

import streamlit as st
from streamlit.elements.lib.grid_container import GridContainer

from console import actions
from console.poller import Snapshot
from engine.public import EngineError

NARROWEST = 165  # pixels in which a choice of a few words can be read
EVERY_SECONDS = 1.5
HIDDEN_SECONDS = 6.0  # where nobody sees the tab, its title still changes
AGE = timedelta(seconds=10)  # to which ages are told

Shows = Callable[[], object]  # what a part shows: a value that is equal as long as the part need not be drawn again

_PARTS = "parts"
_mount = st.components.v2.component("tick", js=(Path(__file__).resolve().parent / "tick.js").read_text("utf-8"))


@dataclass(slots=True)
class _Part:
    """A part in view. `shown` is what it showed when it was drawn last."""

    shows: Shows
    shown: object = None


def begin() -> None:
    """Forget the parts of the screen that was drawn before."""
    st.session_state[_PARTS] = {}


def live(draw: Callable[[], None], *, name: str, shows: Shows) -> None:
    """Draw a part, and draw it again whenever it shows something else, from what was read last.

    A click inside it redraws the whole screen, so that every part shows the result.
    """
    part = _parts()[name] = _Part(shows)

    def drawn() -> None:
        if actions.redraw_due():
            st.rerun()
        part.shown = _now(part)
        draw()

    st.fragment(drawn, key=name)()


def as_read(snapshot: Snapshot[object]) -> object:
    """Return what a part shows that draws a snapshot: something else once it is read again, or its age is another."""
    return snapshot.read_at, snapshot.away, snapshot.age // AGE if snapshot.away else None


def steady(snapshot: Snapshot[object]) -> object:
    """Return the part of what a part shows that changes by time alone: something else every ten seconds."""
    return snapshot.away, (snapshot.read_at + snapshot.age).timestamp() // AGE.total_seconds()


def watch() -> None:
    """Keep the parts up to date from now on. Called once, at the end of a screen."""
    if _parts():
        st.fragment(_tick, key="tick")()


def pair() -> GridContainer:
    """Return a place with two cells: side by side where both can be read, else one below the other."""
    return st.grid(2, min_column_width=NARROWEST)


def _tick() -> None:
    if actions.redraw_due():
        st.rerun()
    seconds = {"seen": EVERY_SECONDS, "hidden": HIDDEN_SECONDS}
    _mount(key="ticks", data=seconds, on_tick_change=draw_changed, height=1)


def draw_changed() -> None:
    """Have those parts drawn again that show something else now; none, where nothing has changed."""
    changed = [name for name, part in _parts().items() if _now(part) != part.shown]
    if changed:
        st.rerun(changed)


def _now(part: _Part) -> object:
    """Return what a part shows now; what keeps it from being read is a thing to show too."""
    try:
        return part.shows()
    except EngineError as error:
        return type(error)


def _parts() -> MutableMapping[str, _Part]:
    return cast(MutableMapping[str, _Part], st.session_state.setdefault(_PARTS, {}))
