"""Which releases MusicBrainz has a front cover of, in a file beside the catalogue, and so without a call.

The Cover Art Archive knows releases by MusicBrainz' number only. Here that number is found by the link to Discogs that
MusicBrainz' editors gave a release, or by its barcode. The file is made once from MusicBrainz' dump and then only read.
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import apsw

from engine.catalog.current import Current, opened
from engine.clock import Clock
from engine.codec import Value, decode_json
from engine.domain.identify.candidates import same_release
from engine.domain.identify.releases import Release
from engine.errors import CatalogDamaged

APPLICATION = 0x444D6376  # SQLite's application_id of such a file
VERSION = 1

SCHEMA = f"""
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
CREATE TABLE about (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL);
CREATE TABLE releases (
    number INTEGER PRIMARY KEY, mbid BLOB NOT NULL, front INTEGER NOT NULL,
    artist TEXT NOT NULL, title TEXT NOT NULL, released TEXT NOT NULL
);
CREATE TABLE links (discogs INTEGER NOT NULL, release INTEGER NOT NULL);
CREATE TABLE barcodes (gtin INTEGER NOT NULL, release INTEGER NOT NULL);
"""
INDEXES = """
CREATE INDEX by_link ON links (discogs, release);
CREATE INDEX by_barcode ON barcodes (gtin, release);
"""
_FACTS = "SELECT mbid, front, artist, title, released FROM"
_LINKED = f"{_FACTS} links JOIN releases ON number = release WHERE discogs = ? ORDER BY front DESC, mbid LIMIT 1"
_PRINTED = f"{_FACTS} barcodes JOIN releases ON number = release WHERE gtin = ? LIMIT 2"


class CoversAbout(Value, frozen=True):
    """What such a file was made from: `dump` is its name, `made_on` its day, None where it does not tell.

    `releases` were read, `kept` of them have a barcode or a link to Discogs, `fronts` of these a front cover; `odd`
    lines were left out. `read` and `size` are bytes of the dump. `imported_at` is None until it is complete.
    """

    dump: str
    made_on: date | None = None
    releases: int = 0
    kept: int = 0
    fronts: int = 0
    odd: int = 0
    read: int = 0
    size: int = 0
    imported_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownCover:
    """A release of MusicBrainz, whether it has a front cover, and by what it was found in which dump."""

    mbid: str
    front: bool
    by: Literal["link", "barcode"]
    made_on: date | None

    @property
    def source(self) -> str:
        """Return the dump in words."""
        return f"MusicBrainz' data dump of {self.made_on}" if self.made_on else "MusicBrainz' data dump"


class Covers:
    """The file, open for reading; safe for threads."""

    def __init__(self, path: Path, connection: apsw.Connection, about: CoversAbout) -> None:
        self.about = about
        self._path = path
        self._connection = connection
        self._lock = threading.Lock()

    def find(self, found: Release, gtin: str) -> KnownCover | None:
        """Return what is known of the cover of a release of Discogs, None when nothing is.

        Its link counts first. A barcode counts where one release of MusicBrainz has it, and both may be the same.

        Raises:
            CatalogDamaged: the file is damaged where it was read.
        """
        for mbid, front, *_ in self._read(_LINKED, int(found.id)):
            return KnownCover(str(uuid.UUID(bytes=mbid)), bool(front), "link", self.about.made_on)
        rows = self._read(_PRINTED, int(gtin)) if gtin in found.barcodes else []
        for mbid, front, artist, title, released in rows if len(rows) == 1 else []:
            number = str(uuid.UUID(bytes=mbid))
            if same_release(found, Release("musicbrainz", number, artist, title, released)):
                return KnownCover(number, bool(front), "barcode", self.about.made_on)
        return None

    @property
    def described(self) -> dict[str, str | int]:
        """Return what the log says of it."""
        return {"made_on": str(self.about.made_on or ""), "releases": self.about.kept}

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _read(self, query: str, value: int) -> list[Any]:
        try:
            with self._lock:
                return list(self._connection.execute(query, (value,)))
        except apsw.Error as error:
            raise _damaged(self._path, str(error)) from error


class CurrentCovers(Current[Covers]):
    """The file at a path, whichever is there."""

    def __init__(self, path: Path, clock: Clock) -> None:
        super().__init__(path, clock, open_covers)

    def find(self, found: Release, gtin: str) -> KnownCover | None:
        """Return what `Covers.find` does; None where there is no file that can be used."""
        covers = self.look()
        try:
            return covers.find(found, gtin) if covers else None
        except CatalogDamaged as damaged:
            self.give_up(damaged)
            return None


def covers_path(catalog: Path) -> Path:
    """Return where the file is that belongs to the catalogue at a path: `catalog-covers.db`."""
    return catalog.with_name(f"{catalog.stem}-covers{catalog.suffix}")


def open_covers(path: Path) -> Covers | None:
    """Open the file at `path`; None when there is none.

    Raises:
        CatalogDamaged: it is another kind of file, of another version, or was cut off.
    """
    if not path.exists():
        return None
    return Covers(path, *opened(path, _about, partial(_damaged, path)))


def _about(connection: apsw.Connection) -> CoversAbout:
    if (connection.pragma("application_id"), connection.pragma("user_version")) != (APPLICATION, VERSION):
        raise ValueError("it is another kind of database, or made by another version of the program")
    row: Any = connection.execute("SELECT body FROM about").fetchone()
    if row is None:
        raise ValueError("it does not say what it was made from")
    return decode_json(CoversAbout, row[0])


def _damaged(path: Path, why: str) -> CatalogDamaged:
    return CatalogDamaged(f"{path} cannot be used ({why}). Make it again: python -m engine catalog update --covers")
