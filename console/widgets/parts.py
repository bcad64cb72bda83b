"""The parts of a screen that keep themselves up to date.

The browser asks every second and a half whether anything has changed, less often while nobody sees the tab. Each part
says what it shows; those that show something else now are drawn again, all in one run. Where nothing has changed,
nothing is drawn or sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

import streamlit as st
from streamlit.elements.lib.grid_container import GridContainer
from streamlit.runtime.scriptrunner import get_script_run_ctx

from console import actions
from console.poller import Snapshot
from engine.public import EngineError

NARROWEST = 165  # pixels in which a choice of a few words can be read
EVERY_SECONDS = 1.5
HIDDEN_SECONDS = 6.0  # where nobody sees the tab, its title still changes
AGE = timedelta(seconds=10)  # to which ages are told

Shows = Callable[[], object]  # what a part shows: a value that is equal as long as the part need not be drawn again

_PARTS = "parts"
_within: ContextVar[frozenset[str]] = ContextVar("within", default=frozenset())  # what is being drawn
_mount = st.components.v2.component("tick", js=(Path(__file__).resolve().parent / "tick.js").read_text("utf-8"))


@dataclass(slots=True)
class _Part:
    """A part in view, and what it is drawn `within`.

    `shown` is what it showed before it was drawn last and after: two different things where it may show either.
    """

    shows: Shows
    within: frozenset[str]
    shown: tuple[object, object] = (None, None)


def begin() -> None:
    """Forget the parts of the screen that was drawn before."""
    st.session_state[_PARTS] = {}


def live(draw: Callable[[], None], *, name: str, shows: Shows) -> None:
    """Draw a part, and draw it again whenever it shows something else, from what was read last.

    A click inside it redraws the whole screen, so that every part shows the result.
    """
    part = _parts()[name] = _Part(shows, _within.get())

    def drawn() -> None:
        if actions.redraw_due():
            st.rerun()
        before = _now(part)
        with inside(name, part.within):
            draw()
        part.shown = before, _now(part)

    st.fragment(drawn, key=name)()


@contextmanager
def inside(name: str, within: frozenset[str] = frozenset()) -> Iterator[None]:
    """Have the parts that are drawn now belong to `name`; those that belonged to it before are forgotten."""
    known = _parts()
    for inner in [key for key, part in known.items() if name in part.within]:
        del known[inner]
    token = _within.set(within | {name})
    try:
        yield
    finally:
        _within.reset(token)


def as_read(snapshot: Snapshot[object]) -> object:
    """Return what a part shows that draws a snapshot: something else once it is read again, or its age is another."""
    return snapshot.read_at, outage(snapshot)


def outage(snapshot: Snapshot[object]) -> object:
    """Return the part of what a part shows that says for how long the store has not answered."""
    return snapshot.age // AGE if snapshot.away else None


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
    _mount(key="ticks", data=seconds, on_tick_change=_ticked, height=1)


def _ticked() -> None:
    """Have what has changed drawn, if nothing but the tick asks for this run: it would be drawn in place of the rest.

    What else asks for it may be a click, or the whole screen. The next tick looks again.
    """
    run = get_script_run_ctx()
    if run and len(run.fragment_ids_this_run or ()) == 1:
        draw_changed()


def draw_changed() -> None:
    """Have those parts drawn again that show something else now; none, where nothing has changed."""
    changed = [name for name, part in _parts().items() if _differs(part)]
    if changed:
        st.rerun(changed)


def _differs(part: _Part) -> bool:
    now = _now(part)
    return part.shown != (now, now)


def _now(part: _Part) -> object:
    """Return what a part shows now; what keeps it from being read is a thing to show too."""
    try:
        return part.shows()
    except EngineError as error:
        return type(error)


def _parts() -> MutableMapping[str, _Part]:
    return cast(MutableMapping[str, _Part], st.session_state.setdefault(_PARTS, {}))
