"""Buttons that write to the store. They are disabled while it is away, and enabled again by themselves.

Each is a part of its own, so that nothing else is drawn again when the store goes away or comes back: what is typed
beside it stays, and so does the field that has the focus. A click draws the whole screen again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, TypedDict, Unpack

import streamlit as st

from console import actions
from console.context import Context
from console.widgets import parts, standing

Action = Callable[..., object]
Width = Literal["content", "stretch"]


class Look(TypedDict, total=False):
    """How a button looks, in Streamlit's words."""

    icon: str
    type: Literal["primary", "secondary", "tertiary"]
    help: str | None
    shortcut: str
    width: Width


def part(context: Context, draw: Callable[[bool], None], *, name: str, width: Width = "content") -> None:
    """Draw what is another while the store is away, in a place of this width: `draw` is told whether it is."""
    away = partial(standing.away, context)
    with st.container(width=width):
        parts.live(lambda: draw(away()), name=name, shows=away)


def button(
    context: Context,
    label: str,
    *,
    key: str,
    on_click: Action,
    args: Sequence[object] = (),
    disabled: bool = False,
    **look: Unpack[Look],
) -> None:
    """Draw a button; the `key` is that of no other."""

    def draw(away: bool) -> None:
        st.button(label, key=key, on_click=clicked, args=(on_click, *args), disabled=disabled or away, **look)

    part(context, draw, name=f"write_{key}", width=look.get("width", "content"))


def form_submit_button(
    context: Context, label: str, *, key: str, on_click: Action, args: Sequence[object], **look: Unpack[Look]
) -> None:
    """Draw the button that submits a form."""

    def draw(away: bool) -> None:
        st.form_submit_button(label, key=key, on_click=clicked, args=(on_click, *args), disabled=away, **look)

    part(context, draw, name=f"write_{key}", width=look.get("width", "content"))


def menu_button(
    context: Context, label: str, options: Sequence[str], *, key: str, on_click: Action, args: Sequence[object]
) -> None:
    """Draw a menu; what was chosen in it is in the session under its `key`."""

    def draw(away: bool) -> None:
        st.menu_button(
            label, options, key=key, on_click=clicked, args=(on_click, *args), disabled=away, width="content"
        )

    part(context, draw, name=f"write_{key}")


def clicked(action: Action, *args: object) -> None:
    """Do what a click is for, and have the whole screen drawn again."""
    action(*args)
    actions.redraw()
