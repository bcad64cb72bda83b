"""What a release consists of, read from its formats as a whole: its media, size, speed, type, edition, colour. Pure.

Size, speed, type and material are those of the first medium that is no container: a bonus disc never decides. What an
edition is, any of them may say.

Source: Discogs' list of formats, https://www.discogs.com/help/formatslist, and its guidelines, by which the free text
of a format names colours, sleeves and the like (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.domain.identify.releases import Format, Release

CONTAINERS = frozenset({"Box Set", "All Media"})  # Discogs' words for what holds the media, or for all of them
GROOVED = frozenset({"Vinyl", "Shellac", "Flexi-disc", "Acetate", "Lathe Cut"})  # what a stylus plays
TYPES = ("Compilation", "EP", "Maxi-Single", "Single", "Mini-Album", "Album")
SPEEDS = {"16 ⅔ RPM": "16 RPM", "33 ⅓ RPM": "33 RPM", "45 RPM": "45 RPM", "78 RPM": "78 RPM", "80 RPM": "80 RPM"}
STANDARDS = ("NTSC", "PAL", "SECAM")

_PLAIN_COLOURS = (
    *(
        "Black",
        "Blue",
        "Brown",
        "Clear",
        "Gold",
        "Green",
        "Orange",
        "Pink",
        "Purple",
        "Red",
        "Silver",
        "White",
        "Yellow",
    ),
    *("Amber", "Beige", "Bronze", "Copper", "Cream", "Gray", "Ivory", "Magenta", "Multicolor", "Turquoise"),
)
_SHADES = {
    "Grey": "Gray",
    "Aqua": "Blue",
    "Burgundy": "Red",
    "Lilac": "Purple",
    "Maroon": "Red",
    "Violet": "Purple",
    "Multicolored": "Multicolor",
    "Multicoloured": "Multicolor",
}
_COLOURS = {**{name: name for name in _PLAIN_COLOURS}, **_SHADES}
_EFFECTS = frozenset(
    {
        *("Bone", "Dark", "Forest", "Light", "Neon", "Pastel", "Royal", "Sky"),
        *(
            "Galaxy",
            "Glitter",
            "Half",
            "Haze",
            "Marble",
            "Marbled",
            "Opaque",
            "Smoke",
            "Smoky",
            "Splatter",
            "Splattered",
        ),
        *(
            "Split",
            "Starburst",
            "Swirl",
            "Swirled",
            "Translucent",
            "Transparent",
            "Tri-Color",
            "Tri-Colour",
            "Two-Tone",
        ),
    }
)
_JOINERS = frozenset({"w/", "with", "and", "&", "+", "/", "on", "in"})
_NO_DISC = re.compile(
    r"\b(labels?|logos?|sleeves?|covers?|cent(?:er|re)s?|print(?:ed|ing)?|lettering|letters|text|inserts?|obi|cases?|"
    r"trays?|stickers?|stamp(?:ed)?|ink|box(?:ed)?|editions?|versions?|series|jackets?|bags?|spines?|shells?)\b",
    re.IGNORECASE,
)
_GRAMS = re.compile(r"\b(1[2-9]0|2[0-2]0) ?(?:g|gr|gm|gms|gram|grams|gramm)\b", re.IGNORECASE)
_SIZE = re.compile(r'\d+(?:\.\d+)?"')
_MEDIA_WORDS = {  # what a text says of a CD as a whole word
    "SHM-CD": "SHM-CD",
    "SHMCD": "SHM-CD",
    "HQCD": "HQCD",
    "UHQCD": "UHQCD",
    "Blu-spec CD": "Blu-spec CD",
    "Blu-spec CD2": "Blu-spec CD2",
    "SHM-SACD": "SHM-SACD",
}


@dataclass(frozen=True)
class Media:
    """The media of a release. `formats` are as the service gives them."""

    formats: tuple[Format, ...]

    @cached_property
    def discs(self) -> tuple[Format, ...]:
        """Return the formats that are media, without what holds them."""
        return tuple(item for item in self.formats if item.name not in CONTAINERS)

    @cached_property
    def main(self) -> Format:
        """Return the first medium, a file only where there is nothing else; of a box that lists none, the box."""
        solid = (item for item in self.discs if item.name != "File")
        return next(solid, next(iter((*self.discs, *self.formats)), Format("")))

    @property
    def boxed(self) -> bool:
        """Return whether it is a box set."""
        return any(item.name == "Box Set" for item in self.formats)

    @property
    def grooved(self) -> bool:
        """Return whether the first medium is a record."""
        return self.main.name in GROOVED

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Return all that is said of the formats in Discogs' words, each once."""
        return tuple(dict.fromkeys(word for item in self.formats for word in item.descriptions))

    @property
    def size(self) -> str:
        """Return the size of the first record, such as `12"`; of an LP that says nothing else, 12"."""
        if not self.grooved:
            return ""
        said = [word for word in self.main.descriptions if _SIZE.fullmatch(word)]
        return said[0] if said else '12"' if "LP" in self.main.descriptions else ""

    @property
    def speed(self) -> str:
        """Return the speed of the first record, such as `45 RPM`; of an LP that says nothing else, 33 RPM."""
        if not self.grooved:
            return ""
        said = [SPEEDS[word] for word in self.main.descriptions if word in SPEEDS]
        return said[0] if said else "33 RPM" if "LP" in self.main.descriptions else ""

    @property
    def type(self) -> str:
        """Return what the release is, one of `TYPES`: by its first medium, else by what holds it; "" when unknown."""
        around = [word for item in self.formats if item.name in CONTAINERS for word in item.descriptions]
        said = (_first(TYPES, words) for words in (self.main.descriptions, around))
        return next(filter(None, said), "")

    @property
    def standard(self) -> str:
        """Return the television standard, "" when unknown."""
        return _first(STANDARDS, self.words)

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """Return what is written beside the formats, piece by piece."""
        pieces = (piece.strip() for item in self.formats for piece in re.split(r"[,;]", item.text))
        return tuple(filter(None, pieces))

    @property
    def material(self) -> str:
        """Return what the first record is made of."""
        return {"Flexi-disc": "Vinyl", "Lathe Cut": ""}.get(self.main.name, self.main.name) if self.grooved else ""

    @cached_property
    def colour_words(self) -> str:
        """Return the colour of the records or tapes as it is written: `Black w/ White Splatter`; "" when unknown."""
        coloured = (item for item in self.discs if item.name in GROOVED or item.name == "Cassette")
        pieces = (piece.strip() for item in coloured for piece in re.split(r"[,;]", item.text))
        return next(filter(None, map(_colour_of, pieces)), "")

    @property
    def colours(self) -> tuple[str, ...]:
        """Return the colours of the records or tapes by their plain names."""
        named = (_COLOURS.get(word.title(), "") for word in self.colour_words.split())
        return tuple(dict.fromkeys(filter(None, named)))

    @property
    def grams(self) -> str:
        """Return the weight of a record as it is written, such as `180`; "" when unknown."""
        found = _GRAMS.search(" ".join(self.segments)) if self.grooved else None
        return found[1] if found else ""

    @property
    def pressing(self) -> str:
        """Return the make of the disc where it has a name of its own, such as `SHM-CD`; "" for a plain one."""
        said = (*self.main.descriptions, *self.segments)
        return next((name for word, name in _MEDIA_WORDS.items() if _said(word, said)), "")

    def mentions(self, *names: str) -> str:
        """Return the first of `names` that a description is, or a text names in whole words; "" for none."""
        said = (*self.words, *self.segments)
        return next((name for name in names if _said(name, said)), "")


def media(release: Release) -> Media:
    """Return the media of a release."""
    return Media(release.formats)


def grouped(formats: Sequence[Format]) -> Iterator[tuple[Format, int]]:
    """Yield the first format of each kind of medium with how many there are; records differ by size."""
    seen: dict[tuple[str, str], tuple[Format, int]] = {}
    for item in formats:
        key = (item.name, Media((item,)).size)
        first, count = seen.get(key, (item, 0))
        seen[key] = (first, count + item.quantity)
    yield from seen.values()


def _first(names: Iterable[str], words: Iterable[str]) -> str:
    known = set(words)
    return next((name for name in names if name in known), "")


def _said(name: str, texts: Iterable[str]) -> bool:
    whole = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)
    return any(whole.search(text) for text in texts)


def _colour_of(piece: str) -> str:
    """Return the words of a piece of text that tell a colour; "" when it speaks of something else."""
    if _NO_DISC.search(piece):
        return ""
    kept = [word for word in piece.split() if word.title() in _COLOURS or word.title() in _EFFECTS or word in _JOINERS]
    while kept and kept[0] in _JOINERS:
        kept.pop(0)
    while kept and kept[-1] in _JOINERS:
        kept.pop()
    return " ".join(kept)
