"""What a click does with a draft. A draft that has changed since the operator saw it is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from console.actions import act
from console.context import Context
from console.screens.drafts.view import REVIEW_LABELS, Place
from console.widgets.text import plain
from engine.public import Forgotten, Item, Review

OWN = "own_draft"  # the row that this operator has just changed: the screen follows it


def again(context: Context, place: Place, item: Item, wanted: Mapping[str, object], done: str) -> None:
    """Have the row done again as `wanted`."""
    seen = {place.index: item.changed_at} if item.changed_at else {}
    change = partial(context.engine.commands.again, place.job_id, {place.index: wanted}, seen=seen)
    if act(context, done, change) is not None:
        st.session_state[OWN] = place


def choose(context: Context, place: Place, item: Item, numbers: Mapping[str, object]) -> None:
    """Have the row drafted with another release."""
    again(context, place, item, {"choice": dict(numbers)}, f"Row {place.index + 1} is drafted with the chosen release.")


def ask_anew(context: Context, place: Place, item: Item) -> None:
    """Forget what the services said of the barcode, and have the row done again."""

    def done(forgotten: Forgotten) -> str:
        return f"{plain(forgotten.sentence)} Row {place.index + 1} asks the services anew."

    if act(context, done, partial(context.engine.ask_anew, item, place.job_id)) is not None:
        st.session_state[OWN] = place


def remove(context: Context, place: Place, item: Item) -> None:
    """Take the draft back from eBay."""
    again(context, place, item, {"removed": True}, "The draft is being removed. It can be put back.")


def put_back(context: Context, place: Place, item: Item) -> None:
    """Make a removed draft again."""
    again(context, place, item, {"removed": False}, "The draft is made again.")


def take_back(context: Context, place: Place, item: Item) -> None:
    """Have the draft composed again without the edits."""
    again(context, place, item, {"edits": None}, "Your edits are taken back.")


def review(context: Context, place: Place, item: Item, state: Review) -> None:
    """Record the operator's review of the draft."""
    done = "The draft is to be reviewed again." if state is Review.OPEN else f"{REVIEW_LABELS[state].text}."

    def change() -> bool:
        context.engine.commands.review(place.job_id, place.index, state, seen=item.changed_at)
        return True

    if act(context, done, change):
        st.session_state[OWN] = place
