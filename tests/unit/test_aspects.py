"""The item specifics of a listing: facts of the release by eBay's names, and nothing that nobody said."""

from __future__ import annotations

from typing import Any

import pytest

from engine.codec import replace
from engine.domain.identify.releases import Format, Release
from engine.domain.listing.aspects import aspects
from engine.domain.listing.categories import CD, category
from engine.domain.listing.category_rules import CategoryRules, Specific, table

RELEASE = Release(
    "discogs",
    "4",
    "Faze Action",
    "Moving Cities",
    "1999-11-02",
    "UK",
    "Nuphonic",
    "NUX 140",
    (Format("CD", 1, ("Album",)),),
    genres=("Electronic", "Jazz"),
    styles=("House",),
)
FACTS = {
    "Record Label": ["Nuphonic"],
    "Release Year": ["1999"],
    "Catalog Number": ["NUX 140"],
    "Genre": ["Electronic", "Jazz"],
    "Style": ["House"],
    "Country of Origin": ["United Kingdom"],
}
FILM_FACTS = {"Studio" if name == "Record Label" else name: values for name, values in FACTS.items()}
MUSIC = {"Artist": ["Faze Action"], "Release Title": ["Moving Cities"]}


def on(*formats: Format) -> dict[str, list[str]]:
    release = replace(RELEASE, formats=formats)
    return aspects(release, table(category(formats)))


MEDIA: dict[str, tuple[tuple[Format, ...], dict[str, Any]]] = {
    "a CD": ((Format("CD", 1, ("Album",)),), {**MUSIC, "Format": ["CD"], **FACTS, "Type": ["Album"]}),
    "a tape": ((Format("Cassette"),), {**MUSIC, "Format": ["Cassette"], **FACTS}),
    "a record": (
        (Format("Vinyl", 2, ('12"', "33 ⅓ RPM", "EP", "Album")),),
        {
            **MUSIC,
            "Format": ["Record"],
            **FACTS,
            "Type": ["EP"],
            "Material": ["Vinyl"],
            "Record Size": ['12"'],
            "Speed": ["33 RPM"],
        },
    ),
    "a shellac": (
        (Format("Shellac", 1, ('10"', "78 RPM")),),
        {**MUSIC, "Format": ["Record"], **FACTS, "Material": ["Shellac"], "Record Size": ['10"'], "Speed": ["78 RPM"]},
    ),
    "a box of CDs": (
        (Format("Box Set", 1, ("Compilation",)), Format("CD", 3, ("Album",))),
        {**MUSIC, "Format": ["CD"], **FACTS, "Type": ["Box Set"]},
    ),
    "a box of which nobody says what lies in it": (
        (Format("Box Set", 1, ("Enhanced",)),),
        {**MUSIC, "Format": ["CD"], **FACTS, "Type": ["Box Set"], "Features": ["Enhanced"]},
    ),
    "a film": (
        (Format("DVD", 1, ("Album",)),),
        {"Movie/TV Title": ["Moving Cities"], "Format": ["DVD"], "Artist": ["Faze Action"], **FILM_FACTS},
    ),
    "a tape of a film": (
        (Format("VHS"),),
        {"Movie/TV Title": ["Moving Cities"], "Format": ["VHS"], "Artist": ["Faze Action"], **FILM_FACTS},
    ),
    "a file": ((Format("File", 1, ("Album",)),), {**MUSIC, "Format": ["File"], **FACTS}),
    "nothing that is known": ((), {**MUSIC, **FACTS}),
}


@pytest.mark.parametrize(("formats", "said"), MEDIA.values(), ids=MEDIA)
def test_specifics_are_those_of_the_medium_in_the_order_in_which_ebay_asks(
    formats: tuple[Format, ...], said: dict[str, list[str]]
) -> None:
    assert list(on(*formats).items()) == list(said.items())


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("Maxi-Single",), "Single"),
        (("Single", "EP"), "EP"),
        (("Mini-Album",), "Album"),
        (("Album", "Compilation"), "Compilation"),
        (("Mixtape",), None),
    ],
)
def test_a_type_is_the_first_that_counts_of_what_a_release_is_described_as(
    words: tuple[str, ...], kind: str | None
) -> None:
    assert on(Format("CD", 1, words)).get("Type") == (kind and [kind])


def test_the_country_has_the_name_and_the_terms_of_the_category() -> None:
    release = replace(RELEASE, country="South Korea")
    manufactured = Specific("Country/Region of Manufacture", choices=("Korea, South", "Japan"))
    rules = CategoryRules({manufactured.name: manufactured})
    assert aspects(release, rules)[manufactured.name] == ["Korea, South"]
    assert aspects(release, table(CD))["Country of Origin"] == ["Korea, Republic of"]


@pytest.mark.parametrize("country", ["", "Europe", "UK & Europe", "USA & Canada", "Worldwide", "USSR", "Yugoslavia"])
def test_what_is_no_country_of_today_is_none_to_ebay(country: str) -> None:
    assert "Country of Origin" not in aspects(replace(RELEASE, country=country), table(CD))


@pytest.mark.parametrize(
    ("genres", "styles", "said"),
    [
        (("Hip Hop",), (), ["Rap & Hip-Hop"]),
        (("Funk / Soul", "Rock"), (), ["R&B & Soul", "Rock"]),
        (("Stage & Screen",), ("Soundtrack",), ["Soundtracks & Musicals"]),
        (("Folk, World, & Country",), ("Bluegrass", "Folk"), ["Country", "Folk"]),
        (("Folk, World, & Country",), ("African",), ["World Music"]),
        (("Non-Music",), ("Comedy",), ["Comedy"]),
        (("Non-Music",), ("Field Recording",), None),
    ],
)
def test_genres_are_ebays(genres: tuple[str, ...], styles: tuple[str, ...], said: list[str] | None) -> None:
    assert aspects(replace(RELEASE, genres=genres, styles=styles), table(CD)).get("Genre") == said


def test_artists_are_values_of_their_own_where_ebay_takes_several() -> None:
    release = replace(RELEASE, artist="Ann & Bob (2)", artists=("Ann", "Bob (2)"))
    assert aspects(release, table(CD))["Artist"] == ["Ann", "Bob"]
    one = CategoryRules({"Artist": Specific("Artist", several=False)})
    assert aspects(release, one)["Artist"] == ["Ann & Bob"]


def test_composer_and_conductor_are_said_of_classical_music() -> None:
    release = replace(RELEASE, composers=("Antonio Vivaldi",), conductors=("Karl Forster",))
    assert "Composer" not in aspects(release, table(CD))
    known = aspects(replace(release, genres=("Classical",)), table(CD))
    assert (known["Composer"], known["Conductor"]) == (["Antonio Vivaldi"], ["Karl Forster"])


def test_what_is_special_about_an_edition_is_said() -> None:
    words = ("LP", "Album", "Limited Edition", "Reissue", "Numbered")
    known = on(Format("Vinyl", 1, words, "180 Gram, Gatefold, Transparent Red"))
    assert known["Edition"] == ["Limited Edition"]
    assert known["Features"] == ["Reissue", "Numbered", "Gatefold", "180 Gram"]
    assert (known["Color"], known["Record Size"], known["Speed"]) == (["Red"], ['12"'], ["33 RPM"])
    assert on(Format("CD", 1, (), "SHM-CD, Digipack"))["Case Type"] == ["Digipak"]


def test_a_film_has_its_standard_its_region_and_its_studio() -> None:
    known = on(Format("DVD", 1, ("DVD-Video", "PAL"), "Region 2"))
    assert (known["Signal Standard"], known["Studio"]) == (["PAL"], ["Nuphonic"])
    assert known["Region Code"] == ["DVD: 2 (Europe, Japan, Middle East...)"]
    assert "Region Code" not in on(Format("DVD"))


def test_what_is_not_known_is_left_out() -> None:
    bare = Release("discogs", "4", "", "Moving Cities", formats=(Format("CD"),))
    assert aspects(bare, table(category(bare.formats))) == {"Release Title": ["Moving Cities"], "Format": ["CD"]}
