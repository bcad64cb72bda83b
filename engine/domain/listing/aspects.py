"""The item specifics of a listing: facts of the release by eBay's names. Of the copy, `grading` speaks. Pure.

Source: contracts/UPSTREAMS.md 3.7 (names up to 40 characters).
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.identify.candidates import descriptions
from engine.domain.identify.releases import Release
from engine.domain.listing.categories import CONTAINERS, MUSIC, VINYL, category, medium
from engine.domain.listing.category_rules import CategoryRules, asked_for

NAMES = (
    "Artist",
    "Release Title",
    "Movie/TV Title",
    "Format",
    "Record Label",
    "Release Year",
    "Catalog Number",
    "Genre",
    "Style",
    "Country of Release",
    "Type",
    "Material",
    "Record Size",
    "Speed",
)

_SPEEDS = {"33 ⅓ RPM": "33 RPM", "45 RPM": "45 RPM", "78 RPM": "78 RPM"}
_SIZES = ('7"', '10"', '12"')
_TYPES = {  # the first that a release is described as
    "Compilation": "Compilation",
    "EP": "EP",
    "Single": "Single",
    "Maxi-Single": "Single",
    "Mini-Album": "Album",
    "Album": "Album",
}


def aspects(release: Release, rules: CategoryRules) -> dict[str, list[str]]:
    """Return the item specifics that are known, each name with those of its values that the rules let through.

    One that is unknown, or without such a value, is left out.
    """
    fitting = ((name, rules.specific(name).fit(values)) for name, values in _facts(release))
    return {name: values for name, values in fitting if values}


def _facts(release: Release) -> Iterator[tuple[str, list[str]]]:
    """Yield each specific with what is known of it, those that eBay asks for first."""
    place = category(release.formats)
    known = {
        "Artist": [release.artist],
        "Release Title": [release.title],
        "Movie/TV Title": [release.title],
        "Format": [_format(release)],
    }
    asked = asked_for(place)
    yield from ((name, known[name]) for name in asked)
    if "Artist" not in asked:
        yield "Artist", known["Artist"]
    yield "Record Label", [release.label]
    yield "Release Year", [str(release.year or "")]
    yield "Catalog Number", [release.catalog_number]
    yield "Genre", list(release.genres)
    yield "Style", list(release.styles)
    yield "Country of Release", [release.country]
    if place in MUSIC:
        yield "Type", [_type(release)]
    if place == VINYL:
        yield from _record(release)


def _format(release: Release) -> str:
    """Return the medium in eBay's words: a vinyl is a `Record`, a box set what lies in it."""
    if category(release.formats) == VINYL:
        return "Record"
    return next((item.name for item in release.formats if item.name not in CONTAINERS), medium(release.formats))


def _record(release: Release) -> Iterator[tuple[str, list[str]]]:
    """Yield the specifics of a record: what it is made of, its size and its speed."""
    words = descriptions(release)
    yield "Material", ["Vinyl" if any(item.name == "Vinyl" for item in release.formats) else ""]
    yield "Record Size", [size for size in _SIZES if size in words]
    yield "Speed", [speed for word, speed in _SPEEDS.items() if word in words]


def _type(release: Release) -> str:
    if any(item.name == "Box Set" for item in release.formats):
        return "Box Set"
    words = descriptions(release)
    return next((name for word, name in _TYPES.items() if word in words), "")
