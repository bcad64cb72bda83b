"""Lines of CSV files that a person may open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[\d.,]+")


def line(cells: Iterable[object]) -> str:
    """Return cells as one line of a CSV file, with quotation marks only where they are needed."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def runs(cell: str) -> bool:
    """Return whether a spreadsheet would take `cell` for a formula; a number with a sign is none."""
    return cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell)
