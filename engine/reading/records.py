"""From a record of a table to its rows: mostly one, several where it holds several barcodes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from engine.codec import replace
from engine.domain.batch.known_headers import KnownHeader
from engine.domain.batch.layout import MOST_COLUMNS
from engine.domain.batch.rows import Row
from engine.domain.identify import barcodes
from engine.domain.identify.barcodes import Barcode
from engine.domain.identify.named import Named
from engine.reading.cells import Beside, BesideReader
from engine.reading.columns import Cells, Columns
from engine.reading.tables import Record, Table

_LONGEST_ALONE = 24  # characters of a cell that holds no second barcode
_SHORTEST = 12  # characters of a barcode that is told of wherever it stands
_MAY_HOLD_A_CODE = re.compile(r"[0-9]{12}|[0-9][ -][0-9]{5}")


@dataclass(frozen=True, slots=True)
class Part:
    """A table of the file, and what its columns are.

    `sample` are its first records, `known` what a person chose for its header before, where that counts.
    """

    table: Table
    columns: Columns
    sample: tuple[Record, ...] = ()
    known: KnownHeader | None = None
    hidden: bool = False

    def rows(self, index: int, *, sheet: str = "", counted: bool = False) -> Iterator[tuple[int, Row]]:
        """Yield each row with the column in which its barcode stands; rows are counted from `index`.

        Of rows that are only `counted`, what does not decide on their state, their release or their copies is not read.
        """
        whole = BesideReader(self.columns)
        wanted = BesideReader(self.columns.of_counts()) if counted else whole
        header = self.columns.header_line
        for line, cells in self.table.records():
            if header is not None and line <= header and self._is_no_row(line, cells):
                continue
            around = wanted.read(cells)
            for place, value, barcode in self._codes(cells):
                if counted and barcode.gtin is None:
                    around = whole.read(cells)
                yield place, _row(index, line, value, barcode, around, cells, sheet)
                index += 1

    def above(self) -> int:
        """Return how many records stand above the header and are no rows."""
        header = self.columns.header_line or 0
        before = takewhile(lambda record: record[0] < header, self.table.records())
        return sum(self._is_no_row(line, cells) for line, cells in before)

    def _is_no_row(self, line: int, cells: Cells) -> bool:
        """Whether a record is the header, or a title above it."""
        header = self.columns.header_line
        return header is not None and (line == header or (line < header and not any(map(barcodes.alone, cells))))

    def _codes(self, cells: Cells) -> Sequence[tuple[int, str, Barcode]]:
        """Return what the record holds of barcodes: one at least, which may be a wrong one or none."""
        if not self.columns.each:
            return (self._one(cells),)
        if len(cells) > 1 or len(cells[0]) > _LONGEST_ALONE:
            found = list(self._each(cells))
            if found:
                return found
        place = self.columns.barcode
        value = _at(cells, place) or next(filter(str.strip, cells), "").strip()
        return ((place, value, barcodes.read(value)),)

    def _each(self, cells: Cells) -> Iterator[tuple[int, str, Barcode]]:
        """Yield every barcode of the record once, and what was meant as one."""
        seen: set[str] = set()
        for place, cell in enumerate(cells[:MOST_COLUMNS]):
            if place in self.columns.unread or not cell or cell.isspace():
                continue
            for value in barcodes.several(cell) or (cell.strip(),):
                barcode = barcodes.read(value)
                if barcode.gtin is None:
                    if barcodes.looks_like(value):
                        yield place, value, barcode
                elif barcode.gtin not in seen:
                    seen.add(barcode.gtin)
                    yield place, value, barcode

    def _one(self, cells: Cells) -> tuple[int, str, Barcode]:
        """Return the barcode of a record that is one row, with a warning of others that stand beside it."""
        columns = self.columns
        place, value = columns.barcode, _at(cells, columns.barcode)
        barcode = barcodes.read(value)
        if barcode.gtin is None:
            for other in columns.others:
                found = barcodes.read(_at(cells, other))
                if found.gtin:
                    place, value, barcode = other, _at(cells, other), found
                    break
        if not any([len(cell) >= _SHORTEST and at != place for at, cell in enumerate(cells)]):  # noqa: C419 - faster
            return place, value, barcode
        unused = list(self._unused(cells, place, barcode))
        if not unused:
            return place, value, barcode
        if barcode.gtin is None:
            return place, value, replace(barcode, problem=". ".join((barcode.problem, *unused)))
        return place, value, replace(barcode, warning=". ".join(filter(None, (barcode.warning, *unused))))

    def _unused(self, cells: Cells, used: int, barcode: Barcode) -> Iterator[str]:
        """Yield a sentence about every other barcode that stands in the record."""
        unread = self.columns.unread
        for place, cell in enumerate(cells[:MOST_COLUMNS]):
            if len(cell) < _SHORTEST or place == used or place in unread or not _MAY_HOLD_A_CODE.search(cell):
                continue
            other = barcodes.read(cell.strip()).gtin if barcodes.alone(cell) else None
            if other and other != barcode.gtin:
                yield f"Another barcode, “{cell.strip()}” in {self.columns.name(place)}, is not used"


def _at(cells: Cells, place: int) -> str:
    return cells[place].strip() if 0 <= place < len(cells) else ""


def _named_else(value: str, barcode: Barcode, named: Named) -> Barcode:
    """Return what a row has in place of a barcode that names its release in another way; else `barcode` as it is.

    A mistyped barcode is to be mended, unless the number of the release is there.
    """
    own = barcodes.read(value)
    absent = own.problem in (barcodes.MISSING, barcodes.NONE)
    if not named.key or not (absent or named.discogs_id):
        return barcode
    unused = barcode.problem.removeprefix(own.problem).removeprefix(". ")
    wrong = "" if absent else f"The barcode is not used, only the number of the release: {own.problem}"
    return Barcode(None, warning=". ".join(filter(None, (wrong, unused))))


def _row(index: int, line: int, value: str, barcode: Barcode, around: Beside, cells: Cells, sheet: str) -> Row:
    """Return one row; without a release, or out of stock, it is an invalid one that keeps its cells."""
    if barcode.gtin is None:
        barcode = _named_else(value, barcode, around.named)
    if barcode.problem or around.problem:
        problem = ". ".join(filter(None, (barcode.problem, around.problem, *around.warnings)))
        return Row(
            index,
            line,
            value,
            problem=problem,
            note=around.note,
            cells=cells,
            sheet=sheet,
            seller_sku=around.seller_sku,
            location=around.location,
            named=around.named,
        )
    quantity = around.quantity or barcode.copies or 1
    return Row(
        index,
        line,
        value,
        barcode.gtin,
        repaired=barcode.repaired,
        warning=". ".join(filter(None, (barcode.warning, *around.warnings))),
        photo_warning=around.photo_warning,
        copies=quantity,
        condition=around.condition,
        price_cents=around.price_cents,
        quantity=quantity,
        note=around.note,
        photos=around.photos,
        cells=cells,
        unclear=around.unclear,
        sheet=sheet,
        seller_sku=around.seller_sku,
        location=around.location,
        named=around.named,
        grading=around.grading,
    )
