"""Which rows lack a price, and what an operator's later prices do to the rule of a batch."""

from __future__ import annotations

import pytest

from engine.codec import replace
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.options import NoPrice, Options
from engine.domain.batch.unpriced import repriced, unpriced
from engine.domain.listing import pricing
from engine.domain.listing.composition import Draft
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.domain.listing.readiness import DraftNeed
from engine.errors import Cause, ItemError

ROW = Item(0, 1, "724383244812", "00724383244812")
UNPRICED = replace(ROW, status=ItemStatus.SUCCEEDED, draft=Draft(title="One", needs=(DraftNeed.PRICE,)))


@pytest.mark.parametrize(
    ("item", "lacks"),
    [
        (UNPRICED, True),
        (replace(UNPRICED, wanted=1), False),
        (replace(UNPRICED, status=ItemStatus.SKIPPED), False),
        (replace(UNPRICED, draft=Draft(title="One", needs=(DraftNeed.CONDITION,))), False),
        (replace(ROW, status=ItemStatus.FAILED, cause=Cause.NO_PRICE), True),
        (replace(ROW, status=ItemStatus.FAILED, cause=Cause.NO_MATCH), False),
        (ROW, False),
    ],
)
def test_a_row_lacks_a_price_with_a_draft_or_a_failure_of_that_name(item: Item, *, lacks: bool) -> None:
    assert unpriced(item) is lacks


def test_what_a_draft_needs_is_stored_where_it_can_be_searched_for() -> None:
    assert UNPRICED.document()["needs"] == ["price"]
    assert replace(UNPRICED, status=ItemStatus.SKIPPED).document()["needs"] == []


def test_no_price_is_no_price_but_has_a_reason_and_the_basis_of_the_rule() -> None:
    nothing = ItemError(Cause.NO_PRICE, "Nobody offers it.")
    price = pricing.missing(PriceRule(PriceBasis.DISCOGS_LOWEST), nothing)
    assert (bool(price), price.cents, price.source, price.reason) == (False, 0, "none", "Nobody offers it.")
    assert price.evidence.basis is PriceBasis.DISCOGS_LOWEST
    assert pricing.edited(500, "ann", price).evidence.instead_of is None
    assert ROW.document()["price"] == {}
    assert replace(ROW, price=price).document()["price"] != {}


def test_later_prices_join_those_of_the_rule_and_count_where_both_have_one() -> None:
    rule = PriceRule(factor=0.9, fixed={"CD": {"*": 499, "NEW": 999}})
    later = repriced(Options(price_rule=rule), {"CD": {"*": 399}, "*": {"*": 699}}, None)
    assert later.price_rule == replace(rule, fixed={"CD": {"*": 399, "NEW": 999}, "*": {"*": 699}})
    assert later.no_price is NoPrice.DRAFT
    held = Options(no_price=NoPrice.HOLD)
    assert repriced(held, {}, None) == held
    assert repriced(held, {}, NoPrice.DRAFT).no_price is NoPrice.DRAFT
