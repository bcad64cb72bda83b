"""A backup: one ZIP file with every document as they stood at one moment, and the files that they name.

`documents.jsonl` has a line for each document, `files/` what lies in the file store under our own address, and
`manifest.json`, written last, says what it should hold. Keys and tokens of services are not in it: they are not in the
job store.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZipFile

from engine import __version__
from engine.batches.documents import JOBS
from engine.batches.rows import RowFiles
from engine.codec import Document, encode_json
from engine.errors import BackupError, FileMissing
from engine.files.base import Files
from engine.maintenance.store_record import PATH
from engine.store.base import Store
from engine.store.json_values import encode

MANIFEST, DOCUMENTS, FILES = "manifest.json", "documents.jsonl", "files/"
LEFT_OUT = frozenset({"workers", "sessions", "health"})  # who ran, who was signed in, how it was: all of it was then


class Manifest(Document, frozen=True):
    """What a backup says of itself. `format` is that of the job store; `home` is where the files lay, without a slash.

    `missing` are files that documents name and that were not there.
    """

    backup_id: str
    version: str
    taken_at: datetime
    format: int
    home: str
    documents: int
    collections: dict[str, int]
    files: int
    missing: tuple[str, ...] = ()


@dataclass
class _Found:
    """What was seen while documents were written: how many of each collection, and which files they name."""

    collections: Counter[str] = field(default_factory=Counter)
    files: dict[str, None] = field(default_factory=dict)
    jobs: list[str] = field(default_factory=list)
    at: datetime | None = None
    format: int = 0


def back_up(store: Store, files: Files, target: Path, *, with_files: bool = True) -> Manifest:
    """Write a backup to `target`, whole or not at all, while workers and consoles go on; return what is in it.

    Raises:
        BackupError: there is a file of that name already, or it cannot be written.
        StoreAway, FilesAway: a store does not answer.
    """
    if target.exists():
        raise BackupError(f"There is a file {target} already: choose another name, or move that one")
    try:
        with _whole(target) as part, ZipFile(part, "w", ZIP_DEFLATED) as archive:
            found = _write_documents(archive, store, files.home)
            if found.at is None:
                raise BackupError("There is nothing in the job store to back up")
            missing = list(_write_files(archive, files, found)) if with_files else []
            manifest = Manifest(
                backup_id=uuid4().hex,
                version=__version__,
                taken_at=found.at,
                format=found.format,
                home=files.home,
                documents=found.collections.total(),
                collections=dict(sorted(found.collections.items())),
                files=len(archive.namelist()) - 1,
                missing=tuple(missing),
            )
            archive.writestr(MANIFEST, encode_json(manifest))
    except OSError as error:
        raise BackupError(f"The backup cannot be written to {target} ({error.strerror or error})") from error
    return manifest


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Lend the name of a file that becomes `target` once it is whole and on the disk."""
    part = target.with_name(f"{target.name}.{token_hex(4)}.part")
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _write_documents(archive: ZipFile, store: Store, home: str) -> _Found:
    """Write every document that is kept, and return what was seen."""
    found, named = _Found(), re.compile(rf'"({re.escape(home)}/[^"\\]+)"')
    with archive.open(DOCUMENTS, "w", force_zip64=True) as lines:
        for document in store.snapshot():
            found.at = found.at or document.read_at
            collection = collection_of(document.path)
            if collection in LEFT_OUT:
                continue
            text = encode({"path": document.path, "fields": document.fields})
            lines.write(f"{text}\n".encode())
            if document.path == PATH:
                found.format = int(document.fields["format"])
            found.collections[collection] += 1
            found.files.update(dict.fromkeys(named.findall(text)))
            if collection == JOBS:
                found.jobs.append(document.name)
    return found


def _write_files(archive: ZipFile, files: Files, found: _Found) -> Iterator[str]:
    """Write what the documents name and the rows of the batches; yield what is not there.

    Files never change, and are there before a document names them: they may be read after the documents.
    """
    wanted, rows = dict(found.files), RowFiles(files)
    for job_id in found.jobs:
        wanted.update(dict.fromkeys(rows.kept(job_id)))
    for path in wanted:
        try:
            content = files.read(path)
        except FileMissing:
            yield path
        else:
            archive.writestr(FILES + path.removeprefix(f"{files.home}/"), content)


def collection_of(path: str) -> str:
    """Return the name of the collection that the document at `path` is in."""
    return path.rsplit("/", 2)[-2]
