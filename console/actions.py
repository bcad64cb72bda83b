"""What happens at a click. Runs in `on_click`, before the screen is drawn; what became of it is told by a toast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from console.context import Context
from engine.errors import EngineError, FilesAway, JobError, StoreError

T = TypeVar("T")

_NOTICES = "notices"


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence for the operator, shown once."""

    text: str
    icon: str


def act(context: Context, done: str | Callable[[T], str | Notice], action: Callable[[], T]) -> T | None:
    """Run `action` and tell what became of it: `done`, or why not. Returns None when it was refused.

    `done` is a sentence, or makes one, or a whole notice, of what the action returned; "" tells nothing.
    """
    try:
        result = action()
    except (StoreError, FilesAway):
        _tell("The store does not answer, so nothing was changed for certain. Try again in a moment.", "cloud_off")
        return None
    except JobError as error:
        _tell(f"Not possible now: {error}.", "block")
        return None
    except EngineError as error:
        _tell(str(error), "block")
        return None
    finally:
        context.live.changed()
    if told := done if isinstance(done, str) else done(result):
        notice = told if isinstance(told, Notice) else Notice(told, "check")
        _tell(notice.text, notice.icon)
    return result


def redraw() -> None:
    """Have the whole screen drawn again: a click in one part has changed what another shows."""
    st.session_state.setdefault(_NOTICES, [])


def untold() -> bool:
    """Whether something has happened that the whole screen must show."""
    return _NOTICES in st.session_state


def show_notices() -> None:
    """Show what the last click has led to."""
    for notice in st.session_state.pop(_NOTICES, []):
        st.toast(notice.text, icon=f":material/{notice.icon}:", duration="long")


def _tell(text: str, icon: str) -> None:
    st.session_state.setdefault(_NOTICES, []).append(Notice(text, icon))
