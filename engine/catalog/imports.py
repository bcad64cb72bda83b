"""The import of a dump: into a file beside the catalogue, which takes its place when the last release is in.

Releases and the place in the dump are stored together, so an import that was killed goes on from the last second that
was stored. Until its end the catalogue that was there stays in use.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree.ElementTree import ParseError

import apsw

from engine.catalog import entries
from engine.catalog.dump import END, Block, Dump
from engine.catalog.file import INDEX, SCHEMA, About, open_catalog, packed, read_about
from engine.clock import Clock
from engine.codec import encode_json, replace
from engine.domain.identify.releases import Release
from engine.errors import CatalogDamaged, CatalogError, DocumentBroken, ImportStopped

STORED_EVERY = 1 << 26  # bytes of XML: some 15,000 releases

Report = Callable[[About], None]


def made_from(path: Path, dump: Dump) -> About | None:
    """Return what is known of the catalogue at `path` when it was made from this very dump, else None."""
    try:
        catalog = open_catalog(path)
    except CatalogDamaged:
        return None
    if catalog is None:
        return None
    catalog.close()
    return catalog.about if catalog.about.of(dump.mark, dump.made_on) else None


class Importer:
    """Makes the catalogue at `path`.

    `begin` hears where it begins, `report` after every few releases how far it is; `every` so many bytes of XML it is
    stored.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        stop: threading.Event,
        *,
        begin: Report,
        report: Report,
        every: int = STORED_EVERY,
    ) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._clock = clock
        self._stop = stop
        self._begin = begin
        self._report = report
        self._every = every

    def run(self, dump: Dump) -> About:
        """Import a dump, from where an earlier import of it stopped; the catalogue is then made from it.

        Raises:
            DumpBroken: the dump is damaged or something else.
            ImportStopped: `stop` was set.
            CatalogError: the file cannot be written.
        """
        with self._written() as connection:
            about = self._read(connection, dump)
            self._begin(about)
            for block in dump.blocks(about.offset, about.last):
                before = about.offset
                if block.offset > before:
                    about = self._add(connection, about, dump, block)
                self._report(replace(about, read=block.read))
                if self._stop.is_set():
                    self._store(connection, about)
                    raise ImportStopped("The import was stopped. The same command goes on where it stopped.")
                if about.offset // self._every > before // self._every:
                    self._store(connection, about)
                    connection.execute("BEGIN IMMEDIATE")
            about = replace(about, imported_at=self._clock.now())
            connection.execute(INDEX)
            self._store(connection, about)
        self._part.replace(self._path)
        settle(self._path.parent)
        return about

    @contextmanager
    def _written(self) -> Iterator[apsw.Connection]:
        """Lend the unfinished file in a transaction, to one import at a time; what fails is rolled back."""
        connection = None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = apsw.Connection(str(self._part))
            connection.pragma("locking_mode", "exclusive")
            connection.execute("BEGIN IMMEDIATE")
            yield connection
        except apsw.BusyError as error:
            raise CatalogError(f"Another import is writing {self._part}. Wait for its end, or stop it.") from error
        except (apsw.NotADBError, apsw.CorruptError) as error:
            raise CatalogError(f"{self._part} is damaged ({error}). Delete it and import again.") from error
        except (apsw.Error, OSError) as error:
            raise CatalogError(
                f"{self._part} cannot be written ({error}). Make room for it, then import again: "
                "the import goes on where it stopped, and a catalogue that is in use stays as it is."
            ) from error
        finally:
            if connection:
                connection.close()

    def _read(self, connection: apsw.Connection, dump: Dump) -> About:
        """Return how far an earlier import of this dump has come; what there is of another dump is thrown away."""
        fresh = About(dump.path.name, dump.made_on, dump.mark, dump.size)
        try:
            about = read_about(connection)
        except (ValueError, DocumentBroken):
            about = None
        if about and about.of(dump.mark, dump.made_on):
            return about
        for table in ("about", "releases", "barcodes"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute(SCHEMA)
        return fresh

    def _add(self, connection: apsw.Connection, about: About, dump: Dump, block: Block) -> About:
        """Add the releases of a block; return how far the import is then."""
        kept, mended, after = [], 0, block.after
        for number, xml in block.releases:
            if entries.may_have_barcode(xml):
                try:
                    release, whole = _parsed(xml + END)
                except ParseError as error:
                    raise dump.broken_xml(block.read, after, error) from error
                kept += [release] if release else []
                mended += not whole
            after = number
        bodies = [(int(release.id), packed(release)) for release in kept]
        codes = [(int(gtin), int(release.id)) for release in kept for gtin in release.codes]
        connection.executemany("INSERT OR REPLACE INTO releases VALUES (?, ?)", bodies)
        connection.executemany("INSERT INTO barcodes VALUES (?, ?)", codes)
        return replace(
            about,
            releases=about.releases + len(block.releases),
            kept=about.kept + len(kept),
            mended=about.mended + mended,
            offset=block.offset,
            read=block.read,
            last=after,
        )

    def _store(self, connection: apsw.Connection, about: About) -> None:
        connection.execute("INSERT OR REPLACE INTO about VALUES (1, ?)", (encode_json(about).decode(),))
        connection.execute("COMMIT")


def _parsed(xml: bytes) -> tuple[Release | None, bool]:
    """Return a release, None without a barcode, and whether it was read as it stands."""
    try:
        return entries.parse(xml), True
    except ParseError:
        mended = entries.without_forbidden(xml)
        if mended == xml:
            raise
        return entries.parse(mended), False


def settle(folder: Path) -> None:
    """See to it that the new name outlives a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
