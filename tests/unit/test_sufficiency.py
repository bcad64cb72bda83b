"""When a draft needs no answer of Discogs about its release, or none of Discogs at all."""

from __future__ import annotations

from typing import Any

import pytest

from engine.codec import replace
from engine.domain.identify.candidates import Candidate
from engine.domain.identify.decision import Decision
from engine.domain.identify.evidence import Confidence, Verdict
from engine.domain.identify.releases import Format, Release, Track
from engine.domain.identify.sufficiency import completes as answer_completes
from engine.domain.identify.sufficiency import decides_alone, musicbrainz_completes

LINE = Release(
    "discogs",
    "4",
    "Faze Action",
    "Moving Cities",
    released="1999",
    formats=(Format("CD", descriptions=("Album",)),),
    genres=("Electronic",),
)
THEIRS = replace(LINE, source="musicbrainz", id="mb", released="1999-11-02", genres=())
SAME: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "all of it": ({}, {}),
    "the artist in other letters": ({}, {"artist": "FAZE ACTION"}),
    "a year that one does not know": ({"released": ""}, {}),
    "discs that one lists one by one": (
        {"formats": (Format("CD"), Format("CD"), Format("DVD"))},
        {"formats": (Format("DVD"), Format("CD", 2))},
    ),
    "what holds for all discs": ({"formats": (*LINE.formats, Format("All Media", descriptions=("Promo",)))}, {}),
    "a country of its own": ({"country": "US"}, {"country": "Germany"}),
    "classical music": ({"genres": ("Pop", "Classical")}, {}),
}
OTHER: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "another artist": ({}, {"artist": "Faze Action & Friends"}),
    "words of the artist in the title": ({"artist": "Faze", "title": "Action - Moving Cities"}, {}),
    "a longer title": ({}, {"title": "Moving Cities (Deluxe Edition)"}),
    "another year": ({}, {"released": "2000-01-24"}),
    "one disc more": ({}, {"formats": (Format("CD", 2),)}),
    "another disc": ({}, {"formats": (Format("CDr"),)}),
    "a disc more of another kind": ({}, {"formats": (Format("CD"), Format("DVD"))}),
    "a box": ({"formats": (Format("Box Set"), *LINE.formats)}, {}),
}


def completes(ours: dict[str, Any], theirs: dict[str, Any], confidence: Confidence | None = Confidence.HIGH) -> bool:
    return musicbrainz_completes(Candidate(replace(LINE, **ours), replace(THEIRS, **theirs)), confidence)


@pytest.mark.parametrize(("ours", "theirs"), SAME.values(), ids=SAME)
def test_musicbrainz_completes_what_both_describe_in_the_same_words(
    ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    assert completes(ours, theirs)


@pytest.mark.parametrize(("ours", "theirs"), OTHER.values(), ids=OTHER)
def test_what_they_describe_otherwise_is_left_to_discogs(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert not completes(ours, theirs)


@pytest.mark.parametrize("confidence", [Confidence.GOOD, Confidence.FAIR, Confidence.CHOSEN, None])
def test_a_match_that_is_less_than_sure_is_left_to_discogs(confidence: Confidence | None) -> None:
    assert not completes({}, {}, confidence)


def test_what_one_service_knows_is_not_completed_by_the_other() -> None:
    assert not musicbrainz_completes(Candidate(discogs=LINE), Confidence.HIGH)
    assert not musicbrainz_completes(Candidate(musicbrainz=THEIRS), Confidence.HIGH)


@pytest.mark.parametrize("genres", [("Pop",), ("Pop", "Classical")])
@pytest.mark.parametrize("tracks", [(), (Track("1", "Moving Cities"),)])
@pytest.mark.parametrize("credited", [True, False])
def test_an_answer_completes_a_line_with_tracks_and_of_classical_music_with_every_credit(
    genres: tuple[str, ...], tracks: tuple[Track, ...], *, credited: bool
) -> None:
    answer = replace(THEIRS, tracks=tracks, credited=credited, complete=True)
    enough = bool(tracks) and (credited or "Classical" not in genres)
    assert answer_completes(replace(LINE, genres=genres), answer) is enough


def decided(confidence: Confidence | None = Confidence.GOOD, **facts: Any) -> Decision:
    return Decision(Verdict.MATCHED, (Candidate(musicbrainz=replace(THEIRS, **facts)),), (), confidence)


def test_musicbrainz_decides_alone_what_it_knows_for_certain() -> None:
    assert decides_alone(decided())


@pytest.mark.parametrize(
    "facts", [{"artist": ""}, {"title": ""}, {"formats": ()}, {"formats": (Format("File"),)}], ids=str
)
def test_what_cannot_be_published_by_its_words_alone_needs_discogs(facts: dict[str, Any]) -> None:
    assert not decides_alone(decided(**facts))


@pytest.mark.parametrize("confidence", [Confidence.FAIR, Confidence.CHOSEN, None])
def test_a_doubtful_match_needs_discogs(confidence: Confidence | None) -> None:
    assert not decides_alone(decided(confidence))


def test_nothing_found_needs_discogs() -> None:
    assert not decides_alone(Decision(Verdict.UNKNOWN, (), ()))
