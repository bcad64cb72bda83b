"""Which column is which: by the names in the header, and for barcodes by what stands below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.domain.batch.grades import Scale
from engine.domain.batch.layout import Role
from engine.domain.identify import barcodes
from engine.reading import exports, names
from engine.reading.tables import Record

HEADER_WITHIN = 30  # records: titles and a report's particulars may stand above the header
_HEADER_AT_ONCE = 5  # records within which one name of a barcode is enough
_ENOUGH = 3  # numbers from which a column can be judged
_NO_NAME = {"none", "n a", "na", "null", "nan", "nil", "missing", "unknown", "no barcode", "no upc", "not available"}
_SHOWN = 12  # names of columns in a refusal
_OF_THE_COPY = frozenset({Role.CONDITION, Role.SLEEVE, Role.PRICE, Role.QUANTITY})  # a wrong one sells another copy

NO_COLUMN = -1

_OF_COUNTS = (Role.QUANTITY, Role.DISCOGS_ID)

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the cells of a row are, counted from 0.

    `barcode` is the column that holds the barcode, `NO_COLUMN` where there is none and something else names the
    release. `others` are used where it holds none. With `each`, every cell that
    holds a barcode is a row of its own, as in a list or in boxes side by side, in whatever column that is not `unread`:
    numbers there are no barcodes.
    `roles` are the columns beside the barcode; photos may have several. `header` holds the cells of the header row and
    `header_line` its line; () and None when there is none. `doubt` is a sentence about what may be wrong with what was
    found, `problem` one that says why no row can be read; both "" when there is nothing to say. `scale` is the one that
    conditions are of, None before they were judged.
    """

    barcode: int
    others: tuple[int, ...] = ()
    each: bool = False
    unread: frozenset[int] = frozenset()
    roles: Mapping[Role, tuple[int, ...]] = field(default_factory=dict)
    header: Cells = ()
    header_line: int | None = None
    doubt: str = ""
    problem: str = ""
    scale: Scale | None = None

    def of_counts(self) -> Columns:
        """Return the columns without those that say nothing of copies, or of which release a barcode means."""
        return replace(self, roles={role: self.roles[role] for role in _OF_COUNTS if role in self.roles})

    def named(self) -> dict[str, str]:
        """Return what the header calls each column that was found, or `column 3` where it says nothing."""
        codes = () if self.barcode == NO_COLUMN else (self.barcode, *self.others)
        found = {"barcode": codes, **{str(role): places for role, places in self.roles.items()}}
        return {role: ", ".join(map(self.name, places)) for role, places in found.items() if places}

    def name(self, place: int) -> str:
        """Return what the header calls a column."""
        name = self.header[place].strip() if place < len(self.header) else ""
        return name or f"column {place + 1}"


@dataclass(frozen=True, slots=True)
class _Fill:
    """What stands in a column of the sample: cells, valid barcodes, and what was meant as one."""

    cells: int
    valid: int
    alike: int

    @property
    def codes(self) -> bool:
        """Whether the column holds barcodes: of other numbers one in ten passes by chance."""
        return self.valid > 0 and 2 * self.valid >= self.cells

    @property
    def nothing_else(self) -> bool:
        """Whether the column holds barcodes whatever its name says: all are, or four in five of several."""
        return 1 < self.cells == self.valid or (self.valid >= _ENOUGH and 5 * self.valid >= 4 * self.cells)

    @property
    def other_numbers(self) -> bool:
        """Whether the column holds numbers that are no barcodes."""
        return self.alike >= _ENOUGH and 2 * self.valid < self.alike


def find(sample: Sequence[Record]) -> Columns:
    """Return the columns of a file that begins with the records of `sample`."""
    place = header_in(sample)
    below = [cells for _, cells in sample]
    return without_header(below) if place is None else under(sample[place], below[place + 1 :])


def names_in(cells: Sequence[str]) -> int:
    """Return how many cells are the name of a column that means something here."""
    return sum(names.is_barcode(cell) or names.role(cell) is not None for cell in cells)


def header_in(sample: Sequence[Record]) -> int | None:
    """Return which record is the header, None when there is none."""
    for place, (_, cells) in enumerate(sample[:HEADER_WITHIN]):
        if any(map(_holds_a_barcode, cells)):
            if place >= _HEADER_AT_ONCE:
                break  # rows have begun
            continue
        named = any(map(names.is_barcode, cells)) and (place < _HEADER_AT_ONCE or names_in(cells) > 1)
        if named and not any(map(barcodes.looks_like, cells)):
            return place
    return 0 if sample and _is_header(sample[0][1], [cells for _, cells in sample[1:]]) else None


def may_be_a_header(cells: Cells) -> bool:
    """Return whether a record can be a header of several columns: words, and no barcode."""
    return sum(not cell.isspace() for cell in cells if cell) > 1 and not any(map(_holds_a_barcode, cells))


def _holds_a_barcode(cell: str) -> bool:
    return barcodes.read(cell).gtin is not None or bool(barcodes.several(cell))


def _is_header(first: Cells, below: Sequence[Cells]) -> bool:
    """Return whether the first row is one of names: words where the others have barcodes or other numbers."""
    if any(map(barcodes.looks_like, first)) or any(map(_holds_a_barcode, first)):
        return False
    if sum(names.role(cell) is not None or names.is_something_else(cell) for cell in first) > 1:
        return True
    fills = _fills(below)
    codes = [place for place, fill in fills.items() if fill.codes and fill.cells >= 2]
    if len(codes) > 1 and all(place < len(first) and any(map(str.isalpha, first[place])) for place in codes):
        return True
    fullest = _fullest(fills)
    word = names.plain(first[fullest]) if fullest < len(first) else ""
    if not word:
        return names_in(first) > 0
    return word not in _NO_NAME and not any(map(str.isdigit, word)) and any(map(str.isalpha, word))


def without_header(records: Sequence[Cells]) -> Columns:
    """Return the columns of a list: nobody says what stands where, so every barcode is a row."""
    fills, unread = _fills(records), numbers(records)
    barcode = _fullest({place: fill for place, fill in fills.items() if place not in unread} or fills)
    if not fills.get(barcode, _NONE).valid:
        barcode = _fullest(fills)
    unread -= {barcode}
    others = tuple(place for place, fill in fills.items() if fill.codes and place != barcode)
    doubt = ""
    if unread and any(fill.valid for fill in fills.values()):
        shown = ", ".join(f"column {place + 1}" for place in sorted(unread))
        doubt = f"No header says what the numbers in {shown} are: they are not read"
    return Columns(barcode, others, each=True, unread=unread, doubt=doubt)


def under(header_record: Record, below: Sequence[Cells]) -> Columns:
    """Return the columns that the header row names; with a `problem` where none holds barcodes."""
    line, header = header_record
    fills = _fills(below)
    codes = _barcodes(header, fills)
    roles, left = _roles(header, codes)
    named = bool(codes) and codes[0] < len(header) and names.is_barcode(header[codes[0]])
    unread = frozenset(
        place
        for place, cell in enumerate(header)
        if place not in codes and (names.is_unread(cell) or fills.get(place, _NONE).other_numbers)
    )
    first, others = (codes[0], codes[1:]) if codes else (0, ())
    found = Columns(first, others, len(header) == 1 or (len(codes) > 1 and not named), unread, roles, header, line)
    if not codes:
        named_else = name_a_release(roles)
        return replace(found, barcode=NO_COLUMN) if named_else else replace(found, problem=_no_column(header))
    return replace(found, doubt=_doubt(found, fills.get(first, _NONE), left))


def name_a_release(roles: Mapping[Role, object]) -> bool:
    """Return whether rows with these columns can be rows without a barcode."""
    numbered = Role.CATALOG_NUMBER in roles and (Role.ARTIST in roles or Role.LABEL in roles)
    return Role.DISCOGS_ID in roles or numbered or (Role.ARTIST in roles and Role.TITLE in roles)


def numbers(records: Sequence[Cells]) -> frozenset[int]:
    """Return the columns of numbers that are no barcodes."""
    return frozenset(place for place, fill in _fills(records).items() if fill.other_numbers)


def _roles(header: Cells, codes: Sequence[int]) -> tuple[dict[Role, tuple[int, ...]], dict[Role, int]]:
    """Return what the columns beside the barcode are for, and the first of those whose role another one has."""
    export = exports.known(header)
    roles: dict[Role, tuple[int, ...]] = {}
    left: dict[Role, int] = {}
    for place, cell in enumerate(header):
        role = exports.role(export, place, cell)
        if role is None or place in codes:
            continue
        if role is Role.PHOTOS or role not in roles:
            roles[role] = (*roles.get(role, ()), place)
        elif export is None:
            left.setdefault(role, place)
    return roles, left


def _doubt(found: Columns, fill: _Fill, left: Mapping[Role, int]) -> str:
    """Return what may be wrong with the columns; `left` are those for what another column is for already."""
    name = found.name(found.barcode)
    if found.problem or len(found.header) == 1:
        return ""
    if found.barcode >= len(found.header) or not names.is_barcode(found.header[found.barcode]):
        if found.each and found.others:
            name = ", ".join(map(found.name, sorted((found.barcode, *found.others))))
            return f"No column is called UPC, EAN, GTIN or Barcode: each barcode of {name} was taken as a row"
        return f"No column is called UPC, EAN, GTIN or Barcode: {name} was taken for what stands in it"
    if 2 * fill.valid < fill.cells:
        return f"Fewer than half of the cells in {name} are barcodes"
    for role in sorted(_OF_THE_COPY & left.keys()):
        both = f"{found.name(found.roles[role][0])} and {found.name(left[role])}"
        return f"{both} may both be the {role}: the first is used"
    return ""


def _barcodes(header: Cells, fills: Mapping[int, _Fill]) -> tuple[int, ...]:
    """Return the columns of barcodes, the likeliest first: by their names, and where nothing fits there by content."""
    named = [place for place, cell in enumerate(header) if names.is_barcode(cell)]
    named.sort(key=lambda place: (-fills.get(place, _NONE).valid, names.rank(header[place])))
    if named and fills.get(named[0], _NONE).valid:
        return tuple(named)
    free = {place: fill for place, fill in fills.items() if not _is_other(header, place)}
    by_content = tuple(place for place, fill in free.items() if fill.codes)
    by_content = by_content or tuple(place for place, fill in fills.items() if fill.nothing_else)[:1]
    if by_content or named or len(header) == 1:
        return by_content or tuple(named) or (0,)
    meant = [place for place, fill in free.items() if 2 * fill.alike > fill.cells]
    if meant or not fills:
        return (max(meant, key=lambda place: fills[place].alike, default=0),)
    return ()


def _is_other(header: Cells, place: int) -> bool:
    return place < len(header) and names.is_something_else(header[place])


def _no_column(header: Cells) -> str:
    shown = [cell.strip() for cell in header if cell.strip()]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return (
        f"The file has no column of barcodes: none of its columns ({', '.join(shown[:_SHOWN])}{more}) is called UPC, "
        "EAN, GTIN or Barcode, or is full of them, and none names releases in another way: by Discogs release id, by "
        "catalogue number with artist or label, or by artist and title. Add such a column, or correct its name, and "
        "upload it again"
    )


_NONE = _Fill(0, 0, 0)


def _fills(records: Iterable[Cells]) -> dict[int, _Fill]:
    """Return what stands in each column."""
    found: dict[int, _Fill] = {}
    for cells in records:
        for place, cell in enumerate(cells):
            if cell and not cell.isspace():
                fill, valid = found.get(place, _NONE), barcodes.alone(cell)
                alike = valid or barcodes.looks_like(cell)
                found[place] = _Fill(fill.cells + 1, fill.valid + valid, fill.alike + alike)
    return dict(sorted(found.items()))


def _fullest(fills: Mapping[int, _Fill]) -> int:
    """Return the column that holds the most barcodes; the first of several, and 0 when there are none."""
    return max(fills, key=lambda place: (fills[place].valid, fills[place].alike), default=0)
