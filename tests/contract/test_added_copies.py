"""A second copy of what an earlier batch has drafted: added to that draft, once, whatever comes between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from engine import codec
from engine.batches.additions import Additions
from engine.batches.documents import item_path
from engine.codec import encode
from engine.domain.batch.decided import NOTHING, Addition, Decided
from engine.domain.batch.draft_index import Review
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.options import Ambiguous, DraftedBefore, Duplicates, Options
from engine.domain.batch.rows import Condition
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import Cause, RowBusy
from engine.files.base import Files
from engine.store.base import Patch, Put, Store, Write
from engine.store.firestore import FirestoreStore
from tests.support.batch_runs import Batches
from tests.support.pipeline_runs import Runs

KNOWN = "7961220922684"  # EBE - Neural Response EP: one release
OTHER = "2000000000060"
AMBIGUOUS = "2000000000022"  # two releases, of different years
RULE = PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}})
FIRST = Options(price_rule=RULE)
ADDING = codec.replace(FIRST, drafted_before=DraftedBefore.QUANTITY)


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
        self.batches.commands.again(job_id, {index: wanted}, by="ann@example.com")

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
    assert (earlier.offer_id, earlier.draft.quantity, earlier.status) == (before.offer_id, 2, ItemStatus.SUCCEEDED)
    assert shop.held == {before.sku: 2}
    assert shop.bench.offers() == {before.sku: 1}
    assert shop.exact
    assert shop.batches.stored(first).status is JobStatus.COMPLETED


def test_every_row_of_a_barcode_adds_its_own_copies(shop: Shop, first: str) -> None:
    text = f"barcode,quantity\n{KNOWN},2\n{KNOWN},3\n{OTHER},1"
    second = shop.add(text, codec.replace(ADDING, duplicates=Duplicates.EACH))
    shop.work()
    third = shop.add(text, codec.replace(ADDING, duplicates=Duplicates.QUANTITY), "third.csv")
    shop.work()
    rows = shop.batches.items(second)
    assert [rows[index].cause for index in range(3)] == [Cause.ADDED, Cause.ADDED, None]
    rows = shop.batches.items(third)
    assert [rows[index].cause for index in range(3)] == [Cause.ADDED, Cause.MERGED, Cause.ADDED]
    assert shop.held == {shop.row(first).sku: 1 + 2 + 3 + 5, shop.row(second, 2).sku: 2}
    assert shop.exact


UNLIKE = {
    "grade": ("condition", "USED_GOOD", "another grade"),
    "note": ("note", "Sleeve worn", "another note"),
    "price": ("price", "7.50", "another price"),
    "photos": ("photos", "https://example.com/mine.jpg", "other photos of its own"),
}


@pytest.mark.parametrize(("column", "value", "why"), UNLIKE.values(), ids=UNLIKE)
def test_a_copy_that_a_buyer_would_see_otherwise_has_a_draft_of_its_own(
    shop: Shop, first: str, column: str, value: str, why: str
) -> None:
    second = shop.add(f"barcode,{column}\n{KNOWN},{value}")
    shop.work()
    item, sku = shop.row(second), shop.row(first).sku
    assert item.outcome is Outcome.DRAFTED
    assert item.error == (f"A draft of its own: row 1 of first.csv, SKU {sku}, was left alone, because it has {why}.")
    assert shop.held == {sku: 1, item.sku: 1}
    assert shop.row(first).decided == NOTHING
    third = shop.add(f"barcode,{column}\n{KNOWN},{value}", name="third.csv")
    shop.work()
    assert shop.row(third).cause is Cause.ADDED, "to the draft that is like it"
    assert shop.held == {sku: 1, item.sku: 2}


def test_a_grade_of_the_batch_is_a_grade_of_its_rows(shop: Shop) -> None:
    first = shop.upload(f"barcode,condition\n{KNOWN},USED_GOOD")
    shop.work()
    second = shop.add(options=codec.replace(ADDING, condition=Condition.USED_GOOD))
    shop.work()
    assert shop.row(second).cause is Cause.ADDED
    assert shop.held == {shop.row(first).sku: 2}


def test_one_of_several_releases_takes_no_copies(shop: Shop) -> None:
    best = {"ambiguous": Ambiguous.BEST}
    first = shop.upload(AMBIGUOUS, codec.replace(FIRST, **best))
    shop.work()
    second = shop.add(AMBIGUOUS, codec.replace(ADDING, **best))
    shop.work()
    assert shop.held == {shop.row(first).sku: 1, shop.row(second).sku: 1}


def test_a_removed_draft_and_a_dry_run_take_no_copies(shop: Shop, first: str) -> None:
    shop.decide(first, removed=True)
    shop.work()
    shop.upload(options=codec.replace(FIRST, test_mode=True), name="dry.csv")
    shop.work()
    second = shop.add()
    shop.work()
    assert (shop.row(second).outcome, shop.row(second).error) == (Outcome.DRAFTED, None)
    assert shop.held == {shop.row(second).sku: 1}


def test_a_live_listing_is_left_alone(shop: Shop, first: str) -> None:
    sku = shop.row(first).sku
    shop.bench.sandbox.sell(sku)
    second = shop.add()
    shop.work()
    assert "it is a live listing at eBay by now" in (shop.row(second).error or "")
    assert shop.held == {sku: 1, shop.row(second).sku: 1}
    assert shop.row(first).decided == NOTHING


def test_a_draft_that_goes_live_before_it_takes_the_copy_gives_it_back(shop: Shop, first: str) -> None:
    sku, looks = shop.row(first).sku, []

    def sell(point: str) -> None:
        looks.append(point)
        if point == "ebay.offers:before" and looks.count(point) == 2:
            shop.bench.sandbox.sell(sku)

    second = shop.add()
    shop.work(observe=sell)
    item, earlier = shop.row(second), shop.row(first)
    assert shop.bench.sandbox.ledger(calls=False)["published"] == [earlier.offer_id]
    assert item.outcome is Outcome.DRAFTED
    assert shop.held == {sku: 1, item.sku: 1}
    assert earlier.status is ItemStatus.SUCCEEDED
    told = "Not added to it: 1 copy of row 1 of second.csv, which gets a draft of its own."
    assert earlier.history[-1].error.endswith(told)
    assert (earlier.draft.quantity, dict(earlier.decided.added), earlier.error) == (1, {}, None)
    assert shop.exact


@pytest.mark.parametrize("stop", ["pause", "cancel"])
def test_a_batch_that_is_held_takes_no_copies(shop: Shop, first: str, stop: str) -> None:
    sku = shop.row(first).sku
    shop.decide(first)
    getattr(shop.batches.commands, stop)(first)
    second = shop.add()
    shop.work()
    assert "let it go on first" in (shop.row(second).error or "")
    assert shop.held == {sku: 1, shop.row(second).sku: 1}


def test_a_row_that_a_person_has_just_edited_is_waited_for(shop: Shop, first: str) -> None:
    second = shop.add()
    shop.decide(first, edits={"condition": "USED_GOOD"})
    with shop.batches.working(shop.bench.pipeline()), shop.batches.working(shop.bench.pipeline()):
        shop.batches.ended(second)
        shop.batches.ended(first)
    assert "it has another grade" in (shop.row(second).error or "")
    assert shop.held == {shop.row(first).sku: 1, shop.row(second).sku: 1}


def test_rows_that_add_at_the_same_time_all_count(shop: Shop) -> None:
    all_count(shop)


def test_rows_that_add_at_the_same_time_all_count_on_firestore(
    bench: Runs, firestore: FirestoreStore, files: Files
) -> None:
    all_count(Shop(bench, Batches(firestore, files)))


def all_count(shop: Shop) -> None:
    """Have three batches add to two drafts under three workers, and check the quantities."""
    codes = [KNOWN, OTHER]
    first = shop.upload("\n".join(codes))
    shop.work()
    added = [shop.add("\n".join(codes * 3), name=f"{number}.csv") for number in range(3)]
    workers = [shop.batches.working(shop.bench.pipeline()) for _ in range(3)]
    with workers[0], workers[1], workers[2]:
        for job_id in (*added, first):
            shop.batches.ended(job_id)
    assert {item.cause for job_id in added for item in shop.batches.items(job_id).values()} == {Cause.ADDED}
    assert shop.held == {item.sku: 10 for item in shop.batches.items(first).values()}
    assert shop.exact


def test_a_row_done_again_takes_its_copy_back(shop: Shop, first: str) -> None:
    second = shop.add()
    shop.work()
    sku = shop.row(first).sku
    assert shop.held == {sku: 2}
    shop.decide(second)
    shop.work()
    assert shop.row(second).outcome is Outcome.DRAFTED
    assert shop.held == {sku: 1, shop.row(second).sku: 1}
    shop.decide(second)
    shop.decide(first)
    shop.work()
    assert shop.held == {sku: 1, shop.row(second).sku: 1}
    assert shop.exact


def test_a_copy_that_was_sold_with_the_earlier_one_stays_there(shop: Shop, first: str) -> None:
    second = shop.add()
    shop.work()
    sku = shop.row(first).sku
    shop.bench.sandbox.sell(sku)
    shop.decide(second)
    shop.work()
    where = f"row 1 of first.csv, SKU {sku}"
    assert shop.row(second).cause is Cause.ADDED
    assert shop.row(second).error == f"1 copy stays with {where}, because it is a live listing at eBay by now."
    assert shop.held == {sku: 2}


def test_a_quantity_that_a_person_gives_holds_what_was_added_until_then(shop: Shop, first: str) -> None:
    sku = shop.row(first).sku
    shop.decide(first, edits={"quantity": 3})
    shop.work()
    second = shop.add()
    shop.work()
    assert shop.held == {sku: 4}
    shop.decide(first, edits={"quantity": 7})
    shop.work()
    assert shop.held == {sku: 7}
    shop.add(name="third.csv")
    shop.work()
    assert shop.held == {sku: 8}
    shop.decide(second)
    shop.work()
    assert "a person has counted it" in (shop.row(second).error or "")
    assert shop.held == {sku: 8}
    shop.decide(first, edits=None)
    shop.work()
    assert shop.held == {sku: 3}


@pytest.mark.parametrize("dry", [{"test_mode": True}, {"create_drafts": False}], ids=str)
def test_a_batch_that_sends_nothing_changes_no_earlier_draft(shop: Shop, first: str, dry: dict[str, bool]) -> None:
    before = shop.row(first)
    second = shop.add(options=codec.replace(ADDING, **dry))
    shop.work()
    item = shop.row(second)
    assert item.outcome is Outcome.COMPOSED
    assert item.error == (
        f"If drafts were sent, 1 copy would be added to row 1 of first.csv, SKU {before.sku}. "
        "Nothing was changed there."
    )
    assert shop.row(first) == before
    assert shop.held == {before.sku: 1}


def test_a_draft_that_is_not_at_ebay_takes_no_copies(shop: Shop) -> None:
    first = shop.upload()
    shop.work(ebay=False)
    second = shop.add()
    shop.work()
    assert "its draft is not at eBay" in (shop.row(second).error or "")
    third = shop.add(name="third.csv")
    shop.work(ebay=False)
    assert "eBay is not connected" in (shop.row(third).error or "")
    assert (shop.row(first).decided, shop.row(second).decided) == (NOTHING, NOTHING)


def test_a_draft_on_hold_stays_so_and_an_approved_one_is_looked_at_again(shop: Shop, first: str) -> None:
    for state, after in ((Review.HELD, Review.HELD), (Review.APPROVED, Review.OPEN)):
        shop.batches.commands.review(first, 0, state)
        shop.add(name=f"{state}.csv")
        shop.work()
        (told,) = shop.batches.engine.drafts.page(job_id=first)
        assert told.review == after
    assert shop.held == {shop.row(first).sku: 3}


def test_an_outage_of_ebay_makes_the_row_wait(shop: Shop, first: str) -> None:
    second = shop.add()
    shop.bench.sandbox.fault("ebay", "server_error", match="GET /sell/inventory/v1/offer", times=1)
    shop.work()
    assert shop.bench.sandbox.fired() == 1
    assert shop.row(second).cause is Cause.ADDED
    assert shop.held == {shop.row(first).sku: 2}


def test_rows_of_one_batch_are_done_again_together(shop: Shop) -> None:
    first = shop.upload(f"{KNOWN}\n{OTHER}")
    shop.work()
    shop.add(f"{KNOWN}\n{OTHER}\n{KNOWN}")
    shop.work()
    assert shop.batches.events(first).count("done again") == 1
    assert sorted(shop.held.values()) == [2, 3]


def test_a_row_that_is_being_completed_takes_no_copies_meanwhile(shop: Shop, first: str, store: Store) -> None:
    lacking = {"match": encode(codec.replace(shop.row(first).match, lacking=("discogs",))), "lacking": ["discogs"]}
    store.commit(Patch(item_path(first, 0), lacking, None))
    shop.batches.commands.complete(first)
    additions = Additions(store)
    (to,) = additions.earlier(shop.row(first).gtin or "", "another")
    addition = Addition(1, "another", 0, "another", datetime(2026, 11, 23, tzinfo=UTC))
    with pytest.raises(RowBusy, match="Row 1 of first"):
        additions.add(to, "S1", addition, unlike=lambda *_: "", fence=nothing_to_lose, by="test")
    store.commit(Patch(item_path(first, 0), {"decided": encode(Decided(added={"S1": addition}))}, None))
    with pytest.raises(RowBusy):
        additions.withdraw(to, "S1", fence=nothing_to_lose, by="test")


def nothing_to_lose() -> Write:
    return Put("leases/none", {})
