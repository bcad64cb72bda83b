"""The item specifics of a listing: facts of the release by eBay's names, and nothing that nobody said."""

from __future__ import annotations

from typing import Any

import pytest

from engine.codec import replace
from engine.domain.identify.releases import Format, Release
from engine.domain.listing.aspects import aspects
from engine.domain.listing.categories import category
from engine.domain.listing.category_rules import table

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
    "Country of Release": ["UK"],
}
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
        {**MUSIC, "Format": ["Record"], **FACTS, "Record Size": ['10"'], "Speed": ["78 RPM"]},
    ),
    "a box of CDs": (
        (Format("Box Set", 1, ("Compilation",)), Format("CD", 3, ("Album",))),
        {**MUSIC, "Format": ["CD"], **FACTS, "Type": ["Box Set"]},
    ),
    "a box of which nobody says what lies in it": (
        (Format("Box Set", 1, ("Enhanced",)),),
        {**MUSIC, "Format": ["CD"], **FACTS, "Type": ["Box Set"]},
    ),
    "a film": (
        (Format("DVD", 1, ("Album",)),),
        {"Movie/TV Title": ["Moving Cities"], "Format": ["DVD"], "Artist": ["Faze Action"], **FACTS},
    ),
    "a tape of a film": (
        (Format("VHS"),),
        {"Movie/TV Title": ["Moving Cities"], "Format": ["VHS"], "Artist": ["Faze Action"], **FACTS},
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


def test_what_is_not_known_is_left_out() -> None:
    bare = Release("discogs", "4", "", "Moving Cities", formats=(Format("CD"),))
    assert aspects(bare, table(category(bare.formats))) == {"Release Title": ["Moving Cities"], "Format": ["CD"]}
