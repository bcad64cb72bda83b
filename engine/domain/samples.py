"""A price from what others ask or suggest, by the operator's rule. The sample is kept with the price. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from engine.domain.pricing import CURRENCY, Price, PriceRule, dollars, offered
from engine.errors import Cause, ItemError


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
        "used_cents": sorted(kept),
        "left_out_cents": sorted(cents for cents in asked if cents not in kept),
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


def discogs_suggested(rule: PriceRule, suggestions: Mapping[str, Mapping[str, Any]], grade: str) -> Price:
    """Return what Discogs suggests for the pressing in a grade, by the rule's factor and within its limits.

    `suggestions` map Discogs' grades to `cents` and `currency`.

    Raises:
        ItemError: it suggests nothing for the grade, or not in our currency.
    """
    suggested = suggestions.get(grade)
    if not suggested:
        where = f"in grade {grade}" if suggestions else "at all"
        reason = f"Discogs suggests no price for this release {where}: give it a price in the file or change the rule."
        raise ItemError(Cause.NO_PRICE, reason)
    if suggested["currency"] != CURRENCY:
        reason = (
            f"Discogs suggests prices in {suggested['currency']}, the currency of your seller settings there, and "
            f"drafts are in {CURRENCY}: change that setting, or the rule."
        )
        raise ItemError(Cause.NO_PRICE, reason)
    cents = suggested["cents"]
    evidence = {
        "grade": grade,
        "suggested_cents": cents,
        "suggestions": {k: v["cents"] for k, v in suggestions.items()},
    }
    return _ruled(rule, cents, f"Discogs suggests ${dollars(cents)} for {grade}", evidence)


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
    ended = scaled if rule.ending_cents is None else _ended(scaled, rule.ending_cents)
    raised = max(ended, rule.floor_cents or 0)
    final = raised if rule.ceiling_cents is None else min(raised, rule.ceiling_cents)
    steps = [found]
    if rule.factor != 1:
        steps.append(f"times {rule.factor:g} is ${dollars(scaled)}")
    if ended != scaled:
        steps.append(f"rounded to ${dollars(ended)}")
    if final != ended:
        steps.append(f"your {'floor' if final > ended else 'ceiling'} is ${dollars(final)}")
    kept = ("factor", "ending_cents", "floor_cents", "ceiling_cents")
    applied = {name: getattr(rule, name) for name in kept}
    return offered(final, rule.basis, "; ".join(steps) + ".", {**evidence, **applied})


def _ended(cents: int, ending: int) -> int:
    """Return the amount above zero next to `cents` that ends so; of two as near, the higher."""
    whole = (cents - ending + 50) // 100
    return max(whole, 0 if ending else 1) * 100 + ending
