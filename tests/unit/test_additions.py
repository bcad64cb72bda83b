"""Copies added to an earlier draft: which drafts take them, and how many copies a draft comes to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.codec import replace
from engine.domain.batch import additions
from engine.domain.batch.decided import NOTHING, Addition, Choice, Decided, Edits, Signature
from engine.domain.batch.decisions import decided
from engine.domain.batch.items import Attempt, Item, ItemStatus, Outcome
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Condition, Row
from engine.domain.identify.evidence import Confidence, Match, Verdict
from engine.domain.listing.composition import Draft
from engine.domain.listing.photos import Picture
from engine.domain.listing.pricing import Price

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
GTIN = "07961220922684"
PHOTO = "https://example.com/a.jpg"
DRAFT = Draft(sku="DM1", quantity=2, grade=Condition.NEW, price_cents=599)
ITEM = Item(
    0,
    1,
    "7961220922684",
    GTIN,
    status=ItemStatus.SUCCEEDED,
    outcome=Outcome.DRAFTED,
    sku="DM1",
    match=Match(Verdict.MATCHED, Confidence.GOOD),
    price=Price(599, "fixed"),
    draft=DRAFT,
    finished_at=NOW,
)
ROW = Row(0, 1, GTIN, GTIN, condition=Condition.NEW)
UNGRADED = replace(ROW, condition=None)
PATTERN = "gs://shop/{upc}_*.jpg"


def entry(copies: int = 1, at: datetime = LATER, *, counted: bool = False) -> Addition:
    return Addition(copies, "batch_2", 4, "second.csv", at, counted)


def drafted(**changed: Any) -> Item:
    return replace(ITEM, draft=replace(DRAFT, **changed))


def shown(*photos: str) -> Item:
    return drafted(own_photos=True, inventory_item={"product": {"imageUrls": list(photos)}})


ALIKE = {
    "the same grade": (ITEM, Options(), ROW, Options()),
    "the grade of the batch": (ITEM, Options(), UNGRADED, Options(condition=Condition.NEW)),
    "both ungraded": (drafted(grade=None), Options(), UNGRADED, Options()),
    "the same note": (drafted(note="Mono"), Options(), replace(ROW, note=" Mono "), Options()),
    "the price that stands": (ITEM, Options(), replace(ROW, price_cents=599), Options()),
    "the same photos": (shown(PHOTO), Options(), replace(ROW, photos=(PHOTO,)), Options()),
    "photos by one pattern": (shown(PHOTO), Options(photos=PATTERN), ROW, Options(photos=PATTERN)),
    "up to the limit": (drafted(quantity=998), Options(), ROW, Options()),
}


@pytest.mark.parametrize(("item", "with_", "row", "options"), ALIKE.values(), ids=ALIKE)
def test_alike_copies_may_be_added(item: Item, with_: Options, row: Row, options: Options) -> None:
    assert additions.unlike(item, with_, row, options, 1) == ""


SEVERAL = "its release is one of several that carry the barcode"
NO_DRAFT, NOT_SENT = "it has no draft any more", "its draft is not at eBay"
PHOTOS, PRICE = "it has other photos of its own", "it has another price"
UNLIKE = {
    "removed": (replace(ITEM, status=ItemStatus.SKIPPED), Options(), ROW, Options(), NO_DRAFT),
    "to be removed": (
        replace(ITEM, decided=Decided(removed=Signature("ann", NOW))),
        Options(),
        ROW,
        Options(),
        NO_DRAFT,
    ),
    "composed": (replace(ITEM, outcome=Outcome.COMPOSED), Options(), ROW, Options(), NOT_SENT),
    "switched off": (ITEM, Options(create_drafts=False), ROW, Options(), NOT_SENT),
    "the best of several": (replace(ITEM, match=Match(Verdict.AMBIGUOUS)), Options(), ROW, Options(), SEVERAL),
    "chosen": (replace(ITEM, decided=Decided(choice=Choice(discogs_id="1"))), Options(), ROW, Options(), SEVERAL),
    "another grade": (drafted(grade=Condition.USED_GOOD), Options(), ROW, Options(), "it has another grade"),
    "only one graded": (ITEM, Options(), UNGRADED, Options(), "it has another grade"),
    "a note of ours": (ITEM, Options(), replace(ROW, note="Mono"), Options(), "it has another note"),
    "a note of its own": (drafted(note="Mono"), Options(), ROW, Options(), "it has another note"),
    "photos of ours": (ITEM, Options(), replace(ROW, photos=(PHOTO,)), Options(), PHOTOS),
    "photos of its own": (shown(PHOTO), Options(), ROW, Options(), PHOTOS),
    "files of its own": (replace(ITEM, picture=Picture(files=("a",))), Options(), ROW, Options(), PHOTOS),
    "other photos": (shown(PHOTO), Options(), replace(ROW, photos=(PHOTO, PHOTO)), Options(), PHOTOS),
    "another pattern": (ITEM, Options(), ROW, Options(photos=PATTERN), PHOTOS),
    "photos by a person": (
        replace(shown(PHOTO), decided=Decided(edits=Edits(photos=(PHOTO,)))),
        Options(photos=PATTERN),
        ROW,
        Options(photos=PATTERN),
        PHOTOS,
    ),
    "another price": (ITEM, Options(), replace(ROW, price_cents=600), Options(), PRICE),
    "a price of the day": (
        replace(ITEM, price=Price(599, "comparable")),
        Options(),
        replace(ROW, price_cents=599),
        Options(),
        PRICE,
    ),
    "too many": (drafted(quantity=999), Options(), ROW, Options(), "it would offer more than 999 copies"),
}


@pytest.mark.parametrize(("item", "with_", "row", "options", "why"), UNLIKE.values(), ids=UNLIKE)
def test_copies_that_are_not_alike_may_not(item: Item, with_: Options, row: Row, options: Options, why: str) -> None:
    assert additions.unlike(item, with_, row, options, 1) == why


QUANTITIES = {
    "its own": (NOTHING, {}, 2),
    "with what is to come": (Decided(added={"S1": entry(3)}), {}, 5),
    "with what it holds": (Decided(added={"S1": entry(3)}), {"quantity": 5, "added": {"S1": 3}}, 5),
    "with both": (Decided(added={"S1": entry(3), "S2": entry()}), {"quantity": 5, "added": {"S1": 3}}, 6),
    "after one was taken back": (NOTHING, {"quantity": 5, "added": {"S1": 3}}, 2),
    "on top of what a person gave": (Decided(edits=Edits(quantity=7), added={"S1": entry()}), {}, 8),
    "within what a person gave": (Decided(edits=Edits(quantity=7), added={"S1": entry(counted=True)}), {}, 7),
    "never beyond the limit": (Decided(edits=Edits(quantity=999), added={"S1": entry()}), {}, 999),
}


@pytest.mark.parametrize(("said", "draft", "quantity"), QUANTITIES.values(), ids=QUANTITIES)
def test_a_draft_comes_to_so_many_copies(said: Decided, draft: dict[str, Any], quantity: int) -> None:
    assert additions.quantity(replace(drafted(**draft), decided=said)) == quantity


def test_a_quantity_that_is_given_holds_what_was_added_and_taken_back_it_does_not() -> None:
    before = Decided(added={"S1": entry()})
    given = decided(before, {"edits": {"quantity": 5}}, by="ann", at=NOW)
    assert (additions.on_top(given), given.added["S1"].counted) == ({}, True)
    assert additions.on_top(decided(given, {"edits": {"title": "Mine"}}, by="ann", at=NOW)) == {}
    for back in ({"edits": {"quantity": None}}, {"edits": None}):
        assert additions.on_top(decided(given, back, by="ann", at=NOW)) == {"S1": 1}
    assert decided(NOTHING, {"edits": {"quantity": 5}}, by="ann", at=NOW).added == {}


def test_what_a_draft_lacks_is_known_while_its_row_is_run_too() -> None:
    added = {"S1": entry(3, at=EARLIER), "S2": entry()}
    held = replace(drafted(quantity=5, added={"S1": 3}), decided=Decided(added=added))
    assert list(additions.not_in(held)) == ["S2"]
    running = replace(
        drafted(quantity=6, added={"S1": 3, "S2": 1}),
        status=ItemStatus.WORKING,
        finished_at=None,
        history=(Attempt(1, at=NOW),),
        decided=Decided(added=added),
    )
    missing = additions.not_in(running)
    assert list(missing) == ["S2"]
    left = additions.without(running, missing).draft
    assert (left.quantity, left.added) == (5, {"S1": 3})
    assert additions.without(held, missing) is held


def test_an_addition_between_two_ends_of_a_row_that_runs_again_is_in_its_draft() -> None:
    running = replace(
        drafted(quantity=5, added={"S1": 3}),
        status=ItemStatus.WORKING,
        finished_at=None,
        history=(Attempt(1, at=EARLIER), Attempt(2, at=LATER)),
        decided=Decided(added={"S1": entry(3, at=NOW), "S2": entry(at=LATER + timedelta(minutes=1))}),
    )
    assert list(additions.not_in(running)) == ["S2"]


def test_a_row_that_has_never_ended_has_all_additions_ahead() -> None:
    first = replace(ITEM, status=ItemStatus.WORKING, finished_at=None, decided=Decided(added={"S1": entry(at=EARLIER)}))
    assert list(additions.not_in(first)) == ["S1"]


def test_copies_that_were_added_as_the_row_ended_are_in_its_draft() -> None:
    at_once = Decided(added={"S1": entry(at=NOW)})
    again = replace(ITEM, status=ItemStatus.WORKING, finished_at=None, history=(Attempt(1, at=NOW),), decided=at_once)
    assert additions.not_in(again) == {}
    assert not additions.takes_more(replace(ITEM, wanted=2, decided=at_once))


def test_a_row_takes_more_while_it_waits_to_be_done_again_for_additions_alone() -> None:
    wanted = replace(ITEM, wanted=2)
    assert additions.takes_more(replace(wanted, decided=Decided(added={"S1": entry()})))
    assert not additions.takes_more(replace(wanted, decided=Decided(edits=Edits(title="Mine"))))
    assert not additions.takes_more(replace(wanted, decided=Decided(added={"S1": entry(at=EARLIER)})))
    assert not additions.takes_more(replace(ITEM, decided=Decided(added={"S1": entry()})))
