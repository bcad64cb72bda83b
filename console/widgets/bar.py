"""The bar of a batch: how much is in which state, and the same in words that add up. Pure but for `draw`."""

from __future__ import annotations

from html import escape

import streamlit as st

from console.counts import Counts
from console.figures import number
from console.words import SKIPPED, WAITING, Word


def draw(counts: Counts, note: str) -> None:
    """Draw the bar and its legend, with a note at its end."""
    st.html(bar(counts) + legend(counts, note))


def bar(counts: Counts) -> str:
    """Return the stacked bar; a state that holds rows is never too thin to see."""
    total = counts.total or 1
    parts = [(word, count) for word, count in counts.parts if count and word is not WAITING]
    spans = "".join(f'<span class="dm-{_tone(word)}" style="width:{100 * n / total:.3f}%"></span>' for word, n in parts)
    told = escape(", ".join(f"{number(count)} {word.text.lower()}" for word, count in counts.parts if count))
    return f'<div class="dm-bar" role="img" aria-label="{told}">{spans}</div>'


def legend(counts: Counts, note: str = "") -> str:
    """Return each state that holds rows with its count, their sum, and a note on the right."""
    fresh = f'<span class="dm-fresh">{escape(note)}</span>'
    if counts.total is None:
        return f'<div class="dm-legend"><span>The file has not been read yet.</span>{fresh}</div>'
    entries = "".join(
        f'<span><i class="dm-dot dm-{_tone(word)}"></i><b>{number(count)}</b> {escape(word.text.lower())}</span>'
        for word, count in counts.parts
        if count
    )
    return f'<div class="dm-legend">{entries}<span>= <b>{number(counts.total)}</b> in the batch</span>{fresh}</div>'


def _tone(word: Word) -> str:
    """Return the class of a part: what waits is the bar's own ground."""
    return "rest" if word is WAITING else "gray" if word is SKIPPED else word.color
