"""Copies added to an earlier draft: which drafts take them, and how many copies a draft comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.domain import additions
from engine.domain.decisions import decided
from engine.domain.items import Item, ItemStatus, Outcome
from engine.domain.options import Options
from engine.domain.rows import Condition, Row

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
GTIN = "07961220922684"
PHOTO = "https://example.com/a.jpg"
DRAFT: dict[str, Any] = {
    "quantity": 2,
    "added": {},
    "grade": "NEW",
    "note": "",
    "price_cents": 599,
    "own_photos": False,
}
ITEM = Item(
    0,
    1,
    "7961220922684",
    GTIN,
    status=ItemStatus.SUCCEEDED,
    outcome=Outcome.DRAFTED,
    sku="DM1",
    match={"verdict": "matched", "confidence": "good"},
    price={"source": "fixed"},
    draft=DRAFT,
    finished_at=NOW,
)
ROW = Row(0, 1, GTIN, GTIN, condition=Condition.NEW)
UNGRADED = replace(ROW, condition=None)
PATTERN = "gs://shop/{upc}_*.jpg"


def entry(copies: int = 1, at: datetime = LATER, **more: Any) -> dict[str, Any]:
    return {"copies": copies, "job_id": "batch_2", "index": 4, "batch": "second.csv", "at": at, **more}


def drafted(**changed: Any) -> Item:
    return replace(ITEM, draft={**DRAFT, **changed})


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
    "to be removed": (replace(ITEM, decided={"removed": {"by": "ann"}}), Options(), ROW, Options(), NO_DRAFT),
    "composed": (replace(ITEM, outcome=Outcome.COMPOSED), Options(), ROW, Options(), NOT_SENT),
    "switched off": (ITEM, Options(create_drafts=False), ROW, Options(), NOT_SENT),
    "the best of several": (replace(ITEM, match={"verdict": "ambiguous"}), Options(), ROW, Options(), SEVERAL),
    "chosen": (replace(ITEM, decided={"choice": {"discogs_id": "1"}}), Options(), ROW, Options(), SEVERAL),
    "another grade": (drafted(grade="USED_GOOD"), Options(), ROW, Options(), "it has another grade"),
    "only one graded": (ITEM, Options(), UNGRADED, Options(), "it has another grade"),
    "a note of ours": (ITEM, Options(), replace(ROW, note="Mono"), Options(), "it has another note"),
    "a note of its own": (drafted(note="Mono"), Options(), ROW, Options(), "it has another note"),
    "photos of ours": (ITEM, Options(), replace(ROW, photos=(PHOTO,)), Options(), PHOTOS),
    "photos of its own": (shown(PHOTO), Options(), ROW, Options(), PHOTOS),
    "files of its own": (replace(ITEM, picture={"files": ["a"]}), Options(), ROW, Options(), PHOTOS),
    "other photos": (shown(PHOTO), Options(), replace(ROW, photos=(PHOTO, PHOTO)), Options(), PHOTOS),
    "another pattern": (ITEM, Options(), ROW, Options(photos=PATTERN), PHOTOS),
    "photos by a person": (
        replace(shown(PHOTO), decided={"edits": {"photos": [PHOTO]}}),
        Options(photos=PATTERN),
        ROW,
        Options(photos=PATTERN),
        PHOTOS,
    ),
    "another price": (ITEM, Options(), replace(ROW, price_cents=600), Options(), PRICE),
    "a price of the day": (
        replace(ITEM, price={"source": "comparable"}),
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
    "its own": ({}, {}, 2),
    "with what is to come": ({"added": {"S1": entry(3)}}, {}, 5),
    "with what it holds": ({"added": {"S1": entry(3)}}, {"quantity": 5, "added": {"S1": 3}}, 5),
    "with both": ({"added": {"S1": entry(3), "S2": entry()}}, {"quantity": 5, "added": {"S1": 3}}, 6),
    "after one was taken back": ({"added": {}}, {"quantity": 5, "added": {"S1": 3}}, 2),
    "on top of what a person gave": ({"edits": {"quantity": 7}, "added": {"S1": entry()}}, {}, 8),
    "within what a person gave": ({"edits": {"quantity": 7}, "added": {"S1": entry(counted=True)}}, {}, 7),
    "never beyond the limit": ({"edits": {"quantity": 999}, "added": {"S1": entry()}}, {}, 999),
}


@pytest.mark.parametrize(("said", "draft", "quantity"), QUANTITIES.values(), ids=QUANTITIES)
def test_a_draft_comes_to_so_many_copies(said: dict[str, Any], draft: dict[str, Any], quantity: int) -> None:
    assert additions.quantity(replace(drafted(**draft), decided=said)) == quantity


def test_a_quantity_that_is_given_holds_what_was_added_and_taken_back_it_does_not() -> None:
    before = {"added": {"S1": entry()}}
    given = decided(before, {"edits": {"quantity": 5}}, by="ann", at=NOW)
    assert (additions.on_top(given), additions.added(given)["S1"]["counted"]) == ({}, True)
    assert additions.on_top(decided(given, {"edits": {"title": "Mine"}}, by="ann", at=NOW)) == {}
    for back in ({"edits": {"quantity": None}}, {"edits": None}):
        assert additions.on_top(decided(given, back, by="ann", at=NOW)) == {"S1": 1}
    assert decided({}, {"edits": {"quantity": 5}}, by="ann", at=NOW).get("added") is None


def test_what_a_draft_lacks_is_known_while_its_row_is_run_too() -> None:
    added = {"S1": entry(3, at=EARLIER), "S2": entry()}
    held = replace(drafted(quantity=5, added={"S1": 3}), decided={"added": added})
    assert list(additions.not_in(held)) == ["S2"]
    running = replace(
        drafted(quantity=6, added={"S1": 3, "S2": 1}),
        status=ItemStatus.WORKING,
        finished_at=None,
        history=({"at": NOW},),
        decided={"added": added},
    )
    missing = additions.not_in(running)
    assert list(missing) == ["S2"]
    left = additions.without(running, missing).draft
    assert (left["quantity"], left["added"]) == (5, {"S1": 3})
    assert additions.without(held, missing) is held


def test_a_row_takes_more_while_it_waits_to_be_done_again_for_additions_alone() -> None:
    wanted = replace(ITEM, wanted=2)
    assert additions.takes_more(replace(wanted, decided={"added": {"S1": entry()}}))
    assert not additions.takes_more(replace(wanted, decided={"edits": {"title": "Mine"}}))
    assert not additions.takes_more(replace(wanted, decided={"added": {"S1": entry(at=EARLIER)}}))
    assert not additions.takes_more(replace(ITEM, decided={"added": {"S1": entry()}}))
