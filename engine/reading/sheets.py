"""An uploaded file, opened: its rows, and what a check of them says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from engine.domain import upc
from engine.domain.rows import Row, RowState
from engine.errors import FileTooLarge, UnreadableFile
from engine.reading.cells import beside
from engine.reading.columns import Columns, find
from engine.reading.delimited import open_text
from engine.reading.tables import Table
from engine.reading.tallies import MOST_ROWS, Tally, tally
from engine.reading.workbooks import OLE, ZIP, open_workbook

MOST_BYTES = 10_000_000
_SAMPLE = 100  # records from which the columns are told
_MOST_REASONS = 100  # rows that a refusal lists


@dataclass(frozen=True, slots=True)
class Check:
    """What is in a file. `counts` has every RowState and adds up to `total`; at least one row can be used.

    `columns` gives the header's name (or "column 3") of each of barcode, condition, price, quantity, note and photos
    that was found; `header` the cells of the header row, () when there is none. `copies` is the number of copies that
    all usable rows hold. `encoding` and `delimiter` are "" in a workbook, `sheet` is "" in a text file.
    """

    name: str
    total: int
    counts: Mapping[RowState, int]
    copies: int
    columns: Mapping[str, str]
    header: tuple[str, ...]
    encoding: str
    delimiter: str
    sheet: str

    @property
    def usable(self) -> int:
        """Return the number of rows that can become drafts."""
        return self.total - self.counts[RowState.INVALID]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that can be read: at least one row of it can be used. Made by `open_file`."""

    name: str
    table: Table
    columns: Columns
    tally: Tally

    def rows(self, *states: RowState) -> Iterator[Row]:
        """Yield the rows in the order of the file, all or those in one of `states`; none is kept in memory."""
        for row in _rows(self.table, self.columns, self.tally):
            if not states or row.state in states:
                yield row

    def check(self) -> Check:
        """Return what is in the file, in numbers and names."""
        usable = (copies for index, copies in enumerate(self.tally.copies) if self.tally.first[index] == index)
        return Check(
            name=self.name,
            total=len(self.tally.first),
            counts=self.tally.counts,
            copies=sum(usable),
            columns=self.columns.named(),
            header=self.columns.header,
            encoding=self.table.encoding,
            delimiter=self.table.delimiter,
            sheet=self.table.sheet,
        )


def open_file(content: bytes, name: str) -> Sheet:
    """Return the file of that name as a sheet of rows; what kind of file it is, its content says.

    Raises:
        UnreadableFile: not one row can be used, or the file is too large; with the rows and their reasons if any.
    """
    if len(content) > MOST_BYTES:
        raise FileTooLarge(f"The file has {len(content) / 1e6:.1f} MB and the most is 10: split it into smaller files")
    if not content.strip():
        raise UnreadableFile("The file is empty: put one barcode in each line and upload it again")
    table = open_workbook(content) if content.startswith((*ZIP, OLE)) else open_text(content)
    columns = find(list(islice(table.records(), _SAMPLE)))
    counted = tally(_limited(_rows(table, columns)))
    sheet = Sheet(name, table, columns, counted)
    if len(counted.first) == counted.counts[RowState.INVALID]:
        raise _nothing_usable(sheet)
    return sheet


def check(content: bytes, name: str) -> Check:
    """Return what is in a file; raises what `open_file` raises."""
    return open_file(content, name).check()


def _limited(rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        if row.index == MOST_ROWS:
            raise FileTooLarge(f"The file has more than {MOST_ROWS:,} rows: split it into smaller files")
        yield row


def _nothing_usable(sheet: Sheet) -> UnreadableFile:
    """Return the refusal of a file without a usable row, with the first rows and their reasons."""
    total = len(sheet.tally.first)
    if not total:
        header = ", ".join(cell.strip() for cell in sheet.columns.header)
        found = f"a header ({header}) and no row below it" if header else "no rows"
        return UnreadableFile(f"The file has {found}: put one barcode in each row and upload it again")
    rows = tuple((row.line, row.value, row.problem) for row in islice(sheet.rows(), _MOST_REASONS))
    line, value, problem = rows[0]
    which = "The only row cannot be used" if total == 1 else f"None of the {total:,} rows can be used"
    shown = f" (“{value[:40]}”)" if value else ""
    return UnreadableFile(f"{which}. Line {line}{shown}: {problem}", rows)


def _rows(table: Table, columns: Columns, known: Tally | None = None) -> Iterator[Row]:
    """Yield the rows of a table, with their repeats when these are `known`."""
    index = 0
    for line, cells in table.records():
        if line != columns.header_line:
            yield _row(index, line, cells, columns, known)
            index += 1


def _row(index: int, line: int, cells: tuple[str, ...], columns: Columns, known: Tally | None) -> Row:
    """Return one row; any cell that cannot be used makes it an invalid one that keeps its cells."""
    value = cells[columns.barcode].strip() if columns.barcode < len(cells) else ""
    barcode = upc.read(value)
    others = beside(cells, columns)
    problems = [problem for problem in (barcode.problem, *others.problems) if problem]
    if problems:
        return Row(index, line, value, None, problem=". ".join(problems), cells=cells, note=others.note)
    return Row(
        index,
        line,
        value,
        barcode.gtin,
        repaired=barcode.repaired,
        warning=barcode.warning,
        photo_warning=others.photo_warning,
        repeat_of=known.repeat_of(index) if known else None,
        copies=known.copies[index] if known else others.quantity,
        condition=others.condition,
        price_cents=others.price_cents,
        quantity=others.quantity,
        note=others.note,
        photos=others.photos,
        cells=cells,
    )
