"""The columns of a table as a person chose them; what they do not say is found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from engine.domain.batch.grades import Scale
from engine.domain.batch.layout import BESIDE, MOST_COLUMNS, SEVERAL, ColumnChoice, Role, TableLayout, number
from engine.reading import columns, names
from engine.reading.columns import NO_COLUMN, Cells, Columns
from engine.reading.tables import Record

_SHOWN = 12  # names of columns in a refusal


def find(sample: Sequence[Record], table: TableLayout | None = None) -> Columns:
    """Return the columns of a table that begins with the records of `sample`, as `table` says."""
    sample = [(line, cells[:MOST_COLUMNS]) for line, cells in sample]
    if not table:
        return columns.find(sample)
    place = _header(sample, table) if table.header_line is None else _at(sample, table.header_line)
    if table.header_line and place is None:
        return Columns(0, problem=_no_line(table.header_line))
    below = [cells for _, cells in (sample if place is None else sample[place + 1 :])]
    record = (0, ()) if place is None else sample[place]
    return _chosen(table, record, below)


def explicit(found: Columns, sample: Sequence[Record], sheet: str = "", *, settled: bool = False) -> TableLayout:
    """Return the layout that says of each column what was found of it: under it the table is read the same again.

    When it is `settled` it says the scale of its conditions too, which was judged by all that stands in their column.
    """
    roles = {place: role for role, places in found.roles.items() for place in places}
    wide = (len(cells) for _, cells in sample)
    width = min(MOST_COLUMNS, max([*wide, *(place + 1 for place in (*roles, *found.unread))], default=0))
    if settled and found.scale and (conditions := found.roles.get(Role.CONDITION)):
        roles[conditions[0]] = Role.EBAY_CONDITION if found.scale is Scale.EBAY else Role.GRADE
    first = () if found.problem or found.barcode == NO_COLUMN else (found.barcode, *found.others)
    rest = (place for place in range(width) if place not in first)
    choices = [
        *(ColumnChoice(Role.BARCODE, number=place + 1) for place in first),
        *(ColumnChoice(roles.get(place) or _unnamed(found, place), number=place + 1) for place in rest),
    ]
    return TableLayout(tuple(choices), found.header_line or 0, found.each, sheet)


def missing(table: TableLayout, header: Cells) -> tuple[str, ...]:
    """Return the names of a layout that no column of a table has."""
    return tuple(choice.called for choice in table.columns if choice.name and _place(choice, header) is None)


def no_such_column(name: str, header: Cells) -> str:
    """Return the sentence about a column that is chosen and not there."""
    shown = [cell.strip() for cell in header if cell.strip()]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    there = f"its columns are {', '.join(shown[:_SHOWN])}{more}" if shown else "it has no header"
    return f"The file has no column “{name}”: {there}. Name one of these, or one by its number, like “column 3”"


def _unnamed(found: Columns, place: int) -> Role:
    return Role.IGNORE if place in found.unread else Role.OTHER


def _header(sample: Sequence[Record], table: TableLayout) -> int | None:
    """Return which record is the header: the first with all names that are chosen, else the one that is found."""
    named = [choice for choice in table.columns if choice.name and not number(choice.name)]
    first = enumerate(cells for _, cells in sample[: columns.HEADER_WITHIN]) if named else ()
    whole = (place for place, cells in first if all(_place(choice, cells) is not None for choice in named))
    found = next(whole, None)
    return columns.header_in(sample) if found is None else found


def _at(sample: Sequence[Record], header_line: int) -> int | None:
    return next((place for place, (line, _) in enumerate(sample) if line == header_line), None)


def _no_line(header_line: int) -> str:
    return (
        f"Line {header_line} cannot be the header: nothing stands there, or it is further down than the first lines. "
        "Choose a line above the first row, or 0 when there is none"
    )


def _chosen(table: TableLayout, header_record: Record, below: Sequence[Cells]) -> Columns:
    """Return the columns under a header as `table` says; those that it does not name are found without the others."""
    line, header = header_record
    picked = _picked(table, header)
    masked = [_without(cells, picked) for cells in below]
    found = columns.under((line, _without(header, picked)), masked) if line else columns.without_header(masked)
    chosen: dict[Role, tuple[int, ...]] = {}
    for place, role in picked.items():
        chosen[role] = (*chosen.get(role, ()), place) if role in SEVERAL else (place,)
    codes = chosen.get(Role.BARCODE, ())
    roles = {role: places for role, places in found.roles.items() if role not in chosen}
    roles |= {role: places for role, places in chosen.items() if role in BESIDE}
    unread = found.unread | {*chosen.get(Role.IGNORE, ())} | _unread(chosen, below)
    found = replace(found, each=_each(table, header, codes, found), unread=unread, roles=roles, header=header)
    if codes:
        return replace(found, barcode=codes[0], others=codes[1:], doubt="", problem="")
    if (found.problem or found.barcode in picked) and columns.name_a_release(roles):
        return replace(found, barcode=NO_COLUMN, others=(), each=False, doubt="", problem="")
    if found.barcode in picked:
        return replace(found, problem=found.problem or "No column is left for the barcodes: choose one for them")
    return found


def _unread(chosen: Mapping[Role, tuple[int, ...]], below: Sequence[Cells]) -> frozenset[int]:
    """Return the columns that are chosen for what stands beside the barcode, and in which none is looked for."""
    words = {place for role in names.WORDS for place in chosen.get(role, ())}
    beside = {place for role in BESIDE for place in chosen.get(role, ())}
    return frozenset((beside - words) | (words & columns.numbers(below)))


def _each(table: TableLayout, header: Cells, codes: Sequence[int], found: Columns) -> bool:
    """Return whether every barcode of a line is a row of its own."""
    if table.each is not None:
        return table.each
    if not codes:
        return found.each
    named = any(place < len(header) and names.is_barcode(header[place]) for place in codes)
    return len(header) <= 1 or (len(codes) > 1 and not named)


def _picked(table: TableLayout, header: Cells) -> Mapping[int, Role]:
    """Return what is chosen of each column of a table that has it; the last choice of one counts."""
    return dict(_pairs(table, header))


def _pairs(table: TableLayout, header: Cells) -> Iterator[tuple[int, Role]]:
    for choice in table.columns:
        place = _place(choice, header)
        if place is not None:
            yield place, choice.role


def _place(choice: ColumnChoice, header: Cells) -> int | None:
    """Return the column that is chosen, None where a table does not have it: as it is written, then in any letters."""
    if choice.number is not None:
        return choice.number - 1
    name = choice.name.strip()
    for alike in (str.strip, names.plain):
        wanted = alike(name)
        place = next((place for place, cell in enumerate(header) if wanted and alike(cell) == wanted), None)
        if place is not None:
            return place
    counted = number(name)
    return counted - 1 if counted else None


def _without(cells: Cells, picked: Mapping[int, Role]) -> Cells:
    return tuple("" if place in picked else cell for place, cell in enumerate(cells))
