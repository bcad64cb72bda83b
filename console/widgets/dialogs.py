"""Dialogs that a click opens; what one is about is kept in the session of the browser until it is closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar, cast

import streamlit as st

from console import actions
from console.context import Context
from console.widgets import parts, standing

T = TypeVar("T")


@dataclass(frozen=True)
class Dialog(Generic[T]):
    """A dialog under a `key` of its own; one run of a screen can draw one dialog."""

    key: str

    @property
    def about(self) -> T | None:
        """Return what it was opened for, None while it is closed."""
        return cast("T | None", st.session_state.get(self.key))

    def open(self, about: T) -> None:
        """Have it drawn with the next run of the screen."""
        st.session_state[self.key] = about
        actions.redraw()

    def turn_to(self, about: T) -> None:
        """Have it be about something else from now on; it stays as it is, open or closed."""
        if self.about is not None:
            st.session_state[self.key] = about

    def close(self) -> None:
        """Draw it no more."""
        st.session_state.pop(self.key, None)

    def draw_dialog(
        self,
        context: Context,
        title: str,
        body: Callable[[], None],
        *,
        width: Literal["small", "medium", "large"] = "small",
        position: Literal["center", "right"] = "center",
    ) -> None:
        """Draw it with what `body` draws, and say in it when the store is away.

        A click in it that changes the screen draws the whole screen again.
        """

        def whole() -> None:
            if actions.redraw_due():
                st.rerun()
            with parts.inside(self.key):
                standing.silence(context)
                body()

        st.dialog(title, width=width, position=position, on_dismiss=self.close)(whole)()
