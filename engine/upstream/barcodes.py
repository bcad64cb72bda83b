"""Barcodes as the databases write them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LENGTHS = (8, 12, 13, 14)
_MARKS = re.compile(r"\W+|^T(?=\W*\d)")


def gtin14(text: str) -> str | None:
    """Return the GTIN-14 that `text` spells, None when it is no barcode: a matrix number, or a wrong check digit.

    Gaps and the symbol's own marks do not count: `5 024900 001498 >`, and the T before a Japanese one.
    """
    digits = _MARKS.sub("", text)
    if len(digits) not in _LENGTHS or not (digits.isascii() and digits.isdigit()):
        return None
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits[:-1])))
    return digits.zfill(14) if (10 - total % 10) % 10 == int(digits[-1]) else None


def gtins(texts: Iterable[str]) -> frozenset[str]:
    """Return the barcodes among `texts`."""
    return frozenset(gtin for text in texts if (gtin := gtin14(text)))


def display(gtin: str) -> str:
    """Return the form printed on the sleeve: 12 digits for a UPC, 13 for an EAN, else all 14."""
    return gtin[2:] if gtin.startswith("00") else gtin.removeprefix("0")


def lengths(gtin: str) -> tuple[str, ...]:
    """Return the barcode at every length it can be written in, the printed one first."""
    zeros = len(gtin) - len(gtin.lstrip("0"))
    sizes = (size for size in _LENGTHS if size >= len(gtin) - zeros)
    return tuple(dict.fromkeys((display(gtin), *(gtin[-size:] for size in sizes))))


def spellings(gtin: str) -> tuple[str, ...]:
    """Return the forms worth asking for one by one, the likeliest first; nearly nobody types all 14 digits."""
    return (*(form for form in lengths(gtin) if len(form) < 14 or form == display(gtin)), _spaced(display(gtin)))


def _spaced(shown: str) -> str:
    """Return the printed form with the gaps of the symbol: `0 74646 36282 2`, `5 025425 406522`."""
    if len(shown) == 12:
        return f"{shown[0]} {shown[1:6]} {shown[6:11]} {shown[11]}"
    return f"{shown[:-12]} {shown[-12:-6]} {shown[-6:]}"
