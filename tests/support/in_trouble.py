"""A worker's process that gets into one kind of trouble, again each time a line comes in: `conflicts` or `defects`."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import timedelta

from engine.batches.rows import RowFiles
from engine.bootstrap import open_files, worker_telemetry
from engine.bootstrap.stores import measured_store
from engine.clock import SystemClock
from engine.errors import Conflict
from engine.settings import Settings, load
from engine.store.base import Expect, Put, Store
from engine.worker.loop import Worker, WorkerConfig
from tests.support.working import Changing, Work

COMMITS = 60


class Broken(Changing):
    """A pipeline with a defect."""

    def change(self, work: Work) -> None:
        raise ZeroDivisionError(f"row {work.row.index}")


def conflicts(_settings: Settings, store: Store) -> None:
    """Commit what others have committed already."""
    for _ in range(COMMITS):
        with suppress(Conflict):
            store.commit(Put("here/one", {"a": 1}, Expect.ABSENT))


def defects(settings: Settings, store: Store) -> None:
    """Do all rows that wait."""
    rows, config = RowFiles(open_files(settings.files)), WorkerConfig(2, timedelta(seconds=settings.lease_seconds))
    Worker(store, rows, Broken(), SystemClock(), config).run(until_idle=True)


def main() -> None:
    settings = load()
    get_into = {"conflicts": conflicts, "defects": defects}[sys.argv[1]]
    with worker_telemetry(settings):
        store = measured_store(settings, SystemClock())
        for _ in sys.stdin:
            get_into(settings, store)
            print("done", flush=True)


if __name__ == "__main__":
    main()
