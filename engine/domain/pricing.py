"""Where a price comes from: the file's own column, else the rule that the operator set. Never a made-up constant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self, TypeVar

from engine.domain.rows import Condition
from engine.errors import Cause, ItemError

CURRENCY = "USD"
ANY = "*"
EDITED = "edited"
DEFAULT = "default"

V = TypeVar("V")
Table = Mapping[str, Mapping[str, V]]  # by format (`CD`, `Vinyl`, … or `*` for any) and condition (`*` for any)


class PriceBasis(StrEnum):
    """What a rule takes its price from. Stored: never renamed."""

    FIXED = "fixed"  # a price the operator set by format and condition
    COMPARABLE = "comparable"  # the median of eBay's asking prices for the same barcode
    DISCOGS_LOWEST = "discogs_lowest"  # Discogs' lowest asking price; off until the operator turns it on
    DISCOGS_SUGGESTED = "discogs_suggested"  # what Discogs suggests for the pressing in its grade; off as well


DISCOGS_BASES = frozenset({PriceBasis.DISCOGS_LOWEST, PriceBasis.DISCOGS_SUGGESTED})


@dataclass(frozen=True, slots=True)
class PriceRule:
    """The operator's rule for rows whose file names no price, in US cents.

    `fixed` holds prices, e.g. `{"CD": {"*": 599, "NEW": 999}}`: the price itself where that is the basis, else the
    default of copies for which nothing is found. What is found is taken times `factor`, or times the one that `factors`
    has for the copy; brought to the nearest price that ends in `ending_cents` (99: `8.99`); and kept from `floor_cents`
    to `ceiling_cents`. None means: any ending, no limit.
    """

    basis: PriceBasis = PriceBasis.COMPARABLE
    factor: float = 1.0
    floor_cents: int | None = None
    ceiling_cents: int | None = None
    fixed: Table[int] = field(default_factory=dict)
    factors: Table[float] = field(default_factory=dict)
    ending_cents: int | None = None

    def of(self, media: Sequence[str], condition: Condition | None) -> Self:
        """Return the rule with the factor that counts for a copy; see `fixed` for `media`."""
        found = _most_specific(self.factors, media, condition)
        return replace(self, factor=found[0]) if found else self

    def document(self) -> dict[str, Any]:
        """Return the rule as JSON types."""
        return {
            "basis": self.basis,
            "factor": self.factor,
            "floor_cents": self.floor_cents,
            "ceiling_cents": self.ceiling_cents,
            "fixed": {name: dict(prices) for name, prices in self.fixed.items()},
            "factors": {name: dict(factors) for name, factors in self.factors.items()},
            "ending_cents": self.ending_cents,
        }

    @classmethod
    def from_document(cls, fields: Mapping[str, Any]) -> Self:
        """Return the rule that `document` wrote."""
        return cls(**{**fields, "basis": PriceBasis(fields.get("basis", PriceBasis.COMPARABLE))})


@dataclass(frozen=True, slots=True)
class Price:
    """What a copy is offered for, and where that comes from.

    `source` is `file`, `edited`, `default` or the basis of the rule; `reason` the sentence an operator reads;
    `evidence` the numbers behind it, as JSON types.
    """

    cents: int
    source: str
    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the price as JSON types."""
        return {
            "cents": self.cents,
            "currency": CURRENCY,
            "source": self.source,
            "reason": self.reason,
            "evidence": dict(self.evidence),
        }


def dollars(cents: int) -> str:
    """Return an amount as eBay writes it: `9.99`."""
    return f"{cents // 100}.{cents % 100:02}"


def stated(cents: int) -> Price:
    """Return the price that stands in the file.

    Raises:
        ItemError: it is nothing to offer a copy for.
    """
    return offered(cents, "file", "The price stands in the file.")


def edited(cents: int, by: str, before: Mapping[str, Any]) -> Price:
    """Return the price that a person gave; the price of `before`, if any, is kept as evidence."""
    kept = before.get("evidence", {}).get("instead_of") if before.get("source") == EDITED else before
    return offered(cents, EDITED, f"Edited by {by}.", {"instead_of": dict(kept)} if kept else {})


def fixed(rule: PriceRule, media: Sequence[str], condition: Condition | None) -> Price:
    """Return the operator's own price for a copy; `media` are the names it goes by, the most specific first.

    Raises:
        ItemError: the rule has none for them.
    """
    if found := _most_specific(rule.fixed, media, condition):
        return offered(found[0], PriceBasis.FIXED, f"Your fixed price for {found[1]}.")
    name = next(filter(None, media), "an unknown medium")
    graded = f"in condition {condition}" if condition else "without a condition"
    reason = f"Your price rule has no price for {name} {graded}: add one, or give the row a price in the file."
    raise ItemError(Cause.NO_PRICE, reason)


def otherwise(rule: PriceRule, media: Sequence[str], condition: Condition | None, nothing: ItemError) -> Price:
    """Return the operator's default price for a copy for which `nothing` was found.

    Raises:
        ItemError: `nothing`, when he gave none.
    """
    found = _most_specific(rule.fixed, media, condition)
    if found is None:
        raise nothing
    evidence = {"basis": rule.basis, "instead": str(nothing)}
    return offered(found[0], DEFAULT, f"Your default price for {found[1]}. {nothing}", evidence)


def offered(cents: int, source: str, reason: str, evidence: Mapping[str, Any] | None = None) -> Price:
    """Return a price.

    Raises:
        ItemError: it is nothing to offer a copy for.
    """
    if cents <= 0:
        raise ItemError(
            Cause.NO_PRICE, f"{reason} It comes to ${dollars(max(cents, 0))}: give this row a price above zero."
        )
    return Price(cents, source, reason, evidence or {})


def _most_specific(table: Table[V], media: Sequence[str], condition: Condition | None) -> tuple[V, str] | None:
    """Return what a table holds for a copy and the words for whom it holds it, None when it has nothing for it."""
    for name in (*filter(None, media), ANY):
        for grade in (condition, ANY):
            if grade and (value := table.get(name, {}).get(grade)) is not None:
                return value, f"{_or_any(name, 'medium')}, {_or_any(grade, 'condition')}"
    return None


def _or_any(name: str, what: str) -> str:
    return f"any {what}" if name == ANY else name
