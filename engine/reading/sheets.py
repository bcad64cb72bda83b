"""An uploaded file, opened: its rows, and what a check of them says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from engine.codec import replace
from engine.domain.batch.layout import FOUND, Layout
from engine.domain.batch.rows import Row, RowState
from engine.errors import FileTooLarge, UnreadableFile
from engine.reading.conditions import Judged
from engine.reading.exports import known
from engine.reading.parts import Opened, Recall, TableView, open_parts
from engine.reading.records import Part
from engine.reading.scales import ConditionTexts
from engine.reading.tallies import MOST_ROWS, Tally, tally

_MOST_REASONS = 100  # rows that a refusal lists


@dataclass(frozen=True, slots=True)
class Check:
    """What is in a file. `counts` has every RowState and adds up to `total`; at least one row can be used.

    `columns` gives the header's name (or "column 3") of each of barcode, condition, price, quantity, note and photos
    that was found; `header` the cells of the header row, () when there is none. `copies` is the number of copies that
    all usable rows hold. `encoding` and `delimiter` are "" in a workbook, `sheet` is "" in a text file and names
    all sheets that are read of a workbook, `unread` are others that hold barcodes too. `above` counts the lines
    above the header, which are no rows. `export` is what a file that is known by its header is called, "" for any
    other. `tables` are the file as it can be changed, `layout` how it is read. `scales` says for each column of
    conditions whose scale it is of, and why.
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
    unread: tuple[str, ...] = ()
    above: int = 0
    tables: tuple[TableView, ...] = ()
    layout: Layout = FOUND
    scales: tuple[Judged, ...] = ()
    export: str = ""

    @property
    def kind(self) -> str:
        """Return what the file is, as a sentence: "A Discogs collection of 60 records"; "" when it is none we know."""
        if not self.export:
            return ""
        records = "record" if self.total == 1 else "records"
        return f"{self.export[0].upper()}{self.export[1:]} of {self.total:,} {records}"

    @property
    def usable(self) -> int:
        """Return the number of rows that can become drafts."""
        return self.total - self.counts[RowState.INVALID]

    @property
    def looked_up(self) -> int:
        """Return the number of rows that are looked up: a repeated one is known by the row that it repeats."""
        return self.counts[RowState.READY] + self.counts[RowState.REPAIRED]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that can be read: at least one row of it can be used. Made by `open_file`."""

    name: str
    opened: Opened
    tally: Tally
    judged: tuple[Judged, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """Return the tables that are read."""
        return self.opened.parts

    @property
    def layout(self) -> Layout:
        """Return the layout under which the file is read just like this."""
        return self.opened.layout

    @property
    def known(self) -> bool:
        """Return whether a part of it is read as a person chose for its header before."""
        return any(part.known for part in self.parts)

    @property
    def header(self) -> tuple[str, ...]:
        """Return the header of the file, of its first sheet when there are several; () when there is none."""
        return self.parts[0].columns.header

    def rows(self, *states: RowState) -> Iterator[Row]:
        """Yield the rows in the order of the file, all or those in one of `states`; none is kept in memory."""
        for _, _, row in self.placed():
            if not states or row.state in states:
                yield row

    def placed(self) -> Iterator[tuple[int, int, Row]]:
        """Yield every row with the number of its table, from 0, and the column in which its barcode stands."""
        for number, place, row in _rows(self.parts):
            if row.key:
                repeat, copies = self.tally.repeat_of(row.index), self.tally.copies[row.index]
                if repeat is not None or copies != row.copies:
                    row = replace(row, repeat_of=repeat, copies=copies)
            yield number, place, row

    def check(self) -> Check:
        """Return what is in the file, in numbers and names."""
        first = self.parts[0].table
        usable = (copies for index, copies in enumerate(self.tally.copies) if self.tally.first[index] == index)
        return Check(
            name=self.name,
            total=len(self.tally.first),
            counts=self.tally.counts,
            copies=sum(usable),
            columns=self.parts[0].columns.named(),
            header=self.header,
            encoding=first.encoding,
            delimiter=first.delimiter,
            sheet=", ".join(part.table.sheet for part in self.parts),
            unread=self.opened.unread,
            tables=self.opened.views(),
            layout=self.layout,
            above=sum(part.above() for part in self.parts),
            scales=self.judged,
            export=export.name if (export := known(self.header)) else "",
        )


def open_file(content: bytes, name: str, layout: Layout = FOUND, recall: Recall | None = None) -> Sheet:
    """Return the file of that name as a sheet of rows; what kind of file it is, its content says.

    It is read as `layout` says, and where that says nothing of a table, as `recall` knows of its header.

    Raises:
        UnreadableFile: not one row can be used, the file is too large, or it does not have what `layout` names; with
            the rows and their reasons if any.
    """
    opened = open_parts(content, layout, recall)
    if problem := next(filter(None, (part.columns.problem for part in opened.parts)), ""):
        raise UnreadableFile(problem)
    texts = ConditionTexts(opened.parts)
    counted = tally(_limited(texts.seen(_rows(opened.parts, counted=True))))
    parts, judged = texts.judged()
    sheet = Sheet(name, Opened(parts, opened.left), counted, judged)
    if len(counted.first) == counted.counts[RowState.INVALID]:
        raise _nothing_usable(sheet)
    return sheet


def check(content: bytes, name: str, layout: Layout = FOUND, recall: Recall | None = None) -> Check:
    """Return what is in a file; raises what `open_file` raises."""
    return open_file(content, name, layout, recall).check()


def look(content: bytes, layout: Layout = FOUND, recall: Recall | None = None) -> tuple[TableView, ...]:
    """Return the tables of a file as a person sees them, also where no row can be used.

    Raises:
        UnreadableFile: it cannot be opened, or does not have what `layout` names.
    """
    return open_parts(content, layout, recall).views()


def _limited(rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        if row.index == MOST_ROWS:
            raise FileTooLarge(f"The file has more than {MOST_ROWS:,} rows: split it into smaller files")
        yield row


def _nothing_usable(sheet: Sheet) -> UnreadableFile:
    """Return the refusal of a file without a usable row, with the first rows and their reasons."""
    total = len(sheet.tally.first)
    if not total:
        header = ", ".join(cell.strip() for cell in sheet.header)
        found = f"a header ({header}) and no row below it" if header else "no rows"
        return UnreadableFile(f"The file has {found}: put one barcode in each row and upload it again")
    rows = tuple((row.line, row.value, row.problem) for row in islice(sheet.rows(), _MOST_REASONS))
    line, value, problem = rows[0]
    which = "The only row cannot be used" if total == 1 else f"None of the {total:,} rows can be used"
    shown = f" (“{value[:40]}”)" if value else ""
    return UnreadableFile(f"{which}. Line {line}{shown}: {problem}", rows)


def _rows(parts: Sequence[Part], *, counted: bool = False) -> Iterator[tuple[int, int, Row]]:
    """Yield the rows of all tables, one after another, each with the number of its table and the place of its code."""
    index = 0
    for number, part in enumerate(parts):
        for place, row in part.rows(index, sheet=part.table.sheet if len(parts) > 1 else "", counted=counted):
            yield number, place, row
            index = row.index + 1
