"""How long an answer counts, how much of them is kept, and that releases come out of the store as they went in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.codec import decode, encode
from engine.domain.identify.barcodes import check_digit, forms
from engine.domain.identify.incomplete import incomplete_forms
from engine.domain.identify.lookups import FACT, MOST_LETTERS, SHOWN, Answer, Lookup
from engine.domain.identify.releases import Format, Release, Track
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
        ([599], SHOWN, 5 * HOUR, True),
        ([599], SHOWN, 6 * HOUR, False),
        ([], SHOWN, 6 * HOUR, False),
        ([], HOUR, 2 * HOUR, False),
        (["a release"], FACT, -HOUR, True),
    ],
)
def test_an_answer_counts_for_its_time(said: Any, at_most: timedelta, age: timedelta, counts: bool) -> None:
    assert Answer(NOW - age, said).fresh(NOW, at_most) is counts


def test_of_two_answers_the_newer_counts() -> None:
    older, newer = Answer[object](NOW - DAY, ["older"]), Answer[object](NOW, ["newer"])
    one = Lookup().add("discogs", older).add("musicbrainz", newer)
    two = Lookup().add("discogs", newer).add("musicbrainz", older).add("coverart/1", older)
    assert one.merged(two) == two.merged(one)
    assert one.merged(two).answers == {"discogs": newer, "musicbrainz": newer, "coverart/1": older}


def test_of_two_answers_of_one_moment_the_own_one_stays() -> None:
    ours, theirs = Lookup().add("discogs", Answer(NOW, ["1"])), Lookup().add("discogs", Answer(NOW, ["2"]))
    assert ours.merged(theirs) == ours


def test_a_question_is_answered_while_its_answer_counts() -> None:
    said = Answer[object](NOW, ["a release"])
    lookup = Lookup().add("musicbrainz", said).add("coverart/1", Answer(NOW, None))
    assert lookup.answer("musicbrainz", NOW + 29 * DAY) == said
    assert lookup.answer("coverart/1", NOW) == Answer(NOW, None)
    assert lookup.answer("musicbrainz", NOW + 30 * DAY) is None
    assert lookup.answer("discogs", NOW) is None


@pytest.mark.parametrize("question", ["discogs", "discogs/releases/1", "discogs/suggestions/1", "ebay/176984/NEW"])
def test_what_discogs_and_ebay_say_counts_and_is_kept_for_six_hours(question: str) -> None:
    lookup = Lookup().add(question, Answer(NOW, ["said"]))
    assert lookup.answer(question, NOW + 5 * HOUR) is not None
    assert lookup.answer(question, NOW + 6 * HOUR) is None
    assert lookup.kept(NOW).expires_at == NOW + 6 * HOUR
    assert lookup.kept(NOW + 6 * HOUR).answers == {}


def test_a_lookup_comes_out_of_the_store_as_it_went_in() -> None:
    lookup = Lookup().add("discogs", Answer(NOW, [{"id": "1"}])).add("coverart/1", Answer(NOW, None))
    assert decode(Lookup, encode(lookup.kept(NOW))) == lookup


def test_what_was_forgotten_counts_no_more_wherever_it_is_still_known() -> None:
    old, fresh = Answer[object](NOW - HOUR, ["old"]), Answer[object](NOW + HOUR, ["fresh"])
    forgotten = Lookup().add("discogs", old).forget(NOW)
    assert forgotten.answers == {}
    in_memory = Lookup().add("discogs", old).add("musicbrainz", fresh)
    assert in_memory.merged(forgotten).answers == forgotten.merged(in_memory).answers == {"musicbrainz": fresh}


def test_that_something_was_forgotten_is_kept_as_long_as_an_answer_would_be() -> None:
    forgotten = Lookup().add("discogs", Answer(NOW - HOUR, ["old"])).forget(NOW)
    assert forgotten.kept(NOW).expires_at == NOW + FACT
    assert decode(Lookup, encode(forgotten.kept(NOW))) == forgotten


def test_a_lookup_expires_with_the_last_of_its_answers() -> None:
    nothing, fact = Answer[object](NOW, []), Answer[object](NOW - DAY, ["a release"])
    assert Lookup().add("coverart/1", nothing).kept(NOW).expires_at == NOW + DAY
    assert Lookup().add("coverart/1", nothing).add("musicbrainz", fact).kept(NOW).expires_at == NOW + 29 * DAY


def test_what_counts_no_more_is_not_stored() -> None:
    lookup = Lookup().add("discogs", Answer(NOW - 2 * DAY, [])).add("musicbrainz", Answer(NOW - 2 * DAY, ["known"]))
    assert set(lookup.kept(NOW).answers) == {"musicbrainz"}


def test_a_document_is_bounded_and_holds_the_newest() -> None:
    lookup = Lookup()
    for number in range(50):
        lookup = lookup.add(f"coverart/{number}", Answer(NOW - number * HOUR, "x" * (MOST_LETTERS // 10)))
    kept = lookup.kept(NOW).answers
    assert list(kept) == [f"coverart/{number}" for number in range(10)]
    assert len(json.dumps(encode(lookup.kept(NOW)), default=str)) < MOST_LETTERS + 1_000


def test_an_answer_that_is_too_large_does_not_keep_out_the_others() -> None:
    lookup = Lookup().add("huge", Answer(NOW, "x" * (MOST_LETTERS + 1))).add("discogs", Answer(NOW - HOUR, ["1"]))
    assert set(lookup.kept(NOW).answers) == {"discogs"}


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
    stored = json.loads(json.dumps(encode(release)))
    assert decode(Release, stored) == release


@given(releases)
def test_no_list_stands_in_a_list(release: Release) -> None:
    """Firestore refuses one."""
    for value in encode(release).values():
        if isinstance(value, list):
            assert not any(isinstance(part, list) for part in value)


def barcode(number: int) -> str:
    return f"{number}{check_digit(str(number))}".zfill(14)


def test_one_search_takes_as_many_barcodes_as_an_address_has_room_for() -> None:
    upcs = [barcode(70_000_000_000 + number) for number in range(100)]
    asked = one_search(upcs)
    assert asked == upcs[: len(asked)]
    assert len(asked) >= 27
    assert len("+OR+".join(form for gtin in asked for form in (*forms(gtin), *incomplete_forms(gtin)))) < 1_850
    assert one_search(upcs[:3]) == upcs[:3]


def test_a_release_stored_by_another_version_is_read_without_what_is_not_known_here() -> None:
    known = Release("musicbrainz", "mb", "Artist", "Title", released="1999")
    assert decode(Release, {**encode(known), "has_front": True}) == known
