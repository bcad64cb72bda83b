"""Barcodes that sleeves and catalogues give incompletely: without the zeros in front, the check digit or both. Pure.

Of 338 barcodes of releases in a sample of Discogs' dump six have no check digit, all on records of the eighties and
tapes and discs after them.
"""

from __future__ import annotations

from engine.domain.identify.barcodes import check_digit, display

_LENGTHS = (10, 11)  # of a UPC; twelve digits that are no barcode are more often a mistyped UPC than half an EAN


def incomplete_forms(gtin: str) -> tuple[str, ...]:
    """Return the incomplete forms of a UPC as GTIN-14, the likeliest first: 10 or 11 digits; () for other barcodes."""
    shown = display(gtin)
    if len(shown) != 12 or gtin.startswith("000000"):
        return ()
    bare = shown.lstrip("0")
    return tuple(dict.fromkeys(form for form in (shown[:-1], bare, bare[:-1]) if len(form) in _LENGTHS))


def completions(digits: str) -> tuple[str, ...]:
    """Return the GTIN-14s that incomplete `digits` may mean, () for none."""
    if len(digits) not in _LENGTHS:
        return ()
    check = check_digit(digits[:-1])
    found = ([digits] if check == digits[-1] else []) + [digits + check_digit(digits)]
    return tuple(code.zfill(14) for code in found)


def omitted(text: str, gtin: str) -> str:
    """Return what `text` leaves out of a GTIN-14: `without its check digit`."""
    digits, shown = "".join(filter(str.isdecimal, text)), display(gtin)
    if digits == shown[:-1]:
        return "without its check digit"
    if digits == shown.lstrip("0"):
        return "without the zeros in front"
    return "without the zeros in front and the check digit"
