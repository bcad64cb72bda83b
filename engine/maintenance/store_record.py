"""The document in which a job store says of itself which format it has, and whether a backup was restored into it."""

from __future__ import annotations

from datetime import datetime

from engine.codec import Document, decode, encode
from engine.errors import StoreNewer
from engine.store import base
from engine.store.base import Expect, Patch, Put, Store

PATH = "meta/store"
FORMAT = 1  # what this version knows; it grows with each migration


class StoreRecord(Document, frozen=True):
    """The document `meta/store`. `format` is that of the last migration that was done, 0 before the first.

    `restoring` is the backup that is being restored, "" when none is; `restored_at` is when the last one was whole.
    """

    format: int = 0
    restoring: str = ""
    restored_at: datetime | None = None


def read_record(store: Store) -> tuple[StoreRecord, base.Document | None]:
    """Return what the store says of itself, and the document, None where it says nothing yet.

    Raises:
        StoreNewer: a newer version has migrated it.
        StoreAway: the store does not answer.
    """
    found = store.get(PATH)[0]
    record = decode(StoreRecord, found.fields, PATH) if found else StoreRecord()
    if record.format > FORMAT:
        raise StoreNewer(record.format, FORMAT)
    return record, found


def keep_record(store: Store, record: StoreRecord, found: base.Document | None) -> None:
    """Replace what was `found`.

    Raises:
        Conflict: somebody else has replaced it since.
        StoreAway: the store does not answer.
    """
    write = Patch(PATH, encode(record), found.version) if found else Put(PATH, encode(record), Expect.ABSENT)
    store.commit(write)
