"""The item specifics of a listing: facts of the release by eBay's names. Of the copy, `grading` speaks. Pure.

Source: contracts/UPSTREAMS.md 3.7 (names up to 40 characters, values up to 50).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.domain.identify.releases import Release
from engine.domain.listing import ebay_terms
from engine.domain.listing.categories import FILMS, MUSIC, VINYL, category, medium
from engine.domain.listing.category_rules import CategoryRules, Specific, asked_for
from engine.domain.listing.media import Media, media
from engine.domain.listing.names import artist_name, artists_of, label_name, title_name

COUNTRY = ("Country of Origin", "Country/Region of Manufacture", "Country of Manufacture")  # as a category has it
NAMES = (
    "Artist",
    "Release Title",
    "Movie/TV Title",
    "Format",
    "Record Label",
    "Studio",
    "Release Year",
    "Catalog Number",
    "Genre",
    "Style",
    COUNTRY[0],
    "Type",
    "Edition",
    "Features",
    "Composer",
    "Conductor",
    "Case Type",
    "Material",
    "Record Size",
    "Speed",
    "Color",
    "Signal Standard",
    "Region Code",
)

_TYPES = {"Maxi-Single": "Single", "Mini-Album": "Album"}
_EDITIONS = ("Limited Edition", "Deluxe Edition", "Special Edition", "Club Edition")
_FEATURES = (
    *("Promo", "Test Pressing", "White Label", "Reissue", "Repress", "Remastered", "Numbered", "Picture Disc", "Mono"),
    *("Stereo", "Quadraphonic", "Enhanced", "Single Sided", "Etched", "Sampler", "HDCD", "Copy Protected"),
)
_OF_THEIR_OWN = frozenset({"VCD", "DualDisc", "Ultra HD Blu-ray"})  # though Discogs has them among others
_FORMATS = {
    "CDr": "CD-R",
    "DVDr": "DVD-R",
    "Blu-ray-R": "BD-R",
    "Minidisc": "MiniDisc",
    "8-Track Cartridge": "8-Track",
    "Reel-To-Reel": "Reel to Reel",
    "Ultra HD Blu-ray": "4K UHD Blu-ray",
}


def aspects(release: Release, rules: CategoryRules) -> dict[str, list[str]]:
    """Return the item specifics that are known, each name with those of its values that the rules let through.

    One that is unknown, or without such a value, is left out.
    """
    fitting = ((name, rules.specific(name).fit(values)) for name, values in _facts(release, rules))
    return {name: values for name, values in fitting if values}


def _facts(release: Release, rules: CategoryRules) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each specific with what is known of it, those that eBay asks for first."""
    place, whole = category(release.formats), media(release)
    known = {
        "Artist": _artists(release, rules.specific("Artist")),
        "Release Title": [title_name(release.title)],
        "Movie/TV Title": [title_name(release.title)],
        "Format": [_format(release, whole)],
    }
    yield from ((name, known[name]) for name in (*asked_for(place), "Artist"))
    yield "Studio" if place in FILMS else "Record Label", [label_name(release.label)]
    yield "Release Year", [str(release.year or "")]
    yield "Catalog Number", [release.catalog_number]
    yield "Genre", list(ebay_terms.genres(release.genres, release.styles))
    yield "Style", release.styles
    yield _country(release, rules)
    if place in MUSIC:
        yield "Type", [_type(whole)]
    yield from _editions(whole)
    if release.classical:
        yield "Composer", release.composers
        yield "Conductor", release.conductors
    if place == VINYL:
        yield from _record(whole)
    elif place in FILMS:
        yield from _film(whole)
    if not whole.grooved:
        yield "Case Type", [ebay_terms.CASES.get(whole.mentions(*ebay_terms.CASES), "")]


def _artists(release: Release, specific: Specific) -> Sequence[str]:
    """Return the artists, each for itself where eBay takes several."""
    return artists_of(release) if specific.several else [artist_name(release.artist)]


def _country(release: Release, rules: CategoryRules) -> tuple[str, Sequence[str]]:
    """Return the country under the name that the category has for it, by the first of eBay's terms that it takes."""
    name = next((name for name in COUNTRY if name in rules.specifics), COUNTRY[0])
    offered = (rules.specific(name).fit([term]) for term in ebay_terms.countries(release.country))
    return name, next(filter(None, offered), [])


def _format(release: Release, whole: Media) -> str:
    """Return the medium in eBay's words: a vinyl is a `Record`, a box set what lies in it."""
    if category(release.formats) == VINYL:
        return "Record"
    kind = medium(release.formats)
    told = whole.main.name if whole.discs and kind not in _OF_THEIR_OWN else kind
    return _FORMATS.get(told, told)


def _type(whole: Media) -> str:
    return "Box Set" if whole.boxed else _TYPES.get(whole.type, whole.type)


def _editions(whole: Media) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield which edition it is and what is special about it."""
    yield "Edition", [word for word in _EDITIONS if word in whole.words]
    special = [word for word in _FEATURES if word in whole.words]
    weight = f"{whole.grams} Gram" if whole.grams else ""
    yield "Features", [*special, whole.mentions("Gatefold"), weight, whole.pressing]


def _record(whole: Media) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the specifics of a record: what it is made of, its size, its speed and its colour."""
    yield "Material", [whole.material]
    yield "Record Size", [whole.size]
    yield "Speed", [whole.speed]
    yield "Color", whole.colours


def _film(whole: Media) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the specifics of a film: the television standard, and the region of a DVD."""
    yield "Signal Standard", [whole.standard]
    yield "Region Code", [ebay_terms.REGIONS.get(whole.mentions(*ebay_terms.REGIONS), "")]
