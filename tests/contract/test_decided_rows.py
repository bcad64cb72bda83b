"""What a person decided of a row reaches the one draft at eBay: another release, edits, its removal."""

from __future__ import annotations

from typing import Any

import pytest

from engine.batches.documents import JOBS
from engine.domain.batch.draft_index import DraftRecord, Review
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.options import Ambiguous, DraftedBefore, Options
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import Cause, DecisionRefused, IllegalTransition
from engine.store.base import Store
from engine.upstream.ebay import Offer
from tests.support.batch_runs import Batches
from tests.support.pipeline_runs import Runs

KNOWN = "7961220922684"  # EBE - Neural Response EP: one release
AMBIGUOUS = "2000000000022"  # two releases, of different years
RULE = PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}})


class Desk:
    """A batch of one row on the real pipeline."""

    def __init__(self, bench: Runs, batches: Batches, code: str, **options: Any) -> None:
        self.bench, self.batches = bench, batches
        self.job_id = batches.upload(f"{code}\n".encode(), Options(price_rule=RULE, **options))
        self.work()

    def work(self, **clients: Any) -> Item:
        self.batches.run(self.bench.pipeline(**clients))
        return self.item

    @property
    def item(self) -> Item:
        return self.batches.items(self.job_id)[0]

    def decide(self, **wanted: Any) -> Item:
        self.batches.commands.again(self.job_id, {0: wanted}, by="ann@example.com")
        return self.work()

    @property
    def told(self) -> DraftRecord:
        (told,) = self.batches.engine.drafts.page(job_id=self.job_id)
        return told

    def at_ebay(self) -> tuple[dict[str, Any], list[Offer]]:
        client = self.bench.ebay()
        return client.item(self.item.sku) or {}, client.offers(self.item.sku)


def test_a_person_chooses_among_the_releases_of_an_ambiguous_barcode(bench: Runs, batches: Batches) -> None:
    desk = Desk(bench, batches, AMBIGUOUS)
    assert desk.item.cause is Cause.AMBIGUOUS
    best, other = desk.item.match.candidates
    item = desk.decide(choice={name: getattr(other, name) for name in ("discogs_id", "musicbrainz_id")})
    assert (item.status, item.outcome) == (ItemStatus.SUCCEEDED, Outcome.DRAFTED)
    assert item.release.year == other.year != best.year
    assert (item.match.verdict, item.match.confidence) == ("matched", "chosen")
    assert item.match.reasons[0] == "Chosen by ann."
    assert len(item.match.candidates) == 2
    assert batches.exact(desk.job_id)
    assert desk.decide(choice=None).status is ItemStatus.SUCCEEDED, "a good end is kept"
    assert "left as it was" in (desk.item.error or "")


def test_a_release_is_named_by_a_number_that_nobody_found(bench: Runs, batches: Batches) -> None:
    desk = Desk(bench, batches, "2000000000060")
    number = desk.item.release.discogs_id
    other = Desk(bench, batches, KNOWN)
    assert other.decide(choice={"discogs_id": number}).release.discogs_id == number
    kept = other.decide(choice={"discogs_id": "999999999"})
    assert kept.error == (
        "The draft was left as it was: The release that was chosen (Discogs 999999999) could not be found: "
        "choose another."
    )
    assert kept.release.discogs_id == number


def test_edits_reach_the_one_offer_and_are_taken_back(bench: Runs, batches: Batches) -> None:
    desk = Desk(bench, batches, KNOWN)
    composed, offer_id = desk.item.draft.title, desk.item.offer_id
    edits = {
        "title": "Mine & yours",
        "price_cents": 1234,
        "condition": "USED_GOOD",
        "quantity": 3,
        "note": "Small <mark>",
        "paragraph": "Sent in a box & sleeve.",
        "aspects": {"Style": ["Techno"], "Country of Release": []},
        "photos": ["https://example.com/mine.jpg"],
    }
    item = desk.decide(edits=edits)
    assert (item.offer_id, item.price.source, item.price.reason) == (offer_id, "edited", "Edited by ann.")
    assert item.price.evidence.instead_of.cents == 599
    stock, (offer,) = desk.at_ebay()
    assert offer.offer_id == offer_id
    assert offer.body["pricingSummary"]["price"]["value"] == "12.34"
    assert offer.body["availableQuantity"] == 3
    product = stock["product"]
    assert product["title"] == "Mine & yours"
    assert "<p>Sent in a box &amp; sleeve.</p>" in product["description"]
    assert product["aspects"]["Style"] == ["Techno"]
    assert "Country of Release" not in product["aspects"]
    assert product["imageUrls"] == ["https://example.com/mine.jpg"]
    assert stock["conditionDescription"].endswith(" Small")
    desk.decide(edits=None)
    stock, (offer,) = desk.at_ebay()
    assert (stock["product"]["title"], offer.body["pricingSummary"]["price"]["value"]) == (composed, "5.99")
    assert bench.offers() == {desk.item.sku: 1}


def test_a_removed_draft_leaves_ebay_and_comes_back_under_its_sku(bench: Runs, batches: Batches) -> None:
    desk = Desk(bench, batches, KNOWN)
    sku = desk.item.sku
    item = desk.decide(removed=True)
    assert (item.status, item.cause, item.error) == (ItemStatus.SKIPPED, Cause.REMOVED, "Removed by ann.")
    assert desk.at_ebay() == ({}, [])
    assert desk.told.review == Review.REMOVED
    assert desk.decide().status is ItemStatus.SKIPPED, "what was decided stays"
    back = desk.decide(removed=False)
    assert (back.status, back.sku) == (ItemStatus.SUCCEEDED, sku)
    assert [offer.offer_id for offer in desk.at_ebay()[1]] == [back.offer_id]
    assert batches.exact(desk.job_id)


def test_what_ebay_holds_is_not_forgotten_while_ebay_is_not_connected(bench: Runs, batches: Batches) -> None:
    desk = Desk(bench, batches, KNOWN)
    batches.commands.again(desk.job_id, {0: {"removed": True}})
    kept = desk.work(ebay=False)
    assert (kept.status, kept.decided.removed) == (ItemStatus.SUCCEEDED, None)
    assert "eBay is not connected" in (kept.error or "")
    assert desk.told.review == Review.OPEN


def test_a_row_that_was_never_sent_is_removed_without_ebay(bench: Runs, batches: Batches) -> None:
    desk = Desk(bench, batches, KNOWN, test_mode=True)
    assert desk.decide(removed=True).cause is Cause.REMOVED
    assert not [call for call in bench.calls("ebay") if "inventory" in call]


def test_the_best_of_several_is_drafted_and_marked_where_the_batch_asks_for_it(bench: Runs, batches: Batches) -> None:
    desk = Desk(bench, batches, AMBIGUOUS, ambiguous=Ambiguous.BEST)
    match = desk.item.match
    assert (desk.item.outcome, match.verdict, match.confidence) == (Outcome.DRAFTED, "ambiguous", "fair")
    assert "differ in year" in match.reasons[0]
    assert desk.told.look
    drafts = batches.engine.drafts
    assert drafts.count(look=True) == len(drafts.page(look=True)) == 1


def test_a_barcode_that_was_drafted_before_is_skipped_where_the_batch_asks_for_it(
    bench: Runs, batches: Batches, store: Store
) -> None:
    first = Desk(bench, batches, KNOWN)
    second = Desk(bench, batches, KNOWN, drafted_before=DraftedBefore.SKIP)
    item = second.item
    assert (item.status, item.cause) == (ItemStatus.SKIPPED, Cause.DRAFTED_BEFORE)
    assert first.item.sku in (item.error or "")
    assert "row 1 of rows.txt" in (item.error or "")
    assert second.decide().outcome is Outcome.DRAFTED, "unless a person wants it"
    second.decide(removed=True)
    first.decide(removed=True)
    assert Desk(bench, batches, KNOWN, drafted_before=DraftedBefore.SKIP).item.outcome is Outcome.DRAFTED
    assert store.count(JOBS) == 3


def test_a_dry_run_is_no_draft_before(bench: Runs, batches: Batches) -> None:
    Desk(bench, batches, KNOWN, test_mode=True)
    assert Desk(bench, batches, KNOWN, drafted_before=DraftedBefore.SKIP).item.outcome is Outcome.DRAFTED


def test_who_decides_of_a_row_that_was_changed_meanwhile_is_told(bench: Runs, batches: Batches) -> None:
    desk = Desk(bench, batches, KNOWN)
    seen = desk.item.changed_at
    assert seen is not None
    batches.commands.review(desk.job_id, 0, Review.APPROVED, by="ben", seen=seen)
    with pytest.raises(IllegalTransition, match="changed in the meantime"):
        batches.commands.review(desk.job_id, 0, Review.HELD, by="ann", seen=seen)
    with pytest.raises(IllegalTransition, match="changed in the meantime"):
        batches.commands.again(desk.job_id, {0: {"edits": {"title": "Mine"}}}, seen={0: seen})
    with pytest.raises(DecisionRefused, match="prize: no such edit"):
        batches.commands.again(desk.job_id, {0: {"edits": {"prize": 1}}})
    assert desk.told.review == Review.APPROVED
