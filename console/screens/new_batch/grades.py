"""How copies are graded: what the check found in the file, and what counts for rows that say nothing."""

from __future__ import annotations

import streamlit as st

from console import labels
from console.screens.new_batch.columns import ROLE_LABELS
from console.widgets import grading
from console.widgets.text import code, plain
from engine.public import Check, Condition, Grading, Role

_ABOUT = (
    "By Goldmine's scale, of every copy whose row has no grade of its own. It counts before the condition above: "
    "eBay's is what Seller settings make of it."
)


def judged(check: Check) -> None:
    """Say whose grades each column holds; where that is a guess, also how to say so."""
    for found in check.scales:
        if found.sure:
            st.caption(f":material/grade: {plain(found.reason)}.")
            continue
        role = Role.GRADE if found.of_ebay else Role.EBAY_CONDITION
        how = f"If not, choose “{ROLE_LABELS[role]}” for that column below."
        st.caption(f":orange[:material/help: {plain(found.reason)}.] {how}")


def draw(start: Grading | None, key: str) -> Grading | None:
    """Draw the choice of the trade's grades; they have no default: only who saw the copies can grade them."""
    return grading.draw(start, key, about=_ABOUT)


def condition(check: Check, usual: Condition | None, key: str) -> Condition | None:
    """Draw the choice of a grading; without a `usual` one it has no default: only who saw the copies can grade them."""
    in_file = (
        f" Rows whose {code(check.columns['condition'])} names one keep it." if "condition" in check.columns else ""
    )
    return st.selectbox(
        "Condition",
        list(Condition),
        index=list(Condition).index(usual) if usual else None,
        format_func=labels.CONDITION_LABELS.__getitem__,
        placeholder="Not stated",
        key=f"condition{key}",
        help=f"The grading of every copy in this file. It is never guessed.{in_file}",
    )
