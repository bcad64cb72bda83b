"""The file of the catalogue: an SQLite database, with barcodes as numbers and releases as packed JSON.

It is made once by an import and then only read, so it needs no lock and no journal, and any number of threads and
processes may share it.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import apsw

from engine.catalog.covers import CurrentCovers, covers_path
from engine.catalog.current import Current, opened
from engine.clock import Clock
from engine.codec import Value, decode_json, encode_json, replace
from engine.domain.identify.releases import Release
from engine.errors import CatalogDamaged, DocumentBroken
from engine.upstream.discogs import MOST_FOUND

APPLICATION = 0x444D6361  # SQLite's application_id of a catalogue
VERSION = 1

SCHEMA = f"""
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
CREATE TABLE about (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL);
CREATE TABLE releases (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE barcodes (gtin INTEGER NOT NULL, release INTEGER NOT NULL);
"""
INDEX = "CREATE INDEX IF NOT EXISTS by_barcode ON barcodes (gtin, release)"
_FIND = """
SELECT body FROM barcodes JOIN releases ON releases.id = barcodes.release
WHERE gtin = ? ORDER BY release LIMIT ?
"""


class About(Value, frozen=True):
    """What a catalogue was made from, and how far it has come.

    `dump` is the name of the file, `made_on` the day that Discogs made it, `mark` and `size` know it again. `releases`
    were read, `kept` of them have a barcode, `mended` were without characters that XML does not allow. `offset` and
    `last` say where an interrupted import goes on; `read` is that place in bytes of the file. `imported_at` is None
    until the import is complete.
    """

    dump: str
    made_on: date
    mark: str
    size: int
    releases: int = 0
    kept: int = 0
    mended: int = 0
    offset: int = 0
    read: int = 0
    last: int | None = None
    imported_at: datetime | None = None

    def of(self, mark: str, made_on: date) -> bool:
        """Return whether it describes the dump with this mark and day."""
        return (self.mark, self.made_on) == (mark, made_on)


class Catalog:
    """The catalogue in one file, open for reading; safe for threads.

    A file that is put in its place is not seen: who opened the old one goes on with that.
    """

    def __init__(self, path: Path, connection: apsw.Connection, about: About) -> None:
        self.about = about
        self._path = path
        self._connection = connection
        self._lock = threading.Lock()

    def find(self, gtins: Iterable[str]) -> dict[str, list[Release]]:
        """Return the releases that carry each of some GTIN-14s, by their number; [] where there is none.

        Of one barcode as many as Discogs itself would hand out at most.

        Raises:
            CatalogDamaged: the file is damaged where it was read.
        """
        return {gtin: [self._release(body) for body in self._read(_FIND, int(gtin), MOST_FOUND)] for gtin in gtins}

    def release(self, discogs_id: int | str) -> Release | None:
        """Return one release; None when the catalogue does not have it: one without a barcode is never in it.

        Raises:
            CatalogDamaged: the file is damaged where it was read.
        """
        found = self._read("SELECT body FROM releases WHERE id = ?", int(discogs_id))
        return self._release(found[0]) if found else None

    @property
    def described(self) -> dict[str, str | int]:
        """Return what the log says of it."""
        return {"made_on": self.about.made_on.isoformat(), "releases": self.about.kept}

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _read(self, query: str, *values: int) -> list[bytes]:
        try:
            with self._lock:
                rows: list[Any] = self._connection.execute(query, values).fetchall()
        except apsw.Error as error:
            raise _damaged(self._path, str(error)) from error
        return [row[0] for row in rows]

    def _release(self, packed: bytes) -> Release:
        try:
            return unpacked(packed, self.about.made_on)
        except (zlib.error, DocumentBroken) as error:
            raise _damaged(self._path, str(error)) from error


class CurrentCatalog(Current[Catalog]):
    """The catalogue at a path, whichever is there, and the `covers` beside it."""

    def __init__(self, path: Path, clock: Clock) -> None:
        super().__init__(path, clock, open_catalog)
        self.covers = CurrentCovers(covers_path(path), clock)

    def find(self, gtins: Iterable[str]) -> dict[str, list[Release]]:
        """Return what `Catalog.find` does; [] for each where there is no catalogue that can be used."""
        wanted, catalog = list(gtins), self.look()
        try:
            return catalog.find(wanted) if catalog else {gtin: [] for gtin in wanted}
        except CatalogDamaged as damaged:
            self.give_up(damaged)
            return {gtin: [] for gtin in wanted}

    def release(self, discogs_id: int | str) -> Release | None:
        """Return what `Catalog.release` does; None where there is no catalogue that can be used."""
        catalog = self.look()
        try:
            return catalog.release(discogs_id) if catalog else None
        except CatalogDamaged as damaged:
            self.give_up(damaged)
            return None


def open_catalog(path: Path) -> Catalog | None:
    """Open the catalogue at `path`; None when there is none. Takes no longer for a larger one.

    Raises:
        CatalogDamaged: the file is no catalogue, of another version, or was cut off.
    """
    if not path.exists():
        return None
    finished = opened(path, read_about, partial(_damaged, path), finished=lambda about: about.imported_at is not None)
    return Catalog(path, *finished)


def read_about(connection: apsw.Connection) -> About:
    """Return what a database says of itself.

    Raises:
        ValueError: it is no catalogue, or one of another version.
        DocumentBroken: what it says cannot be read.
        apsw.Error: it is no database, or damaged.
    """
    if connection.pragma("application_id") != APPLICATION:
        raise ValueError("it is another kind of database")
    if connection.pragma("user_version") != VERSION:
        raise ValueError("it was made by another version of the program")
    row: Any = connection.execute("SELECT body FROM about").fetchone()
    if row is None:
        raise ValueError("it does not say what it was made from")
    return decode_json(About, row[0])


def packed(release: Release) -> bytes:
    """Return a release as it is stored."""
    return zlib.compress(encode_json(release), 1)


def unpacked(stored: bytes, made_on: date) -> Release:
    """Return the release that `packed` stored, as the dump of that day has it."""
    return replace(decode_json(Release, zlib.decompress(stored)), dump=made_on.isoformat())


def _damaged(path: Path, why: str) -> CatalogDamaged:
    return CatalogDamaged(
        f"The catalogue {path} cannot be used ({why}). Import the dump again: python -m engine catalog import DUMP"
    )
