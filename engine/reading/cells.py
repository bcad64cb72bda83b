"""The cells beside the barcode: condition, price, quantity and photos, taken only when they are unambiguous."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from engine.domain.photos import MAX_PHOTOS, refused
from engine.domain.rows import Condition
from engine.reading.columns import Columns

_T = TypeVar("_T")
_remembered = lru_cache(maxsize=512)  # a file holds few different prices and conditions, and is read twice

_CONDITIONS = {
    Condition.NEW: ("new", "brandnew", "sealed", "newsealed", "brandnewsealed", "factorysealed", "1000"),
    Condition.LIKE_NEW: ("likenew", "ln", "2750"),
    Condition.USED_VERY_GOOD: ("verygood", "vg", "4000"),
    Condition.USED_GOOD: ("good", "g", "5000"),
    Condition.USED_ACCEPTABLE: ("acceptable", "6000"),
}
_CONDITION_OF = {word: condition for condition, words in _CONDITIONS.items() for word in words}
_ACCEPTED = "New, Like New, Very Good, Good or Acceptable"

_DOLLARS = re.compile(r"(?:US ?\$|USD|\$)", re.IGNORECASE)
_PLAIN_PRICE = re.compile(r"([0-9]*)(?:[.,]([0-9]{1,2}))?")
_GROUPED_PRICES = (
    re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]{1,2}))?"),
    re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+),([0-9]{1,2})"),
)
_HIGHEST_PRICE_CENTS = 99_999_999
_QUANTITY = re.compile(r"([0-9]+)(?:[.,]0{1,2})?")
_HIGHEST_QUANTITY = 9_999
_BETWEEN_PHOTOS = re.compile(r"[\s|]+")
_PASSWORD = re.compile(r"//[^/]*@")
_SHOWN = 60  # characters of an address that is not used
_TOLD = 3  # of those addresses


class CellProblem(Exception):
    """A cell cannot be used; the message is the sentence an operator reads."""


@dataclass(slots=True)
class Beside:
    """What the cells beside a barcode say, and the sentences about those that say nothing usable.

    `photo_warning` says which photos are not used and why; a row does not fail for them.
    """

    condition: Condition | None = None
    price_cents: int | None = None
    quantity: int = 1
    note: str = ""
    photos: tuple[str, ...] = ()
    photo_warning: str = ""
    problems: tuple[str, ...] = ()


def beside(cells: tuple[str, ...], columns: Columns) -> Beside:
    """Return what stands beside the barcode in the columns that the header names."""
    if len(columns.header) < 2:
        return Beside()
    problems: list[str] = []

    def taken(reader: Callable[[str], _T], place: int | None, otherwise: _T) -> _T:
        try:
            return reader(_at(cells, place))
        except CellProblem as problem:
            problems.append(str(problem))
            return otherwise

    if any(cell.strip() for cell in cells[len(columns.header) :]):
        problems.append("The row has more cells than the header: put quotation marks around a cell with a comma in it")
    pictures, photo_warning = photos(_at(cells, columns.photos))
    return Beside(
        condition=taken(condition, columns.condition, None),
        price_cents=taken(price_cents, columns.price, None),
        quantity=taken(quantity, columns.quantity, 1),
        note=_at(cells, columns.note).strip(),
        photos=pictures,
        photo_warning=photo_warning,
        problems=tuple(problems),
    )


def _at(cells: tuple[str, ...], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


@_remembered
def condition(cell: str) -> Condition | None:
    """Return the condition that `cell` names; None when it is empty.

    Collectors' grades (NM, VG+, "Very Good (VG)") are another scale and plain "Used" is no grade: both are refused.

    Raises:
        CellProblem: the word is none of those that mean one condition only.
    """
    text = cell.strip()
    if not text:
        return None
    word = re.sub(r"[\W_]+", "", text).casefold()
    found = _CONDITION_OF.get(word) or _CONDITION_OF.get(word.removeprefix("used"))
    collectors_grade = text.endswith(("+", "-")) or "(" in text
    if found is None or collectors_grade or (found is Condition.NEW and word.startswith("used")):
        raise CellProblem(f"The condition “{text}” is not one of {_ACCEPTED}: write one of these")
    return found


@_remembered
def price_cents(cell: str) -> int | None:
    """Return the price in US cents; None when `cell` is empty.

    Raises:
        CellProblem: it cannot be read in one way only, is not in dollars, or is not more than 0.
    """
    text = " ".join(cell.split())
    if not text:
        return None
    amount = _DOLLARS.sub("", text, count=2).strip()
    if re.search(r"[€£¥]|\b(?:EUR|GBP|CAD|AUD|JPY|CHF)\b", amount, re.IGNORECASE):
        raise CellProblem(f"The price “{text}” is not in US dollars: write it in dollars, like 9.99")
    negative = amount.startswith("-")
    cents = _cents(amount.removeprefix("-").strip())
    if cents is None:
        raise CellProblem(f"The price “{text}” cannot be read: write it like 9.99")
    if negative or cents == 0:
        raise CellProblem(f"The price must be more than 0, not “{text}”")
    if cents > _HIGHEST_PRICE_CENTS:
        raise CellProblem(f"The price “{text}” is too high: the most is 999,999.99")
    return cents


@_remembered
def quantity(cell: str) -> int:
    """Return the number of copies; 1 when `cell` is empty.

    Raises:
        CellProblem: it is not a whole number from 1 to 9,999.
    """
    text = cell.strip()
    if not text:
        return 1
    number = _QUANTITY.fullmatch(text)
    copies = int(number[1]) if number and len(number[1]) <= 15 else 0
    if not 1 <= copies <= _HIGHEST_QUANTITY:
        raise CellProblem(f"The quantity “{text}” is not a whole number from 1 to 9,999")
    return copies


def photos(cell: str) -> tuple[tuple[str, ...], str]:
    """Return the addresses of pictures in a cell, parted by blanks or `|`, and why others are not used, "" for none."""
    found = [part.strip(",;") for part in _BETWEEN_PHOTOS.split(cell)]
    named = list(dict.fromkeys(filter(None, found)))
    unusable = {address: reason for address in named if (reason := refused(address))}
    usable = [address for address in named if address not in unusable]
    told = [f"The photo “{_shown(address)}” is not used: {reason}" for address, reason in unusable.items()]
    reasons = told[:_TOLD]
    if len(told) > _TOLD:
        reasons.append(f"Nor are {len(told) - _TOLD} more")
    if len(usable) > MAX_PHOTOS:
        reasons.append(f"Only the first {MAX_PHOTOS} photos are used: eBay takes no more")
    return tuple(usable[:MAX_PHOTOS]), ". ".join(reasons)


def _shown(address: str) -> str:
    """Return the beginning of an address, without a password or a query."""
    return _PASSWORD.sub("//…@", address).partition("?")[0][:_SHOWN]


def _cents(amount: str) -> int | None:
    """Return an amount in cents, None when it is not a number that can be read in one way only."""
    for pattern in (_PLAIN_PRICE, *_GROUPED_PRICES):
        found = pattern.fullmatch(amount)
        if found and amount and len(amount) <= 20:
            whole, part = found[1], found[2] or ""
            return int(re.sub("[.,]", "", whole) or 0) * 100 + int(part.ljust(2, "0"))
    return None
