"""A second copy of what an earlier batch has drafted: added to that draft, once, whatever comes between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from engine.domain.items import Item, ItemStatus, Outcome
from engine.domain.jobs import JobStatus
from engine.domain.options import DraftedBefore, Options
from engine.domain.pricing import PriceBasis, PriceRule
from engine.errors import Cause
from tests.batch_runs import Batches
from tests.pipeline_runs import Runs

KNOWN = "7961220922684"  # EBE - Neural Response EP: one release
OTHER = "2000000000060"
AMBIGUOUS = "2000000000022"  # two releases, of different years
RULE = PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}})
FIRST = Options(price_rule=RULE)
ADDING = replace(FIRST, drafted_before=DraftedBefore.QUANTITY)


@dataclass
class Shop:
    """Batches on the real pipeline, one after the other, and what the sandbox's eBay holds of them."""

    bench: Runs
    batches: Batches

    def upload(self, text: str = KNOWN, options: Options = FIRST, name: str = "first.csv") -> str:
        return self.batches.upload(f"{text}\n".encode(), options, name)

    def add(self, text: str = KNOWN, options: Options = ADDING, name: str = "second.csv") -> str:
        return self.upload(text, options, name)

    def work(self, **clients: Any) -> None:
        self.batches.run(self.bench.pipeline(**clients))

    def row(self, job_id: str, index: int = 0) -> Item:
        return self.batches.items(job_id)[index]

    def decide(self, job_id: str, index: int = 0, **wanted: Any) -> None:
        self.batches.control.again(job_id, {index: wanted}, by="ann@example.com")

    def sell(self, sku: str) -> None:
        """Publish a draft, as a person does by hand."""
        keys = ("sandbox", "sandbox")
        form = {"grant_type": "refresh_token", "refresh_token": "sandbox"}
        root, session = f"{self.bench.sandbox.url}/ebay", self.bench.session
        token = session.post(f"{root}/identity/v1/oauth2/token", data=form, auth=keys, timeout=5).json()["access_token"]
        (offer,) = self.bench.ebay().offers(sku)
        path = f"{root}/sell/inventory/v1/offer/{offer.offer_id}/publish"
        session.post(path, json={}, headers={"Authorization": f"Bearer {token}"}, timeout=5).raise_for_status()

    @property
    def held(self) -> dict[str, int]:
        """Return how many copies each offer at eBay offers, by SKU; its inventory item says the same."""
        held = self.bench.sandbox.ledger(calls=False)["held"]
        offers = {sku: one["offer"]["availableQuantity"] for sku, one in held.items() if one["offer"]}
        stock = {
            sku: one["item"]["availability"]["shipToLocationAvailability"]["quantity"]
            for sku, one in held.items()
            if one["item"]
        }
        assert offers == stock
        return offers

    @property
    def exact(self) -> bool:
        return all(self.batches.exact(job.job_id) for job in self.batches.queries.jobs().jobs)


@pytest.fixture
def shop(bench: Runs, batches: Batches) -> Shop:
    return Shop(bench, batches)


@pytest.fixture
def first(shop: Shop) -> str:
    """Return a batch whose one row is drafted."""
    job_id = shop.upload()
    shop.work()
    assert shop.row(job_id).outcome is Outcome.DRAFTED
    return job_id


def test_a_second_copy_makes_the_earlier_draft_offer_two(shop: Shop, first: str) -> None:
    before = shop.row(first)
    second = shop.add()
    shop.work()
    item, earlier = shop.row(second), shop.row(first)
    assert (item.status, item.cause, item.sku) == (ItemStatus.SKIPPED, Cause.ADDED, "")
    assert item.error == f"1 copy added to row 1 of first.csv, SKU {before.sku}: its draft is brought to 2."
    assert (earlier.offer_id, earlier.draft["quantity"], earlier.status) == (before.offer_id, 2, ItemStatus.SUCCEEDED)
    assert shop.held == {before.sku: 2}
    assert shop.bench.offers() == {before.sku: 1}
    assert shop.exact
    assert shop.batches.stored(first).status is JobStatus.COMPLETED
