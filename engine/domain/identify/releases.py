"""What the databases know of a release, in our words whichever of them said it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from engine.codec import Value

Source = Literal["discogs", "musicbrainz"]


class Format(Value, frozen=True):
    """One medium of a release: `CD`, `Vinyl`, `Cassette`, `DVD`, `Box Set` … in Discogs' words.

    `quantity` is the number of such media. `descriptions` are the service's own words about it (`LP`, `Album`, `12"`),
    `text` is what Discogs' users wrote beside them (`Red, Gatefold`, `180 g`), "" for nothing.
    """

    name: str
    quantity: int = 1
    descriptions: tuple[str, ...] = ()
    text: str = ""


class Track(Value, frozen=True):
    """One line of a track list; `position` and `duration` ("4:45") are "" when unknown."""

    position: str
    title: str
    duration: str = ""


class Release(Value, frozen=True):
    """One release as one service describes it.

    `released` is `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or "". `country` is in Discogs' words (`US`, `UK`, `Germany`), ""
    when unknown. `barcodes` holds GTIN-14s only: codes whose check digit fails are left out. `completed` holds
    GTIN-14s that the release is given incompletely, without zeros in front or without the check digit, each with
    its text. `have` is the number of people who hold it, None when the service does not tell. `lowest_price_cents`
    is Discogs' lowest asking price in US cents, None when there is none. `complete` is True when the service was
    asked for this one release, False for a line of a search answer. `dump` is the day (`YYYY-MM-DD`) of the data
    dump that says so, "" when the service itself was asked.
    `other_numbers` are catalogue numbers beside `catalog_number`. `artists` are the names that `artist` joins, () when
    they are not told apart; `composers` and `conductors` are credited as such. `credited` is True where MusicBrainz
    tells them of every track, so that nobody is missing.
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
    completed: Mapping[str, str] = {}
    genres: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    tracks: tuple[Track, ...] = ()
    have: int | None = None
    lowest_price_cents: int | None = None
    url: str = ""
    complete: bool = False
    dump: str = ""
    other_numbers: tuple[str, ...] = ()
    artists: tuple[str, ...] = ()
    composers: tuple[str, ...] = ()
    conductors: tuple[str, ...] = ()
    credited: bool = False

    @property
    def codes(self) -> frozenset[str]:
        """Return every barcode that it is found by."""
        return self.barcodes | self.completed.keys()

    @property
    def classical(self) -> bool:
        """Whether it is music whose composers and conductors a draft names."""
        return "Classical" in self.genres

    @property
    def year(self) -> int | None:
        """Return the year of release, None when unknown."""
        return int(self.released[:4]) if self.released[:4].isdigit() else None

    @property
    def format(self) -> str:
        """Return the name of the first medium, "" when unknown."""
        return self.formats[0].name if self.formats else ""


class Listing(Value, frozen=True):
    """What a service found by name: `releases`, and whether it knows `more` than it has told."""

    releases: tuple[Release, ...] = ()
    more: bool = False
