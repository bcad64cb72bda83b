"""What a person may decide of a row: kept, taken back one by one, or refused by name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.domain.categories import VINYL
from engine.domain.decisions import Edits, decided
from engine.domain.rows import Condition
from engine.errors import DecisionRefused

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
SIGNED = {"by": "ann@example.com", "at": NOW}


def decide(wanted: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    return decided(before or {}, wanted, by="ann@example.com", at=NOW)


@pytest.mark.parametrize(
    ("edit", "kept"),
    [
        ({"title": "  Blue\nMonday "}, {"title": "Blue Monday"}),
        ({"title": "x" * 80}, {"title": "x" * 80}),
        ({"price_cents": 1}, {"price_cents": 1}),
        ({"price_cents": 9_999_999}, {"price_cents": 9_999_999}),
        ({"condition": "USED_GOOD"}, {"condition": "USED_GOOD"}),
        ({"quantity": 999}, {"quantity": 999}),
        ({"note": ""}, {"note": ""}),
        ({"category_id": "176985"}, {"category_id": "176985"}),
        ({"aspects": {"Artist": ["New Order"], "Style": []}}, {"aspects": {"Artist": ["New Order"], "Style": []}}),
        ({"photos": ["https://example.com/a.jpg"]}, {"photos": ["https://example.com/a.jpg"]}),
        ({"photos": []}, {"photos": []}),
    ],
)
def test_an_edit_is_kept_and_signed(edit: dict[str, Any], kept: dict[str, Any]) -> None:
    assert decide({"edits": edit}) == {"edits": kept, "edited": SIGNED}


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"edits": {"title": ""}}, "title is a text of 1 to 80 characters"),
        ({"edits": {"title": "x" * 81}}, "title is a text of 1 to 80 characters"),
        ({"edits": {"title": "<b>Loud</b>"}}, "title is plain text"),
        ({"edits": {"title": 7}}, "title is a text"),
        ({"edits": {"price_cents": 0}}, "price_cents is a whole number from 1 to 9,999,999"),
        ({"edits": {"price_cents": 10_000_000}}, "price_cents is a whole number"),
        ({"edits": {"price_cents": 5.5}}, "price_cents is a whole number"),
        ({"edits": {"price_cents": True}}, "price_cents is a whole number"),
        ({"edits": {"quantity": 1000}}, "quantity is a whole number from 1 to 999"),
        ({"edits": {"condition": "MINT"}}, "condition is one of NEW, LIKE_NEW"),
        ({"edits": {"condition": ["NEW"]}}, "condition is one of"),
        ({"edits": {"note": "x" * 1001}}, "note is a text of up to 1,000 characters"),
        ({"edits": {"category_id": "1"}}, "category_id is one of 176984"),
        ({"edits": {"aspects": ["Artist"]}}, "aspects is an object"),
        ({"edits": {"aspects": {"x" * 41: ["a"]}}}, "the name of an item specific is a text of 1 to 40"),
        ({"edits": {"aspects": {"Artist": "New Order"}}}, "aspects.Artist is a list"),
        ({"edits": {"aspects": {"Artist": ["x" * 51]}}}, "each value of aspects.Artist is a text of 1 to 50"),
        ({"edits": {"photos": ["http://example.com/a.jpg"]}}, "begins with https"),
        ({"edits": {"photos": ["https://example.com/a.jpg"] * 25}}, "up to 24 addresses"),
        ({"edits": {"prize": 5}}, "prize: no such edit; there are aspects, category_id"),
        ({"edits": "title"}, "edits is an object"),
        ({"publish": True}, "publish: no such decision; there are choice, edits, removed"),
        ({"choice": {}}, "choice names a release by its discogs_id"),
        ({"choice": {"discogs_id": "r/7"}}, "choice.discogs_id is the number of a release at Discogs"),
        ({"choice": {"musicbrainz_id": "../x"}}, "choice.musicbrainz_id is the identifier"),
        ({"choice": {"spotify_id": "7"}}, "spotify_id: no such choice"),
        ({"removed": "yes"}, "removed is true or false"),
    ],
)
def test_what_a_draft_cannot_have_is_refused_with_a_sentence(wanted: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DecisionRefused) as refusal:
        decide(wanted)
    assert sentence in str(refusal.value)


def test_none_takes_one_edit_back_and_leaves_the_others() -> None:
    before = decide({"edits": {"title": "Mine", "price_cents": 500}})
    after = decide({"edits": {"title": None, "quantity": 2}}, before)
    assert after["edits"] == {"price_cents": 500, "quantity": 2}
    assert decide({"edits": None}, after) == {}
    assert decide({"edits": {"price_cents": None, "quantity": None}}, after) == {}


def test_a_choice_and_a_removal_are_signed_and_taken_back() -> None:
    both = decide({"choice": {"discogs_id": 249504}, "removed": True})
    assert both == {"choice": {"discogs_id": "249504", **SIGNED}, "removed": SIGNED}
    assert decide({"choice": None, "removed": False}, both) == {}


def test_edits_are_read_back_as_the_draft_takes_them() -> None:
    stored = decide({"edits": {"condition": "NEW", "category_id": "176985", "photos": [], "aspects": {"Style": []}}})
    edits = Edits.of(stored)
    assert (edits.condition, edits.category, edits.photos, edits.by) == (Condition.NEW, VINYL, (), "ann")
    assert edits.applied({"Style": ["House"], "Artist": ["EBE"]}) == {"Artist": ["EBE"]}
    assert Edits.of({}).by == "hand"
