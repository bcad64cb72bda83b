"""Barcodes that are valid and probably not on a record or film.

Source: GS1 General Specifications, section 1.4.
"""

from __future__ import annotations

from functools import lru_cache

_CODES_OF_OTHER_THINGS = (  # prefixes of a GTIN-13; a UPC-A that begins 4 has the prefix 04
    (("978", "979"), "978 and 979 mark books and sheet music"),
    (("977",), "977 marks magazines and other serials"),
    (("05", "980", "981", "982", "983", "984", "99"), "this prefix marks coupons and refund receipts"),
    (("02", "04", "2"), "this prefix marks codes that a shop prints for itself"),
)
_OF_SHORT_CODES = ((("0", "2"), _CODES_OF_OTHER_THINGS[-1][1]),)


def oddity(gtin: str) -> str:
    """Return why a valid barcode is probably not on a record, "" for an ordinary one."""
    if gtin[0] != "0":
        return "This is the code of a carton, not of a single copy"
    if gtin.endswith("000000"):
        return "The barcode ends in 000000: Excel may have rounded it"
    short = gtin.startswith("000000")
    return _of_other_things(gtin[6:9] if short else gtin[1:4], short=short)


@lru_cache(maxsize=2_000)
def _of_other_things(prefix: str, *, short: bool) -> str:
    """Return what the first three digits of an EAN-13, or of a `short` EAN-8, say, "" when that is nothing."""
    for starts, meaning in _OF_SHORT_CODES if short else _CODES_OF_OTHER_THINGS:
        if prefix.startswith(starts):
            return f"Probably not a record or film: {meaning}"
    return ""
