"""Third step: what the copy is offered for. The file's own price counts; else the operator's rule.

A draft needs no price, only publishing does: where none is found the reason is kept, unless the batch holds such rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.codec import replace
from engine.domain.batch.decided import Signature
from engine.domain.batch.options import NoPrice
from engine.domain.batch.rows import Condition
from engine.domain.identify.candidates import Candidate
from engine.domain.identify.releases import Release
from engine.domain.listing import discogs_inventory, market_prices, pricing
from engine.domain.listing.categories import category, medium
from engine.domain.listing.pricing import Price, PriceBasis, PriceRule, Search
from engine.errors import Cause, CredentialsRefused, ItemError, RequestRefused
from engine.pipeline.identification import without_discogs
from engine.pipeline.sources import Sources
from engine.pipeline.work import RowContext


@dataclass(frozen=True, slots=True)
class Priced:
    """What became of the third step."""

    price: Price


def set_price(context: RowContext, candidate: Candidate, sources: Sources, *, lacking: Sequence[str] = ()) -> Priced:
    """Return the price with its source, or why there is none; `lacking` names services without an answer about the row.

    Raises:
        ItemError: neither the file nor the rule gives one, and the batch holds such rows.
        UpstreamError: the rule needs a service that does not answer or does not accept us.
    """
    decided = context.item.decided
    if cents := decided.edits.price_cents:
        signature = decided.edited or Signature()
        return Priced(pricing.edited(cents, signature.signed, context.item.price))
    if context.row.price_cents is not None:
        return Priced(pricing.stated(context.row.price_cents))
    try:
        return Priced(_by_rule(context, candidate, sources, lacking))
    except ItemError as nothing:
        if context.options.no_price is NoPrice.HOLD:
            raise
        return Priced(pricing.missing(context.options.price_rule, nothing))


def _by_rule(context: RowContext, candidate: Candidate, sources: Sources, lacking: Sequence[str]) -> Price:
    """Return the price that the operator's rule finds, else their default.

    Raises:
        ItemError: they find none, or the file says one that cannot be read, which no rule may replace.
    """
    if "price" in context.row.unclear:
        raise ItemError(Cause.NO_PRICE, "The price in the file cannot be read: give it a price.")
    release, grades = candidate.release, context.graded.keys
    media = (release.format, medium(release.formats))
    rule = context.options.price_rule.of(media, grades)
    if rule.basis is PriceBasis.FIXED:
        return pricing.fixed(rule, media, grades)
    try:
        if rule.basis is PriceBasis.COMPARABLE:
            return _compared(context, rule, release, sources)
        return _by_discogs(context, rule, candidate, sources, lacking)
    except RequestRefused as refusal:
        return pricing.otherwise(rule, media, grades, ItemError(Cause.NO_PRICE, str(refusal)))
    except ItemError as nothing:
        return pricing.otherwise(rule, media, grades, nothing)


def _by_discogs(
    context: RowContext, rule: PriceRule, candidate: Candidate, sources: Sources, lacking: Sequence[str]
) -> Price:
    """Return the price that follows from what Discogs says of the release."""
    if sources.discogs is None:
        raise _without_discogs("needs a token")
    if "discogs" in lacking:
        raise _without_discogs("does not accept our token")
    if candidate.discogs is None:
        raise _without_discogs("does not know this release")
    try:
        if rule.basis is PriceBasis.DISCOGS_SUGGESTED:
            return _suggested(context, rule, candidate.discogs, sources)
        asked = sources.lowest_price(context.key, candidate.discogs)
        return _dated(market_prices.discogs_lowest(rule, asked.said), asked.at)
    except CredentialsRefused as refused:
        if not without_discogs(context, refused):
            raise
        raise _without_discogs("does not accept our token") from refused


def _suggested(context: RowContext, rule: PriceRule, known: Release, sources: Sources) -> Price:
    """Return the price that Discogs suggests for the operator's grading; ungraded, nothing is asked."""
    copy = context.graded
    grade = discogs_inventory.media_grade(copy.own.medium if copy.own else None, copy.condition)
    if not grade:
        reason = "Discogs suggests prices by grade, and this copy has none: grade it, or give it a price."
        raise ItemError(Cause.NO_PRICE, reason)
    asked = sources.suggested_prices(context.key, known)
    return _dated(market_prices.discogs_suggested(rule, asked.said, grade), asked.at)


def _without_discogs(why: str) -> ItemError:
    reason = f"Your price rule takes Discogs' prices, and Discogs {why}: give it a price."
    return ItemError(Cause.NO_PRICE, reason)


def _dated(price: Price, at: datetime) -> Price:
    """Return the price with the time at which its numbers were asked for."""
    return replace(price, evidence=replace(price.evidence, asked_at=at.isoformat(timespec="seconds")))


def _compared(context: RowContext, rule: PriceRule, release: Release, sources: Sources) -> Price:
    """Return the price that follows from what others ask at eBay for the same barcode."""
    place, ebay = category(release.formats), sources.ebay
    if ebay is None:
        reason = (
            "Your price rule takes eBay's asking prices, and eBay is not connected: give it a price, or connect eBay "
            "and have it looked up."
        )
        raise ItemError(Cause.NO_PRICE, reason)
    if place is None:
        reason = f"No category is known for {release.format or 'an unknown medium'}, so there is no price to compare: "
        raise ItemError(Cause.NO_PRICE, reason + "give it a price.")
    conditions = _conditions(context.graded.condition)
    code = context.barcode(release)
    if not code:
        reason = "eBay's asking prices are looked up by barcode, and this release has none: give it a price."
        raise ItemError(Cause.NO_PRICE, reason)
    asked = sources.asking_prices(context.key, code, place.id, conditions, ebay)
    searched = Search(code, place.id, conditions)
    return _dated(market_prices.comparable(rule, asked.said, searched=searched), asked.at)


def _conditions(condition: Condition | None) -> tuple[str, ...]:
    """Return the conditions of the offers to compare with: new with new, used with used, an ungraded copy with all."""
    if condition is None:
        return ("NEW", "USED")
    return ("NEW",) if condition is Condition.NEW else ("USED",)
