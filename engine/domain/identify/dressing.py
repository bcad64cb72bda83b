"""What stands around the digits of a barcode in a cell: marks of scanners, labels, list numbers, quantities, notes.

Nothing here decides about a barcode: what is left after taking something off counts only if its check digit fits.

Source: ISO/IEC 15424 (symbology identifiers), GS1 General Specifications, section 3 (application identifiers).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SOFT = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\x00-\x08\x0e-\x1f\x7f"
"""Characters that nobody sees, for a class of a regular expression: joiners, directions of writing, scanner framing."""

_KIND = r"(?:upc|ean|gtin|jan|isbn|bar ?code|code)(?:[- _]?(?:a|e|8|12|13|14|128))?"
_BEFORE = (
    ("the list number", re.compile(r"(?:\d{1,4}[.)]|[-–•*#])\s+")),
    ("the scanner's mark", re.compile(r"\][A-Za-z][0-9A-Za-z]")),
    ("the label", re.compile(rf"\(?{_KIND}\)?\s*(?:no|nr|number|#)?\s*[.:=#]*\s*", re.IGNORECASE)),
    ("the GS1 identifier (01)", re.compile(r"\(01\)\s*(?=\d{14}(?:\D|$))")),
    ("the scanner's mark", re.compile(r"[A-Za-z](?=\d{12,13}$)")),
)
_LABEL_BEHIND = re.compile(rf"\s*(?:\(\s*{_KIND}\s*\)|{_KIND})\s*$", re.IGNORECASE)

_LEADING = re.compile(r"([0-9]{14}|[0-9]{13}|[0-9]{12})(?=[\sx×*\-‐‑‒–—―−/,;|(:+&])(.*)", re.IGNORECASE | re.DOTALL)
_DECIMALS = re.compile(r"[.,]0+")
_BETWEEN = re.compile(r"^[\s\-‐‑‒–—―−/,;|:+&]+|[\s,;|]+$")
_COPIES = re.compile(
    r"\(?[x×*]\s*([1-9][0-9]{0,2})\)?|\(?([1-9][0-9]{0,2})\s*[x×]\)?"
    r"|(?:qty|quantity|menge|anzahl)\.?\s*[:=]?\s*([1-9][0-9]{0,2})"
    r"|([1-9][0-9]{0,2})\s*(?:copies|copy|pcs|pieces|stück|stk\.?|ex\.?)",
    re.IGNORECASE,
)

_DATE = re.compile(
    r"(?:(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:19|20)?[0-9]{2})"
    r"(?:[T\s,]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:\s*[AP]M|Z|[+-][0-9:]{2,5})?)?",
    re.IGNORECASE,
)
_TELEPHONE = re.compile(r"\+?(?:1[-. ])?\(?[0-9]{3}\)?[-. ][0-9]{3}[-. ][0-9]{4}")


@dataclass(frozen=True, slots=True)
class Leading:
    """Digits at the front of a cell and what stands `behind` them; `copies` are what that says, None for anything else.

    `behind` is "" when it is punctuation only.
    """

    digits: str
    behind: str
    copies: int | None = None


def leading(text: str) -> Leading | None:
    """Return the 12 to 14 digits that `text` begins with and what follows, None when it is another text.

    Whoever asks must hold the digits to be a barcode: only then is what follows something of its own.
    """
    found = _LEADING.fullmatch(text)
    if found is None or _DECIMALS.fullmatch(found[2]):
        return None
    behind = _BETWEEN.sub("", _LABEL_BEHIND.sub("", found[2]))
    copies = _COPIES.fullmatch(behind)
    count = int(next(filter(None, copies.groups()))) if copies else None
    return Leading(found[1], behind if re.search(r"\w", behind) else "", count)


def undressed(text: str) -> tuple[str, str]:
    """Return `text` without what stands in front of a barcode or labels it, and what that was; "" for nothing."""
    for name, pattern in _BEFORE:
        found = pattern.match(text)
        if found and found.end() < len(text):
            return text[found.end() :], name
    bare = _LABEL_BEHIND.sub("", text)
    return (bare, "the label") if bare and bare != text else (text, "")


def something_else(text: str) -> str:
    """Return what `text` is by its form, where digits of it may pass for a barcode by chance; "" for any other."""
    if _DATE.fullmatch(text):
        return "This is a date, not a barcode"
    return "This is a telephone number, not a barcode" if _TELEPHONE.fullmatch(text) else ""
