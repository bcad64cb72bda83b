"""What a release is to eBay: its medium, the category it is listed in and the conditions that category knows.

Source: contracts/UPSTREAMS.md 3.7; Discogs' list of formats, https://www.discogs.com/help/formatslist (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.domain.batch.rows import Condition
from engine.domain.identify.releases import Format
from engine.domain.listing.media import CONTAINERS

CONDITION_IDS = {  # eBay's number of each condition, by its enum
    "NEW": "1000",
    "LIKE_NEW": "2750",
    "USED_EXCELLENT": "3000",
    "USED_VERY_GOOD": "4000",
    "USED_GOOD": "5000",
    "USED_ACCEPTABLE": "6000",
}
_KINDS = {
    "CDr": "CD",
    "SACD": "CD",
    "CDV": "CD",
    "Lathe Cut": "Vinyl",
    "Flexi-disc": "Vinyl",
    "Acetate": "Vinyl",
    "Shellac": "Vinyl",
    "DVDr": "DVD",
    "HD DVD": "DVD",
    "Blu-ray-R": "Blu-ray",
    "Laserdisc": "LaserDisc",
    "Minidisc": "MiniDisc",
}
_BY_WORD = {  # what a description makes of a medium
    ("CD", "VCD"): "VCD",
    ("CD", "SVCD"): "VCD",
    ("Hybrid", "DualDisc"): "DualDisc",
    ("Blu-ray", "Ultra HD Blu-ray"): "Ultra HD Blu-ray",
}
_SHOWN_BY = (  # descriptions that leave no doubt what lies in a box whose media are not listed
    (frozenset({"LP", '12"', '10"', '7"', "33 ⅓ RPM", "45 RPM", "78 RPM"}), "Vinyl"),
    (frozenset({"Enhanced", "HDCD", "SHM-CD", "Blu-spec CD", "Copy Protected"}), "CD"),
    (frozenset({"DVD-Video", "DVD-Audio"}), "DVD"),
)


@dataclass(frozen=True, slots=True)
class Category:
    """A category of eBay's US site. `conditions` are those that it is known to take, by eBay's enum.

    One that is not `sure` is used only after eBay has confirmed that its number has this name.
    """

    id: str
    name: str
    conditions: frozenset[str]
    sure: bool = True


_GRADED = frozenset(condition.value for condition in Condition)
_NEW_OR_USED = frozenset({"NEW", "USED_EXCELLENT"})

CD = Category("176984", "Music CDs", _GRADED)
VINYL = Category("176985", "Vinyl Records", _NEW_OR_USED)
CASSETTE = Category("176983", "Music Cassettes", _GRADED)
DISC = Category("617", "DVDs & Blu-ray Discs", _GRADED)
VHS = Category("309", "VHS Tapes", _GRADED)
OTHER_MUSIC = Category("618", "Other Formats", _GRADED, sure=False)
LASERDISC = Category("381", "LaserDiscs", _GRADED, sure=False)
UMD = Category("132975", "UMDs", _GRADED, sure=False)

_CATEGORIES = {
    "CD": CD,
    "DualDisc": CD,
    "Vinyl": VINYL,
    "Cassette": CASSETTE,
    "DVD": DISC,
    "Blu-ray": DISC,
    "Ultra HD Blu-ray": DISC,
    "VCD": DISC,
    "VHS": VHS,
    "LaserDisc": LASERDISC,
    "UMD": UMD,
    **dict.fromkeys(("8-Track Cartridge", "4-Track Cartridge", "Reel-To-Reel", "MiniDisc", "DCC", "DAT"), OTHER_MUSIC),
}
MEDIA = tuple(_CATEGORIES)
"""The kinds of media that this program knows a category for."""

MUSIC = (CD, VINYL, CASSETTE, OTHER_MUSIC)
FILMS = (DISC, VHS, LASERDISC, UMD)
CATEGORIES: Mapping[str, Category] = {place.id: place for place in _CATEGORIES.values()}


def kind(item: Format) -> str:
    """Return the kind of medium that buyers and prices go by: a `CDr` is a `CD`; other names stay as they are."""
    told = (_BY_WORD.get((item.name, word)) for word in item.descriptions)
    return next(filter(None, told), _KINDS.get(item.name, item.name))


def medium(formats: Sequence[Format]) -> str:
    """Return the kind of the first medium; of a box, of the first one in it. "" when unknown."""
    media = [kind(item) for item in formats if item.name not in CONTAINERS]
    if media:
        return next((name for name in media if name in _CATEGORIES), media[0])
    words = {word for item in formats for word in item.descriptions}
    return next((name for shown, name in _SHOWN_BY if shown & words), "")


def category(formats: Sequence[Format]) -> Category | None:
    """Return the category of a release, None when this program knows none for its medium: a file, nothing."""
    return _CATEGORIES.get(medium(formats))
