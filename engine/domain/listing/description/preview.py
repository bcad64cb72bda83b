"""A template and texts as they are typed: what is wrong with them, and what they make of several releases. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.domain.batch.grades import Grading
from engine.domain.identify.releases import Format, Release, Track
from engine.domain.listing.description import earlier, template
from engine.domain.listing.description.listing_text import NOTHING_SAID, Said, listing_text
from engine.domain.listing.description.texts import NO_TEXTS, ListingTexts


@dataclass(frozen=True, slots=True)
class Example:
    """A copy that a template is shown with: real, or made up.

    `sources` are those of its facts, as they want to be named, with the address of the release there.
    """

    release: Release
    gtin: str
    said: Said = NOTHING_SAID
    sources: Mapping[str, str] = field(default_factory=dict)
    own: Grading | None = None

    @property
    def name(self) -> str:
        """Return what it is called where several are shown."""
        return self.release.title or self.release.artist or self.gtin


@dataclass(frozen=True, slots=True)
class Preview:
    """The text of an example, HTML, with the sources of its facts."""

    name: str
    html: str
    sources: Mapping[str, str]


SAMPLES = (
    Example(
        Release(
            "discogs",
            "0",
            "The Sample Quartet",
            "Songs & Other Examples",
            released="1997",
            country="US",
            label="Specimen",
            catalog_number="SP 1001",
            formats=(Format("CD", descriptions=("Album",)),),
            genres=("Jazz",),
            styles=("Modal",),
            tracks=(Track("1", "First Song", "4:45"), Track("2", "Second Song", "3:10")),
        ),
        "00012345678905",
        Said("Very Good", ("Very Good Plus (VG+)", "Very Good (VG)"), "Small mark on the booklet.", "A word of yours."),
    ),
    Example(
        Release(
            "discogs",
            "0",
            "Two Record Band",
            "Four Sides",
            released="1979-03",
            country="UK",
            label="Specimen",
            catalog_number="SP 2002",
            formats=(Format("Vinyl", 2, ("LP", "Album", "Stereo")),),
            genres=("Rock",),
            tracks=tuple(Track(position, f"Song {position}") for position in ("A1", "A2", "B1", "C1", "C2", "D1")),
        ),
        "00012345678905",
        Said("Good", ("Very Good (VG)", "")),
    ),
    Example(
        Release(
            "discogs",
            "0",
            "",
            "A Film of Which Little Is Known",
            formats=(Format("DVD", descriptions=("DVD-Video",)),),
        ),
        "00012345678905",
    ),
)
"""A CD of which everything is known, a set of two records, and last a DVD of which hardly anything is."""


def problem(typed: str, texts: ListingTexts = NO_TEXTS) -> str:
    """Return what is wrong with a template and the seller's texts as a sentence, "" when nothing is."""
    jinja = earlier.in_jinja(typed)
    if found := texts.problem or earlier.mistaken(typed) or template.problem(jinja):
        return found
    made = (listing_text(each.release, each.gtin, each.said, texts, jinja) for each in SAMPLES[:2])
    return next((text.problem for text in made if text.problem), "")


def previews(typed: str, texts: ListingTexts, examples: Sequence[Example]) -> tuple[Preview, ...]:
    """Return what a template without a problem makes of each example; of an empty one it is our own text."""
    jinja = earlier.in_jinja(typed)
    made = (listing_text(each.release, each.gtin, each.said, texts, jinja).html for each in examples)
    return tuple(Preview(each.name, html, each.sources) for each, html in zip(examples, made, strict=True))
