"""What an earlier version stored is brought into the shape of this one, when a worker starts.

A migration can be done again from its beginning: one that was killed is, and two workers that start at once do no harm.
An earlier version that starts later refuses the store.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from engine.batches.indexing import index_batches
from engine.codec import replace
from engine.errors import Conflict, StoreAway
from engine.log import get_logger
from engine.maintenance.store_record import keep_record, read_record
from engine.store.base import Store

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Migration:
    """Brings a store to a `format`; `step` returns how many documents it changed."""

    format: int
    name: str
    step: Callable[[Store], int]


MIGRATIONS: Sequence[Migration] = (Migration(1, "names and lists of batches", index_batches),)


def prepare(store: Store, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring a store to the format of this version; one that has it costs a read.

    Raises:
        StoreNewer: a newer version has migrated it.
        StoreAway: the store does not answer, or a backup is being restored into it: ask again.
    """
    record, _ = read_record(store)
    if record.restoring:
        raise StoreAway("A backup is being restored into the job store: work begins once it is whole")
    for migration in migrations:
        if migration.format > record.format:
            changed = migration.step(store)
            log.info("store_migrated", to=migration.format, name=migration.name, documents=changed)
            _done(store, migration.format)


def _done(store: Store, number: int) -> None:
    """Write down that a migration is done; another worker may have been quicker."""
    record, found = read_record(store)
    if record.format < number:
        with suppress(Conflict):
            keep_record(store, replace(record, format=number), found)
