"""The import of MusicBrainz' dump: into a file beside the one in use, which it replaces at the end."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw

from engine.catalog.covers import INDEXES, SCHEMA, CoversAbout
from engine.catalog.imports import settle
from engine.catalog.musicbrainz_dump import MusicBrainzDump
from engine.clock import Clock
from engine.codec import Value, decode_json, encode_json, replace
from engine.errors import CatalogError, DocumentBroken, ImportStopped
from engine.upstream.barcodes import gtins
from engine.upstream.musicbrainz import VARIOUS_ARTISTS
from engine.upstream.release_pages import paged_release

REPORTED_EVERY = 1_000  # releases
STOPPED = "The import was stopped; what was in use stays. The same command reads the dump from its beginning."


class _Artist(Value, frozen=True):
    id: str = ""


class _Credit(Value, frozen=True):
    name: str = ""
    joinphrase: str | None = None
    artist: _Artist = _Artist()


class _Url(Value, frozen=True):
    resource: str = ""


class _Relation(Value, frozen=True):
    url: _Url | None = None


class _Archive(Value, frozen=True):
    front: bool = False


class _Line(Value, frozen=True, rename="kebab"):
    """What is read of a release."""

    id: uuid.UUID
    title: str
    date: str | None = None
    barcode: str | None = None
    artist_credit: tuple[_Credit, ...] | None = None
    relations: tuple[_Relation, ...] | None = None
    cover_art_archive: _Archive | None = None

    @property
    def artist(self) -> str:
        """Return the artists as credited, in Discogs' words."""
        return "".join(
            ("Various" if credit.artist.id == VARIOUS_ARTISTS else credit.name) + (credit.joinphrase or "")
            for credit in self.artist_credit or ()
        )

    @property
    def links(self) -> set[int]:
        """Return the releases of Discogs that it is linked to."""
        urls = (relation.url.resource for relation in self.relations or () if relation.url)
        return {int(number) for number in map(paged_release, urls) if number}

    @property
    def front(self) -> bool:
        """Whether it has a front cover."""
        return bool(self.cover_art_archive and self.cover_art_archive.front)


class CoversImporter:
    """Makes the file at `path`; `report` hears every few releases how far it is."""

    def __init__(self, path: Path, clock: Clock, stop: threading.Event, report: Callable[[CoversAbout], None]) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._clock = clock
        self._stop = stop
        self._report = report

    def run(self, dump: MusicBrainzDump) -> CoversAbout:
        """Import a dump from its beginning to its end.

        Raises:
            DumpBroken: it is damaged or something else; what is in use stays.
            DownloadFailed: it cannot be had.
            ImportStopped: `stop` was set.
            CatalogError: the file cannot be written.
        """
        try:
            with contextlib.closing(dump), self._written() as connection:
                about = self._read(connection, dump)
                about = replace(about, made_on=dump.made_on, read=dump.size, imported_at=self._clock.now())
                connection.execute("INSERT INTO about VALUES (1, ?)", (encode_json(about).decode(),))
                connection.execute(INDEXES)
                connection.execute("COMMIT")
            self._part.replace(self._path)
        except ImportStopped:
            raise ImportStopped(STOPPED) from None
        settle(self._path.parent)
        return about

    @contextlib.contextmanager
    def _written(self) -> Iterator[apsw.Connection]:
        """Lend an empty file in a transaction, to one import at a time; what fails is rolled back and deleted."""
        connection = None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = apsw.Connection(str(self._part))
            connection.pragma("locking_mode", "exclusive")
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.execute(SCHEMA)
                yield connection
            except BaseException:
                self._part.unlink()
                raise
        except apsw.BusyError as error:
            raise CatalogError(f"Another import is writing {self._part}. Wait for its end, or stop it.") from error
        except (apsw.Error, OSError) as error:
            raise CatalogError(
                f"{self._part} cannot be written ({error}). Make room for it, then import again; "
                "what is in use stays as it is."
            ) from error
        finally:
            if connection:
                connection.close()

    def _read(self, connection: apsw.Connection, dump: MusicBrainzDump) -> CoversAbout:
        releases = kept = fronts = odd = 0
        for text in dump.lines():
            try:
                line = decode_json(_Line, text)
            except DocumentBroken:
                odd += 1
            else:
                releases += 1
                if _add(connection, kept + 1, line):
                    kept, fronts = kept + 1, fronts + line.front
            if (releases + odd) % REPORTED_EVERY == 0:
                self._report(CoversAbout(dump.name, dump.made_on, releases, kept, fronts, odd, dump.read, dump.size))
                if self._stop.is_set():
                    raise ImportStopped(STOPPED)
        return CoversAbout(dump.name, dump.made_on, releases, kept, fronts, odd, dump.read, dump.size)


def _add(connection: apsw.Connection, number: int, line: _Line) -> bool:
    """Add a release, unless nothing could lead to it."""
    links, codes = line.links, gtins((line.barcode or "",))
    if not (links or codes):
        return False
    facts = (number, line.id.bytes, line.front, line.artist, line.title, line.date or "")
    connection.execute("INSERT INTO releases VALUES (?, ?, ?, ?, ?, ?)", facts)
    connection.executemany("INSERT INTO links VALUES (?, ?)", [(link, number) for link in links])
    connection.executemany("INSERT INTO barcodes VALUES (?, ?)", [(int(code), number) for code in codes])
    return True
