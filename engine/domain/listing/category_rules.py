"""What eBay takes in a category: its item specifics and conditions, from its own answer or from a table here. Pure.

Source: contracts/UPSTREAMS.md 3.7; eBay's Taxonomy API v1 and Metadata API v1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.codec import Part, Value
from engine.domain.batch.rows import Condition
from engine.domain.listing.categories import FILMS, Category
from engine.domain.listing.wording import clipped, plain

MAX_NAME, MAX_VALUE = 40, 50  # characters that the Inventory API takes, whatever the category says
EBAY, TABLE = "ebay", "table"
_MOST_VALUES = 10
_LAST_BRACKET = re.compile(r" *[(\[][^()\[\]]*[)\]]$")
_USED = "USED_EXCELLENT"  # eBay's word for a plain "Used"


class Specific(Value, frozen=True, omit_defaults=False):
    """One item specific. `several` allows more than one value, each up to `max_length` characters, 50 at most.

    `choices` are the only values that eBay takes, in its spelling; () means any text.
    """

    name: str
    required: bool = False
    several: bool = True
    max_length: int = MAX_VALUE
    choices: tuple[str, ...] = ()

    @property
    def longest(self) -> int:
        """Return the most characters of a value."""
        return min(self.max_length, MAX_VALUE)

    def fit(self, values: Iterable[str]) -> list[str]:
        """Return what eBay takes of `values`, [] when it takes none; a longer one loses what is least of it."""
        if len(self.name) > MAX_NAME:
            return []
        spelling = {choice.casefold(): choice for choice in self.choices}
        plainly = [plain(value) for value in values]
        fitting = [
            spelling.get(value.casefold(), "") if self.choices else _shorter(value, self.longest) for value in plainly
        ]
        return list(dict.fromkeys(filter(None, fitting)))[: _MOST_VALUES if self.several else 1]

    def refused(self, values: Sequence[str]) -> str:
        """Return, as a sentence, what eBay does not take of the values that a person wrote; "" when it takes them."""
        if len(values) > 1 and not self.several:
            return f"eBay takes one {self.name} only."
        if strange := [value for value in values if self.choices and value not in self.fit([value])]:
            return f"eBay does not offer “{strange[0]}” for {self.name}: choose one of its values."
        if not self.choices and any(len(value) > self.longest for value in values):
            return f"eBay takes up to {self.longest} characters for {self.name}."
        return ""


class CheckedAgainst(Part, frozen=True):
    """The rules that a draft was held against: eBay's (`EBAY`), with the time they were asked for, or our `TABLE`."""

    by: str = ""
    asked_at: str = ""


@dataclass(frozen=True, slots=True)
class CategoryRules:
    """What eBay takes in one category: specifics by name, and conditions by eBay's enum.

    A specific that is not among them may be given all the same. `listable` is False when eBay has no such category to
    list in. `asked_at` is when eBay said so, None for the table. `name` is eBay's of it, "" when not asked for.
    """

    specifics: Mapping[str, Specific] = field(default_factory=dict)
    conditions: frozenset[str] = frozenset()
    listable: bool = True
    asked_at: datetime | None = None
    name: str = ""

    def confirm(self, place: Category) -> bool:
        """Return whether `place` is the category that its number names."""
        return place.sure or (self.listable and self.name.casefold() == place.name.casefold())

    @property
    def required(self) -> tuple[str, ...]:
        """Return the names of the specifics that eBay asks for."""
        return tuple(name for name, specific in self.specifics.items() if specific.required)

    def specific(self, name: str) -> Specific:
        """Return what eBay takes for a specific."""
        return self.specifics.get(name) or Specific(name)

    def condition(self, grade: Condition) -> str:
        """Return eBay's enum for a grade: its own where the category knows it, else "Used" for a used copy."""
        if grade.value not in self.conditions and grade is not Condition.NEW and _USED in self.conditions:
            return _USED
        return grade.value

    def checked_against(self) -> CheckedAgainst:
        """Return what a draft was held against."""
        if self.asked_at is None:
            return CheckedAgainst(TABLE)
        return CheckedAgainst(EBAY, self.asked_at.isoformat(timespec="seconds"))

    def stored(self) -> StoredRules:
        """Return eBay's answer as it is stored, but for its date."""
        return StoredRules(tuple(self.specifics.values()), tuple(sorted(self.conditions)), self.listable, self.name)


class StoredRules(Value, frozen=True, omit_defaults=False):
    """eBay's answer about a category as it is kept in a look-up."""

    specifics: tuple[Specific, ...]
    conditions: tuple[str, ...]
    listable: bool = True
    name: str = ""

    def rules(self, asked_at: datetime) -> CategoryRules:
        """Return the rules that eBay gave at `asked_at`."""
        specifics = {specific.name: specific for specific in self.specifics}
        return CategoryRules(specifics, frozenset(self.conditions), self.listable, asked_at, self.name)


def _shorter(value: str, room: int) -> str:
    """Return a value in `room` characters: without its last brackets, else without its parts behind a slash."""
    while len(value) > room and (bare := _LAST_BRACKET.sub("", value)) not in (value, ""):
        value = bare
    while len(value) > room and " / " in value:
        value = value.rpartition(" / ")[0]
    return clipped(value, room)


def asked_for(place: Category | None) -> tuple[str, ...]:
    """Return the specifics that a category asks for by the table; music's where the category is not known."""
    return ("Movie/TV Title", "Format") if place in FILMS else ("Artist", "Release Title", "Format")


def table(place: Category | None) -> CategoryRules:
    """Return what a category takes as far as this program knows without asking."""
    conditions = place.conditions if place else frozenset(condition.value for condition in Condition)
    return CategoryRules({name: Specific(name, required=True) for name in asked_for(place)}, conditions)
