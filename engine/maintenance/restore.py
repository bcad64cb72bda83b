"""A backup brought back into an empty job store, of either kind, wherever its files lie now.

What was done at eBay after the backup is not in it: such rows are done again and find their own drafts by SKU. What was
killed half-way is started again; workers wait until it is whole.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from engine.batches.documents import JOBS
from engine.codec import decode, replace
from engine.errors import BackupError, DocumentBroken, StoreNewer
from engine.files.base import Files
from engine.maintenance.backup import DOCUMENTS, FILES, LEFT_OUT, MANIFEST, Manifest, collection_of
from engine.maintenance.store_record import FORMAT, PATH, keep_record, read_record
from engine.store.base import Put, Store
from engine.store.json_values import decode as of_text

DAMAGED = (OSError, BadZipFile, zlib.error, struct.error, EOFError, KeyError, RuntimeError)  # of a ZIP file
DOCUMENTS_A_COMMIT = 300
BYTES_A_COMMIT = 5_000_000  # Firestore takes 10 MiB a request


def restore(source: Path, store: Store, files: Files) -> Manifest:
    """Bring a backup back; return what was in it. The job store must be empty, or hold the beginning of this very one.

    Raises:
        BackupError: it is no backup, it is damaged, or the job store is in use.
        StoreNewer, DocumentNewer: a newer version made it.
        StoreAway, FilesAway: a store does not answer; what was written so far is left for the next try.
    """
    try:
        with ZipFile(source) as archive:
            manifest = _checked(archive, source)
            _begin(store, manifest)
            _restore_files(archive, files)
            _restore_documents(archive, store, manifest.home, files.home)
    except DAMAGED as error:
        raise BackupError(f"{source} cannot be read as a backup ({error})") from error
    _end(store, manifest)
    return manifest


def _checked(archive: ZipFile, source: Path) -> Manifest:
    """Return what a backup says of itself, once every byte of it is found to be as it was written."""
    if MANIFEST not in archive.namelist():
        raise BackupError(f"{source} is no backup of Draft Maker: it has no {MANIFEST}")
    if damaged := archive.testzip():
        raise BackupError(f"{source} is damaged, at {damaged}: take another copy of it. Nothing was restored")
    try:
        manifest = decode(Manifest, json.loads(archive.read(MANIFEST)), MANIFEST)
    except (DocumentBroken, ValueError) as error:
        raise BackupError(f"{source} is no backup that can be read ({error})") from error
    if manifest.format > FORMAT:
        raise StoreNewer(manifest.format, FORMAT)
    return manifest


def _begin(store: Store, manifest: Manifest) -> None:
    """Write down that the backup is being restored; from then on no worker begins.

    Raises:
        BackupError: there is something in the store that is not of it.
    """
    record, found = read_record(store)
    if record.restoring == manifest.backup_id:
        return
    kept = (one.path for one in store.snapshot() if one.path != PATH and collection_of(one.path) not in LEFT_OUT)
    if holds := "the beginning of another backup" if record.restoring else next(kept, ""):
        raise BackupError(f"The job store is not empty (it holds {holds}): restore into an empty one")
    keep_record(store, replace(record, restoring=manifest.backup_id), found)


def _restore_files(archive: ZipFile, files: Files) -> None:
    """Write every file that is not there yet."""
    for name in archive.namelist():
        if name.startswith(FILES):
            files.create(f"{files.home}/{name.removeprefix(FILES)}", archive.read(name))


def _restore_documents(archive: ZipFile, store: Store, old: str, new: str) -> None:
    """Write every document, batches last: what is not whole is not seen. Addresses of files become the new ones."""
    for of_jobs in (False, True):
        with archive.open(DOCUMENTS) as lines:
            for group in _groups(lines):
                puts = [_document(line, old, new) for line in group]
                if wanted := [put for put in puts if (collection_of(put.path) == JOBS) == of_jobs and put.path != PATH]:
                    store.commit(*wanted)


def _document(line: bytes, old: str, new: str) -> Put:
    """Return the write of one document."""
    said = of_text(line.decode())
    return Put(said["path"], said["fields"] if old == new else _moved(said["fields"], f"{old}/", f"{new}/"))


def _moved(value: Any, old: str, new: str) -> Any:
    """Return a value with the addresses that began with `old` beginning with `new`."""
    match value:
        case str():
            return new + value[len(old) :] if value.startswith(old) else value
        case dict():
            return {name: _moved(inner, old, new) for name, inner in value.items()}
        case list():
            return [_moved(inner, old, new) for inner in value]
    return value


def _groups(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield lines as many at a time as one commit takes, in number and in bytes."""
    group: list[bytes] = []
    size = 0
    for line in lines:
        if group and (len(group) == DOCUMENTS_A_COMMIT or size + len(line) > BYTES_A_COMMIT):
            yield group
            group, size = [], 0
        group.append(line)
        size += len(line)
    if group:
        yield group


def _end(store: Store, manifest: Manifest) -> None:
    """Write down that the store is whole: workers may begin."""
    record, found = read_record(store)
    now = found.read_at if found else None
    keep_record(store, replace(record, format=manifest.format, restoring="", restored_at=now), found)
