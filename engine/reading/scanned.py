"""What an operator scans or types in the field of a scan session: a barcode, or a word about the last copy.

Letters about a copy never look like a barcode, so one field takes both and the hands stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.reading.cell_words import CellProblem
from engine.reading.cells import price_cents
from engine.reading.conditions import said

BARCODE = re.compile(r"\D{0,3}\d[\d\s-]{4,}[\dXx]\s*")  # a scanner may put its name of the symbology before the digits
_COPIES = re.compile(r"[x×*]\s*(\d{1,3})|(\d{1,3})\s*[x×]", re.IGNORECASE)
TAKE_BACK, BRING_BACK, NOTE = "-", "+", "/"
MOST_NOTE = 500
HELP = "a barcode, a grade (NM, VG+, Good), a price (12.50), copies (x2), a note (/small scratch), or - to take it back"


@dataclass(frozen=True, slots=True)
class Word:
    """A word about a copy: what it sets of a scan, or what is wrong with it; `removed` is None if not said."""

    sets: Mapping[str, str | int | None]
    problem: str = ""
    removed: bool | None = None


def is_barcode(text: str) -> bool:
    """Return whether a line is meant as a barcode, right or wrong."""
    return BARCODE.fullmatch(text) is not None


def word(text: str) -> Word:
    """Return what a line that is no barcode says of a copy."""
    line = " ".join(text.split())
    if line in (TAKE_BACK, BRING_BACK):
        return Word({}, removed=line == TAKE_BACK)
    if line.startswith(NOTE):
        return Word({"note": line[1:].strip()[:MOST_NOTE]})
    if (copies := _COPIES.fullmatch(line)) and int(copies[1] or copies[2]):
        return Word({"quantity": int(copies[1] or copies[2])})
    if said(line):
        return Word({"grade": line})
    return _price(line)


def _price(line: str) -> Word:
    try:
        cents = price_cents(line)
    except CellProblem as problem:
        return Word({}, str(problem) if any(map(str.isdigit, line)) else f"“{line[:40]}” is not {HELP}")
    return Word({"price_cents": cents}) if cents else Word({}, f"“{line[:40]}” is not {HELP}")
