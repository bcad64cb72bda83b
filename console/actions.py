"""What happens at a click. It runs in `on_click`, before the screen is drawn; a toast shows the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from console.context import Context
from console.widgets.text import plain
from engine.public import EngineError, FilesAway, JobError, StoreError

T = TypeVar("T")

_NOTICES = "notices"


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence for the operator, in Markdown, shown once."""

    text: str
    icon: str


def act(context: Context, done: str | Callable[[T], str | Notice], action: Callable[[], T]) -> T | None:
    """Run `action` and show the result as a notice: `done`, or the reason of a refusal. Returns None for a refusal.

    `done` is a sentence in Markdown, or a function that makes a sentence or notice from what the action returned; ""
    shows none.
    """
    try:
        result = action()
    except (StoreError, FilesAway):
        _notify(Notice("The store does not answer, so the change may not be saved. Try again soon.", "cloud_off"))
        return None
    except JobError as error:
        _notify(Notice(f"Not possible now: {plain(str(error))}.", "block"))
        return None
    except EngineError as error:
        _notify(Notice(plain(str(error)), "block"))
        return None
    finally:
        context.poller.changed()
    if notice := done if isinstance(done, str) else done(result):
        _notify(notice if isinstance(notice, Notice) else Notice(notice, "check"))
    return result


def redraw() -> None:
    """Have the whole screen drawn again: a click in one part has changed what another part shows."""
    st.session_state.setdefault(_NOTICES, [])


def redraw_due() -> bool:
    """Whether the whole screen must be drawn again, for a click or a notice."""
    return _NOTICES in st.session_state


def show_notices() -> None:
    """Show the notices of the last click."""
    for notice in st.session_state.pop(_NOTICES, []):
        st.toast(notice.text, icon=f":material/{notice.icon}:", duration="long")


def _notify(notice: Notice) -> None:
    st.session_state.setdefault(_NOTICES, []).append(notice)
