"""How a file is to be read: which column is which, where the header stands, which sheets count."""

from __future__ import annotations

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping

from engine.codec import OpenEnum, Part, Value, decode_json, encode_json, replace
from engine.errors import BadRequest, DocumentBroken

MOST_COLUMNS = 256
"""Columns further to the right are kept with the row, but nothing is looked for there."""

HEADER_WITHIN = 100
"""Lines that are not blank, among which the header can be."""


COLUMNS = (
    "What columns of the file are for, by their names in its header or as `column 3`, counted from 1; the others are "
    "found."
)
HEADER_LINE = "The line of the header, from 1; 0 when there is none. Without it, it is found."
SHEETS = "The sheets of a workbook that are read, by name. Without any, all visible ones that hold barcodes."
EACH_BARCODE = "Every barcode of a line is a row of its own, or a line is one row. Without it, it is found."


class Role(OpenEnum):
    """What a column is for. Stored: never renamed."""

    BARCODE = "barcode"
    CONDITION = "condition"
    SLEEVE = "sleeve"
    GRADE = "grade"  # a condition by the trade's scale, whatever its words look like
    EBAY_CONDITION = "ebay_condition"  # one in eBay's words; in our Discogs inventory, what stands behind its grade
    PRICE = "price"
    QUANTITY = "quantity"
    NOTE = "note"
    PHOTOS = "photos"
    SKU = "sku"  # the seller's own number
    LOCATION = "location"
    DISCOGS_ID = "discogs_id"  # of the release
    CATALOG_NUMBER = "catalog_number"
    ARTIST = "artist"
    TITLE = "title"
    LABEL = "label"
    COUNTRY = "country"
    YEAR = "year"
    OTHER = "other"  # kept with the row, and a barcode in it is told of
    IGNORE = "ignore"  # nothing in it is looked at


_NO_CELL = (Role.BARCODE, Role.OTHER, Role.IGNORE)
BESIDE = tuple(role for role in Role if role not in _NO_CELL)
"""What may stand beside the barcode."""

SEVERAL = frozenset({*_NO_CELL, Role.NOTE, Role.PHOTOS})
"""What several columns of a table may be for."""

_MOST_BYTES = 1_000_000  # of a layout that is unpacked
_NUMBERED = re.compile(r"column ([1-9][0-9]{0,2})", re.IGNORECASE)


class ColumnChoice(Value, frozen=True):
    """What a column is for: the one that the header calls `name`, or the one with a `number`, counted from 1."""

    role: Role
    name: str = ""
    number: int | None = None

    @property
    def called(self) -> str:
        """Return the column as a person calls it."""
        return self.name or f"column {self.number}"


class TableLayout(Part, frozen=True):
    """How a text file, or one sheet of a workbook, is read.

    `sheet` "" is any sheet that has no layout of its own. What is not among `columns` is found by the reader.
    `header_line` is the line of the header, 0 when there is none, None where the reader finds it. With `each`, every
    barcode of a line is a row of its own; without, a line is one row; None: as the reader finds it. The first of
    several columns of barcodes counts, another where it holds none.
    """

    columns: tuple[ColumnChoice, ...] = ()
    header_line: int | None = None
    each: bool | None = None
    sheet: str = ""

    def places(self, role: Role) -> tuple[int, ...]:
        """Return the columns for `role` that have a number, counted from 0."""
        return tuple(choice.number - 1 for choice in self.columns if choice.role is role and choice.number)

    def with_role(self, number: int, role: Role, *, last: bool = False) -> TableLayout:
        """Return the layout with a column, counted from 1, for `role`; the one that was for it before is for nothing.

        A column of barcodes takes the place of the first of them, or is the `last`, used where the others hold none;
        with `each` it is one more.
        """
        choice = ColumnChoice(role, number=number)
        others = [other for other in self.columns if other.number != number]
        instead = role is Role.BARCODE and not last and not self.each
        if instead or role not in SEVERAL:
            before = next((other for other in others if other.role is role), None)
            nothing = Role.IGNORE if self.each else Role.OTHER
            others = [replace(other, role=nothing) if other is before else other for other in others]
        return replace(self, columns=(choice, *others) if instead else (*others, choice))


class Layout(Part, frozen=True):
    """How a file is read. `sheets` are those of a workbook that count; () are all that hold barcodes."""

    sheets: tuple[str, ...] = ()
    tables: tuple[TableLayout, ...] = ()

    def table(self, sheet: str) -> TableLayout | None:
        """Return how a sheet is read, None where nothing is said of it; a text file is the sheet ""."""
        own = next((table for table in self.tables if table.sheet == sheet), None)
        return own or next((table for table in self.tables if not table.sheet), None)

    def with_table(self, table: TableLayout) -> Layout:
        """Return the layout with that of a table in place of the one it had."""
        others = (other for other in self.tables if other.sheet != table.sheet)
        return replace(self, tables=(*others, table))

    def packed(self) -> str:
        """Return the layout as a word for an address, "" where everything is found."""
        if not self:
            return ""
        return urlsafe_b64encode(zlib.compress(encode_json(self), 9)).decode().rstrip("=")

    @property
    def unknown(self) -> str:
        """Return the first role that only a newer version knows, "" when there is none."""
        roles = (choice.role for table in self.tables for choice in table.columns)
        return next((str(role) for role in roles if not role.known), "")

    def checked(self) -> Layout:
        """Return the layout as it may be stored.

        Raises:
            BadRequest: a column is none, two are for something that one can be for, or the header is no line.
        """
        for table in self.tables:
            _check(table)
        return self


FOUND = Layout()
"""Everything is as the reader finds it."""

AS_FOUND = TableLayout()


def layout(
    columns: Mapping[str, Role], *, header_line: int | None = None, sheets: Iterable[str] = (), each: bool | None = None
) -> Layout:
    """Return the layout in which columns, named as in the header or `column 3`, are for something.

    Raises:
        BadRequest: a column is none, two are for something that one can be for, or the header is no line.
    """
    table = TableLayout(tuple(ColumnChoice(role, name) for name, role in columns.items()), header_line, each)
    return Layout(tuple(dict.fromkeys(sheets)), (table,) if table else ()).checked()


def unpacked(word: str) -> Layout:
    """Return the layout that was packed into a word.

    Raises:
        BadRequest: it is no such word.
    """
    if not word:
        return FOUND
    try:
        reader = zlib.decompressobj()
        text = reader.decompress(urlsafe_b64decode(word + "=" * (-len(word) % 4)), _MOST_BYTES)
        return decode_json(Layout, text).checked()
    except (ValueError, zlib.error, DocumentBroken) as broken:
        raise BadRequest("The address of this page does not say which column is which: choose it again") from broken


def number(name: str) -> int | None:
    """Return the number of a column that is called `column 3`, None for any other name."""
    found = _NUMBERED.fullmatch(name.strip())
    return int(found[1]) if found else None


def _check(table: TableLayout) -> None:
    taken: dict[Role, str] = {}
    for choice in table.columns:
        called = choice.called.strip()
        if choice.number is None and not called:
            raise BadRequest("A column is named as the header names it, or as `column 3`, not by an empty name")
        if (place := choice.number or number(called)) and place > MOST_COLUMNS:
            raise BadRequest(f"{called} is beyond the {MOST_COLUMNS} columns that are read")
        if choice.role in taken and choice.role not in SEVERAL:
            raise BadRequest(f"{taken[choice.role]} and {called} are both chosen as {choice.role}: choose one of them")
        taken.setdefault(choice.role, called)
    if table.header_line is not None and table.header_line < 0:
        raise BadRequest(f"The header stands in a line from 1, or 0 when there is none, not in {table.header_line}")
