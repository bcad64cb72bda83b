"""What happens at a click. It runs in `on_click`, before the screen is drawn; a toast shows the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from console.context import Context
from console.widgets import toasts
from console.widgets.text import plain
from console.widgets.toasts import Notice
from engine.public import EngineError, FilesAway, JobError, StoreError

T = TypeVar("T")

_REDRAW = "redraw"


def act(context: Context, done: str | Callable[[T], str | Notice], action: Callable[[], T]) -> T | None:
    """Run `action` and show the result as a notice: `done`, or the reason of a refusal. Returns None for a refusal.

    `done` is a sentence in Markdown, or a function that makes a sentence or notice from what the action returned; ""
    shows none.
    """
    try:
        result = action()
    except (StoreError, FilesAway):
        _notify("The store does not answer, so the change may not be saved. Try again soon.", "cloud_off")
        return None
    except JobError as error:
        _notify(f"Not possible now: {plain(str(error))}.", "block")
        return None
    except EngineError as error:
        _notify(plain(str(error)), "block")
        return None
    finally:
        context.poller.changed()
    if told := done if isinstance(done, str) else done(result):
        notice = told if isinstance(told, Notice) else Notice(told, "check")
        _notify(notice.text, notice.icon)
    return result


def redraw() -> None:
    """Have the whole screen drawn again: a click in one part has changed what another part shows."""
    st.session_state[_REDRAW] = True


def redraw_due() -> bool:
    """Whether the whole screen must be drawn again, after a click."""
    return _REDRAW in st.session_state


def redrawn() -> None:
    """Say that the whole screen is being drawn."""
    st.session_state.pop(_REDRAW, None)


def _notify(text: str, icon: str) -> None:
    toasts.show(text, icon)
    redraw()
