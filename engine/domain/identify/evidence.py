"""What is stored of the decision on a barcode: which releases carry it, which one it is, and why. Pure."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from engine.codec import Json, OpenEnum, Part


class Verdict(OpenEnum):
    """What is known of a barcode. Stored: never renamed."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


class Confidence(OpenEnum):
    """How sure a match is. Stored: never renamed."""

    HIGH = "high"  # two services say the same, and nothing speaks against it
    GOOD = "good"  # one service says so, and nothing speaks against it
    FAIR = "fair"  # taken out of several for a reason: worth a look
    CHOSEN = "chosen"  # by a person


class ReleaseSummary(Part, frozen=True, omit_defaults=False):
    """What an operator sees of a release, and what is stored of it with a row.

    A number that a service does not have is None; `year` is text where the service before this one said so. `dump` is
    the day of the data dump that Discogs' facts are from, "" when Discogs itself was asked.
    """

    artist: str = ""
    title: str = ""
    label: str = ""
    catalog_number: str = ""
    year: int | str | None = None
    released: str = ""
    format: str = ""
    format_descriptions: tuple[str, ...] = ()
    country: str = ""
    genres: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    discogs_id: str | None = None
    musicbrainz_id: str | None = None
    dump: str = ""
    have: int | None = None
    url: str = ""

    @property
    def name(self) -> str:
        """Return `Artist – Title`, as far as they are known."""
        return " – ".join(filter(None, (self.artist, self.title)))

    @property
    def sources(self) -> dict[str, str]:
        """Return where the facts are from, as the source wants to be named, with the address of the release there."""
        known = {
            "Data provided by Discogs": ("https://www.discogs.com/release/", self.discogs_id),
            "MusicBrainz": ("https://musicbrainz.org/release/", self.musicbrainz_id),
        }
        return {name: f"{site}{number}" for name, (site, number) in known.items() if number}

    @property
    def label_line(self) -> str:
        """Return the label and its catalogue number, as far as they are known."""
        return " ".join(filter(None, (self.label, self.catalog_number)))


class Match(Part, frozen=True, omit_defaults=False):
    """What is stored of the decision on a barcode, with the ten best `candidates` of those `found`.

    `earlier` is what the service that this one replaces said of the row, in its own words.
    """

    verdict: Verdict | None = None
    confidence: Confidence | None = None
    reasons: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    found: int = 0
    candidates: tuple[ReleaseSummary, ...] = ()
    earlier: Json | UnsetType = UNSET
