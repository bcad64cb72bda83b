"""The bar of a batch: how much is in which state, and the same in words that add up. Pure but for `draw`."""

from __future__ import annotations

import streamlit as st

from console.counts import Counts
from console.formatting import number
from console.labels import SKIPPED, WAITING, Label
from console.widgets.templates import html


def draw(counts: Counts, note: str) -> None:
    """Draw the bar and its legend, with a note at its end."""
    st.html(bar(counts) + legend(counts, note))


def bar(counts: Counts) -> str:
    """Return the stacked bar; a state that holds rows is never too thin to see."""
    total = counts.total or 1
    shown = [(label, count) for label, count in counts.parts if count]
    parts = [(_tone(label), 100 * count / total) for label, count in shown if label is not WAITING]
    description = ", ".join(f"{number(count)} {label.text.lower()}" for label, count in shown)
    return html("bar", parts=parts, description=description)


def legend(counts: Counts, note: str = "") -> str:
    """Return each state that holds rows with its count, their sum, and a note on the right."""
    entries = [(_tone(label), number(count), label.text.lower()) for label, count in counts.parts if count]
    return html("legend", entries=entries, total=None if counts.total is None else number(counts.total), note=note)


def _tone(label: Label) -> str:
    """Return the colour class of a part: waiting rows show the ground of the bar."""
    return "rest" if label is WAITING else "gray" if label is SKIPPED else label.color
