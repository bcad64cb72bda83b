"""A table: the records of a file before anyone knows what they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

Record = tuple[int, tuple[str, ...]]  # the line or spreadsheet row that the operator sees, from 1; its cells


@dataclass(frozen=True, slots=True)
class Table:
    """The records of a file, which can be walked any number of times.

    `records` yields every record that is not blank, in the order of the file. `encoding` and `delimiter` are "" in a
    workbook, `sheet` is "" in a text file; `delimiter` is "" too when a text file has one column.
    """

    records: Callable[[], Iterator[Record]]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


def is_blank(cells: tuple[str, ...]) -> bool:
    """Return whether there is nothing in a record."""
    return not "".join(cells).strip()
