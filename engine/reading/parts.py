"""The tables of a file and their columns: as a person chose them, as is known of their header, or as they are found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from engine.codec import replace
from engine.domain.batch.known_headers import KnownHeader
from engine.domain.batch.layout import AS_FOUND, Layout, Role, TableLayout
from engine.errors import FileTooLarge, UnreadableFile
from engine.reading import exports
from engine.reading.columns import HEADER_WITHIN
from engine.reading.delimited import open_text
from engine.reading.layouts import explicit, find, missing, no_such_column
from engine.reading.records import Part
from engine.reading.tables import Record
from engine.reading.workbooks import Worksheet, is_workbook, open_workbook

MOST_BYTES = 10_000_000
SAMPLE = 100  # records from which the columns are recognised
SHOWN = 5  # records below the header that a person sees

Recall = Callable[[Sequence[Record]], tuple[int, KnownHeader] | None]
"""Returns, of the first records of a table, the line of a header that is known, and what is."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as a person sees it: its name in the header, or `column 3`, and what it is for."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class TableView:
    """A text file, or a sheet of a workbook, as a person sees it before it is read.

    `sheet` is "" in a text file. A sheet that is not `read` has no columns. `lines` are its first records, one of which
    may be the header; `sample` those below it. `layout` says all of this as it can be changed. `doubt` is a sentence on
    what may be wrong, `problem` one on why no row can be read. `known` is what a person chose for this header before.
    """

    sheet: str
    hidden: bool
    read: bool
    columns: tuple[Column, ...] = ()
    header: tuple[str, ...] = ()
    header_line: int | None = None
    each: bool = False
    lines: tuple[Record, ...] = ()
    sample: tuple[Record, ...] = ()
    layout: TableLayout = AS_FOUND
    doubt: str = ""
    problem: str = ""
    known: KnownHeader | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The tables of a file: `parts` are read; `left` are sheets that are not, in the order of the workbook."""

    parts: tuple[Part, ...]
    left: tuple[Worksheet, ...] = ()

    @property
    def unread(self) -> tuple[str, ...]:
        """Return the sheets that hold barcodes and are not read."""
        return tuple(sheet.table.sheet for sheet in self.left if sheet.holds)

    @property
    def layout(self) -> Layout:
        """Return the layout under which the file is read just like this."""
        return self._layout([layout_of(part) for part in self.parts])

    @property
    def settled(self) -> Layout:
        """Return the layout under which some of its rows are read just like all of them."""
        return self._layout([layout_of(part, settled=True) for part in self.parts])

    def _layout(self, tables: list[TableLayout]) -> Layout:
        sheets = tuple(part.table.sheet for part in self.parts if part.table.sheet)
        alike = {replace(table, sheet="") for table in tables}
        return Layout(sheets, tuple(alike if len(alike) == 1 else tables))

    def views(self) -> tuple[TableView, ...]:
        """Return the tables as a person sees them, those that are read first."""
        left = (TableView(sheet.table.sheet, hidden=not sheet.visible, read=False) for sheet in self.left)
        return (*map(_view, self.parts), *left)


def layout_of(part: Part, *, settled: bool = False) -> TableLayout:
    """Return the layout under which a table is read as it is; `settled`, also where some of its rows are left out."""
    return explicit(part.columns, part.sample, part.table.sheet, settled=settled)


def open_parts(content: bytes, layout: Layout, recall: Recall | None = None) -> Opened:
    """Return the tables of a file, those that `layout` names or that hold barcodes, each with its columns.

    Raises:
        UnreadableFile: it is no file of ours, or does not have what `layout` names.
    """
    if len(content) > MOST_BYTES:
        raise FileTooLarge(f"The file has {len(content) / 1e6:.1f} MB and the most is 10: split it into smaller files")
    if not content.strip():
        raise UnreadableFile("The file is empty: put one barcode in each line and upload it again")
    if is_workbook(content):
        worksheets = open_workbook(content)
    elif layout.sheets:
        raise UnreadableFile(f"The file has no sheets, and {', '.join(layout.sheets)} is chosen: it is no workbook")
    else:
        worksheets = [Worksheet(open_text(content), visible=True, holds=True)]
    read, left = _chosen(worksheets, layout.sheets)
    opened = Opened(tuple(_part(sheet, layout, recall) for sheet in read), tuple(left))
    _ensure_columns(opened, layout)
    return opened


def _chosen(sheets: Sequence[Worksheet], names: Sequence[str]) -> tuple[list[Worksheet], list[Worksheet]]:
    """Return the sheets that are read and those that are not.

    Without `names` they are the visible ones that hold barcodes; hidden ones where no other does; the first where none
    does.

    Raises:
        UnreadableFile: there is no sheet of that name.
    """
    if strange := next((name for name in names if all(name != sheet.table.sheet for sheet in sheets)), None):
        there = ", ".join(sheet.table.sheet for sheet in sheets)
        raise UnreadableFile(f"The workbook has no sheet “{strange}”, or nothing stands in it: its sheets are {there}")
    full = [sheet for sheet in sheets if sheet.holds] or list(sheets[:1])
    read = [sheet for sheet in sheets if sheet.table.sheet in names]
    read = read or [sheet for sheet in full if sheet.visible] or full
    return read, [sheet for sheet in sheets if sheet not in read]


def _part(sheet: Worksheet, layout: Layout, recall: Recall | None) -> Part:
    sample = tuple(islice(sheet.table.records(), SAMPLE))
    chosen, known = layout.table(sheet.table.sheet), None
    if chosen is None and recall and (recalled := recall(sample[:HEADER_WITHIN])):
        line, known = recalled
        chosen = replace(known.table, header_line=line)
    columns = find(sample, chosen)
    export = exports.known(columns.header)
    table = export.adapted(sheet.table) if export else sheet.table
    return Part(table, columns, sample, known, hidden=not sheet.visible)


def _ensure_columns(opened: Opened, layout: Layout) -> None:
    """Do nothing where every column that is named is in one of the tables to which it applies.

    Raises:
        UnreadableFile: one is not.
    """
    for table in layout.tables:
        parts = [part for part in opened.parts if layout.table(part.table.sheet) is table and not part.columns.problem]
        lacking = [set(missing(table, part.columns.header)) for part in parts]
        if parts and (nowhere := sorted(set.intersection(*lacking))):
            raise UnreadableFile(no_such_column(nowhere[0], parts[0].columns.header))


def _view(part: Part) -> TableView:
    columns, layout = part.columns, layout_of(part)
    line = columns.header_line or 0
    by_number = sorted(layout.columns, key=lambda choice: choice.number or 0)
    return TableView(
        part.table.sheet,
        hidden=part.hidden,
        read=True,
        columns=tuple(Column(columns.name((choice.number or 1) - 1), choice.role) for choice in by_number),
        header=columns.header,
        header_line=columns.header_line,
        each=columns.each,
        lines=part.sample[:HEADER_WITHIN],
        sample=tuple(record for record in part.sample if record[0] > line)[:SHOWN],
        layout=layout,
        doubt=columns.doubt,
        problem=columns.problem,
        known=part.known,
    )
