"""Workbooks of Excel (.xlsx), made while their lines come in: nothing of them is kept, in memory or on a disk.

Text stands in a cell as text and is never a formula, whatever it begins with. Source: ECMA-376, parts 1 and 2.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from html import escape
from itertools import islice
from string import ascii_uppercase

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIECE = 64 * 1024  # bytes
MOST_COLUMNS = 16_384  # of a sheet; those beyond are left out
MOST_CHARACTERS = 32_767  # of a cell; the rest is left out
LONGEST_NAME = 31  # characters of a sheet's name

Line = Iterable[object]

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_AS_IT_IS = re.compile("[\x00-\x08\x0b-\x1f&<>\ud800-\udfff\ufffe\uffff]|_x")
_LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel would read `_x000D_` as one character
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_BEGIN = f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>\n'.encode()
_END = b"</sheetData></worksheet>"


class _Pending:
    """What was written of the file and not handed out yet."""

    def __init__(self) -> None:
        self._content = bytearray()

    def __len__(self) -> int:
        return len(self._content)

    def write(self, content: bytes, /) -> int:
        """Add `content`."""
        self._content += content
        return len(content)

    def flush(self) -> None:
        """Do nothing: what is pending is handed out by `taken`."""

    close = flush

    def taken(self) -> bytes:
        """Return what is pending, and forget it."""
        content, self._content = bytes(self._content), bytearray()
        return content


def workbook(sheets: Iterable[tuple[str, Iterable[Line]]]) -> Generator[bytes, None, None]:
    """Return a workbook in pieces: sheets, one at least, by their names, each line by line.

    Whole numbers and decimals become numbers, None and "" empty cells, everything else text.
    """
    pending, names = _Pending(), list[str]()
    with zipfile.ZipFile(pending, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in sheets:
            names.append(_free(name, names))
            with archive.open(_part(f"xl/worksheets/sheet{len(names)}.xml"), "w") as sheet:
                sheet.write(_BEGIN)
                for number, cells in enumerate(lines, 1):
                    sheet.write(_row(number, cells))
                    if len(pending) >= PIECE:
                        yield pending.taken()
                sheet.write(_END)
        for place, text in _frame(names):
            archive.writestr(_part(place), text)
    yield pending.taken()


def _part(place: str) -> zipfile.ZipInfo:
    """Return the head of a part; the same content gives the same file, whenever it is made."""
    part = zipfile.ZipInfo(place)
    part.compress_type = zipfile.ZIP_DEFLATED
    return part


def _row(number: int, cells: Line) -> bytes:
    written = (_cell(place, number, cell) for place, cell in enumerate(islice(cells, MOST_COLUMNS)))
    return f'<row r="{number}">{"".join(written)}</row>\n'.encode()


def _cell(place: int, number: int, cell: object) -> str:
    if cell is None or cell == "":
        return ""
    where = f"{_letters(place)}{number}"
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return f'<c r="{where}"><v>{cell}</v></c>'
    return f'<c r="{where}" t="inlineStr"><is><t xml:space="preserve">{_text(str(cell))}</t></is></c>'


def _text(text: str) -> str:
    """Return the text of a cell as it stands in XML."""
    text = text[:MOST_CHARACTERS]
    if not _NOT_AS_IT_IS.search(text):
        return text
    text = _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return escape(_LIKE_AN_ESCAPE.sub("_x005F_", text), quote=False)


@cache
def _letters(place: int) -> str:
    """Return the letters of a column that is counted from 0: A, Z, AA."""
    rest, last = divmod(place, 26)
    return (_letters(rest - 1) if rest else "") + ascii_uppercase[last]


def _free(name: str, taken: Sequence[str]) -> str:
    """Return `name` as a sheet may have it, and as none of those `taken` has."""
    name = _NOT_IN_NAMES.sub(" ", _NOT_IN_XML.sub("", name)).strip(" '")[:LONGEST_NAME] or "Sheet"
    beside, found, number = {other.casefold() for other in taken}, name, 1
    while found.casefold() in beside:
        number += 1
        end = f" {number}"
        found = name[: LONGEST_NAME - len(end)] + end
    return found


def _frame(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the parts of the file that say where its sheets are."""
    numbered = list(enumerate(names, 1))
    sheets = "".join(f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}"/>' for at, name in numbered)
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{sheets}</sheets></workbook>',
    )
    related = ((at, "worksheet", f"worksheets/sheet{at}.xml") for at, _ in numbered)
    yield "xl/_rels/workbook.xml.rels", _relationships(related)
    yield "_rels/.rels", _relationships([(1, "officeDocument", "xl/workbook.xml")])
    parts = [
        ("/xl/workbook.xml", "sheet.main"),
        *((f"/xl/worksheets/sheet{at}.xml", "worksheet") for at, _ in numbered),
    ]
    overrides = "".join(f'<Override PartName="{place}" ContentType="{_TYPE}.{kind}+xml"/>' for place, kind in parts)
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    yield "[Content_Types].xml", f'{_XML}<Types xmlns="{_PACKAGE}/content-types">{defaults}{overrides}</Types>'


def _relationships(related: Iterable[tuple[int, str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{at}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>' for at, kind, target in related
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'
