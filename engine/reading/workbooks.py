"""Workbooks of Excel (.xlsx)."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from engine.domain import upc
from engine.errors import UnreadableFile
from engine.reading.packages import DAMAGED, error_rows
from engine.reading.tables import Record, Table, is_blank

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0"  # the container of old Office files and of encrypted new ones
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAMPLE = 100  # records


def open_workbook(content: bytes) -> Table:
    """Return the first sheet that holds a barcode, visible sheets first; else the first that holds anything.

    Raises:
        UnreadableFile: it is no workbook, is damaged or locked, or has nothing in it.
    """
    if content.startswith(OLE):
        raise UnreadableFile(_ole(content))
    errors = error_rows(content)
    try:
        tables = list(_tables(content, errors))
    except CalamineError as error:
        raise UnreadableFile(DAMAGED) from error
    if not tables:
        raise UnreadableFile("The workbook is empty: put one barcode in each row and upload it again")
    return next(filter(_holds_a_barcode, tables), tables[0])


def _ole(content: bytes) -> str:
    if _ENCRYPTED in content:
        return "The workbook is protected with a password: save it without one and upload that file"
    return "The file is an old Office document (.xls): save it as .xlsx and upload that file"


def _tables(content: bytes, errors: dict[str, set[int]]) -> Iterator[Table]:
    """Yield the sheets that hold anything, the hidden ones last."""
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        described = sorted(workbook.sheets_metadata, key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)
        for sheet in described:
            opened = workbook.get_sheet_by_name(sheet.name)
            table = Table(partial(_records, opened, frozenset(errors.get(sheet.name, ()))), sheet=sheet.name)
            if next(table.records(), None):
                yield table


def _records(sheet: CalamineSheet, errors: frozenset[int]) -> Iterator[Record]:
    """Yield the rows that are not blank. A row in which a formula failed is not blank: its barcode is missing."""
    row = 0
    for row, values in enumerate(sheet.iter_rows(), start=1):
        cells = tuple(map(_text, values))
        if row in errors or not is_blank(cells):
            yield row, cells
    yield from ((line, ("",)) for line in sorted(errors) if line > row)


def _text(value: object) -> str:
    """Return a cell as it reads in the sheet; a number without the decimals of its storage."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    return str(value)


def _holds_a_barcode(table: Table) -> bool:
    return any(_barcodes(cells) for _, cells in islice(table.records(), _SAMPLE))


def _barcodes(cells: Sequence[str]) -> bool:
    return any(upc.read(cell).gtin for cell in cells)
