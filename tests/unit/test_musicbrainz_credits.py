"""Who composed and who conducted, by the relations of a release at MusicBrainz.

The first facts are those of a recording of the Swan Lake that metabrainz/picard keeps for its tests.
"""

from __future__ import annotations

from typing import Any

import pytest

from engine.upstream.musicbrainz import parse_release
from tests.support.answers.musicbrainz import medium, performance, recorded, related, release

Json = dict[str, Any]

TCHAIKOVSKY = related("Пётр Ильич Чайковский", "composer", credit="Tchaikovsky", sort="Tchaikovsky, Pyotr Ilyich")
DUTOIT = related("Charles Dutoit", "conductor", sort="Dutoit, Charles")
MONTREAL = related("Orchestre symphonique de Montréal", "performing orchestra")
ENGINEER = related("Colin Moorfoot", "engineer")
BACH, HANDEL = related("Johann Sebastian Bach", "composer"), related("Georg Friedrich Händel", "composer")
PIANIST = related("Glenn Gould", "instrument")


def answer(*tracks: list[Json], everywhere: tuple[Json, ...] = ()) -> Json:
    disc = medium("CD", *((f"Track {place}", 60_000) for place, _ in enumerate(tracks, 1)))
    return recorded(release("1", "Title", media=[disc]), *tracks, everywhere=everywhere)


def credits_of(*tracks: list[Json], everywhere: tuple[Json, ...] = ()) -> tuple[Any, ...]:
    told = parse_release(answer(*tracks, everywhere=everywhere))
    return told.composers, told.conductors, told.credited


def test_the_work_tells_the_composer_and_the_recording_the_conductor() -> None:
    track = [DUTOIT, ENGINEER, MONTREAL, performance(TCHAIKOVSKY)]
    assert credits_of(track, track) == (("Tchaikovsky",), ("Charles Dutoit",), True)


def test_what_holds_for_the_release_holds_for_every_track() -> None:
    told = credits_of([performance(BACH)], [performance(BACH)], everywhere=(DUTOIT, MONTREAL))
    assert told == (("Johann Sebastian Bach",), ("Charles Dutoit",), True)
    assert credits_of([], [], everywhere=(BACH, PIANIST)) == (("Johann Sebastian Bach",), (), True)


def test_who_has_most_tracks_comes_first() -> None:
    tracks = [[PIANIST, performance(one)] for one in (HANDEL, BACH, BACH)]
    assert credits_of(*tracks) == (("Johann Sebastian Bach", "Georg Friedrich Händel"), (), True)


def test_a_medley_has_the_composers_of_all_its_works() -> None:
    composers = ("Georg Friedrich Händel", "Johann Sebastian Bach")
    assert credits_of([PIANIST, performance(HANDEL), performance(BACH)])[0] == composers


@pytest.mark.parametrize(
    "track",
    [
        [],
        [DUTOIT, MONTREAL],
        [DUTOIT, MONTREAL, performance()],
        [performance(BACH)],
        [ENGINEER, performance(BACH)],
        [MONTREAL, performance(BACH)],
        [PIANIST, MONTREAL, performance(BACH)],
        [related("RIAS-Kammerchor", "vocal", what="Choir"), performance(BACH)],
        [PIANIST, performance(related("Gustav Leonhardt", "arranger"))],
    ],
    ids=[
        "nothing",
        "no work",
        "no composer",
        "no player",
        "an engineer",
        "no conductor",
        "a soloist",
        "a choir",
        "an arranger",
    ],
)
def test_a_track_of_which_somebody_is_missing_leaves_the_credits_incomplete(track: list[Json]) -> None:
    whole = [PIANIST, performance(BACH)]
    assert credits_of(whole)[2]
    assert not credits_of(whole, track)[2]


@pytest.mark.parametrize(
    ("name", "credit", "sort", "told"),
    [
        ("Frédéric Chopin", "", "Chopin, Frédéric", ("Frédéric Chopin",)),
        ("Frédéric Chopin", "F. Chopin", "Chopin, Frédéric", ("F. Chopin",)),
        ("Дмитрий Шостакович", "", "Shostakovich, Dmitri", ("Dmitri Shostakovich",)),
        ("武満徹", "", "Takemitsu, Toru", ("Toru Takemitsu",)),
        ("Мусоргский", "", "Mussorgsky", ("Mussorgsky",)),
        ("Мусоргский", "", "", ("Мусоргский",)),
        ("[traditional]", "", "[traditional]", ()),
        ("[anonymous]", "Anonymous", "[anonymous]", ()),
        ("", "", "", ()),
    ],
)
def test_a_composer_is_named_as_credited_or_in_latin_letters(
    name: str, credit: str, sort: str, told: tuple[str, ...]
) -> None:
    assert credits_of([PIANIST, performance(related(name, "composer", credit=credit, sort=sort))])[0] == told


def test_an_artist_who_is_credited_in_two_ways_is_one() -> None:
    short = related("Johann Sebastian Bach", "composer", credit="Bach")
    assert credits_of([PIANIST, performance(short)], [PIANIST, performance(BACH)])[0] == ("Bach",)


def test_a_release_that_was_asked_for_without_relations_has_no_credits() -> None:
    told = parse_release(release("1", "Title", media=[medium("CD", ("One", 1_000))]))
    assert (told.composers, told.conductors, told.credited) == ((), (), False)
    assert not parse_release(release("1", "Title")).credited


@pytest.mark.parametrize("odd", [None, "", 7, [None], [{"type": "conductor"}], [{"type": "performance", "work": 1}]])
def test_odd_relations_are_none(odd: Any) -> None:
    body = answer([])
    body["media"][0]["tracks"][0]["recording"]["relations"] = odd
    told = parse_release({**body, "relations": odd})
    assert (told.composers, told.conductors, told.credited) == ((), (), False)
