"""Toasts, drawn at one place: last.

Streamlit counts toasts and dialogs together, in the order in which they are drawn. A toast out of a part that is drawn
before a dialog would take the dialog's place, and the page would go blank with what is drawn into that dialog next.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence for the operator, in Markdown, shown once; `icon` is the name of one of Material's."""

    text: str
    icon: str


@dataclass(slots=True)
class _Toasts:
    """What waits to be shown to a session, and how many it was given so far."""

    waiting: list[Notice] = field(default_factory=list)
    given: int = 0


def show(text: str, icon: str) -> None:
    """Show a notice, with what is drawn now or soon after."""
    toasts = _of_session()
    toasts.waiting.append(Notice(text, icon))
    toasts.given += 1


def given() -> int:
    """Return how many the session was given so far: another number where one waits."""
    return _of_session().given


def draw() -> None:
    """Draw those that wait. Called behind everything that draws a dialog."""
    toasts = _of_session()
    waiting, toasts.waiting = toasts.waiting, []
    for notice in waiting:
        st.toast(notice.text, icon=f":material/{notice.icon}:", duration="long")


def _of_session() -> _Toasts:
    found: _Toasts = st.session_state.setdefault("toasts", _Toasts())
    return found
