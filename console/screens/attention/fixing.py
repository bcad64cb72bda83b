"""The dialog that asks for one fix of many rows: how many it concerns, how many not and why, and what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import streamlit as st

from console.actions import act
from console.context import Context
from console.formatting import number, rows
from console.poller import AWAY
from console.screens.attention import view
from console.widgets import price_table, standing, writing
from console.widgets.dialogs import Dialog
from console.widgets.text import plain
from engine.public import MAX_CENTS, Concerned, FixKind, Remedy, RowsWanted, advice_on

BARS = (0, 1, 2, 3)
NO_FACTS = "No fact speaks for a best candidate alone."
ONE, TABLE = "One price for all", "By format and condition"
OPENED = Dialog[tuple[FixKind, RowsWanted]]("fix")


@dataclass(frozen=True, slots=True)
class Words:
    """A kind of fix as an operator reads it: its name, its button before the number, what it does, its icon."""

    name: str
    begin: str
    about: str
    icon: str


WORDS: Mapping[FixKind, Words] = {
    FixKind.RETRY: Words("Retry", "Retry", "They are run again with nothing changed.", ":material/replay:"),
    FixKind.PRICE: Words("Price", "Price", "They are drafted at this price.", ":material/sell:"),
    FixKind.CHOOSE: Words("Choose a release", "Choose for", "They get this release.", ":material/album:"),
    FixKind.TAKE_BEST: Words(
        "Take the best",
        "Take the best for",
        "Each gets the first of its candidates. Its draft is marked as worth a look.",
        ":material/done_all:",
    ),
    FixKind.BARCODE: Words(
        "Correct the barcode", "Correct", "They are looked up by this barcode.", ":material/barcode:"
    ),
    FixKind.LEAVE_OUT: Words(
        "Leave out",
        "Leave out",
        "They count as skipped, and can be put back one by one, in the drawer of the row.",
        ":material/remove_circle:",
    ),
}


def open_dialog(kind: FixKind, wanted: RowsWanted) -> None:
    """Have the dialog opened with the next drawing."""
    OPENED.open((kind, wanted))


def dialog(context: Context) -> None:
    """Draw the dialog when it was opened."""
    if opened := OPENED.about:
        kind, wanted = opened
        words, advice = WORDS[kind], advice_on(wanted.cause)
        title = f"{words.name}: {advice.name}"
        OPENED.draw_dialog(context, title, partial(_dialog, context, kind, wanted), width="medium")


def _dialog(context: Context, kind: FixKind, wanted: RowsWanted) -> None:
    remedy, words = _remedy(kind), WORDS[kind]
    read = partial(view.concerned, context, wanted, remedy)
    try:
        found = read()
    except AWAY:
        standing.not_read(context, read)
        return
    st.markdown(about(found))
    for reason, count in found.left.items():
        st.caption(f"{rows(count)} not, because {plain(reason)}.")
    if kind is FixKind.TAKE_BEST:
        _evidence(found)
    st.caption(f"{words.about} It begins after ten seconds; until then one click takes it back.")
    writing.button(
        context,
        f"{words.begin} {rows(found.fixed)}",
        icon=words.icon,
        type="primary",
        key="begin_fix",
        disabled=not found.fixed or (kind is FixKind.PRICE and not (remedy.price_cents or remedy.prices)),
        on_click=_begin,
        args=(context, wanted, remedy),
    )


def about(found: Concerned) -> str:
    """Return how many rows a fix is for, in Markdown."""
    judged = f" The newest {number(found.judged)} were looked at." if found.judged < found.rows else ""
    return f"**{number(found.fixed)} of {rows(found.rows)}**, in all batches.{judged}"


def _remedy(kind: FixKind) -> Remedy:
    """Draw what a kind of fix needs to know, and return the fix as it stands."""
    if kind is FixKind.PRICE:
        return _priced()
    if kind is FixKind.TAKE_BEST:
        return _best()
    return Remedy(kind)


def _best() -> Remedy:
    """Draw where the best candidate is taken: whatever the candidates are, or from how many facts on."""
    label = "Only where all candidates are one album in several pressings"
    same_album = st.checkbox(label, value=True, key="fix_same_album")
    bar = st.segmented_control(
        "Facts that must speak for the best candidate and for no other",
        BARS,
        default=0,
        required=True,
        format_func=_bar,
        help="None of them is a probability: they are what is known of the candidates, and what your file says.",
        key="fix_min_facts",
    )
    return Remedy(FixKind.TAKE_BEST, same_album=same_album, min_facts=bar)


def _bar(bar: int) -> str:
    return f"{number(bar)} or more" if bar else "Not asked for"


def _evidence(found: Concerned) -> None:
    """Draw how many rows each bar leaves, and which facts speak for the best candidates."""
    if not found.facts:
        st.caption(NO_FACTS)
        return
    bars = ", ".join(f"{number(bar)} or more in {rows(count)}" for bar, count in found.bars.items())
    st.caption(f"Facts that speak for the best candidate: {bars}.")
    for fact, count in found.facts.items():
        st.caption(f"- {plain(fact)}: {rows(count)}")


def _priced() -> Remedy:
    """Draw the price of all, or a table of prices."""
    how = st.segmented_control("Price", [ONE, TABLE], default=ONE, required=True, label_visibility="collapsed")
    if how == ONE:
        dollars = st.number_input("One price for all $", 0.01, MAX_CENTS / 100, None, 0.5, key="fix_price", width=180)
        return Remedy(FixKind.PRICE, round(dollars * 100) if dollars else None)
    prices = price_table.prices("fix_prices")
    st.caption(f"{price_table.EMPTY} They stay with the batches, and change no item that has a price.")
    return Remedy(FixKind.PRICE, prices=prices)


def _begin(context: Context, wanted: RowsWanted, remedy: Remedy) -> None:
    OPENED.close()
    words = WORDS[remedy.kind]
    done = f"{words.name}: it begins in ten seconds. Undo takes it back until then."
    act(context, done, partial(context.engine.fixes.begin, wanted, remedy))
