"""The cells beside the barcode: condition, price, quantity and photos, used only when they are unambiguous."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from urllib.parse import quote

from engine.domain.batch.custom_labels import sellers_own
from engine.domain.batch.grades import Grading
from engine.domain.batch.layout import Role
from engine.domain.batch.rows import Condition
from engine.domain.identify.named import NOTHING_NAMED, Named
from engine.domain.listing.photo_pages import direct
from engine.domain.listing.photos import MAX_PHOTOS, refused
from engine.reading.cell_words import CellProblem, at, remembered, says_nothing
from engine.reading.columns import Columns
from engine.reading.grade_cells import condition, exported, grading, of_conditions, sleeve

_T = TypeVar("_T")

_DOLLARS = re.compile(r"(?:US ?\$|USD|\$)", re.IGNORECASE)
_PLAIN_PRICE = re.compile(r"([0-9]*)(?:[.,]([0-9]{1,2}))?")
_GROUPED_PRICES = (
    re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]{1,2}))?"),
    re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+),([0-9]{1,2})"),
)
_HIGHEST_PRICE_CENTS = 99_999_999
_QUANTITY = re.compile(r"([0-9]+)(?:[.,]0{1,2})?")
_HIGHEST_QUANTITY = 9_999
_BETWEEN_PHOTOS = re.compile(r"\s*[|\r\n]\s*|[\s,;]+(?=[\"'\[(]*(?:https?:|www\.))", re.IGNORECASE)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_AROUND_PHOTOS = " ,;\t\"'[]"
_OF_THE_RELEASE = (Role.CATALOG_NUMBER, Role.ARTIST, Role.TITLE, Role.LABEL, Role.COUNTRY, Role.YEAR)
_TOLD_IN_ORDER = (Role.QUANTITY, Role.CONDITION, Role.SLEEVE, Role.PRICE, Role.DISCOGS_ID)
_PASSWORD = re.compile(r"//[^/]*@")
_SHOWN = 60  # characters of an address that is not used
_TOLD = 3  # of those addresses

_DISCOGS_ID = re.compile(
    r"(?:(?:https?://)?(?:www\.)?discogs\.com/(?:[a-z]{2}/)?release/)?\[?r?([1-9][0-9]{0,9})(?:\.0|\]|-[^/\s]*)?",
    re.IGNORECASE,
)
_LONGEST_WORDS = 250  # characters of a name that are kept


@dataclass(slots=True)
class Beside:
    """What the cells beside a barcode say; `quantity` is None when none does.

    `warnings` are the sentences about cells that cannot be used, `unclear` what those were for: the row does without,
    and no default takes their place. `condition` is in eBay's words, `grading` by the trade's scale. `photo_warning`
    says which photos are not used and why. `seller_sku`, `location` and `named` are as in a row. `problem` is why the
    row cannot be used at all.
    """

    condition: Condition | None = None
    grading: Grading | None = None
    price_cents: int | None = None
    quantity: int | None = None
    note: str = ""
    photos: tuple[str, ...] = ()
    photo_warning: str = ""
    warnings: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    seller_sku: str = ""
    location: str = ""
    named: Named = NOTHING_NAMED
    problem: str = ""


_NOTHING_BESIDE = Beside()


class BesideReader:
    """Reads what stands beside the barcode in the columns that a header names.

    What is to be done for each of them is settled once, so that a row pays for the columns that are there.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._wide = len(columns.header)
        self._graded = of_conditions(columns)
        self._condition = partial(condition, scale=columns.scale)
        self._by_grade = self._graded is not None or Role.SLEEVE in columns.roles
        self._names = tuple((role, role.value) for role in _OF_THE_RELEASE if role in columns.roles)
        self._by_name = bool(self._names) or Role.DISCOGS_ID in columns.roles
        self._fields = tuple(
            (role, name, places, reader)
            for role, (name, reader) in _READERS.items()
            if (places := columns.roles.get(role))
        )

    def read(self, cells: tuple[str, ...]) -> Beside:
        """Return what stands in one row."""
        if not self._columns.roles:
            shifted = self._shifted(cells)
            return Beside(problem=shifted) if shifted else _NOTHING_BESIDE
        found = Beside()
        warnings: dict[Role, str] = {}
        for role, name, places, reader in self._fields:
            place = places[0]
            cell = (cells[place] if place < len(cells) else "") if len(places) == 1 else at(cells, self._columns, role)
            if cell:
                try:
                    setattr(found, name, reader(cell))
                except CellProblem as problem:
                    warnings[role] = str(problem)
        if self._by_grade:
            self._grade(found, cells, warnings)
        if self._by_name:
            found.named = self._named(cells, warnings)
        if Role.PHOTOS in self._columns.roles:
            found.photos, found.photo_warning = photos(at(cells, self._columns, Role.PHOTOS))
        if warnings:
            told = [role for role in _TOLD_IN_ORDER if role in warnings]
            found.warnings, found.unclear = tuple(map(warnings.__getitem__, told)), tuple(map(str, told))
        found.problem = "The quantity is 0: none is in stock" if found.quantity == 0 else self._shifted(cells)
        return found

    def _grade(self, found: Beside, cells: tuple[str, ...], warnings: dict[Role, str]) -> None:
        """Fill in how the copy is graded."""
        columns = self._columns
        graded = exported(cells, columns)
        if graded is None and self._graded:
            graded = self._taken(self._condition, cells, Role.CONDITION, warnings, column=self._graded)
        found.condition = graded.condition if graded else None
        found.grading = grading(graded, self._taken(sleeve, cells, Role.SLEEVE, warnings), columns.scale)

    def _named(self, cells: tuple[str, ...], warnings: dict[Role, str]) -> Named:
        """Return what the row says of its release."""
        release = self._taken(discogs_id, cells, Role.DISCOGS_ID, warnings)
        said = {name: words(at(cells, self._columns, role)) for role, name in self._names}
        return Named(release or "", **said) if release or any(said.values()) else NOTHING_NAMED

    def _taken(
        self,
        reader: Callable[[str], _T | None],
        cells: tuple[str, ...],
        role: Role,
        warnings: dict[Role, str],
        *,
        column: Role | None = None,
    ) -> _T | None:
        """Return what a cell says; where it cannot be used, `warnings` says why."""
        cell = at(cells, self._columns, column or role)
        if not cell:
            return None
        try:
            return reader(cell)
        except CellProblem as problem:
            warnings[role] = str(problem)
            return None

    def _shifted(self, cells: tuple[str, ...]) -> str:
        """Return why nobody knows which cell is which, "" when the row has no more cells than the header."""
        if len(cells) > self._wide > 1 and any(cell.strip() for cell in cells[self._wide :]):
            return "The row has more cells than the header: put quotation marks around a cell with a comma in it"
        return ""


@remembered
def price_cents(cell: str) -> int | None:
    """Return the price in US cents; None when `cell` names none, or 0.

    Raises:
        CellProblem: it cannot be read in one way only, is not in dollars, or is less than 0.
    """
    text = " ".join(cell.split())
    if says_nothing(text):
        return None
    amount = _DOLLARS.sub("", text, count=2).strip()
    if re.search(r"[€£¥]|\b(?:EUR|GBP|CAD|AUD|JPY|CHF)\b", amount, re.IGNORECASE):
        raise CellProblem(f"The price “{text}” is not in US dollars: write it in dollars, like 9.99")
    negative = amount.startswith("-")
    cents = _cents(amount.removeprefix("-").strip())
    if cents is None:
        raise CellProblem(f"The price “{text}” cannot be read: write it like 9.99")
    if cents == 0:
        return None
    if negative:
        raise CellProblem(f"The price must be more than 0, not “{text}”")
    if cents > _HIGHEST_PRICE_CENTS:
        raise CellProblem(f"The price “{text}” is too high: the most is 999,999.99")
    return cents


@remembered
def quantity(cell: str) -> int | None:
    """Return the number of copies; None when `cell` names none.

    Raises:
        CellProblem: it is not a whole number from 0 to 9,999.
    """
    text = cell.strip()
    if says_nothing(text):
        return None
    number = _QUANTITY.fullmatch(text)
    copies = int(number[1]) if number and len(number[1]) <= 15 else -1
    if not 0 <= copies <= _HIGHEST_QUANTITY:
        raise CellProblem(f"The quantity “{text}” is not a whole number from 1 to 9,999: one copy is offered")
    return copies


@remembered
def discogs_id(cell: str) -> str | None:
    """Return the number of a Discogs release in digits, None when `cell` names none; also of `[r123]` or its address.

    Raises:
        CellProblem: it is not the number of a release.
    """
    text = cell.strip()
    if says_nothing(text):
        return None
    found = _DISCOGS_ID.fullmatch(text)
    if found is None:
        raise CellProblem(f"“{text[:_SHOWN]}” is not the number of a Discogs release: write it like 249504")
    return found[1]


@remembered
def words(cell: str) -> str:
    """Return what a cell says on one line, "" when that is nothing."""
    text = " ".join(cell.split())[:_LONGEST_WORDS]
    return "" if says_nothing(text) else text


def photos(cell: str) -> tuple[tuple[str, ...], str]:
    """Return the addresses of pictures in a cell, and why others are not used, "" for none.

    They are parted by blanks, commas, semicolons or `|`; a comma or a blank before anything else is a part of one.
    """
    if not cell:
        return (), ""
    found = [part.strip(_AROUND_PHOTOS) for part in _BETWEEN_PHOTOS.split(cell)]
    named = list(dict.fromkeys(_BEYOND_ASCII.sub(_quoted, part) for part in found if not says_nothing(part)))
    unusable = {address: reason for address in named if (reason := refused(address))}
    usable = [direct(address) for address in named if address not in unusable]
    unused = [f"The photo “{_shown(address)}” is not used: {reason}" for address, reason in unusable.items()]
    reasons = unused[:_TOLD]
    if len(unused) > _TOLD:
        reasons.append(f"Nor are {len(unused) - _TOLD} more")
    if len(usable) > MAX_PHOTOS:
        reasons.append(f"Only the first {MAX_PHOTOS} photos are used: eBay takes no more")
    return tuple(usable[:MAX_PHOTOS]), ". ".join(reasons)


def _quoted(letters: re.Match[str]) -> str:
    """Return letters beyond ASCII as a browser sends them."""
    return quote(letters.group())


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


def _own_number(cell: str) -> str:
    return sellers_own(words(cell))


_READERS: Mapping[Role, tuple[str, Callable[[str], object]]] = {  # those of which each cell speaks for itself
    Role.QUANTITY: ("quantity", quantity),
    Role.PRICE: ("price_cents", price_cents),
    Role.NOTE: ("note", str.strip),
    Role.SKU: ("seller_sku", _own_number),
    Role.LOCATION: ("location", words),
}
