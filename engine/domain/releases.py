"""What the databases know of a release, in our words whichever of them said it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, Literal, Self

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
    who hold it, None when the service does not tell. `lowest_price_cents` is Discogs' lowest asking price in US cents,
    None when there is none. `complete` is True when the service was asked for this one release, False for a line of a
    search answer. `dump` is the day (`YYYY-MM-DD`) of the data dump that says so, "" when the service itself was asked.
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
    lowest_price_cents: int | None = None
    url: str = ""
    complete: bool = False
    dump: str = ""

    @property
    def year(self) -> int | None:
        """Return the year of release, None when unknown."""
        return int(self.released[:4]) if self.released[:4].isdigit() else None

    @property
    def format(self) -> str:
        """Return the name of the first medium, "" when unknown."""
        return self.formats[0].name if self.formats else ""

    def document(self) -> dict[str, Any]:
        """Return the release as JSON types, without what is at its default; nothing is lost."""
        return {name: _plain(value) for name, default in _FIELDS if (value := getattr(self, name)) != default}

    @classmethod
    def from_document(cls, stored: Mapping[str, Any]) -> Self:
        """Return the release that `document` wrote; what only another version of this program knows is left out."""
        known = {name: stored[name] for name, _ in _FIELDS if name in stored}
        formats = (Format(**{**kind, "descriptions": tuple(kind["descriptions"])}) for kind in known.pop("formats", ()))
        return cls(
            formats=tuple(formats),
            tracks=tuple(Track(**track) for track in known.pop("tracks", ())),
            barcodes=frozenset(known.pop("barcodes", ())),
            genres=tuple(known.pop("genres", ())),
            styles=tuple(known.pop("styles", ())),
            **known,
        )


_FIELDS = [(field.name, None if field.default is MISSING else field.default) for field in fields(Release)]


def _plain(value: Any) -> Any:
    """Return the value of a field as JSON types."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, (Format, Track)):
        return {name: _plain(part) for name, part in asdict(value).items()}
    return value
