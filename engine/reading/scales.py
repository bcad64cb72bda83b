"""Which scale the columns of conditions are of, judged by all that stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.domain.batch.grades import Scale
from engine.domain.batch.layout import Role
from engine.domain.batch.rows import Row
from engine.reading.columns import Columns
from engine.reading.conditions import MOST_WORDS, WHOSE, Judged, judge
from engine.reading.grade_cells import of_conditions
from engine.reading.records import Part

_Column = tuple[str, Role]


class ConditionTexts:
    """The different texts in columns of conditions, by their name and role: sheets with one header are one column.

    They are taken from rows of `parts` that are read for another reason.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._columns = [_column(part.columns) for part in parts]
        self._found: dict[_Column, set[str]] = {column: set() for column, place in self._columns if place >= 0}

    def seen(self, rows: Iterator[tuple[int, int, Row]]) -> Iterator[Row]:
        """Yield rows, each with the number of its part before it, and remember what they say of conditions."""
        places = [(place, self._found.get(column, set())) for column, place in self._columns]
        for number, _, row in rows:
            place, texts = places[number]
            if 0 <= place < len(row.cells) and len(texts) < MOST_WORDS:
                texts.add(row.cells[place])
            yield row

    def judged(self) -> tuple[tuple[Part, ...], tuple[Judged, ...]]:
        """Return the parts with the scales of their columns, and the judgement of each column."""
        sleeves = any(Role.SLEEVE in part.columns.roles for part in self._parts)
        found = {column: _judged(texts, column, sleeves=sleeves) for column, texts in self._found.items()}
        scaled = []
        for part, (column, _) in zip(self._parts, self._columns, strict=True):
            judgement = found.get(column)
            scale = judgement.scale if judgement else None
            scaled.append(replace(part, columns=replace(part.columns, scale=scale)))
        return tuple(scaled), tuple(filter(None, found.values()))


def _column(columns: Columns) -> tuple[_Column, int]:
    """Return the name and the role of the column of conditions, and where it stands; -1 where there is none."""
    role = of_conditions(columns)
    if role is None:
        return ("", Role.OTHER), -1
    place = columns.roles[role][0]
    return (columns.name(place), role), place


def _judged(texts: set[str], column: _Column, *, sleeves: bool) -> Judged | None:
    """Return the scale of a column, as a person chose it or as it is found."""
    name, role = column
    found = judge(texts, name, sleeves=sleeves or role is Role.GRADE)
    if role is Role.CONDITION or found is None:
        return found
    chosen = Scale.EBAY if role is Role.EBAY_CONDITION else Scale.GOLDMINE
    scale = Scale.RECORD_COLLECTOR if chosen is not Scale.EBAY and found.scale is Scale.RECORD_COLLECTOR else chosen
    return Judged(scale, f"Grades in “{name}” are read as {WHOSE[scale]}, as you chose")
