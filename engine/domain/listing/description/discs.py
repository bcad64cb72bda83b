"""The tracks of a release by disc or side, as far as their positions say so. Pure.

A position such as `2-3`, `CD1-4`, `DVD-1` or `B2` says on which disc or side a track is. What kind of disc a bare
number means is taken from the formats, where they leave no choice. On which record of a set side `C` is, no position
says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.identify.releases import Format, Release, Track
from engine.domain.listing.media import CONTAINERS, GROOVED

_MEDIUM = re.compile(
    r"(?P<medium>[A-Za-z][A-Za-z-]*[A-Za-z])\s?(?P<number>\d{0,3})(?:\s?[-.:]\s?|\s)(?P<rest>\w.*)", re.ASCII
)
_ALONE = re.compile(r"(?P<medium>[A-Za-z]+)\s?(?P<number>\d+)", re.ASCII)
_NUMBER = re.compile(r"(?P<number>\d{1,3})[-.:](?P<rest>\w.*)", re.ASCII)
_SIDE = re.compile(r"(?P<side>([A-Z])\2?)(?:[-. ]?\d.*|[a-z]?)", re.ASCII)
_NAMES = {  # how positions call a medium, and how a buyer does
    "CD": "CD",
    "SACD": "SACD",
    "DVD": "DVD",
    "BD": "Blu-ray",
    "BLU-RAY": "Blu-ray",
    "LP": "LP",
    "MC": "Cassette",
    "VHS": "VHS",
}
_DISCS = {"CD": "CD", "CDr": "CD", "SACD": "SACD", "DVD": "DVD", "DVDr": "DVD", "Blu-ray": "Blu-ray"} | dict.fromkeys(
    GROOVED, "Record"
)
_TAPES = frozenset({"Cassette"})


@dataclass(frozen=True, slots=True)
class Disc:
    """The tracks of one disc or side; its `name` is "" where the positions do not say which it is."""

    name: str
    tracks: tuple[Track, ...]


def discs(release: Release) -> tuple[Disc, ...]:
    """Return the tracks by disc, in their order; positions are those on their disc. () without tracks."""
    found: dict[str, list[Track]] = {}
    for track in release.tracks:
        name, position = _place(track.position.strip(), release.formats)
        found.setdefault(name, []).append(Track(position, track.title, track.duration))
    return tuple(Disc(name, tuple(tracks)) for name, tracks in found.items())


def _place(position: str, formats: Sequence[Format]) -> tuple[str, str]:
    """Return the name of the disc or side that a position is on, "" when it says none, and the position there."""
    named, numbered = _MEDIUM.fullmatch(position), _NUMBER.fullmatch(position)
    if (alone := _ALONE.fullmatch(position)) and _only_one(alone["medium"].upper(), formats):
        disc, rest = _NAMES[alone["medium"].upper()], alone["number"]
    elif named and named["medium"].upper() in _NAMES:
        disc, rest = f"{_NAMES[named['medium'].upper()]} {named['number'].lstrip('0')}".strip(), named["rest"]
    elif numbered:
        number = int(numbered["number"])
        disc, rest = f"{_numbered(number, formats)} {number}", numbered["rest"]
    else:
        disc, rest = "", position
    side = _SIDE.fullmatch(rest)
    if side and _sided(disc, formats):
        disc = f"{disc} side {side['side']}" if disc else f"Side {side['side']}"
    return disc, rest


def _only_one(medium: str, formats: Sequence[Format]) -> bool:
    """Whether a release has one disc of a medium, so that a number behind the medium is that of a track."""
    return sum(item.quantity for item in formats if medium in _NAMES and _DISCS.get(item.name) == _NAMES[medium]) == 1


def _numbered(number: int, formats: Sequence[Format]) -> str:
    """Return what the discs of a release are called that have numbers: by their kind only where all are of one."""
    media = [item for item in formats if item.name not in CONTAINERS]
    names = {item.name for item in media}
    if len(names) == 1 and sum(item.quantity for item in media) >= number:
        (name,) = names
        return _DISCS.get(name, "Cassette" if name in _TAPES else "Part")
    return "Disc" if names <= _DISCS.keys() else "Part"


def _sided(disc: str, formats: Sequence[Format]) -> bool:
    """Whether a letter in front of a number is a side: not where all media have one side only."""
    if disc.startswith(("LP", "Record", "Cassette")):
        return True
    names = {item.name for item in formats} - CONTAINERS
    return not names or bool(names & (GROOVED | _TAPES))
