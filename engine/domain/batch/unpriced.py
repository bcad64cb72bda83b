"""Rows that lack nothing but a price, and how a batch finds prices for them later. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from engine.codec import replace
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.options import NoPrice, Options
from engine.domain.listing.readiness import DraftNeed
from engine.errors import Cause

Prices = Mapping[str, Mapping[str, int]]  # US cents by format and condition, as in `PriceRule.fixed`


def unpriced(item: Item) -> bool:
    """Whether a row lacks a price: its draft has none, or it has failed for want of one. Not while it is wanted."""
    if item.wanted is not None:
        return False
    failed = item.status is ItemStatus.FAILED and item.cause is Cause.NO_PRICE
    return failed or DraftNeed.PRICE in item.needs


def repriced(options: Options, prices: Prices, no_price: NoPrice | None) -> Options:
    """Return the options of a batch with more of the operator's own prices, which count where none is found.

    At the same format and condition the new price counts. `no_price` says what becomes of rows for which none is found
    from now on, None leaves that as it was.
    """
    rule = options.price_rule
    media = {**dict.fromkeys(rule.fixed), **dict.fromkeys(prices)}
    fixed = {medium: {**rule.fixed.get(medium, {}), **prices.get(medium, {})} for medium in media}
    return replace(options, price_rule=replace(rule, fixed=fixed), no_price=no_price or options.no_price)
