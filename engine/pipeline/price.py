"""Third step: what the copy is offered for. The file's own price counts; else the operator's rule."""

from __future__ import annotations

from dataclasses import replace

from engine.domain import pricing
from engine.domain.candidates import Candidate
from engine.domain.categories import category, medium
from engine.domain.pricing import Price, PriceBasis
from engine.domain.releases import Release
from engine.domain.rows import Condition
from engine.errors import Cause, ItemError
from engine.pipeline.work import Work
from engine.upstream.discogs import Discogs
from engine.upstream.ebay import Ebay


def set_price(work: Work, candidate: Candidate, discogs: Discogs | None, ebay: Ebay | None) -> Price:
    """Return the price and record it, with its source, in `work.item.price`.

    Raises:
        ItemError: neither the file nor the rule gives one.
        UpstreamError: the rule needs eBay, and eBay does not answer or does not accept us.
    """
    price = _price(work, candidate, discogs, ebay)
    work.item = replace(work.item, price=price.document())
    return price


def graded(work: Work) -> Condition | None:
    """Return the operator's grading of the row: its own, else the batch's; None when there is none."""
    return work.row.condition or work.options.condition


def _price(work: Work, candidate: Candidate, discogs: Discogs | None, ebay: Ebay | None) -> Price:
    if work.row.price_cents is not None:
        return pricing.stated(work.row.price_cents)
    rule, release = work.options.price_rule, candidate.release
    if rule.basis is PriceBasis.FIXED:
        return pricing.fixed(rule, (release.format, medium(release.formats)), graded(work))
    if rule.basis is PriceBasis.DISCOGS_LOWEST:
        if candidate.discogs is None:
            why = "does not know this release" if discogs else "needs a token (DISCOGS_TOKEN)"
            reason = (
                f"Your price rule takes Discogs' lowest price, and Discogs {why}: give the row a price in the file."
            )
            raise ItemError(Cause.NO_PRICE, reason)
        return pricing.discogs_lowest(rule, release.lowest_price_cents)
    return _compared(work, release, ebay)


def _compared(work: Work, release: Release, ebay: Ebay | None) -> Price:
    """Return the price that follows from what others ask at eBay for the same barcode."""
    place = category(release.formats)
    if ebay is None:
        reason = (
            "Your price rule compares asking prices at eBay, and eBay is not connected: connect it on the System page, "
            "set fixed prices, or give the row a price in the file."
        )
        raise ItemError(Cause.NO_PRICE, reason)
    if place is None or work.row.gtin is None:
        reason = f"No category is known for {release.format or 'an unknown medium'}, so there is no price to compare: "
        raise ItemError(Cause.NO_PRICE, reason + "give the row a price in the file.")
    conditions = _conditions(graded(work))
    asked = ebay.comparable_prices(work.row.gtin, place.id, conditions)
    searched = {"barcode": work.row.gtin, "category_id": place.id, "conditions": list(conditions)}
    return pricing.comparable(work.options.price_rule, asked, searched=searched)


def _conditions(condition: Condition | None) -> tuple[str, ...]:
    """Return the conditions of the offers to compare with: new with new, used with used, an ungraded copy with all."""
    if condition is None:
        return ("NEW", "USED")
    return ("NEW",) if condition is Condition.NEW else ("USED",)
