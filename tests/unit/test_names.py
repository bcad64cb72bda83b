"""Names as a buyer reads them, and where they may end."""

from __future__ import annotations

import pytest

from engine.domain.identify.releases import Release
from engine.domain.listing import names, shortening


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Beatles, The", "The Beatles"),
        ("Beatles, The & Stones, The", "The Beatles & The Stones"),
        ("Nirvana (2)", "Nirvana"),
        ("Nirvana (2) & Pixies (3)", "Nirvana & Pixies"),
        ("Madness (2), The", "The Madness"),
        ("Tyler, The Creator", "Tyler, The Creator"),
        ("Earth, Wind & Fire", "Earth, Wind & Fire"),
        ("Symposium (1999 Line-up)", "Symposium (1999 Line-up)"),
        ("Unknown Artist", ""),
        ("[no artist]", ""),
        ("Various", "Various"),
    ],
)
def test_an_artist_is_named_as_buyers_do(written: str, read: str) -> None:
    assert names.artist_name(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Привет =", "Привет"),
        ("= Hello", "Hello"),
        ("Привет = Hello", "Привет = Hello"),
        ("Wall, The", "The Wall"),
        ("Wall, The (Remastered)", "The Wall (Remastered)"),
        ("1984 (2)", "1984 (2)"),
    ],
)
def test_a_title_is_read_without_signs_that_lead_nowhere(written: str, read: str) -> None:
    assert names.title_name(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Not On Label", ""),
        ("Not On Label (Nirvana Self-released)", ""),
        ("none", ""),
        ("White Label", ""),
        ("Sub Pop (2)", "Sub Pop"),
        ("Nonesuch", "Nonesuch"),
    ],
)
def test_a_label_that_is_none_is_not_named(written: str, read: str) -> None:
    assert names.label_name(written) == read


def test_a_title_that_is_the_artist_is_said_once() -> None:
    assert names.buyers_names(Release("discogs", "1", "The Clash", "the clash")) == ("", "the clash")
    assert names.buyers_names(Release("discogs", "1", "Clash, The", "London")) == ("The Clash", "London")


@pytest.mark.parametrize(
    ("name", "beginnings"),
    [
        ("One Two Three", ["One Two Three", "One Two", "One"]),
        ("Songs (From The Film) Again", ["Songs (From The Film) Again", "Songs (From The Film)", "Songs"]),
        ("Hits [Best (Of Them) All]", ["Hits [Best (Of Them) All]", "Hits"]),
        ("Best Of Vol. 2", ["Best Of Vol. 2", "Best"]),
        ("Symphony No. 5 In C", ["Symphony No. 5 In C", "Symphony No. 5"]),
        ('The "Long Name" Song', ['The "Long Name" Song', 'The "Long Name"']),
        ("It's 'A Love' Thing", ["It's 'A Love' Thing", "It's 'A Love'", "It's"]),
        ('Six 12" Songs', ['Six 12" Songs', 'Six 12"', "Six"]),
        ("One / Two", ["One / Two", "One"]),
        ("Open (Bracket End", ["Open (Bracket End", "Open (Bracket", "Open"]),
        ("Live At The Apollo", ["Live At The Apollo", "Live"]),
        ("Word", ["Word"]),
        ("", []),
    ],
)
def test_a_title_ends_outside_of_brackets_quotations_and_volumes(name: str, beginnings: list[str]) -> None:
    assert list(shortening.beginnings(name)) == beginnings


def test_artists_are_left_out_whole_and_from_the_end() -> None:
    joined = "Earth, Wind & Fire, Sister Sledge feat. Nile Rodgers"
    artists = ("Earth, Wind & Fire", "Sister Sledge", "Nile Rodgers")
    assert list(shortening.fewer_artists(joined, artists)) == [
        joined,
        "Earth, Wind & Fire, Sister Sledge",
        "Earth, Wind & Fire",
    ]
    assert list(shortening.fewer_artists("Earth, Wind & Fire", ("Somebody else",))) == ["Earth, Wind & Fire"]
    assert list(shortening.fewer_artists("Ann & Bob & An", ("Ann", "Bob", "An")))[1:] == ["Ann & Bob", "Ann"]
    assert list(shortening.fewer_artists("", ())) == []


@pytest.mark.parametrize(
    ("artists", "titles", "room", "both"),
    [
        (["Ann & Bob", "Ann"], ["One Two", "One"], 20, ("Ann & Bob", "One Two")),
        (["Ann & Bob", "Ann"], ["One Two", "One"], 14, ("Ann", "One Two")),
        (["Ann & Bob", "Ann"], ["One Two", "One"], 9, ("Ann", "One")),
        (["Ann & Bob", "Ann"], ["One Two", "One"], 7, ("", "One Two")),
        (["Ann"], ["One Two", "One"], 3, ("", "One")),
        (["Ann"], ["Long"], 3, ("Ann", "")),
        (["Annabel"], ["Long"], 3, ("", "Lon")),
        ([], ["One"], 9, ("", "One")),
        (["Ann"], [], 9, ("Ann", "")),
        ([], [], 9, ("", "")),
    ],
)
def test_a_whole_title_comes_before_all_artists_and_an_artist_before_none(
    artists: list[str], titles: list[str], room: int, both: tuple[str, str]
) -> None:
    assert shortening.both(artists, titles, " - ", room) == both
