"""Barcodes: from what stands in a cell to a GTIN-14, repairing only what can be proved.

A UPC-A (12 digits), its EAN-13 form and its GTIN-14 form are one number with more or fewer zeros in front, so the
14-digit form is the key everywhere and zeros in front never change the check digit.

Source: GS1 General Specifications, sections 1.4, 5.2.2.4 and 7.9; contracts/UPSTREAMS.md section 4.
"""

from __future__ import annotations

import re
import unicodedata

from biip import ParseError
from biip.upc import Upc

from engine.codec import Value, replace
from engine.domain.identify import dressing
from engine.domain.identify.oddities import oddity

MISSING = "The barcode is missing"
NONE = "There is no barcode"
_ROUNDED = "Excel rounded this barcode and lost its last digits: format the column as Text and enter the barcode again"

_NO_BARCODE = {
    "doesnotapply",
    "notapplicable",
    "n/a",
    "na",
    "none",
    "nobarcode",
    "noupc",
    "notavailable",
    "null",
    "nil",
}
_LONGEST = 100  # characters of a cell that may still hold a barcode among blanks and hyphens
_EDGES = "".join(letter for letter in map(chr, range(0x10000)) if re.match(rf"[\s{dressing.SOFT}]", letter))
_DIGITS_OF_TWO = 24  # two UPCs
_BETWEEN_CODES = re.compile(r"\s*[,;|/\n\r\t+&]\s*")
_SHOWN = 40  # characters of what stands behind a barcode
_FORMULA = re.compile(r'=\s*\(?\s*"([^"]*)"\s*\)?')
_DECORATION = (
    ("quotation marks", re.compile(r"[\"'`´‘’‚“”„«»]")),
    ("spaces", re.compile(rf"[\s{dressing.SOFT}]")),
    ("hyphens", re.compile(r"[-‐‑‒–—―−]")),
    ("brackets", re.compile(r"[\[\]{}<>]")),
)
_ZERO = ord("0")
_LENGTHS = "a UPC has 12, an EAN 13"
_THOUSANDS = re.compile(r"[0-9]{1,3}([.,])[0-9]{3}(?:\1[0-9]{3})+")
_DECIMALS = re.compile(r"([0-9]{4,})[.,]0+")
_POWER = re.compile(r"([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})")


class Barcode(Value, frozen=True):
    """What a cell says: a GTIN-14, or the sentence that says why there is none.

    `gtin` is None exactly when `problem` is not "". `repaired` says what was mended, `warning` what looks odd in a
    barcode that can be used; both "" when there is nothing to say. `copies` is the number of copies that stands behind
    the barcode, None when none does.
    """

    gtin: str | None
    repaired: str = ""
    problem: str = ""
    warning: str = ""
    copies: int | None = None


def read(value: str) -> Barcode:
    """Return the barcode that `value`, the text of a cell, holds.

    Blanks around it are no repair. Inside it, everything that the check digit can confirm is mended and named in
    `repaired`; the rest is refused with a `problem`. Digits that are a barcode by themselves are never joined with what
    stands behind them.
    """
    text = value.strip(_EDGES)
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST:
        if 12 <= len(text) <= 14 and text[-1] == check_digit(text[:-1]) and text.strip("0"):
            gtin = text.zfill(14)
            return Barcode(gtin, warning=oddity(gtin))  # as nearly every cell
        return _judge(text, [])
    if not text:
        return Barcode(None, problem=MISSING)
    if parts := several(text):
        codes = ", ".join(part for part in parts if read(part).gtin)
        return Barcode(None, problem=f"The cell holds several barcodes ({codes}): give each its own row")
    if first := _leading(text):
        return first
    if len(text) > _LONGEST:
        return Barcode(None, problem=f"The cell holds {len(text):,} characters, too many for a barcode")
    if other := dressing.something_else(text):
        return Barcode(None, problem=other)
    return _without_dressing(text) or _alone(text)


def several(value: str) -> tuple[str, ...]:
    """Return the parts of a cell that holds more than one barcode, each once; () for any other cell.

    A part may be something else than a barcode; none is left out.
    """
    text = value.strip(_EDGES)
    if len(text) <= _DIGITS_OF_TWO or sum(map(str.isdigit, text)) < _DIGITS_OF_TWO:
        return ()
    parts = [part for part in _BETWEEN_CODES.split(text) if part]
    if len(parts) < 2 or not all(read(part).gtin for part in parts):
        parts = re.split(r"[\s,;|]+", text)
    if len(parts) < 2:
        return ()
    found = {read(part).gtin or part: part for part in reversed(parts) if part}
    codes = sum(read(part).gtin is not None for part in found.values())
    return tuple(reversed(found.values())) if codes > 1 else ()


def alone(value: str) -> bool:
    """Return whether `value` holds a barcode and nothing else."""
    text = value.strip(_EDGES)
    return len(text) <= _LONGEST and not dressing.something_else(text) and _alone(text).gtin is not None


def _leading(text: str) -> Barcode | None:
    """Return the barcode that stands in front of something else, None when there is none."""
    found = dressing.leading(text)
    if found is None or found.digits[-1] != check_digit(found.digits[:-1]) or not found.digits.strip("0"):
        return None
    if found.copies:
        return _usable(found.digits, [f"read “{found.behind}” as the number of copies"], copies=found.copies)
    barcode = _usable(found.digits, [])
    if not found.behind or read(found.behind).gtin == barcode.gtin:
        return barcode
    behind = found.behind if len(found.behind) <= _SHOWN else f"{found.behind[:_SHOWN]}…"
    mend = ": if it is the number of copies, give it a column of its own" if behind.isdecimal() else ""
    unused = f"“{behind}” behind the barcode is not used{mend}"
    return replace(barcode, warning=". ".join(filter(None, (barcode.warning, unused))))


def _without_dressing(text: str) -> Barcode | None:
    """Return the barcode without what stands in front of it or labels it; None where that leaves none."""
    bare, taken = dressing.undressed(text)
    inner = read(bare) if taken else None
    if inner is None or inner.gtin is None:
        return None
    repaired = f"{inner.repaired}; removed {taken}" if inner.repaired else f"Removed {taken}"
    return replace(inner, repaired=repaired)


def _alone(text: str) -> Barcode:
    """Return the barcode that the whole text is, with blanks and hyphens in it or as Excel writes it."""
    bare, repairs = _bare(text)
    if power := _POWER.fullmatch(bare):
        return _written_out(*power.groups(default=""))
    if bare.isascii() and bare.isdigit():
        return _judge(bare, repairs)
    return Barcode(None, problem=_not_digits(bare))


def looks_like(value: str) -> bool:
    """Return whether `value` was meant as a barcode, right or wrong: 6 to 15 digits, or what Excel made of them."""
    text = value.strip(_EDGES)
    if len(text) > _LONGEST:
        return False
    bare, _ = _bare(text)
    return bool(_POWER.fullmatch(bare)) or (bare.isascii() and bare.isdigit() and 6 <= len(bare) <= 15)


def check_digit(payload: str) -> str:
    """Return the digit that belongs after `payload`, the ASCII digits of a barcode without its last.

    From the right, every other digit counts three times. Source: GS1 General Specifications, section 7.9.1.
    """
    digits = payload.encode()
    thrice, once = digits[::-2], digits[-2::-2]
    total = 3 * sum(thrice) + sum(once) - _ZERO * (3 * len(thrice) + len(once))
    return str(-total % 10)


def display(gtin: str) -> str:
    """Return a GTIN-14 as people write it: 12 digits (UPC) when it begins 00, 13 (EAN) when it begins 0, else 14."""
    if gtin.startswith("00"):
        return gtin[2:]
    return gtin.removeprefix("0")


def forms(gtin: str) -> tuple[str, ...]:
    """Return the ways in which services may have stored a GTIN-14, the likeliest first.

    The displayed form, then 13 and 14 digits where it is shorter, then 8 digits when it is an EAN-8.
    """
    longer = [gtin[14 - length :] for length in (13, 14) if length > len(display(gtin))]
    eight = [gtin[6:]] if gtin.startswith("000000") else []
    return (display(gtin), *longer, *eight)


def _bare(text: str) -> tuple[str, list[str]]:
    """Return `text` without what people and spreadsheets put around digits, and what was done to it."""
    repairs, removed = [], []
    if not text.isascii():
        plain = "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
        if plain != text:
            repairs.append("rewrote full-width digits")
        text = plain
    if formula := _FORMULA.fullmatch(text):
        removed.append("the formula")
        text = formula[1]
    for name, pattern in _DECORATION:
        text, count = pattern.subn("", text)
        removed += [name] if count else []
    if _THOUSANDS.fullmatch(text):
        removed.append("thousands separators")
        text = re.sub("[.,]", "", text)
    elif decimals := _DECIMALS.fullmatch(text):
        removed.append("the decimals")
        text = decimals[1]
    return text, repairs + ([f"removed {', '.join(removed)}"] if removed else [])


def _written_out(first: str, rest: str, power: str) -> Barcode:
    """Return the barcode behind `8.89214112798E+11`, which can be had only when every digit is shown."""
    length = int(power)
    if len(rest) < length or set(rest[length:]) - {"0"}:
        return Barcode(None, problem=_ROUNDED)
    return _judge(first + rest[:length], ["wrote out the power of ten"])


def _not_digits(text: str) -> str:
    if text.casefold() in _NO_BARCODE:
        return NONE
    if any(letter.isalpha() for letter in text):
        return "The barcode has letters in it: write its digits only"
    odd = [letter for letter in text if not letter.isdigit() or not letter.isascii()]
    return f"The barcode has “{odd[0]}” in it: write its digits only" if odd else MISSING


def _judge(digits: str, repairs: list[str]) -> Barcode:
    """Return the barcode that `digits` are, if their number and the check digit say so."""
    if not digits.strip("0"):
        return Barcode(None, problem="The barcode is all zeros")
    if len(digits) == 8:
        return _short_form(digits, repairs)
    if len(digits) == 16 and digits.startswith("01") and digits[-1] == check_digit(digits[2:-1]):
        return _usable(digits[2:], [*repairs, "removed the GS1 identifier 01"])
    if len(digits) < 10:
        return Barcode(None, problem=f"The barcode has {_count(digits)}, too few: {_LENGTHS}")
    if len(digits) > 14:
        return Barcode(
            None, problem=f"The barcode has {_count(digits)}, too many: {_LENGTHS}; give each barcode its own row"
        )
    if digits[-1] != check_digit(digits[:-1]):
        return Barcode(None, problem=_wrong_check_digit(digits))
    if len(digits) < 12:
        zeros = "zero" if len(digits) == 11 else "two zeros"
        return _usable(digits, [*repairs, f"restored the {zeros} in front"])
    return _usable(digits, repairs)


def _short_form(digits: str, repairs: list[str]) -> Barcode:
    """Return what 8 digits are: an EAN-8 when its check digit fits, with a warning when a UPC-E fits as well."""
    expanded = _expanded(digits)
    if digits[-1] == check_digit(digits[:-1]):
        doubt = f"Read as an EAN-8; as a short UPC it would be {expanded}" if expanded else ""
        return _usable(digits, repairs, doubt)
    if expanded:
        return _usable(expanded, [*repairs, f"expanded the short UPC {digits}"])
    return Barcode(None, problem=_wrong_check_digit(digits))


def _expanded(digits: str) -> str:
    """Return the UPC-A that the UPC-E `digits` stands for, "" when it is none."""
    try:
        return Upc.parse(digits).as_upc_a()
    except ParseError:
        return ""


def _usable(digits: str, repairs: list[str], warning: str = "", copies: int | None = None) -> Barcode:
    gtin = digits.zfill(14)
    repaired = "; ".join(repairs) if repairs else ""
    return Barcode(gtin, repaired[:1].upper() + repaired[1:], warning=warning or oddity(gtin), copies=copies)


def _wrong_check_digit(digits: str) -> str:
    if digits.endswith("00000"):
        return _ROUNDED
    right = check_digit(digits[:-1])
    if len(digits) == 11:
        whole = digits + check_digit(digits)
        return f"The barcode has 11 digits and a UPC 12: if the last is missing it is {whole}; check and write it out"
    if len(digits) == 10:
        return f"The barcode has 10 digits, too few: {_LENGTHS}"
    return f"The last digit should be {right}, not {digits[-1]}: compare the barcode with the one on the case"


def _count(digits: str) -> str:
    return "1 digit" if len(digits) == 1 else f"{len(digits)} digits"
