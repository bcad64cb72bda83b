"""Barcodes as the databases write them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.domain.identify.barcodes import check_digit, display, forms
from engine.domain.identify.incomplete import completions, incomplete_forms

_LENGTHS = (8, 12, 13, 14)
_MARKS = re.compile(r"\W+|^T(?=\W*\d)")


def gtin14(text: str) -> str | None:
    """Return the GTIN-14 that `text` spells, None when it is no barcode: a matrix number, or a wrong check digit.

    Gaps and the symbol's own marks do not count: `5 024900 001498 >`, and the T before a Japanese one.
    """
    digits = _MARKS.sub("", text)
    if len(digits) not in _LENGTHS or not (digits.isascii() and digits.isdigit()):
        return None
    return digits.zfill(14) if check_digit(digits[:-1]) == digits[-1] else None


def gtins(texts: Iterable[str]) -> frozenset[str]:
    """Return the barcodes among `texts`."""
    return frozenset(gtin for text in texts if (gtin := gtin14(text)))


def completed(texts: Iterable[str]) -> dict[str, str]:
    """Return the barcodes that incomplete `texts` may mean, each with its text: `0 7464-32079-4` is 074643207942.

    The zeros in front, the check digit or both are missing, as on many sleeves of the eighties. Texts that are a whole
    barcode are left out.
    """
    found: dict[str, str] = {}
    for text in texts:
        digits = _MARKS.sub("", text)
        if digits.isascii() and digits.isdigit() and not gtin14(text):
            for gtin in completions(digits):
                found.setdefault(gtin, " ".join(text.split()))
    return found


def spellings(gtin: str) -> tuple[str, ...]:
    """Return the forms worth asking for one by one, the likeliest first; nearly nobody types all 14 digits."""
    return (*(form for form in forms(gtin) if len(form) < 14 or form == display(gtin)), _spaced(display(gtin)))


def rare_spellings(gtin: str) -> tuple[str, ...]:
    """Return the forms that few releases have: incomplete ones, and 14 digits for a shorter number."""
    return (*incomplete_forms(gtin), *(() if display(gtin) == gtin else (gtin,)))


def _spaced(shown: str) -> str:
    """Return the printed form with the gaps of the symbol: `0 74646 36282 2`, `5 025425 406522`."""
    if len(shown) == 12:
        return f"{shown[0]} {shown[1:6]} {shown[6:11]} {shown[11]}"
    return f"{shown[:-12]} {shown[-12:-6]} {shown[-6:]}"
