"""What a person may decide of a row: kept, taken back one by one, or refused by name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.codec import decode, encode
from engine.domain.batch.decided import NOTHING, Decided, Edits, Signature
from engine.domain.batch.decisions import decided
from engine.domain.batch.rows import Condition
from engine.domain.listing.categories import VINYL
from engine.errors import DecisionRefused

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
SIGNED = {"by": "ann@example.com", "at": NOW}


def decide(wanted: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    return encode(decided(decode(Decided, before or {}), wanted, by="ann@example.com", at=NOW))


@pytest.mark.parametrize(
    ("edit", "kept"),
    [
        ({"title": "  Blue\nMonday "}, {"title": "Blue Monday"}),
        ({"title": "x" * 80}, {"title": "x" * 80}),
        ({"price_cents": 1}, {"price_cents": 1}),
        ({"price_cents": 9_999_999}, {"price_cents": 9_999_999}),
        ({"price_cents": 700.0}, {"price_cents": 700}),
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


PHOTO = "https://example.com/a.jpg"
TEXTS = {"title": "1 to 80", "note": "up to 1,000", "paragraph": "up to 500"}
NUMBERS = {"price_cents": "9,999,999", "quantity": "999"}
DISCOGS = "choice.discogs_id is the number of a release at Discogs, like 249504"
MUSICBRAINZ = "choice.musicbrainz_id is the identifier of a release at MusicBrainz"
CATEGORIES = "category_id is one of 176984, 176985, 176983, 617, 309, 381, 132975, 618"
CONDITIONS = "condition is one of NEW, LIKE_NEW, USED_VERY_GOOD, USED_GOOD, USED_ACCEPTABLE"
SPECIFIC = "the name of an item specific is a text of 1 to 40 characters"
EDITS = "aspects, category_id, condition, grading, note, paragraph, photos, price_cents, quantity, title"
REFUSED = [
    *(({"edits": {name: 7}}, f"{name} is a text of {length} characters") for name, length in TEXTS.items()),
    ({"edits": {"title": ""}}, "title is a text of 1 to 80 characters"),
    ({"edits": {"title": "x" * 81}}, "title is a text of 1 to 80 characters"),
    ({"edits": {"title": "Loud >"}}, "title is plain text: leave out < and >"),
    ({"edits": {"title": "< Loud"}}, "title is plain text: leave out < and >"),
    ({"edits": {"note": "x" * 1001}}, "note is a text of up to 1,000 characters"),
    ({"edits": {"paragraph": "x" * 501}}, "paragraph is a text of up to 500 characters"),
    *(
        ({"edits": {name: value}}, f"{name} is a whole number from 1 to {most}")
        for name, most in NUMBERS.items()
        for value in (0, -1, int(most.replace(",", "")) + 1, 5.5, True, "5", [5])
    ),
    ({"edits": {"condition": "MINT"}}, CONDITIONS),
    ({"edits": {"condition": ["NEW"]}}, CONDITIONS),
    ({"edits": {"category_id": "1"}}, CATEGORIES),
    ({"edits": {"category_id": 176984}}, CATEGORIES),
    ({"edits": {"aspects": ["Artist"]}}, "aspects is an object with named fields"),
    ({"edits": {"aspects": {str(n): [] for n in range(46)}}}, "aspects are up to 45 item specifics"),
    ({"edits": {"aspects": {"x" * 41: ["a"]}}}, SPECIFIC),
    ({"edits": {"aspects": {" ": ["a"]}}}, SPECIFIC),
    *(
        (
            {"edits": {"aspects": {"Style": values}}},
            "aspects.Style is a list of up to 30 values; an empty one leaves it out",
        )
        for values in ("House", ["House"] * 31, None)
    ),
    *(
        (
            {"edits": {"aspects": {"Style": ["House", value]}}},
            "each value of aspects.Style is a text of 1 to 50 characters",
        )
        for value in ("x" * 51, "", 5)
    ),
    (
        {"edits": {"photos": ["http://example.com/a.jpg"]}},
        "photos: a photo's address begins with https://",
    ),
    ({"edits": {"photos": [7]}}, "photos: an address is a text"),
    ({"edits": {"photos": [PHOTO] * 25}}, "photos is a list of up to 24 addresses"),
    ({"edits": {"photos": PHOTO}}, "photos is a list of up to 24 addresses"),
    ({"edits": {"prize": 5, 4: 5}}, f"4, prize: no such edit; there are {EDITS}"),
    ({"edits": "title"}, "edits is an object with named fields"),
    ({"publish": True}, "publish: no such decision; there are barcode, choice, edits, removed"),
    ({"choice": {}}, "choice names a release by its discogs_id, its musicbrainz_id or both"),
    ({"choice": {"discogs_id": ""}}, "choice names a release by its discogs_id, its musicbrainz_id or both"),
    ({"choice": "249504"}, "choice is an object with named fields"),
    *(
        ({"choice": {"discogs_id": given}}, DISCOGS)
        for given in ("r/7", "\N{ARABIC-INDIC DIGIT SEVEN}", "7" * 41, -7, 7.5)
    ),
    *(({"choice": {"musicbrainz_id": given}}, MUSICBRAINZ) for given in ("../x", "b\u00e9", "a" * 41, "-", "a_b")),
    ({"choice": {"spotify_id": "7"}}, "spotify_id: no such choice; there are discogs_id, musicbrainz_id"),
    ({"removed": "yes"}, "removed is true or false"),
    ({"removed": 1}, "removed is true or false"),
]


@pytest.mark.parametrize(("wanted", "sentence"), REFUSED)
def test_what_a_draft_cannot_have_is_refused_with_a_sentence(wanted: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DecisionRefused) as refusal:
        decide(wanted)
    assert str(refusal.value) == sentence


MOST = {
    "title": "x" * 80,
    "note": "x" * 1000,
    "paragraph": "x" * 500,
    "price_cents": 9_999_999,
    "quantity": 999,
    "aspects": {f"{n:040}": ["x" * 50] * 30 for n in range(45)},
    "photos": [PHOTO] * 24,
}


def test_an_edit_may_be_as_long_as_it_says() -> None:
    assert decide({"edits": MOST}) == {"edits": MOST, "edited": SIGNED}


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        ({"discogs_id": " 249504 "}, {"discogs_id": "249504"}),
        ({"discogs_id": 249504.0, "musicbrainz_id": None}, {"discogs_id": "249504"}),
        ({"discogs_id": "7" * 40, "musicbrainz_id": ""}, {"discogs_id": "7" * 40}),
        ({"musicbrainz_id": "ab-" * 13 + "c"}, {"musicbrainz_id": "ab-" * 13 + "c"}),
        ({"musicbrainz_id": "X1", "discogs_id": 1}, {"musicbrainz_id": "X1", "discogs_id": "1"}),
    ],
)
def test_a_choice_names_a_release_by_the_number_of_one_service_or_of_both(
    chosen: dict[str, Any], kept: dict[str, str]
) -> None:
    assert decide({"choice": chosen}) == {"choice": {**kept, **SIGNED}}


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
    edits = decode(Decided, stored).edits
    assert (edits.condition, edits.category, edits.photos) == (Condition.NEW, VINYL, ())
    assert edits.applied({"Style": ["House"], "Artist": ["EBE"]}) == {"Artist": ["EBE"]}


def test_a_signature_names_a_person_without_the_domain_of_an_address() -> None:
    assert (Signature("ann@example.com", NOW).signed, Signature().signed) == ("ann", "hand")


def test_what_says_nothing_is_false() -> None:
    assert not NOTHING
    assert not Edits()
    assert Decided(removed=Signature("ann", NOW))
    assert Edits(note="")
