"""Which column is which: by the names in the header, and for the barcode by what stands below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain import upc
from engine.reading.tables import Record

_BARCODE_NAMES = ("upc", "barcode", "ean", "gtin", "jan")  # the likeliest first
_BARCODE_NAME = re.compile(
    r"(?:(?:product|item|bar|the) )*(?:upc|ean|gtin|jan|barcode|code)s?(?: ?(?:a|8|12|13|14))?"
    r"(?: (?:or|and|upc|ean|gtin|jan|isbn|barcode|code|number|no|nr|num)s?)*"
)
_NAMES = {
    "condition": {"condition", "cond", "grade", "grading", "item condition", "media condition", "condition name"},
    "price": {"price", "price usd", "usd", "usd price", "price in usd", "list price", "start price", "asking price"}
    | {"sale price", "selling price", "my price", "our price", "item price", "unit price"},
    "quantity": {"quantity", "qty", "count", "copies", "stock", "in stock", "quantity available", "qty available"},
    "note": {"note", "notes", "comment", "comments", "remark", "remarks", "condition note", "condition notes"}
    | {"condition description", "my notes", "seller notes"},
    "photos": {"photo", "photos", "image", "images", "picture", "pictures", "pic", "pics", "foto", "fotos", "bild"}
    | {f"{word} {part}" for word in ("photo", "image", "picture", "pic", "item photo") for part in ("url", "urls")}
    | {"bilder", "photo link", "photo links", "image link", "image links", "my photos", "own photos"},
}
_NO_NAME = {"none", "n a", "na", "null", "nan", "nil", "missing", "unknown", "no barcode", "no upc", "not available"}
MOST_COLUMNS = 256  # columns further to the right are kept with the row, but nothing is looked for there
_LONGEST_NAME = 100  # characters
_HEADER_WITHIN = 5  # records: a title or two may stand above the header


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the cells of a row are, counted from 0; None for a column the file does not have.

    `header` holds the cells of the header row and `header_line` its line; () and None when there is none.
    """

    barcode: int
    condition: int | None = None
    price: int | None = None
    quantity: int | None = None
    note: int | None = None
    photos: int | None = None
    header: tuple[str, ...] = ()
    header_line: int | None = None

    def named(self) -> dict[str, str]:
        """Return what the header calls each column that was found, or `column 3` where it says nothing."""
        places = {"barcode": self.barcode} | {role: getattr(self, role) for role in _NAMES}
        return {role: self._name(place) for role, place in places.items() if place is not None}

    def _name(self, place: int) -> str:
        name = self.header[place].strip() if place < len(self.header) else ""
        return name or f"column {place + 1}"


def find(sample: Sequence[Record]) -> Columns:
    """Return the columns of a file that begins with the records of `sample`."""
    sample = [(line, cells[:MOST_COLUMNS]) for line, cells in sample]
    for line, cells in sample[:_HEADER_WITHIN]:
        if any(map(_is_barcode_name, cells)) and not any(map(upc.looks_like, cells)):
            return _under(line, cells, [other for number, other in sample if number > line])
    if not sample:
        return Columns(barcode=0)
    line, first = sample[0]
    below = [cells for _, cells in sample[1:]]
    if _is_header(first, _fullest(below)):
        return _under(line, first, below)
    return Columns(barcode=_fullest([first, *below]))


def names_in(cells: Sequence[str]) -> int:
    """Return how many cells are the name of a column that means something here."""
    known = set().union(*_NAMES.values())
    return sum(_is_barcode_name(cell) or _plain(cell) in known for cell in cells)


def _under(line: int, header: tuple[str, ...], below: list[tuple[str, ...]]) -> Columns:
    """Return the columns that the header row names."""
    barcode = _named_barcode(header, below)
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        role = next((role for role, names in _NAMES.items() if _plain(cell) in names), None)
        if role and place != barcode:
            places.setdefault(role, place)
    return Columns(barcode, **places, header=header, header_line=line)


def _named_barcode(header: tuple[str, ...], below: list[tuple[str, ...]]) -> int:
    """Return the fullest column with a barcode's name, or the fullest of all when nothing under a name fits."""
    named = [place for place, cell in enumerate(header) if _is_barcode_name(cell)]
    likeliest = sorted(named, key=lambda place: _rank(header[place]))
    best = max(likeliest, key=lambda place: _fill(below, place), default=None)
    if best is None or not _fill(below, best)[0]:
        fullest = _fullest(below)
        return fullest if best is None or _fill(below, fullest)[0] else best
    return best


def _is_header(first: tuple[str, ...], barcode: int) -> bool:
    """Return whether the first row is one of names: a word where the others have a barcode."""
    if any(map(upc.looks_like, first)):
        return False
    word = _plain(first[barcode]) if barcode < len(first) else ""
    if not word:
        return names_in(first) > 0
    return word not in _NO_NAME and not any(map(str.isdigit, word)) and any(map(str.isalpha, word))


def _fullest(records: list[tuple[str, ...]]) -> int:
    """Return the column that holds the most barcodes; the first of several, and 0 when there are none."""
    width = max(map(len, records), default=1)
    return max(range(width), key=lambda place: _fill(records, place))


def _fill(records: list[tuple[str, ...]], place: int) -> tuple[int, int]:
    """Return how many valid barcodes a column holds, and how many cells that look like one."""
    cells = [cells[place] for cells in records if place < len(cells)]
    return sum(upc.read(cell).gtin is not None for cell in cells), sum(map(upc.looks_like, cells))


def _plain(cell: str) -> str:
    """Return a name in small letters with single spaces for everything else."""
    return " ".join(re.findall(r"[^\W_]+", cell[:_LONGEST_NAME].casefold()))


def _is_barcode_name(cell: str) -> bool:
    name = _plain(cell)
    return name != "code" and _BARCODE_NAME.fullmatch(name) is not None


def _rank(cell: str) -> int:
    """Return the place of a barcode's name among the likely ones, 0 for the likeliest."""
    name = _plain(cell).replace("bar code", "barcode")
    return next((rank for rank, word in enumerate(_BARCODE_NAMES) if word in name), len(_BARCODE_NAMES))
