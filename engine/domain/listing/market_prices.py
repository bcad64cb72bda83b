"""A price from what others ask or suggest, by the operator's rule. The sample is kept with the price. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from engine.codec import Value, replace
from engine.domain.listing.pricing import CURRENCY, Price, PriceEvidence, PriceRule, Search, dollars, offered
from engine.errors import Cause, ItemError


class SuggestedPrice(Value, frozen=True, omit_defaults=False):
    """What Discogs suggests for one grade of a release; `currency` is that of the token's user."""

    cents: int
    currency: str


def comparable(rule: PriceRule, asked: Sequence[int], *, searched: Search) -> Price:
    """Return the median of what others ask, without outliers, by the rule's factor and within its limits.

    `asked` are prices in cents for the same barcode; `searched` says what was looked for and is kept as evidence.

    Raises:
        ItemError: nobody offers it; a floor alone is no price.
    """
    kept = ordinary([cents for cents in asked if cents > 0])
    if not kept:
        raise ItemError(
            Cause.NO_PRICE,
            "Nobody offers this barcode on eBay now, so there is no price to compare: give it one.",
        )
    median = round(statistics.median(kept))
    evidence = PriceEvidence(
        asked=len(asked),
        used=len(kept),
        used_cents=tuple(sorted(kept)),
        left_out_cents=tuple(sorted(cents for cents in asked if cents not in kept)),
        median_cents=median,
        lowest_cents=min(kept),
        highest_cents=max(kept),
        searched=searched,
    )
    offers = "one offer" if len(kept) == 1 else f"{len(kept)} offers"
    return _ruled(rule, median, f"The median of {offers} on eBay is ${dollars(median)}", evidence)


def discogs_lowest(rule: PriceRule, cents: int | None) -> Price:
    """Return Discogs' lowest asking price for the release, by the rule's factor and within its limits.

    Raises:
        ItemError: nobody offers it there.
    """
    if not cents:
        raise ItemError(
            Cause.NO_PRICE, "Nobody offers this release on Discogs now: give it a price, or change the rule."
        )
    found = f"The lowest price on Discogs is ${dollars(cents)}"
    return _ruled(rule, cents, found, PriceEvidence(lowest_cents=cents))


def discogs_suggested(rule: PriceRule, suggestions: Mapping[str, SuggestedPrice], grade: str) -> Price:
    """Return what Discogs suggests for the pressing in a grade, by the rule's factor and within its limits.

    `suggestions` are by Discogs' grades.

    Raises:
        ItemError: it suggests nothing for the grade, or not in our currency.
    """
    suggested = suggestions.get(grade)
    if not suggested:
        where = f"in grade {grade}" if suggestions else "at all"
        reason = f"Discogs suggests no price for this release {where}: give it a price, or change the rule."
        raise ItemError(Cause.NO_PRICE, reason)
    if suggested.currency != CURRENCY:
        reason = (
            f"Discogs suggests prices in {suggested.currency}, the currency of your seller settings there, and "
            f"drafts are in {CURRENCY}: change that setting, or the rule."
        )
        raise ItemError(Cause.NO_PRICE, reason)
    cents = suggested.cents
    known = {name: suggestion.cents for name, suggestion in suggestions.items()}
    evidence = PriceEvidence(grade=grade, suggested_cents=cents, suggestions=known)
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


def _ruled(rule: PriceRule, cents: int, found: str, evidence: PriceEvidence) -> Price:
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
    ruled = replace(
        evidence,
        factor=rule.factor,
        ending_cents=rule.ending_cents,
        floor_cents=rule.floor_cents,
        ceiling_cents=rule.ceiling_cents,
    )
    return offered(final, rule.basis, "; ".join(steps) + ".", ruled)


def _ended(cents: int, ending: int) -> int:
    """Return the amount above zero next to `cents` that ends so; of two as near, the higher."""
    whole = (cents - ending + 50) // 100
    return max(whole, 0 if ending else 1) * 100 + ending
