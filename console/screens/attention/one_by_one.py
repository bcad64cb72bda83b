"""The drawer that shows one failed row after the other, with keys: J and K move, 1 to 9 choose, Enter takes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from console import labels, navigation
from console.actions import act
from console.context import Context
from console.formatting import number, rows
from console.poller import AWAY
from console.screens.attention import view
from console.screens.attention.fixing import WORDS
from console.screens.batch.query import Query
from console.widgets import standing, writing
from console.widgets.dialogs import Dialog
from console.widgets.text import plain
from engine.public import (
    MAX_CENTS,
    FailedRow,
    Fix,
    FixKind,
    Item,
    Remedy,
    RowsWanted,
    advice_on,
    barcode_problem,
    fix_decisions,
    kinds,
)

SHOWN = 25  # rows that are read at a time; what is decided makes room for the next
KEYS = "123456789"


@dataclass(frozen=True, slots=True)
class Opened:
    """Which rows are gone through, which of them is shown, and which candidate is picked of it."""

    wanted: RowsWanted
    at: int = 0
    picked: int = 0


OPENED = Dialog[Opened]("one_by_one")


def open_rows(wanted: RowsWanted) -> None:
    """Have the drawer opened with the next drawing."""
    OPENED.open(Opened(wanted))


def drawer(context: Context) -> None:
    """Draw the drawer when it was opened."""
    if opened := OPENED.about:
        advice = advice_on(opened.wanted.cause)
        OPENED.draw_dialog(context, advice.name, partial(_drawer, context), width="large", position="right")


def _drawer(context: Context) -> None:
    if (opened := OPENED.about) is None:
        return
    read = partial(_read, context, opened.wanted)
    try:
        found, left, under_way = read()
    except AWAY:
        standing.not_read(context, read)
        return
    fixed = [row for row in found if any(fix.rows.holds(row.item) for fix in under_way)]
    free = [row for row in found if row.item.wanted is None and row not in fixed]
    if not free:
        st.markdown(":green[:material/check_circle:] **None is left here.** What you decided is being done.")
        return
    at = max(0, min(opened.at, len(free) - 1))
    _moves(at, len(free), max(len(free), left - (len(found) - len(free))))
    _row(context, opened, free[at])


def _read(context: Context, wanted: RowsWanted) -> tuple[list[FailedRow], int, list[Fix]]:
    """Return the newest of the rows that are gone through, how many there are, and the fixes that are not over."""
    found, left = view.failed(context, wanted, SHOWN), view.left(context, wanted)
    return found, left, [fix for fix in view.fixes(context) if not fix.over]


def _moves(at: int, shown: int, left: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button("Previous", key="move_K", shortcut="K", disabled=not at, on_click=_move, args=(at - 1,))
        st.button("Next", key="move_J", shortcut="J", disabled=at + 1 >= shown, on_click=_move, args=(at + 1,))
        st.markdown(f"{rows(left)} left", width="content")


def _move(at: int) -> None:
    _turn(at=at)


def _row(context: Context, opened: Opened, row: FailedRow) -> None:
    item = row.item
    shelf = f" · {plain(item.location)}" if item.location else ""
    st.markdown(f"**{plain(item.upc)}**")
    st.caption(f"Row {number(item.line)} of {plain(view.batch_name(context, row.job_id))}{shelf}")
    st.markdown(plain(item.error or ""))
    st.page_link(
        navigation.BATCH,
        label="Show it in its batch",
        icon=":material/chevron_right:",
        query_params={"job_id": row.job_id, **Query("attention", item.cause).address()},
    )
    possible = kinds(item.cause) if item.cause else []
    if FixKind.CHOOSE in possible:
        _choices(context, opened, row)
    if FixKind.BARCODE in possible:
        _barcode(context, row)
    if FixKind.PRICE in possible:
        _price(context, row)
    with st.container(horizontal=True, gap="xsmall"):
        for kind, key in ((FixKind.RETRY, "T"), (FixKind.LEAVE_OUT, "X")):
            if kind in possible:
                words = WORDS[kind]
                remedy = Remedy(kind)
                args = (context, row, remedy, 1)
                look: writing.Look = {"icon": words.icon, "shortcut": key}
                writing.button(context, words.name, key=f"one_{kind}", on_click=_decide, args=args, **look)


def _choices(context: Context, opened: Opened, row: FailedRow) -> None:
    """Draw the candidates, one of them picked, and the button that takes it, for all rows of the barcode if wanted."""
    item, candidates = row.item, row.item.match.candidates[: len(KEYS)]
    same = _of_barcode(context, item)
    if same > 1:
        st.checkbox(f"For all {number(same)} rows with this barcode", value=True, key="for_all")
    count = same if same > 1 and st.session_state.get("for_all", True) else 1
    for at, candidate in enumerate(candidates):
        about = ", ".join(filter(None, (labels.pressing(candidate), candidate.label_line)))
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.button(
                "Chosen" if at == opened.picked else "Choose",
                key=f"pick_{at}",
                shortcut=KEYS[at],
                type="primary" if at == opened.picked else "secondary",
                on_click=_pick,
                args=(at,),
            )
            st.markdown(f"**{plain(candidate.name)}** · {plain(about)}", width="content")
            if candidate.url:
                st.link_button("Page", candidate.url, type="tertiary")
    _lead(row)
    if candidates:
        chosen = candidates[min(opened.picked, len(candidates) - 1)]
        remedy = Remedy(FixKind.CHOOSE, discogs_id=chosen.discogs_id, musicbrainz_id=chosen.musicbrainz_id)
        writing.button(
            context,
            f"Take it for {rows(count)}" if count > 1 else "Take it",
            icon=":material/check:",
            key="take",
            type="primary",
            shortcut="Enter",
            on_click=_decide,
            args=(context, row, remedy, count),
        )
    with st.form(f"named_{row.job_id}_{item.index}", border=False, enter_to_submit=True):
        st.text_input("Number of the release at Discogs", placeholder="249504", key="one_discogs", width=230)
        writing.form_submit_button(
            context, "Take this release", key="take_named", on_click=_named, args=(context, row, count)
        )


def _lead(row: FailedRow) -> None:
    """Draw what speaks for the first candidate alone, and what against it; nothing where nothing does."""
    ahead = row.lead
    if ahead.for_it:
        st.caption(f"For the first alone: {plain('; '.join(ahead.for_it))}.")
    if ahead.against:
        st.caption(f"Against the first: {plain('; '.join(ahead.against))}.")


def _barcode(context: Context, row: FailedRow) -> None:
    """Draw the field for what the copy says; its check digit is judged as it is typed."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        key = f"barcode_{row.job_id}_{row.item.index}"
        typed = st.text_input("Barcode on the copy", key=key, placeholder="042284503228", width=230, live="300ms") or ""
        problem = barcode_problem(typed)
        writing.button(
            context,
            "Look it up",
            key="look_up",
            icon=":material/barcode:",
            type="secondary" if problem else "primary",
            disabled=bool(problem),
            on_click=_decide,
            args=(context, row, Remedy(FixKind.BARCODE, barcode=typed), 1),
        )
    if typed:
        said = ":green[:material/check_circle: The check digit is right.]"
        st.caption(f":red[:material/error:] {plain(problem)}" if problem else said)


def _price(context: Context, row: FailedRow) -> None:
    with st.form(f"priced_{row.job_id}_{row.item.index}", border=False, enter_to_submit=True, clear_on_submit=True):
        st.number_input("Your price $", 0.01, MAX_CENTS / 100, None, 0.5, key="one_price", width=150)
        args, label = (context, row), "Draft it at this price"
        writing.form_submit_button(context, label, key="draft_at_price", type="primary", on_click=_priced, args=args)


def _named(context: Context, row: FailedRow, count: int) -> None:
    number_given = str(st.session_state.get("one_discogs") or "").strip()
    _decide(context, row, Remedy(FixKind.CHOOSE, discogs_id=number_given), count)


def _priced(context: Context, row: FailedRow) -> None:
    if dollars := st.session_state.get("one_price"):
        _decide(context, row, Remedy(FixKind.PRICE, price_cents=round(dollars * 100)), 1)


def _turn(*, picked: int = 0, at: int | None = None) -> None:
    if opened := OPENED.about:
        OPENED.turn_to(replace(opened, picked=picked, at=opened.at if at is None else at))


def _pick(at: int) -> None:
    _turn(picked=at)


def _decide(context: Context, row: FailedRow, remedy: Remedy, count: int) -> None:
    """Fix the row that is shown, or all rows of its barcode; the next one takes its place."""
    item, engine, words = row.item, context.engine, WORDS[remedy.kind]
    _turn()
    if count > 1 and item.cause is not None and item.gtin:
        wanted = RowsWanted(item.cause, item.gtin)
        done = f"{words.begin} {rows(count)}: it begins in ten seconds. Undo takes it back until then."
        act(context, done, partial(engine.fixes.begin, wanted, remedy))
        return
    seen = {item.index: item.changed_at} if item.changed_at else {}
    decided = {item.index: fix_decisions(remedy, item)}
    again = partial(engine.commands.again, row.job_id, decided, seen=seen)
    act(context, f"{plain(item.upc)}: {words.name.lower()}.", again)


def _of_barcode(context: Context, item: Item) -> int:
    """Return how many rows failed for the same cause with the same barcode."""
    if not item.gtin or item.cause is None:
        return 1
    return view.left(context, RowsWanted(item.cause, item.gtin), otherwise=1)
