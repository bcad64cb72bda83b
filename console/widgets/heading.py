"""The top of every screen: its title, a line about it, and on the right its actions."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from console.context import Context
from console.labels import Label
from console.widgets import keys
from console.widgets.text import plain

Badge = tuple[str, str, str]  # text, colour, icon


def heading(
    context: Context, title: str, *, badges: Sequence[Badge] = (), about: str = "", shortcuts: keys.Keys = keys.NO_KEYS
) -> DeltaGenerator:
    """Draw the title with its badges, all of it as plain text; return the place on the right for the actions.

    The keys of the screen stand before them.
    """
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        left = st.container(width="content", gap="xxsmall")
        right = st.container(
            horizontal=True, horizontal_alignment="right", vertical_alignment="center", width="content", gap="xsmall"
        )
    with left:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.title(plain(title), anchor=False, width="content")
            for text, color, icon in badges:
                st.badge(plain(text), color=color, icon=f":material/{icon}:")  # type: ignore[arg-type]
            if context.settings.profile == "demo":
                st.badge("Sandbox: no real services", color="gray", icon=":material/science:")
        if about:
            st.caption(plain(about))
    with right:
        keys.draw(keys.possible(shortcuts, may_steer=context.may_steer))
    return right


def badge(label: Label) -> Badge:
    """Return the badge of a state."""
    return label.text, label.color, label.icon
