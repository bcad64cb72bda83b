"""A draft needs no price, only publishing does: one row, from the rule that finds nothing to the offer at eBay."""

from __future__ import annotations

from typing import Any

import pytest

from engine.codec import replace
from engine.domain.batch.decided import Decided, Edits, Signature
from engine.domain.batch.items import Item, Outcome
from engine.domain.batch.options import NoPrice, Options
from engine.domain.batch.rows import Condition
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.domain.listing.readiness import DraftNeed
from engine.errors import Cause, ItemError, UpstreamDown
from tests.support.pipeline_runs import Runs

GTIN = "07961220922684"
COMPARED = Options(price_rule=PriceRule(PriceBasis.COMPARABLE))
NOTHING = Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"Cassette": {"*": 499}}))
BROWSE = "GET /buy/browse"


def run(bench: Runs, options: Options = NOTHING, cents: int | None = None, **connected: Any) -> Item:
    """Run the row again, with the price that a person gave it or without one."""
    work = bench.work(GTIN, options)
    work.item = replace(work.item, decided=Decided(edits=Edits(price_cents=cents), edited=Signature("ann")))
    work.run(bench.pipeline(**connected))
    return work.item


def at_ebay(bench: Runs) -> dict[str, Any]:
    """Return the one offer that eBay holds."""
    (offer,) = bench.ebay().offers("DM1")
    assert bench.offers() == {"DM1": 1}
    return dict(offer.body)


def test_a_row_without_a_price_is_an_offer_without_one_and_says_why(bench: Runs) -> None:
    item = run(bench)
    assert (item.outcome, item.draft.price_cents) == (Outcome.DRAFTED, None)
    assert item.draft.not_publishable[0] == (
        "There is no price. Your price rule has no price for Vinyl without a condition: add one, or give it a price."
    )
    assert item.draft.needs[0] is DraftNeed.PRICE
    assert (item.price.source, item.price.evidence.basis) == ("none", PriceBasis.FIXED)
    assert not item.price
    assert not at_ebay(bench).get("pricingSummary")


def test_a_price_that_is_given_later_reaches_the_same_offer_and_one_that_is_taken_back_leaves_it(bench: Runs) -> None:
    run(bench)
    priced = run(bench, cents=1250)
    assert at_ebay(bench)["pricingSummary"]["price"] == {"currency": "USD", "value": "12.50"}
    assert DraftNeed.PRICE not in priced.draft.needs
    assert priced.price.reason == "Edited by ann."
    taken_back = run(bench)
    assert not at_ebay(bench).get("pricingSummary")
    assert taken_back.draft.needs[0] is DraftNeed.PRICE


def test_ebay_that_is_not_connected_is_the_reason(bench: Runs) -> None:
    item = run(bench, COMPARED, ebay=False)
    assert item.outcome is Outcome.COMPOSED
    assert item.price.reason.startswith("Your price rule takes eBay's asking prices, and eBay is not connected")


def test_a_batch_may_hold_rows_without_a_price(bench: Runs) -> None:
    with pytest.raises(ItemError, match="has no price for Vinyl") as held:
        run(bench, replace(NOTHING, no_price=NoPrice.HOLD))
    assert held.value.cause is Cause.NO_PRICE
    assert bench.offers() == {}


def test_an_outage_is_still_waited_for(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "server_error", match=BROWSE)
    with pytest.raises(UpstreamDown):
        run(bench, COMPARED)
    assert bench.offers() == {}


def test_a_grade_a_picture_and_the_sellers_terms_are_left_to_do_and_fail_no_row(bench: Runs) -> None:
    bench.sandbox.fault("coverart", "denied")
    ungraded = run(bench)
    assert set(ungraded.draft.needs) <= set(DraftNeed)
    work = bench.work(GTIN, NOTHING, sku="DM2", condition=Condition.USED_GOOD)
    work.run(bench.pipeline())
    assert work.item.outcome is Outcome.DRAFTED
    needs = [DraftNeed.PRICE, DraftNeed.PICTURE, DraftNeed.POLICIES, DraftNeed.LOCATION]
    assert list(work.item.draft.needs) == needs


def test_no_rule_and_no_default_replaces_what_the_file_says_in_words_that_cannot_be_read(bench: Runs) -> None:
    options = Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 499}}), condition=Condition.LIKE_NEW)
    work = bench.work(GTIN, options, unclear=("price", "condition"))
    work.run(bench.pipeline())
    assert (work.item.draft.price_cents, work.item.draft.condition) == (None, None)
    assert work.item.draft.not_publishable[0].startswith("There is no price. The price in the file cannot be read")
