"""Where a price comes from: the file's own column, else the rule that the operator set. Never a made-up constant."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from engine.domain.rows import Condition
from engine.errors import Cause, ItemError

CURRENCY = "USD"
ANY = "*"
EDITED = "edited"


class PriceBasis(StrEnum):
    """What a rule takes its price from. Stored: never renamed."""

    FIXED = "fixed"  # a price the operator set by format and condition
    COMPARABLE = "comparable"  # the median of eBay's asking prices for the same barcode
    DISCOGS_LOWEST = "discogs_lowest"  # Discogs' lowest asking price; off until the operator turns it on


@dataclass(frozen=True, slots=True)
class PriceRule:
    """The operator's rule for rows whose file names no price.

    `fixed` maps a format (`CD`, `Vinyl`, … or `*` for any) to prices in cents by condition (`*` for any), e.g.
    `{"CD": {"*": 599, "NEW": 999}}`. `factor`, `floor_cents` and `ceiling_cents` apply to the other two bases;
    None means no limit.
    """

    basis: PriceBasis = PriceBasis.COMPARABLE
    factor: float = 1.0
    floor_cents: int | None = None
    ceiling_cents: int | None = None
    fixed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the rule as JSON types."""
        return {
            "basis": self.basis,
            "factor": self.factor,
            "floor_cents": self.floor_cents,
            "ceiling_cents": self.ceiling_cents,
            "fixed": {name: dict(prices) for name, prices in self.fixed.items()},
        }

    @classmethod
    def from_document(cls, fields: Mapping[str, Any]) -> Self:
        """Return the rule that `document` wrote."""
        return cls(**{**fields, "basis": PriceBasis(fields.get("basis", PriceBasis.COMPARABLE))})


@dataclass(frozen=True, slots=True)
class Price:
    """What a copy is offered for, and where that comes from.

    `source` is `file`, `edited` or the basis of the rule; `reason` the sentence an operator reads; `evidence` the
    numbers behind it, as JSON types.
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
    return _offered(cents, "file", "The price stands in the file.")


def edited(cents: int, by: str, before: Mapping[str, Any]) -> Price:
    """Return the price that a person gave; the price of `before`, if any, is kept as evidence."""
    kept = before.get("evidence", {}).get("instead_of") if before.get("source") == EDITED else before
    return _offered(cents, EDITED, f"Edited by {by}.", {"instead_of": dict(kept)} if kept else {})


def fixed(rule: PriceRule, media: Sequence[str], condition: Condition | None) -> Price:
    """Return the operator's own price for a copy; `media` are the names it goes by, the most specific first.

    Raises:
        ItemError: the rule has none for them.
    """
    for name in (*filter(None, media), ANY):
        for grade in (condition, ANY):
            cents = rule.fixed.get(name, {}).get(grade) if grade else None
            if cents is not None:
                where = f"{_or_any(name, 'medium')}, {_or_any(grade or ANY, 'condition')}"
                return _offered(cents, PriceBasis.FIXED, f"Your fixed price for {where}.")
    name = next(filter(None, media), "an unknown medium")
    graded = f"in condition {condition}" if condition else "without a condition"
    reason = f"Your price rule has no price for {name} {graded}: add one, or give the row a price in the file."
    raise ItemError(Cause.NO_PRICE, reason)


def comparable(rule: PriceRule, asked: Sequence[int], *, searched: Mapping[str, Any]) -> Price:
    """Return the median of what others ask, without outliers, by the rule's factor and within its limits.

    `asked` are prices in cents for the same barcode; `searched` says what was looked for and is kept as evidence.

    Raises:
        ItemError: nobody offers it; a floor alone is no price.
    """
    kept = ordinary([cents for cents in asked if cents > 0])
    if not kept:
        raise ItemError(
            Cause.NO_PRICE,
            "Nobody offers this barcode on eBay now, so there is no price to compare: give it one in the file.",
        )
    median = round(statistics.median(kept))
    evidence = {
        "asked": len(asked),
        "used": len(kept),
        "median_cents": median,
        "lowest_cents": min(kept),
        "highest_cents": max(kept),
        "searched": dict(searched),
    }
    offers = "one offer" if len(kept) == 1 else f"{len(kept)} offers"
    return _ruled(rule, median, f"The median of {offers} on eBay is ${dollars(median)}", evidence)


def discogs_lowest(rule: PriceRule, cents: int | None) -> Price:
    """Return Discogs' lowest asking price for the release, by the rule's factor and within its limits.

    Raises:
        ItemError: nobody offers it there.
    """
    if not cents:
        raise ItemError(
            Cause.NO_PRICE, "Nobody offers this release on Discogs now: give it a price in the file or change the rule."
        )
    return _ruled(rule, cents, f"The lowest price on Discogs is ${dollars(cents)}", {"lowest_cents": cents})


def ordinary(prices: Sequence[int]) -> list[int]:
    """Return the prices without outliers: those over one and a half times the middle half's width away from it.

    Fewer than four have no middle half and stay as they are.
    """
    if len(prices) < 4:
        return list(prices)
    lower, _, upper = statistics.quantiles(prices, n=4, method="inclusive")
    reach = 1.5 * (upper - lower)
    return [price for price in prices if lower - reach <= price <= upper + reach]


def _ruled(rule: PriceRule, cents: int, found: str, evidence: Mapping[str, Any]) -> Price:
    """Return the price that the rule makes of what was found."""
    scaled = round(cents * rule.factor)
    raised = max(scaled, rule.floor_cents or 0)
    final = raised if rule.ceiling_cents is None else min(raised, rule.ceiling_cents)
    steps = [found]
    if rule.factor != 1:
        steps.append(f"times {rule.factor:g} is ${dollars(scaled)}")
    if final != scaled:
        steps.append(f"your {'floor' if final > scaled else 'ceiling'} is ${dollars(final)}")
    limits = {"factor": rule.factor, "floor_cents": rule.floor_cents, "ceiling_cents": rule.ceiling_cents}
    return _offered(final, rule.basis, "; ".join(steps) + ".", {**evidence, **limits})


def _offered(cents: int, source: str, reason: str, evidence: Mapping[str, Any] | None = None) -> Price:
    if cents <= 0:
        raise ItemError(
            Cause.NO_PRICE, f"{reason} It comes to ${dollars(max(cents, 0))}: give this row a price above zero."
        )
    return Price(cents, source, reason, evidence or {})


def _or_any(name: str, what: str) -> str:
    return f"any {what}" if name == ANY else name
