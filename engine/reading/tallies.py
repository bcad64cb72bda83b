"""The first pass over a file: which releases repeat, and how many copies they have together."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from engine.domain.batch.rows import Row, RowState

MOST_ROWS = 100_000
_ABOVE = 10**14  # every GTIN-14


@dataclass(frozen=True, slots=True)
class Tally:
    """What is known of every row by its index, at twelve bytes a row.

    `first` holds the index of the first row that is the same (its own in that row, -1 in an invalid one), `copies`
    the copies of all such rows in the first of them and the row's own in the others.
    """

    first: array[int]
    copies: array[int]
    counts: dict[RowState, int]

    def repeat_of(self, index: int) -> int | None:
        """Return the index of the first row that is the same as this one, None when this is the first or is invalid."""
        first = self.first[index]
        return None if first in (-1, index) else first


def tally(rows: Iterable[Row]) -> Tally:
    """Return the tally of `rows`, of which there are at most `MOST_ROWS`."""
    counts = dict.fromkeys(RowState, 0)
    copies = array("q")
    repaired = bytearray()
    keys: list[int] = []  # GTIN and index in one number: the cheapest thing to sort
    names: dict[str, int] = {}  # of what is known by something else
    for row in rows:
        state = row.state
        counts[state] += 1
        copies.append(row.quantity)
        repaired.append(state is RowState.REPAIRED)
        if same := row.same:
            number = int(same) if same is row.gtin else names.setdefault(same, _ABOVE + len(names))
            keys.append(number * MOST_ROWS + row.index)
    first = array("i", [-1]) * len(copies)
    keys.sort()
    gtin_before, leader = -1, -1
    for key in keys:
        gtin, index = divmod(key, MOST_ROWS)
        if gtin == gtin_before:
            copies[leader] += copies[index]
            counts[RowState.REPAIRED if repaired[index] else RowState.READY] -= 1
            counts[RowState.REPEATED] += 1
        else:
            gtin_before, leader = gtin, index
        first[index] = leader
    return Tally(first, copies, counts)
