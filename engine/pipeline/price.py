"""Third step: what the copy is offered for. The file's own price counts; else the operator's rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.domain import discogs_inventory, pricing, samples
from engine.domain.candidates import Candidate
from engine.domain.categories import category, medium
from engine.domain.pricing import Price, PriceBasis, PriceRule
from engine.domain.releases import Release
from engine.domain.rows import Condition
from engine.errors import Cause, CredentialsRefused, ItemError
from engine.pipeline.identification import without_discogs
from engine.pipeline.sources import Sources
from engine.pipeline.work import Work


def set_price(work: Work, candidate: Candidate, sources: Sources) -> Price:
    """Return the price and record it, with its source, in `work.item.price`.

    Raises:
        ItemError: neither the file nor the rule gives one.
        UpstreamError: the rule needs a service that does not answer or does not accept us.
    """
    price = _price(work, candidate, sources)
    work.item = replace(work.item, price=price.document())
    return price


def graded(work: Work) -> Condition | None:
    """Return the operator's grading of the row: as edited, else its own, else the batch's; None when there is none."""
    return work.edits.condition or work.row.condition or work.options.condition


def _price(work: Work, candidate: Candidate, sources: Sources) -> Price:
    if cents := work.edits.price_cents:
        return pricing.edited(cents, work.edits.by, work.item.price)
    if work.row.price_cents is not None:
        return pricing.stated(work.row.price_cents)
    release, condition = candidate.release, graded(work)
    media = (release.format, medium(release.formats))
    rule = work.options.price_rule.of(media, condition)
    if rule.basis is PriceBasis.FIXED:
        return pricing.fixed(rule, media, condition)
    try:
        if rule.basis is PriceBasis.COMPARABLE:
            return _compared(work, rule, release, sources)
        return _by_discogs(work, rule, candidate, sources)
    except ItemError as nothing:
        return pricing.otherwise(rule, media, condition, nothing)


def _by_discogs(work: Work, rule: PriceRule, candidate: Candidate, sources: Sources) -> Price:
    """Return the price that follows from what Discogs says of the release."""
    if sources.discogs is None:
        raise _without_discogs("needs a token (DISCOGS_TOKEN)")
    if "discogs" in work.item.match["lacking"]:
        raise _without_discogs("does not accept our token (DISCOGS_TOKEN)")
    if candidate.discogs is None:
        raise _without_discogs("does not know this release")
    try:
        if rule.basis is PriceBasis.DISCOGS_SUGGESTED:
            return _suggested(work, rule, candidate.discogs, sources)
        asked = sources.lowest_price(work.gtin, candidate.discogs)
        return _dated(samples.discogs_lowest(rule, asked.said), asked.at)
    except CredentialsRefused as refused:
        if not without_discogs(work, refused):
            raise
        raise _without_discogs("does not accept our token (DISCOGS_TOKEN)") from refused


def _suggested(work: Work, rule: PriceRule, known: Release, sources: Sources) -> Price:
    """Return the price that Discogs suggests for the operator's grading; ungraded, nothing is asked."""
    condition = graded(work)
    if condition is None:
        reason = (
            "Discogs suggests prices by grade, and this copy has none: grade it, or give the row a price in the file."
        )
        raise ItemError(Cause.NO_PRICE, reason)
    asked = sources.suggested_prices(work.gtin, known)
    return _dated(samples.discogs_suggested(rule, asked.said, discogs_inventory.GRADES[condition]), asked.at)


def _without_discogs(why: str) -> ItemError:
    reason = f"Your price rule takes Discogs' prices, and Discogs {why}: give the row a price in the file."
    return ItemError(Cause.NO_PRICE, reason)


def _dated(price: Price, at: datetime) -> Price:
    """Return the price with the time at which its numbers were asked for."""
    return replace(price, evidence={**price.evidence, "asked_at": at.isoformat(timespec="seconds")})


def _compared(work: Work, rule: PriceRule, release: Release, sources: Sources) -> Price:
    """Return the price that follows from what others ask at eBay for the same barcode."""
    place, ebay = category(release.formats), sources.ebay
    if ebay is None:
        reason = (
            "Your price rule compares asking prices at eBay, and eBay is not connected: connect it on the System page, "
            "set fixed prices, or give the row a price in the file."
        )
        raise ItemError(Cause.NO_PRICE, reason)
    if place is None:
        reason = f"No category is known for {release.format or 'an unknown medium'}, so there is no price to compare: "
        raise ItemError(Cause.NO_PRICE, reason + "give the row a price in the file.")
    conditions = _conditions(graded(work))
    asked = sources.asking_prices(work.gtin, place.id, conditions, ebay)
    searched = {"barcode": work.gtin, "category_id": place.id, "conditions": list(conditions)}
    return _dated(samples.comparable(rule, asked.said, searched=searched), asked.at)


def _conditions(condition: Condition | None) -> tuple[str, ...]:
    """Return the conditions of the offers to compare with: new with new, used with used, an ungraded copy with all."""
    if condition is None:
        return ("NEW", "USED")
    return ("NEW",) if condition is Condition.NEW else ("USED",)
