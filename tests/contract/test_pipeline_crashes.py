"""A row whose worker dies, or whose eBay fails, at the worst moments: run again, it has exactly one draft."""

from __future__ import annotations

from typing import Any

import pytest

from engine.codec import replace
from engine.domain.batch.decided import NOTHING
from engine.domain.batch.decisions import decided as decide
from engine.domain.batch.items import Item, Outcome
from engine.domain.batch.options import Options
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import Cause, OutcomeUnknown, UpstreamDown
from tests.support.dying import Killed
from tests.support.pipeline_runs import NOW, Runs

GTIN = "07961220922684"  # known to both services
OPTIONS = Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}}))
CALLS = (
    "musicbrainz.search",
    "discogs.search",
    "discogs.release",
    "coverart.front",
    "ebay.token",
    "ebay.offers",
    "ebay.put_item",
    "ebay.create_offer",
)


def finish(bench: Runs) -> Item:
    """Run the row again, from what was stored of it, on a sandbox that is well."""
    bench.sandbox.heal()
    work = bench.work(GTIN, OPTIONS)
    work.run(bench.pipeline())
    return work.item


def one_draft(bench: Runs, item: Item) -> bool:
    offers = bench.sandbox.ledger(calls=False)["offers"]
    made = {sku: (offer["created"], offer["offer_id"]) for sku, offer in offers.items()}
    return item.outcome is Outcome.DRAFTED and made == {"DM1": (1, item.offer_id)}


@pytest.mark.parametrize("moment", [f"{call}:{when}" for call in CALLS for when in ("before", "after")])
def test_a_worker_killed_around_any_call_leaves_one_draft(bench: Runs, moment: str) -> None:
    def kill(point: str) -> None:
        if point == moment:
            raise Killed

    with pytest.raises(Killed):
        bench.work(GTIN, OPTIONS).run(bench.pipeline(observe=kill))
    assert one_draft(bench, finish(bench))


@pytest.mark.parametrize("stored", [False, True], ids=["before", "after"])
def test_a_worker_killed_around_storing_the_intent_leaves_one_draft(bench: Runs, stored: bool) -> None:
    work = bench.work(GTIN, OPTIONS)
    store = work.save

    def save(item: Item) -> None:
        if stored:
            store(item)
        raise Killed

    work.save = save
    with pytest.raises(Killed):
        work.run(bench.pipeline())
    assert not bench.offers()
    assert one_draft(bench, finish(bench))


@pytest.mark.parametrize("match", ["PUT /sell/inventory/v1/inventory_item", "POST /sell/inventory/v1/offer"])
@pytest.mark.parametrize("fault", ["created_but_500", "cut_body", "server_error", "busy"])
def test_a_write_that_fails_in_doubt_leaves_one_draft(bench: Runs, match: str, fault: str) -> None:
    bench.sandbox.fault("ebay", fault, match=match)
    with pytest.raises(OutcomeUnknown):
        bench.work(GTIN, OPTIONS).run(bench.pipeline())
    assert bench.sandbox.fired() == 1
    assert one_draft(bench, finish(bench))


def test_a_write_that_is_never_answered_leaves_one_draft(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "timeout", match="POST /sell/inventory/v1/offer")
    with pytest.raises(OutcomeUnknown):
        bench.work(GTIN, OPTIONS).run(bench.pipeline(read_seconds=1.0))
    assert one_draft(bench, finish(bench))


def test_an_item_that_ebay_does_not_see_yet_is_waited_for(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "not_indexed")
    with pytest.raises(UpstreamDown) as outage:
        bench.work(GTIN, OPTIONS).run(bench.pipeline())
    assert outage.value.retry_after == 1.0
    assert one_draft(bench, finish(bench))


def test_the_first_intent_stays_through_every_run(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "server_error", match="POST /sell/inventory/v1/offer")
    with pytest.raises(OutcomeUnknown):
        bench.work(GTIN, OPTIONS).run(bench.pipeline())
    first = bench.stored["DM1"].intent
    assert finish(bench).intent == first


def test_a_row_run_again_after_it_was_drafted_adopts_its_draft(bench: Runs) -> None:
    first = finish(bench)
    again = finish(bench)
    assert again.offer_id == first.offer_id
    assert one_draft(bench, again)


REMOVAL = ("ebay.token", "ebay.offers", "ebay.delete_offer", "ebay.delete_item")
EDITING = ("ebay.offers", "ebay.put_item", "ebay.update_offer")


def decided(bench: Runs, wanted: dict[str, Any]) -> None:
    """Draft the row, and have a person decide something of it."""
    item = finish(bench)
    bench.stored["DM1"] = replace(item, decided=decide(NOTHING, wanted, by="ann", at=NOW))


def killed(bench: Runs, moment: str) -> None:
    """Run the row as it is stored and kill the worker at `moment`."""

    def kill(point: str) -> None:
        if point == moment:
            raise Killed

    with pytest.raises(Killed):
        bench.work(GTIN, OPTIONS).run(bench.pipeline(observe=kill))


@pytest.mark.parametrize("moment", [f"{call}:{when}" for call in EDITING for when in ("before", "after")])
def test_a_worker_killed_while_it_edits_leaves_one_draft_as_edited(bench: Runs, moment: str) -> None:
    decided(bench, {"edits": {"title": "Mine", "price_cents": 1234}})
    killed(bench, moment)
    item = finish(bench)
    assert one_draft(bench, item)
    (offer,) = bench.ebay().offers("DM1")
    assert offer.body["pricingSummary"]["price"]["value"] == "12.34"
    assert (bench.ebay().item("DM1") or {})["product"]["title"] == "Mine"


@pytest.mark.parametrize("moment", [f"{call}:{when}" for call in REMOVAL for when in ("before", "after")])
def test_a_worker_killed_while_it_removes_leaves_nothing(bench: Runs, moment: str) -> None:
    decided(bench, {"removed": True})
    killed(bench, moment)
    assert finish(bench).cause is Cause.REMOVED
    assert bench.ebay().offers("DM1") == []
    assert bench.ebay().item("DM1") is None


@pytest.mark.parametrize("match", ["DELETE /sell/inventory/v1/offer", "DELETE /sell/inventory/v1/inventory_item"])
def test_a_removal_that_fails_in_doubt_is_done_again(bench: Runs, match: str) -> None:
    decided(bench, {"removed": True})
    bench.sandbox.fault("ebay", "server_error", match=match)
    with pytest.raises(OutcomeUnknown):
        bench.work(GTIN, OPTIONS).run(bench.pipeline())
    assert bench.sandbox.fired() == 1
    assert finish(bench).cause is Cause.REMOVED
    assert bench.ebay().offers("DM1") == []
