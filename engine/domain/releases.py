"""What the databases know of a release, in our words whichever of them said it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Source = Literal["discogs", "musicbrainz"]


@dataclass(frozen=True, slots=True)
class Format:
    """One medium of a release: `CD`, `Vinyl`, `Cassette`, `DVD`, `Box Set` … in Discogs' words.

    `quantity` is the number of such media. `descriptions` are the service's own words about it (`LP`, `Album`, `12"`).
    """

    name: str
    quantity: int = 1
    descriptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Track:
    """One line of a track list; `position` and `duration` ("4:45") are "" when unknown."""

    position: str
    title: str
    duration: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """One release as one service describes it.

    `released` is `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or "". `country` is in Discogs' words (`US`, `UK`, `Germany`), "" when
    unknown. `barcodes` holds GTIN-14s only: codes whose check digit fails are left out. `have` is the number of people
    who hold it, None when the service does not tell. `has_front` tells whether the Cover Art Archive has a front cover,
    None when unknown. `lowest_price_cents` is Discogs' lowest asking price in US cents, None when there is none.
    `complete` is True when the service was asked for this one release, False for a line of a search answer.
    """

    source: Source
    id: str
    artist: str
    title: str
    released: str = ""
    country: str = ""
    label: str = ""
    catalog_number: str = ""
    formats: tuple[Format, ...] = ()
    barcodes: frozenset[str] = frozenset()
    genres: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    tracks: tuple[Track, ...] = ()
    have: int | None = None
    has_front: bool | None = None
    lowest_price_cents: int | None = None
    url: str = ""
    complete: bool = False

    @property
    def year(self) -> int | None:
        """Return the year of release, None when unknown."""
        return int(self.released[:4]) if self.released[:4].isdigit() else None

    @property
    def format(self) -> str:
        """Return the name of the first medium, "" when unknown."""
        return self.formats[0].name if self.formats else ""
