"""From settings to running parts: the one place that knows which backend an address means."""

from __future__ import annotations

from pathlib import Path

from engine.batches.control import Control
from engine.batches.exports import Exports
from engine.batches.health import HealthCheck
from engine.batches.queries import Queries
from engine.batches.rows import RowFiles
from engine.batches.submission import Submission
from engine.clock import Clock, SystemClock
from engine.errors import BadSetting
from engine.files.base import Files
from engine.files.folder import FolderFiles
from engine.public import Engine
from engine.settings import Settings
from engine.store.base import Store
from engine.store.sqlite import SQLiteStore


def open_store(address: str, clock: Clock) -> Store:
    """Return the job store at `DM_STORE`.

    Raises:
        BadSetting: the address means no store.
    """
    scheme, found, place = address.partition(":///")
    if scheme != "sqlite" or not found or not place:
        raise BadSetting(f"DM_STORE is {address!r}; it must look like sqlite:///var/draftmaker.db")
    return SQLiteStore(Path(place), clock)


def open_files(address: str) -> Files:
    """Return the file store at `DM_FILES`.

    Raises:
        BadSetting: the address means no file store.
    """
    scheme, found, place = address.partition(":")
    if scheme != "file" or not found or not place:
        raise BadSetting(f"DM_FILES is {address!r}; it must look like file:var/files")
    return FolderFiles(Path(place))


def engine(settings: Settings, clock: Clock | None = None) -> Engine:
    """Return the door that the console and the API use."""
    clock = clock or SystemClock()
    store, files = open_store(settings.store, clock), open_files(settings.files)
    rows = RowFiles(files)
    buckets = frozenset(name.strip() for name in settings.buckets.split(",") if name.strip())
    return Engine(
        submission=Submission(store, files, clock, buckets),
        control=Control(store),
        queries=Queries(store, rows),
        exports=Exports(store, rows),
        health=HealthCheck(store, clock),
    )
