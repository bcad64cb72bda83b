"""New batch: is this file right? Nothing starts before its rows have been checked.

The file and its corrected copy are kept under addresses made from their content. They, and all that was chosen, are
stored under the id in the URL of the page: a reload, or a restart of the console, brings everything back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

import pandas as pd
import streamlit as st

from console import labels, navigation
from console.actions import act
from console.context import Context
from console.formatting import number, rows
from console.poller import AWAY
from console.screens.new_batch import columns, grades, kept, scanning, start, tiles
from console.screens.new_batch import file as new_batch_file
from console.widgets import keys, notices, standing, tables
from console.widgets.heading import heading
from console.widgets.text import code, plain
from engine.public import (
    FOUND,
    Check,
    Engine,
    EngineError,
    Layout,
    Role,
    Row,
    RowState,
    TableView,
    UnreadableFile,
    access,
    unpacked,
)

SHOWN = 300  # rows that the table holds at most
USE = "UPC to use"
CORRECTED = "-corrected"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file as it came, and as it is now, after corrections."""

    found: Row
    now: Row
    first_line: int | None  # of the first row with this barcode, when this row repeats it

    @property
    def needs_a_look(self) -> bool:
        """Whether the row was anything but ready in the file."""
        return self.found.state is not RowState.READY or bool(self.found.warning or self.found.photo_warning)


@dataclass(frozen=True, slots=True)
class CheckView:
    """What the screen shows of a file. `looks` counts the rows that are worth a look, `lines` are the first of them.

    `tables` are how the file is read as it came, by hand where `chosen` says so; `source` is what a batch takes, under
    `layout`. Of a file of which nothing can be used `refused` says why, and there is no `check`.
    """

    source: str
    tables: tuple[TableView, ...]
    chosen: Layout
    check: Check | None = None
    layout: Layout = FOUND
    lines: tuple[Line, ...] = ()
    ready: tuple[Line, ...] = ()
    looks: int = 0
    refused: UnreadableFile | None = None

    @property
    def by_hand(self) -> tuple[TableView, ...]:
        """Return the tables for whose header something was chosen."""
        sheets = {table.sheet for table in self.chosen.tables}
        return tuple(table for table in self.tables if table.sheet in sheets and table.header_line)


def load(engine: Engine, file: str, fixed: str, chosen: Layout = FOUND, fixed_layout: Layout = FOUND) -> CheckView:
    """Check the file at `file` as it was `chosen` to be read, or its corrected copy at `fixed` where there is one.

    Raises:
        UnreadableFile: it cannot be opened.
        FileError, BadRequest: it is not there, or may not be read.
    """
    name, content = PurePosixPath(file).name, engine.submission.fetch(file)
    try:
        opened = engine.submission.open(content, name, chosen)
        now = engine.submission.open(engine.submission.fetch(fixed), name, fixed_layout) if fixed else opened
    except UnreadableFile as refused:
        return CheckView(file, engine.submission.look(content, chosen), chosen, refused=refused)
    lines = _lines_of(list(opened.rows()), list(now.rows()) if fixed else None)
    looks = [line for line in lines if line.needs_a_look]
    ready = [line for line in lines if not line.needs_a_look]
    return CheckView(
        fixed or file,
        opened.opened.views(),
        chosen,
        now.check(),
        now.layout,
        tuple(looks[:SHOWN]),
        tuple(ready[:SHOWN]),
        len(looks),
    )


def _lines_of(found: list[Row], corrected: list[Row] | None) -> list[Line]:
    """Return each row of the file as it came with the one that it is now."""
    now = found if corrected is None else corrected
    by_index = {row.index: row for row in now}
    return [
        Line(
            row,
            by_index[row.index],
            now[repeated].line if (repeated := by_index[row.index].repeat_of) is not None else None,
        )
        for row in found
        if row.index in by_index
    ]


def render(context: Context) -> None:
    """Draw the screen; for a file that cannot be used it shows the reason of the engine."""
    if job_id := st.session_state.pop("opened", ""):
        navigation.open_batch(job_id)
    heading(context, "New batch", shortcuts=keys.NEW_BATCH)
    if not notices.allowed(context, access.TokenScope.SUBMIT):
        return
    kept.restore(context)
    standing.draw(context)
    notices.ebay_not_connected(context)
    if session := st.query_params.get(scanning.SCAN):
        scanning.render(context, session)
        return
    left, right = st.columns([2.2, 1], gap="medium")
    with left:
        new_batch_file.draw(context)
        view = _checked(context)
        if view is not None:
            _check(context, view)
    with right:
        if view is None or view.check is None:
            if view is None:
                kept.draw(context)
            new_batch_file.explain(context)
        else:
            start.draw(context, start.Source(view.source, view.check, view.layout, view.by_hand))


def _checked(context: Context) -> CheckView | None:
    """Return the check of the file of this page; None when it cannot be opened, and the screen says why."""
    file, fixed = st.query_params.get("file", ""), st.query_params.get(columns.FIXED, "")
    words = st.query_params.get(columns.LAYOUT, ""), st.query_params.get(columns.FIXED_LAYOUT, "")
    if not file:
        return None
    try:
        read = partial(load, context.engine, file, fixed, *map(unpacked, words))
        return context.poller.look(("check", file, fixed, *words), read, every=3_600).value
    except UnreadableFile as error:
        _unreadable(file, error)
    except AWAY:
        st.caption("This file is checked as soon as the store answers.")
    except EngineError as error:
        st.error(f"**This file cannot be read.** {plain(str(error))}.", icon=":material/error:")
    return None


def _unreadable(file: str, error: UnreadableFile) -> None:
    name, reason = plain(PurePosixPath(file).name), plain(str(error))
    st.error(f"**{name} cannot be used, so there is no batch.** {reason}.", icon=":material/block:")
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
    """Draw what is in the file: the column of its barcodes, the counts that add up, the rows worth a look."""
    check = view.check
    if check is None:
        _unreadable(PurePosixPath(view.source).name, view.refused or UnreadableFile(""))
        columns.draw(context, view.tables, view.chosen, corrected=False)
        return
    st.markdown(f"**{plain(check.name)}** {_about(check)}")
    grades.judged(check)
    columns.draw(context, view.tables, view.chosen, corrected=columns.FIXED in st.query_params)
    tiles.draw(check, start.listed_before(context, view.source, view.layout))
    _lines(context, view, check)


def _about(check: Check) -> str:
    facts = [plain(check.kind) or rows(check.total, "row")]
    if check.sheet:
        facts.append(f"{'sheets' if ', ' in check.sheet else 'sheet'} “{plain(check.sheet)}”")
    codes = f"barcodes in {code(check.columns['barcode'])}" if "barcode" in check.columns else "no column of barcodes"
    facts.append(codes if check.header else "no header")
    if check.unread:
        facts.append(f"not read: “{plain(', '.join(check.unread))}”")
    if check.above:
        facts.append(f"{rows(check.above, 'line')} above the header left out")
    beside = {role: name for role, name in check.columns.items() if role != Role.BARCODE}
    facts += [f"{columns.within_a_sentence(Role(role))} in {code(name)}" for role, name in beside.items()]
    facts.append(plain(check.encoding.upper()))
    return " · ".join(filter(None, facts))


def _lines(context: Context, view: CheckView, check: Check) -> None:
    look, fine = f"Worth a look ({number(view.looks)})", f"Fine as they are ({number(check.total - view.looks)})"
    options = [look, fine] if view.looks else [fine]
    chosen = st.segmented_control("Rows", options, default=options[0], required=True, label_visibility="collapsed")
    lines = view.lines if chosen == look else view.ready
    if lines:
        _editor(context, view, check.name, lines, worth=chosen == look)
    if len(lines) == SHOWN:
        st.caption(f"The first {SHOWN} of them. Every row goes into the batch.")


def _editor(context: Context, view: CheckView, name: str, lines: tuple[Line, ...], *, worth: bool) -> None:
    """Draw the rows; a correction is checked at once and goes into a corrected copy of the file."""
    key = f"lines_{worth}_{name}_{view.chosen.packed()}"
    st.data_editor(
        pd.DataFrame([_cells(line) for line in lines]),
        key=key,
        hide_index=True,
        disabled=["Sheet", "Row", "In the file", "Check", "Why"],
        on_change=_corrected,
        args=(context, key, view, lines),
        row_height=36,
        height="content" if len(lines) <= 12 else 36 * 12 + 37,
        column_config={
            "Sheet": st.column_config.TextColumn(width=80),
            "Row": st.column_config.NumberColumn(width=45, format="%d"),
            "In the file": st.column_config.TextColumn(width=110),
            USE: st.column_config.TextColumn(
                width=120, help="Type here to correct it; it is checked at once", max_chars=40
            ),
            "Check": tables.badges("Check", [*labels.ROW_LABELS.values()], width=85),
            "Why": st.column_config.TextColumn(width=480),
        },
    )


def _cells(line: Line) -> dict[str, object]:
    now = line.now
    return {
        **({"Sheet": line.found.sheet} if line.found.sheet else {}),
        "Row": line.found.line,
        "In the file": line.found.value,
        USE: now.shown,
        "Check": [labels.ROW_LABELS[now.state].text],
        "Why": _why(line),
    }


def _why(line: Line) -> str:
    now = line.now
    if now.state is RowState.INVALID:
        return now.problem
    repeats = f"Row {line.first_line} has the same barcode" if line.first_line is not None else ""
    corrected = "Corrected by you" if now.value != line.found.value else ""
    return ". ".join(filter(None, (corrected, now.repaired, repeats, now.warning, now.photo_warning)))


def _corrected(context: Context, key: str, view: CheckView, lines: tuple[Line, ...]) -> None:
    """Put what was typed into a corrected copy of the file."""
    edits = st.session_state[key]["edited_rows"]
    typed = {lines[index].found.index: str(cells[USE] or "").strip() for index, cells in edits.items() if USE in cells}
    if not typed:
        return

    def correct() -> tuple[str, Layout]:
        content, name = context.engine.submission.fetch(view.source), PurePosixPath(view.source).name
        corrected, layout = context.engine.submission.corrected(content, name, typed, view.layout)
        stem = PurePosixPath(name).stem.removesuffix(CORRECTED)
        return context.engine.submission.keep(corrected, f"{stem}{CORRECTED}.csv"), layout

    done = act(context, "", correct)
    if done is not None:
        st.query_params[columns.FIXED], st.query_params[columns.FIXED_LAYOUT] = done[0], done[1].packed()
