"""Barcodes: from what stands in a cell to a GTIN-14, repairing only what can be proved.

A UPC-A (12 digits), its EAN-13 form and its GTIN-14 form are one number with more or fewer zeros in front, so the
14-digit form is the key everywhere and zeros in front never change the check digit.

Source: GS1 General Specifications, sections 1.4, 5.2.2.4 and 7.9; contracts/UPSTREAMS.md section 4.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from biip import ParseError
from biip.checksums import gs1_standard_check_digit
from biip.upc import Upc

MISSING = "The barcode is missing"
_ROUNDED = "Excel rounded this barcode and lost its last digits: format the column as Text and enter the barcode again"

_LONGEST = 100  # characters of a cell that may still hold a barcode among blanks and hyphens
_INVISIBLE = "\u00ad\u200b-\u200f\u2060\ufeff"
_EDGES = "".join(letter for letter in map(chr, range(0x10000)) if re.match(rf"[\s{_INVISIBLE}]", letter))
_FORMULA = re.compile(r'=\s*\(?\s*"([^"]*)"\s*\)?')
_DECORATION = (
    ("quotation marks", re.compile(r"[\"'`´‘’‚“”„«»]")),
    ("spaces", re.compile(rf"[\s{_INVISIBLE}]")),
    ("hyphens", re.compile(r"[-‐‑‒–—―−]")),
)
_THOUSANDS = re.compile(r"[0-9]{1,3}([.,])[0-9]{3}(?:\1[0-9]{3})+")
_DECIMALS = re.compile(r"([0-9]{4,})[.,]0+")
_POWER = re.compile(r"([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})")

_CODES_OF_OTHER_THINGS = (  # prefixes of a GTIN-13; a UPC-A that begins 4 has the prefix 04
    (("978", "979"), "978 and 979 mark books and sheet music"),
    (("977",), "977 marks magazines and other serials"),
    (("05", "980", "981", "982", "983", "984", "99"), "this prefix marks coupons and refund receipts"),
    (("02", "04", "2"), "this prefix marks codes that a shop prints for itself"),
)


@dataclass(frozen=True, slots=True)
class Barcode:
    """What a cell says: a GTIN-14, or the sentence that says why there is none.

    `gtin` is None exactly when `problem` is not "". `repaired` says what was mended, `warning` what looks odd in a
    barcode that can be used; both "" when there is nothing to say.
    """

    gtin: str | None
    repaired: str = ""
    problem: str = ""
    warning: str = ""


def read(value: str) -> Barcode:
    """Return the barcode that `value`, the text of a cell, holds.

    Blanks around it are no repair. Inside it, everything that the check digit can confirm is mended and named in
    `repaired`; the rest is refused with a `problem`.
    """
    text = value.strip(_EDGES)
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST:
        return _judge(text, [])
    if not text:
        return Barcode(None, problem=MISSING)
    if len(text) > _LONGEST:
        return Barcode(None, problem=f"The cell holds {len(text):,} characters, too many for a barcode")
    bare, repairs = _bare(text)
    if power := _POWER.fullmatch(bare):
        return _written_out(*power.groups(default=""))
    if bare.isascii() and bare.isdigit():
        return _judge(bare, repairs)
    return Barcode(None, problem=_not_digits(bare))


def looks_like(value: str) -> bool:
    """Return whether `value` was meant as a barcode, right or wrong: 6 to 15 digits, or what Excel made of them."""
    text = value.strip(_EDGES)
    bare, _ = _bare(text) if len(text) <= _LONGEST else ("", [])
    return bool(_POWER.fullmatch(bare)) or (bare.isascii() and bare.isdigit() and 6 <= len(bare) <= 15)


def check_digit(payload: str) -> str:
    """Return the digit that belongs after `payload`, the digits of a barcode without its last."""
    return str(gs1_standard_check_digit(payload))


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
        repairs += ["rewrote full-width digits"] if plain != text else []
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
    if len(rest) < length or rest[length:].strip("0"):
        return Barcode(None, problem=_ROUNDED)
    return _judge(first + rest[:length], ["wrote out the power of ten"])


def _not_digits(text: str) -> str:
    if any(letter.isalpha() for letter in text):
        return "The barcode has letters in it: write its digits only"
    odd = next((letter for letter in text if not letter.isdigit() or not letter.isascii()), "")
    return f"The barcode has “{odd}” in it: write its digits only" if odd else MISSING


def _judge(digits: str, repairs: list[str]) -> Barcode:
    """Return the barcode that `digits` are, if their number and the check digit say so."""
    if not digits.strip("0"):
        return Barcode(None, problem="The barcode is all zeros" if digits else MISSING)
    if len(digits) == 8:
        return _short_form(digits, repairs)
    if not 10 <= len(digits) <= 14:
        return Barcode(None, problem=_wrong_length(digits))
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


def _usable(digits: str, repairs: list[str], warning: str = "") -> Barcode:
    gtin = digits.zfill(14)
    repaired = "; ".join(repairs)
    return Barcode(gtin, repaired=repaired[:1].upper() + repaired[1:], warning=warning or _oddity(gtin))


def _oddity(gtin: str) -> str:
    """Return why a valid barcode is probably not on a record, "" for an ordinary one."""
    if gtin[0] != "0":
        return "This is the code of a carton, not of a single copy"
    if gtin.endswith("000000"):
        return "The barcode ends in 000000: Excel may have rounded it"
    ean = gtin[6:] if gtin.startswith("000000") else gtin[1:]
    prefixes = _CODES_OF_OTHER_THINGS if len(ean) == 13 else ((("0", "2"), _CODES_OF_OTHER_THINGS[-1][1]),)
    meaning = next((meaning for starts, meaning in prefixes if ean.startswith(starts)), "")
    return f"Probably not a record or film: {meaning}" if meaning else ""


def _wrong_length(digits: str) -> str:
    if len(digits) < 10:
        return f"The barcode has {_count(digits)}, too few: a UPC has 12, an EAN 13"
    return f"The barcode has {_count(digits)}, too many: a UPC has 12, an EAN 13; give each barcode its own row"


def _wrong_check_digit(digits: str) -> str:
    if digits.endswith("00000"):
        return _ROUNDED
    right = check_digit(digits[:-1])
    if len(digits) == 11:
        whole = digits + check_digit(digits)
        return f"The barcode has 11 digits and a UPC 12: if the last is missing it is {whole}; check and write it out"
    if len(digits) == 10:
        return "The barcode has 10 digits, too few: a UPC has 12, an EAN 13"
    return f"The last digit should be {right}, not {digits[-1]}: compare the barcode with the one on the case"


def _count(digits: str) -> str:
    return "1 digit" if len(digits) == 1 else f"{len(digits)} digits"
