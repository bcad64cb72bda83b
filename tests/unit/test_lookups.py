"""How long an answer counts, how much of them is kept, and that releases come out of the store as they went in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.lookups import FACT, MOST_LETTERS, PRICE, Answer, Lookup
from engine.domain.releases import Format, Release, Track
from engine.domain.upc import check_digit, forms
from engine.upstream.musicbrainz import one_search

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "at_most", "age", "counts"),
    [
        (["a release"], FACT, 30 * DAY - HOUR, True),
        (["a release"], FACT, 30 * DAY, False),
        ([], FACT, DAY - HOUR, True),
        ([], FACT, DAY, False),
        (None, FACT, DAY, False),
        ("https://cover", FACT, 29 * DAY, True),
        ([599], PRICE, DAY - HOUR, True),
        ([599], PRICE, DAY, False),
        ([], HOUR, 2 * HOUR, False),
        (["a release"], FACT, -HOUR, True),
    ],
)
def test_an_answer_counts_for_its_time(said: Any, at_most: timedelta, age: timedelta, counts: bool) -> None:
    assert Answer(NOW - age, said).fresh(NOW, at_most) is counts


def test_of_two_answers_the_newer_counts() -> None:
    older, newer = Answer(NOW - DAY, ["older"]), Answer(NOW, ["newer"])
    one = Lookup().heard("discogs", older).heard("musicbrainz", newer)
    two = Lookup().heard("discogs", newer).heard("musicbrainz", older).heard("coverart/1", older)
    assert one.merged(two) == two.merged(one)
    assert one.merged(two).answers == {"discogs": newer, "musicbrainz": newer, "coverart/1": older}


def test_a_lookup_comes_out_of_the_store_as_it_went_in() -> None:
    lookup = Lookup().heard("discogs", Answer(NOW, [{"id": "1"}])).heard("coverart/1", Answer(NOW, None))
    assert Lookup.from_document(lookup.document(NOW)) == lookup


def test_a_lookup_expires_with_the_last_of_its_answers() -> None:
    nothing, fact = Answer(NOW, []), Answer(NOW - DAY, ["a release"])
    assert Lookup().heard("discogs", nothing).document(NOW)["expires_at"] == NOW + DAY
    assert Lookup().heard("discogs", nothing).heard("musicbrainz", fact).document(NOW)["expires_at"] == NOW + 29 * DAY


def test_what_counts_no_more_is_not_stored() -> None:
    lookup = Lookup().heard("discogs", Answer(NOW - 2 * DAY, [])).heard("musicbrainz", Answer(NOW - 2 * DAY, ["known"]))
    assert set(lookup.document(NOW)["answers"]) == {"musicbrainz"}


def test_a_document_is_bounded_and_holds_the_newest() -> None:
    lookup = Lookup()
    for number in range(50):
        lookup = lookup.heard(f"discogs/releases/{number}", Answer(NOW - number * HOUR, "x" * (MOST_LETTERS // 10)))
    kept = lookup.document(NOW)["answers"]
    assert list(kept) == [f"discogs/releases/{number}" for number in range(10)]
    assert len(json.dumps(kept, default=str)) < MOST_LETTERS + 1_000


def test_an_answer_that_is_too_large_does_not_keep_out_the_others() -> None:
    lookup = Lookup().heard("huge", Answer(NOW, "x" * (MOST_LETTERS + 1))).heard("discogs", Answer(NOW - HOUR, ["1"]))
    assert set(lookup.document(NOW)["answers"]) == {"discogs"}


texts = st.text(max_size=12)
releases = st.builds(
    Release,
    source=st.sampled_from(["discogs", "musicbrainz"]),
    id=texts,
    artist=texts,
    title=texts,
    released=texts,
    formats=st.lists(st.builds(Format, texts, st.integers(1, 9), st.lists(texts).map(tuple)), max_size=3).map(tuple),
    barcodes=st.frozensets(texts),
    genres=st.lists(texts).map(tuple),
    tracks=st.lists(st.builds(Track, texts, texts, texts), max_size=3).map(tuple),
    have=st.none() | st.integers(0, 9_999),
    lowest_price_cents=st.none() | st.integers(0, 9_999),
    complete=st.booleans(),
)


@given(releases)
def test_a_release_loses_nothing_in_the_store(release: Release) -> None:
    stored = json.loads(json.dumps(release.document()))
    assert Release.from_document(stored) == release


@given(releases)
def test_no_list_stands_in_a_list(release: Release) -> None:
    """Firestore refuses one."""
    for value in release.document().values():
        if isinstance(value, list):
            assert not any(isinstance(part, list) for part in value)


def barcode(number: int) -> str:
    return f"{number}{check_digit(str(number))}".zfill(14)


def test_one_search_takes_as_many_barcodes_as_an_address_has_room_for() -> None:
    upcs = [barcode(70_000_000_000 + number) for number in range(100)]
    asked = one_search(upcs)
    assert asked == upcs[: len(asked)]
    assert len(asked) >= 33
    assert len("+OR+".join(form for gtin in asked for form in forms(gtin))) < 1_850
    assert one_search(upcs[:3]) == upcs[:3]


def test_a_release_stored_by_another_version_is_read_without_what_is_not_known_here() -> None:
    known = Release("musicbrainz", "mb", "Artist", "Title", released="1999")
    assert Release.from_document({**known.document(), "has_front": True}) == known
