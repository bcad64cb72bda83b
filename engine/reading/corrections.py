"""A file written anew as CSV: with barcodes corrected by hand, or with some of its rows only."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence

from engine.codec import replace
from engine.domain.batch.layout import BESIDE, ColumnChoice, Layout, Role, TableLayout
from engine.domain.batch.rows import Row
from engine.domain.identify import barcodes
from engine.domain.listing import spreadsheets
from engine.reading.columns import NO_COLUMN
from engine.reading.parts import layout_of
from engine.reading.sheets import Sheet


def corrected(sheet: Sheet, values: Mapping[int, str]) -> tuple[bytes, Layout]:
    """Return the whole file as CSV in UTF-8, with `values` in place of the barcodes of the rows with these indices.

    Rows and columns stay as they are, and so do lines as long as each holds one row: blank lines stand where the file
    has something that is not a row. Several barcodes of one line get a line each. Sheets of a workbook follow one
    another, under a common header where theirs differ. The layout is the one under which it is read as this one is.
    """
    tables = [layout_of(part) for part in sheet.parts]
    common = _common(tables) if _differ(tables) or len({part.columns.header for part in sheet.parts}) > 1 else ()
    header = _names(common) or sheet.header
    text = io.StringIO()
    header_line = (sheet.parts[0].columns.header_line or 1) if header else 0
    if header:
        text.write("\n" * (header_line - 1))
        text.write(spreadsheets.line(header))
    written = header_line
    for number, place, row in sheet.placed():
        text.write("\n" * (row.line - written - 1))
        value = values.get(row.index, row.value)
        text.write(spreadsheets.line(_cells(row, tables[number], place, value, common)))
        written = max(row.line, written + 1)
    return text.getvalue().encode(), _layout(tables, header_line, common)


def part_of(header: Sequence[str], layout: Layout, rows: Sequence[Row]) -> tuple[bytes, Layout]:
    """Return some rows of a file as CSV in UTF-8 under its `header`, () for none, and the layout that it is read with.

    `layout` is the one under which the whole file was read, and says what each of its columns is for.
    """
    tables = layout.tables
    common = _common(tables) if _differ(tables) else ()
    text = io.StringIO()
    names = _names(common) or header
    if names:
        text.write(spreadsheets.line(names))
    for row in rows:
        table = layout.table(row.sheet) or tables[0]
        text.write(spreadsheets.line(_cells(row, table, _place(row, table), row.value, common)))
    return text.getvalue().encode(), _layout(tables, 1 if names else 0, common)


def _differ(tables: Iterable[TableLayout]) -> bool:
    """Return whether tables have different columns."""
    return len({replace(table, sheet="", header_line=None) for table in tables}) > 1


def _common(tables: Iterable[TableLayout]) -> tuple[Role, ...]:
    """Return what stands beside the barcode in any of the tables: the columns of a file with the rows of all."""
    used = {choice.role for table in tables for choice in table.columns}
    return (Role.BARCODE, *(role for role in BESIDE if role in used))


def _names(common: Iterable[Role]) -> tuple[str, ...]:
    """Return the header of such columns."""
    return tuple(str(role).replace("_", " ").capitalize() for role in common)


def _layout(tables: Sequence[TableLayout], header_line: int, common: Sequence[Role]) -> Layout:
    """Return the layout of a file with the rows of all `tables`, in their own columns or in the `common` ones."""
    choices = tuple(ColumnChoice(role, number=at) for at, role in enumerate(common, 1))
    table = TableLayout(choices, each=False) if common else tables[0]
    return Layout(tables=(replace(table, sheet="", header_line=header_line),))


def _place(row: Row, table: TableLayout) -> int:
    """Return the column in which the barcode of a row stands, `NO_COLUMN` where the table has none for it."""
    places = table.places(Role.BARCODE)
    if not places and row.key and not row.gtin:
        return NO_COLUMN
    places = places or (0,)
    same = (place for place in (*places, *range(len(row.cells))) if _at(row.cells, place) == row.value)
    return next(same, places[0])


def _at(cells: Sequence[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _cells(row: Row, table: TableLayout, place: int, value: str, common: Sequence[Role]) -> list[str]:
    """Return the cells of a row with `value` as its barcode; other barcodes of a list are rows of their own."""
    cells = [*row.cells, *[""] * (place + 1 - len(row.cells))]
    if table.each:
        kept = {other for role in (*BESIDE, Role.IGNORE) for other in table.places(role)}
        cells = ["" if other not in kept and _is_a_row(cell) else cell for other, cell in enumerate(cells)]
    if place != NO_COLUMN:
        cells[place] = value
    if not common:
        return cells
    beside = (table.places(role) for role in common if role is not Role.BARCODE)
    return [value, *(" ".join(_at(cells, other) for other in places).strip() for places in beside)]


def _is_a_row(cell: str) -> bool:
    return barcodes.looks_like(cell) or bool(barcodes.several(cell))
