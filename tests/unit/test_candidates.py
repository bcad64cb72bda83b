"""What two services say of one barcode: which descriptions are of one release, and what a buyer would see differ."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from typing import Any

import pytest

from engine.codec import replace
from engine.domain.identify.candidates import Candidate, contradict, descriptions, difference, unite, words
from engine.domain.identify.evidence import ReleaseSummary
from engine.domain.identify.releases import Format, Release, Track

OURS = Release("discogs", "4", "Faze Action", "Moving Cities", released="1999", formats=(Format("CD"),))
THEIRS = replace(OURS, source="musicbrainz", id="mb")


def named(artist: str, title: str = "") -> Release:
    return replace(OURS, artist=artist, title=title)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("The Beatles and Friends", {"beatles": 1, "friends": 1}),
        ("Rock ’n’ Roll Don't", {"rock": 1, "n": 1, "roll": 1, "dont": 1}),
        ("Vol. 2, Pt. 3, No. 4, Nr 5", {"volume": 1, "2": 1, "part": 1, "3": 1, "number": 2, "4": 1, "5": 1}),
        ("Duran Duran feat. Björk ft X featuring Y", {"duran": 2, "bjork": 1, "x": 1, "y": 1}),
        ("", {}),
    ],
)
def test_words_are_counted_as_a_buyer_reads_them(name: str, found: dict[str, int]) -> None:
    assert words(named(name)) == Counter(found)
    assert words(named(name, name)) == Counter(found) + Counter(found)


ONE_RELEASE = {
    "the same words": ("A B C", "C B A", True),
    "three of five": ("A B C", "A B C D E", True),
    "two of four": ("A B", "A B C D", False),
    "as many others": ("A B C", "A B D", False),
    "fewer, and one of them another": ("A B X", "A B C D", False),
    "a word that stands twice": ("A A B", "A B", True),
    "a number more": ("A B C D", "A B C D 2", False),
    "another number": ("A B C 1", "A B C 2", False),
    "the same number": ("A B C 2", "A B C D 2", True),
}


@pytest.mark.parametrize(("one", "two", "same"), ONE_RELEASE.values(), ids=ONE_RELEASE)
def test_one_name_may_be_the_other_at_greater_length(one: str, two: str, same: bool) -> None:
    for ours, theirs in permutations((one, two)):
        candidates = unite([named(ours)], [replace(named(theirs), source="musicbrainz", id="mb")])
        assert len(candidates) == (1 if same else 2)


@pytest.mark.parametrize(
    ("released", "same"), [("1998", True), ("2000", True), ("2001", False), ("1997", False), ("", True)]
)
def test_services_may_date_a_release_a_year_apart(released: str, same: bool) -> None:
    for ours, theirs in (("1999", released), (released, "1999")):
        found = unite([replace(OURS, released=ours)], [replace(THEIRS, released=theirs)])
        assert found == (
            [Candidate(replace(OURS, released=ours), replace(THEIRS, released=theirs))]
            if same
            else [
                Candidate(discogs=replace(OURS, released=ours)),
                Candidate(musicbrainz=replace(THEIRS, released=theirs)),
            ]
        )


@pytest.mark.parametrize(
    ("farther", "closer"),
    [
        ({"released": "2000"}, {}),
        ({"country": "US"}, {"country": "UK"}),
        ({"title": "Moving Cities Live"}, {}),
        ({"catalog_number": "WEA 2"}, {"catalog_number": "W EA1"}),
        ({"country": "US"}, {"country": "UK", "title": "Moving Cities Live"}),
        ({"released": "2000", "country": "UK"}, {"country": "US"}),
    ],
)
def test_a_description_is_paired_with_the_closest(farther: dict[str, Any], closer: dict[str, Any]) -> None:
    theirs = replace(THEIRS, country="UK", catalog_number="WE A1")
    known = {"country": "UK", "catalog_number": "WEA1"}
    far, near = replace(OURS, **{**known, **farther}), replace(OURS, id="5", **{**known, **closer})
    for ours in permutations((far, near)):
        assert unite(ours, [theirs]) == [Candidate(near, theirs), Candidate(discogs=far)]


def test_each_description_is_paired_once() -> None:
    twice = replace(THEIRS, id="mb2")
    assert unite([OURS], [THEIRS, twice]) == [Candidate(OURS, THEIRS), Candidate(musicbrainz=twice)]
    assert unite([OURS, OURS], []) == [Candidate(discogs=OURS)]


TRACKS = (Track("1", "Moving Cities"),)
FULL = Release(
    "musicbrainz",
    "mb",
    "Fazé Action",
    "Moving cities",
    "1999-11-02",
    "UK",
    "Nuphonic",
    "NUX 140",
    (Format("CD", 1, ("Album",)),),
    tracks=TRACKS,
    genres=("Disco",),
)


@pytest.mark.parametrize(
    ("known", "filled"),
    [
        ({}, {"label": "Nuphonic", "catalog_number": "NUX 140"}),
        ({"label": "Warner"}, {"label": "Warner"}),
        ({"catalog_number": "W 1"}, {"catalog_number": "W 1"}),
        ({"label": "Warner", "catalog_number": "W 1"}, {"label": "Warner", "catalog_number": "W 1"}),
    ],
)
def test_gaps_are_filled_and_a_label_and_its_number_are_taken_together(
    known: dict[str, Any], filled: dict[str, Any]
) -> None:
    bare = Release("discogs", "4", "", "", **known)
    facts: dict[str, Any] = {
        "artist": "Fazé Action",
        "title": "Moving cities",
        "released": "1999-11-02",
        "country": "UK",
    }
    whole = Release(source="discogs", id="4", **facts, formats=FULL.formats, tracks=TRACKS, **filled)
    assert Candidate(bare, FULL).release == whole


NAMES = ("Faze Action", "Friends")


@pytest.mark.parametrize(
    ("ours", "theirs", "whole"),
    [
        ({"released": "1999"}, {}, {"released": "1999-11-02"}),
        ({"released": "1998"}, {}, {"released": "1998"}),
        ({"released": "1999-11"}, {}, {"released": "1999-11-02"}),
        ({"released": "1999"}, {"released": ""}, {"released": "1999"}),
        ({"released": "1999", "complete": True}, {}, {"released": "1999"}),  # Discogs knows no day
        ({"artist": "FAZE ACTION, Friends"}, {"artist": "Faze Action & Friends", "artists": NAMES}, {"artists": NAMES}),
        ({"artist": "Faze Action"}, {"artist": "Faze Action & Friends", "artists": NAMES}, {"artists": ()}),
        (
            {"artist": "A, B", "artists": ("A", "B")},
            {"artist": "B & A", "artists": ("B", "A")},
            {"artists": ("A", "B")},
        ),
    ],
)
def test_a_line_of_a_search_takes_the_day_and_the_artists_one_by_one(
    ours: dict[str, Any], theirs: dict[str, Any], whole: dict[str, Any]
) -> None:
    line = replace(OURS, **ours)
    found = Candidate(line, replace(FULL, **theirs)).release
    assert {name: getattr(found, name) for name in whole} == whole
    assert (found.artist, found.title) == (line.artist, line.title)


def test_what_discogs_says_stays() -> None:
    ours = replace(FULL, source="discogs", id="4", artist="Faze Action", title="Moving Cities", country="US")
    assert Candidate(ours, FULL).release == ours
    assert Candidate(musicbrainz=FULL).release == FULL


def test_a_candidate_is_shown_with_the_numbers_of_both_services() -> None:
    ours = replace(FULL, source="discogs", id="4", have=7, url="https://d/4", dump="2026-11-01", styles=("House",))
    both = Candidate(ours, FULL)
    assert both.numbers == ("4", "mb")
    assert Candidate(musicbrainz=FULL).numbers == ("mb",)
    assert both.summary == ReleaseSummary(
        "Fazé Action",
        "Moving cities",
        "Nuphonic",
        "NUX 140",
        1999,
        "1999-11-02",
        "CD",
        ("Album",),
        "UK",
        ("Disco",),
        ("House",),
        "4",
        "mb",
        "2026-11-01",
        7,
        "https://d/4",
    )
    assert (Candidate(musicbrainz=FULL).summary.discogs_id, Candidate(ours).summary.musicbrainz_id) == (None, None)


def on(*formats: Format) -> Release:
    return replace(OURS, formats=formats)


@pytest.mark.parametrize(
    ("one", "two", "differ"),
    [
        (OURS, OURS, ""),
        (OURS, named("Faze Action", "Plans"), "artist or title"),
        (OURS, named(""), ""),
        (OURS, on(Format("Vinyl")), "format"),
        (OURS, on(), ""),
        (OURS, on(Format("Box Set"), Format("CD")), ""),
        (OURS, on(Format("CD"), Format("DVD")), "format"),
        (on(Format("Vinyl", 1, ("LP",))), on(Format("Vinyl", 1, ('12"',))), ""),
        (on(Format("Vinyl", 1, ('7"',))), on(Format("Vinyl", 1, ('10"',))), "format"),
        (on(Format("Vinyl", 1, ('7"',))), on(Format("Vinyl", 1, ("Album",))), ""),
        (OURS, replace(OURS, released="2000"), "year"),
        (OURS, replace(OURS, released=""), ""),
    ],
)
def test_a_buyer_sees_what_both_know_and_what_differs(one: Release, two: Release, differ: str) -> None:
    assert difference(one, two) == difference(two, one) == differ


def test_what_one_of_the_two_does_not_know_contradicts_nothing() -> None:
    known = [contradict(one, two) for one, two in (("a", "b"), ("a", "a"), ("a", ""), (None, "b"), (0, 1))]
    assert known == [True, False, False, False, False]


def test_descriptions_are_those_of_all_media_in_their_order() -> None:
    release = on(Format("CD", 1, ("Album", "Reissue")), Format("DVD", 1, ("PAL", "Album")))
    assert descriptions(release) == ["Album", "Reissue", "PAL", "Album"]
