"""New batch: is this file right? Nothing is started before its rows were looked at.

The file and its corrected copy are kept under addresses made from their content, and those stand in the address of the
page: a reload, or a restart of the console, brings the check back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
import streamlit as st

from console import navigation, words
from console.actions import act
from console.context import Context
from console.figures import number, rows, share
from console.live import AWAY
from console.screens import new_batch_file, new_batch_start
from console.widgets import notices, tables
from console.widgets.heading import heading
from engine.domain.rows import Row, RowState
from engine.domain.upc import display
from engine.errors import EngineError, UnreadableFile
from engine.public import Check, Engine

SHOWN = 300  # rows that the table holds at most
USE = "UPC to use"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file as it came, and as it is now, after corrections."""

    found: Row
    now: Row
    first_line: int | None  # where the barcode stands for the first time, when this row repeats it

    @property
    def needs_a_look(self) -> bool:
        """Whether the row came as anything but ready."""
        return self.found.state is not RowState.READY or bool(self.found.warning or self.found.photo_warning)


@dataclass(frozen=True, slots=True)
class CheckView:
    """What the screen shows of a file. `looks` counts the rows that are worth a look, `lines` has the first of them."""

    source: str
    check: Check
    lines: tuple[Line, ...]
    ready: tuple[Line, ...]
    looks: int


def load(engine: Engine, file: str, fixed: str) -> CheckView:
    """Check the file at `file`, or its corrected copy at `fixed` where there is one.

    Raises:
        UnreadableFile: nothing in it can be used.
        FileError, BadRequest: it is not there, or may not be read.
    """
    name, source = PurePosixPath(file).name, fixed or file
    content = engine.submission.fetch(source)
    check = engine.submission.check(content, name)
    now = list(engine.submission.rows(content, name))
    found = list(engine.submission.rows(engine.submission.fetch(file), name)) if fixed else now
    by_line = {row.line: row for row in now}
    lines = [
        Line(
            row,
            by_line[row.line],
            now[repeated].line if (repeated := by_line[row.line].repeat_of) is not None else None,
        )
        for row in found
        if row.line in by_line
    ]
    looks = [line for line in lines if line.needs_a_look]
    ready = [line for line in lines if not line.needs_a_look]
    return CheckView(source, check, tuple(looks[:SHOWN]), tuple(ready[:SHOWN]), len(looks))


def render(context: Context) -> None:
    """Draw the screen; a file that cannot be used is told in the engine's words, and there is no batch."""
    if job_id := st.session_state.pop("opened", ""):
        navigation.open_batch(job_id)
    heading(context, "New batch")
    notices.ebay_not_connected(context)
    left, right = st.columns([2.2, 1], gap="medium")
    with left:
        new_batch_file.draw(context)
        view = _checked(context)
        if view is not None:
            _check(context, view)
    with right:
        if view is None:
            new_batch_file.explain()
        else:
            new_batch_start.draw(context, view.source, view.check)


def _checked(context: Context) -> CheckView | None:
    """Return what is in the file of this page; None, and why, when it cannot be used."""
    file, fixed = st.query_params.get("file", ""), st.query_params.get("fixed", "")
    if not file:
        return None
    try:
        return context.live.look(("check", file, fixed), partial(load, context.engine, file, fixed), every=3_600).value
    except UnreadableFile as error:
        _unreadable(file, error)
    except AWAY as error:
        notices.nothing_read(error)
    except EngineError as error:
        st.error(f"**This file cannot be read.** {error}.", icon=":material/error:")
    return None


def _unreadable(file: str, error: UnreadableFile) -> None:
    st.error(f"**{PurePosixPath(file).name} cannot be used, so there is no batch.** {error}.", icon=":material/block:")
    if error.rows:
        st.dataframe(
            pd.DataFrame([{"Row": line, "In the file": value, "Why": why} for line, value, why in error.rows]),
            hide_index=True,
            row_height=36,
            column_config={
                "Row": st.column_config.NumberColumn(width=45, format="%d"),
                "In the file": st.column_config.TextColumn(width=150),
                "Why": st.column_config.TextColumn(width=600),
            },
            alt="Rows that cannot be used",
        )


def _check(context: Context, view: CheckView) -> None:
    """Draw what is in the file: where its barcodes stand, the counts that add up, the rows worth a look."""
    check = view.check
    st.markdown(f"**{check.name}** {_about(check)}")
    with st.grid(4, min_column_width=130, gap="small"):
        for state, word in words.ROW_WORDS.items():
            label = f"{word.tinted} {word.text}"
            note = (
                _NOTES[state]
                if check.counts[state] and state is not RowState.READY
                else share(check.counts[state], check.total)
            )
            st.metric(label, number(check.counts[state]), note, delta_color="off", delta_arrow="off", border=True)
    parts = " + ".join(number(check.counts[state]) for state in words.ROW_WORDS)
    st.caption(f"{parts} = **{rows(check.total, 'row')} of the file**: none is left out.")
    _lines(context, view)


_NOTES = {
    RowState.REPAIRED: "mended, check digit fits",
    RowState.REPEATED: "stand in an earlier row too",
    RowState.INVALID: "correct them below",
}


def _about(check: Check) -> str:
    facts = [rows(check.total, "row")]
    if check.sheet:
        facts.append(f"sheet “{check.sheet}”")
    facts.append(f"barcodes in `{check.columns['barcode']}`" if check.header else "no header")
    facts += [f"{role} in `{name}`" for role, name in check.columns.items() if role != "barcode"]
    facts.append(check.encoding.upper())
    return " · ".join(filter(None, facts))


def _lines(context: Context, view: CheckView) -> None:
    ready = view.check.total - view.looks
    look, fine = f"Worth a look ({number(view.looks)})", f"Fine as they are ({number(ready)})"
    options = [look, fine] if view.looks else [fine]
    chosen = st.segmented_control("Rows", options, default=options[0], required=True, label_visibility="collapsed")
    lines = view.lines if chosen == look else view.ready
    if lines:
        _editor(context, view, lines, worth=chosen == look)
    if len(lines) == SHOWN:
        st.caption(f"The first {SHOWN} of them. Every row goes into the batch.")


def _editor(context: Context, view: CheckView, lines: tuple[Line, ...], *, worth: bool) -> None:
    """Draw the rows; what is typed into one is checked at once, and goes into a corrected copy of the file."""
    key = f"lines_{worth}_{view.check.name}"
    st.data_editor(
        pd.DataFrame([_cells(line) for line in lines]),
        key=key,
        hide_index=True,
        disabled=["Row", "In the file", "Check", "Why"],
        on_change=_corrected,
        args=(context, key, view, lines),
        row_height=36,
        height="content" if len(lines) <= 12 else 36 * 12 + 37,
        column_config={
            "Row": st.column_config.NumberColumn(width=45, format="%d"),
            "In the file": st.column_config.TextColumn(width=110),
            USE: st.column_config.TextColumn(
                width=120, help="Type here to correct it; it is checked at once", max_chars=40
            ),
            "Check": tables.badges("Check", [*words.ROW_WORDS.values()], width=85),
            "Why": st.column_config.TextColumn(width=480),
        },
    )


def _cells(line: Line) -> dict[str, Any]:
    now = line.now
    return {
        "Row": line.found.line,
        "In the file": line.found.value,
        USE: display(now.gtin) if now.gtin else now.value,
        "Check": [words.ROW_WORDS[now.state].text],
        "Why": _why(line),
    }


def _why(line: Line) -> str:
    now = line.now
    if now.state is RowState.INVALID:
        return now.problem
    repeats = f"The same barcode stands in row {line.first_line}" if line.first_line is not None else ""
    corrected = "Corrected by you" if now.value != line.found.value else ""
    return ". ".join(filter(None, (corrected, now.repaired, repeats, now.warning, now.photo_warning)))


def _corrected(context: Context, key: str, view: CheckView, lines: tuple[Line, ...]) -> None:
    """Put what was typed into a corrected copy of the file."""
    edits = st.session_state[key]["edited_rows"]
    typed = {lines[index].found.line: str(cells[USE] or "").strip() for index, cells in edits.items() if USE in cells}
    if not typed:
        return

    def correct() -> str:
        content = context.engine.submission.fetch(view.source)
        stem = PurePosixPath(view.check.name).stem
        corrected = context.engine.submission.corrected(content, view.check.name, typed)
        return context.engine.submission.keep(corrected, f"{stem}-corrected.csv")

    path = act(context, "", correct)
    if path is not None:
        st.query_params["fixed"] = path
