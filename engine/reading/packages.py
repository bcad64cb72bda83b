"""The zip package of a workbook, looked over before it is opened.

The reader of workbooks allocates the whole rectangle that the cells of a sheet span, and a failed allocation ends the
process: 5 KB of file with one cell in A1 and one in XFD1048576 ask for 500 GB. So the rectangle is measured first.
"""

from __future__ import annotations

import html
import io
import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.errors import UnreadableFile

DAMAGED = "The workbook is damaged: open it in Excel, save it again as .xlsx and upload that file"
LOCKED = "The workbook is protected with a password: save it without one and upload that file"
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError, ValueError)
_MOST_BYTES = 200_000_000  # unpacked; 100,000 rows of twelve columns are about 60 MB
_MOST_CELLS = 5_000_000  # in the rectangle from A1 to the last cell
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_CHUNK = 1 << 20

_ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(c|row)((?:\s[^<>]*?)?)(/?)>")
_WITHOUT_RESULT = re.compile(rb"</(?:\w+:)?f>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</|</(?:\w+:)?c>)")
_ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"']([0-9]{1,12})[\"']")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,8})([0-9]{1,12})[\"']")
_ERROR = re.compile(rb"\st\s*=\s*[\"']e[\"']")
_TAG = re.compile(r"<(?:\w+:)?(?:sheet|Relationship)\s[^<>]*>")
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(\"[^\"]*\"|'[^']*')")


@dataclass(slots=True)
class _Extent:
    """How far the cells of a sheet reach, and its rows that hold an error."""

    row: int = 0
    column: int = 0
    last_row: int = 0
    last_column: int = 0
    error_rows: set[int] = field(default_factory=set)
    unsaved: bool = False

    def add_formula(self) -> None:
        """Take into account that a formula of the row has no stored result: its cell reads as empty."""
        self.error_rows.add(self.row)
        self.unsaved = True

    def add(self, kind: bytes, attributes: bytes, *, empty: bool) -> None:
        """Take the next row or cell into account; a cell without an address follows the one before it."""
        if kind == b"row":
            number = _ROW_NUMBER.search(attributes)
            self.row, self.column = int(number[1]) if number else self.row + 1, 0
            return
        reference = _REFERENCE.search(attributes)
        self.column = _column(reference[1]) if reference else self.column + 1
        row = int(reference[2]) if reference else self.row
        if not empty:
            self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, self.column)
            if _ERROR.search(attributes):
                self.error_rows.add(row)


def error_rows(content: bytes) -> tuple[dict[str, set[int]], bool]:
    """Return, for each sheet, the rows (from 1) with a cell that the reader takes for empty although it is not.

    It holds an error such as #N/A, or a formula whose result is not stored; whether there is one of these is said too.

    Raises:
        UnreadableFile: the package is no workbook, is broken, or would unpack to more than we take.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _refuse_other_packages(package)
            _refuse_bombs(package)
            extents = {part: _extent(package, part) for part in package.namelist()}
            sheets = dict(_sheets(package))
    except _BROKEN as error:
        raise UnreadableFile(DAMAGED) from error
    known = {name: extents[part] for name, part in sheets.items() if part in extents}
    return {name: extent.error_rows for name, extent in known.items()}, any(e.unsaved for e in known.values())


def _refuse_other_packages(package: zipfile.ZipFile) -> None:
    names = set(package.namelist())
    if _WORKBOOK in names:
        return
    if "content.xml" in names or "xl/workbook.bin" in names:
        raise UnreadableFile("The file is a spreadsheet of another kind: save it as .xlsx or .csv and upload that file")
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise UnreadableFile("The file is an Office document: save the barcodes as .txt, .csv or .xlsx")
    raise UnreadableFile("The file is a zip archive: unpack it and upload the .txt, .csv or .xlsx inside")


def _refuse_bombs(package: zipfile.ZipFile) -> None:
    """Refuse what unpacks to too much; reading every part shows whether the sizes it declares are true."""
    if sum(part.file_size for part in package.infolist()) > _MOST_BYTES:
        raise UnreadableFile("The workbook unpacks to more than 200 MB: copy the barcodes into a new one")
    if package.testzip() is not None:
        raise UnreadableFile(DAMAGED)


def _extent(package: zipfile.ZipFile, part: str) -> _Extent:
    """Return how far the cells of a part reach; parts that are no sheets have none."""
    extent = _Extent()
    for text in _chunks(package, part):
        formulas = iter(_WITHOUT_RESULT.finditer(text))
        formula = next(formulas, None)
        for tag in _ROW_OR_CELL.finditer(text):
            while formula and formula.start() < tag.start():
                extent.add_formula()
                formula = next(formulas, None)
            extent.add(tag[1], tag[2], empty=bool(tag[3]))
        if formula:
            extent.add_formula()
    if extent.last_row * extent.last_column > _MOST_CELLS:
        raise UnreadableFile(
            f"A sheet reaches to row {extent.last_row:,} and column {extent.last_column:,}: "
            "copy the barcodes into a new workbook"
        )
    return extent


def _chunks(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield the bytes of a part in pieces that cut no tag in two."""
    rest = b""
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            whole, end, tail = chunk.rpartition(b">")
            if end:
                yield rest + whole + end
                rest = tail
            else:
                rest += tail
    yield rest


def _sheets(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield the name of each sheet and the part that holds it."""
    if _RELATIONS not in package.namelist():
        return
    targets = {tag.get("Id"): tag.get("Target", "") for tag in _tags(package, _RELATIONS)}
    for tag in _tags(package, _WORKBOOK):
        reference = next((value for key, value in tag.items() if key.endswith(":id")), None)
        target = targets.get(reference, "")
        yield tag.get("name", ""), posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _tags(package: zipfile.ZipFile, part: str) -> Iterator[dict[str, str]]:
    """Yield the attributes of the sheets or relations that a part lists."""
    for tag in _TAG.findall(package.read(part).decode("utf-8")):
        yield {key: html.unescape(value[1:-1]) for key, value in _ATTRIBUTE.findall(tag)}


def _column(letters: bytes) -> int:
    """Return the number of a column, 1 for A."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
