"""Lines of CSV files that a person may open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[\d.,]+")


def line(cells: Iterable[object], delimiter: str = ",") -> str:
    """Return cells as one line of a CSV file, with quotation marks where they are needed: a lone CR ends lines too."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return f"{text.getvalue()[:-2]}\n"


def safe_line(cells: Iterable[object], delimiter: str = ",") -> str:
    """Return the same with an apostrophe before each cell that a spreadsheet would take for a formula."""
    return line((f"'{cell}" if isinstance(cell, str) and runs(cell) else cell for cell in cells), delimiter)


def runs(cell: str) -> bool:
    """Return whether a spreadsheet would take `cell` for a formula; a number with a sign is none.

    Source: https://owasp.org/www-community/attacks/CSV_Injection (read 2026-11).
    """
    return cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell)
