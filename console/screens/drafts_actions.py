"""What is done with a draft at a click; one that was changed since the operator looked at it is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from console.actions import act
from console.context import Context, operator
from console.screens.drafts_view import REVIEW_WORDS, Place
from engine.domain.drafted import Review
from engine.domain.items import Item

OWN = "own_draft"  # the row that this operator has just changed: its screen follows


def again(context: Context, place: Place, item: Item, wanted: Mapping[str, Any], done: str) -> None:
    """Have the row done again as `wanted`."""
    seen = {place.index: item.changed_at} if item.changed_at else {}
    change = partial(context.engine.control.again, place.job_id, {place.index: wanted}, by=operator(), seen=seen)
    if act(context, done, change) is not None:
        st.session_state[OWN] = place


def choose(context: Context, place: Place, item: Item, numbers: Mapping[str, Any]) -> None:
    """Have the row drafted with another release."""
    again(context, place, item, {"choice": dict(numbers)}, f"Row {place.index + 1} is drafted with the chosen release.")


def remove(context: Context, place: Place, item: Item) -> None:
    """Take the draft back from eBay."""
    again(context, place, item, {"removed": True}, "The draft is being removed. It can be put back.")


def put_back(context: Context, place: Place, item: Item) -> None:
    """Make a draft that was removed again."""
    again(context, place, item, {"removed": False}, "The draft is made again.")


def take_back(context: Context, place: Place, item: Item) -> None:
    """Have the draft as the program composed it."""
    again(context, place, item, {"edits": None}, "Your edits are taken back.")


def review(context: Context, place: Place, item: Item, state: Review) -> None:
    """Note what the operator thinks of the draft."""
    told = "The draft is to be reviewed again." if state is Review.OPEN else f"{REVIEW_WORDS[state].text}."

    def change() -> bool:
        context.engine.control.review(place.job_id, place.index, state, by=operator(), seen=item.changed_at)
        return True

    if act(context, told, change):
        st.session_state[OWN] = place
