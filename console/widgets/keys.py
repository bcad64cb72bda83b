"""The keys of each screen, shown by `?`. A test compares them with the buttons that have them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from console.widgets.text import plain

Keys = Mapping[str, str]  # what each key does

NO_KEYS: Keys = {}
BATCHES: Keys = {"N": "New batch"}
NEW_BATCH: Keys = {"Ctrl+Enter": "Start the batch"}
BATCH: Keys = {
    "P": "Pause or resume",
    "F": "Retry failed items",
    "Ctrl+Enter": "Recover or resume a batch that has stopped",
}
DRAFTS: Keys = {
    "J": "Next draft",
    "K": "Previous draft",
    "A": "Approve, or take that back",
    "H": "Hold, or take that back",
    "Ctrl+Enter": "Save the changes",
}
ATTENTION: Keys = {
    "J": "Next row, in One by one",
    "K": "Previous row",
    "1 to 9": "Choose the release",
    "Enter": "Take the release that is chosen",
    "T": "Retry the row",
    "X": "Leave the row out",
}

MOVES = frozenset({"Next draft", "Previous draft"})  # what keys do that change nothing

LISTENER = Path(__file__).resolve().parent / "keys.html"


def possible(keys: Keys, *, may_steer: bool) -> Keys:
    """Return those keys of a screen that do something for who looks."""
    return {key: does for key, does in keys.items() if may_steer or does in MOVES}


def listen() -> None:
    """Have `?` open the keys of the screen, but in a field, where it is a letter, and in a dialog."""
    st.html(LISTENER, unsafe_allow_javascript=True)


def draw(keys: Keys) -> None:
    """Draw the button that shows the keys."""
    with st.popover("Keys", icon=":material/keyboard:", type="tertiary", key="keys"):
        for key, does in {**keys, "?": "These keys", "Esc": "Close what is open"}.items():
            st.markdown(f":gray-badge[{plain(key)}] {plain(does)}")
