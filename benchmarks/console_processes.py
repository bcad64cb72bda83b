"""The processes beside `benchmarks.console`: a console that counts its reads, and a worker at an even pace.

    python -m benchmarks.console_processes console | worker

Settings come from the environment, as for every process of the engine.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

from benchmarks.scale import Tenths
from console.__main__ import main as serve
from engine.batches.rows import RowFiles
from engine.bootstrap import open_files, open_store, stores
from engine.clock import Clock, SystemClock
from engine.codec import replace
from engine.domain.batch.items import Item, Outcome
from engine.domain.identify.evidence import ReleaseSummary
from engine.domain.listing.pricing import Price
from engine.pipeline.work import RowContext
from engine.sandbox.meter import Metered
from engine.settings import load
from engine.store.base import Committed, Store, Write
from engine.worker.loop import Worker, WorkerConfig

LANES = 4
PACE, NOTES = "BENCHMARK_ROWS_A_SECOND", "BENCHMARK_NOTES"  # in the environment of a worker


class Paced(Tenths):
    """A pipeline whose rows take so long that all lanes together do `rows_a_second`; every tenth fails."""

    def __init__(self, rows_a_second: float) -> None:
        self._seconds = LANES / rows_a_second

    def run(self, context: RowContext) -> Iterator[Item]:
        """Draft the row, or fail it, after a while."""
        time.sleep(self._seconds)
        for item in super().run(context):
            release = ReleaseSummary("New Order", f"Technique {context.row.index}", "Factory", format="CD", year=1989)
            yield replace(item, outcome=Outcome.DRAFTED, release=release, price=Price(1250, "fixed", ""))


class Noted:
    """A store that notes when it had stored how many drafts, one line a commit."""

    def __init__(self, store: Store, place: Path) -> None:
        self._store, self._notes, self._drafts = store, place.open("a", buffering=1), 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, *writes: Write) -> Committed:
        """Commit, then note."""
        committed = self._store.commit(*writes)
        fields: list[Any] = [getattr(write, "fields", {}) for write in writes if "/items/" in write.path]
        if made := sum(found.get("outcome") == Outcome.DRAFTED for found in fields):
            self._drafts += made
            self._notes.write(f"{time.monotonic()} {self._drafts}\n")
        return committed


def work() -> None:
    """Be a worker until killed."""
    settings, clock = load(), SystemClock()
    store = Noted(open_store(settings.store, clock), Path(os.environ[NOTES]))
    config = WorkerConfig(LANES, timedelta(seconds=30))
    Worker(store, RowFiles(open_files(settings.files)), Paced(float(os.environ[PACE])), clock, config).run()


def watched() -> None:
    """Be a console that answers each line of its input with what it has used so far, in one line of JSON."""
    opened: list[Metered] = []

    def metered(address: str, clock: Clock) -> Metered:
        opened.append(Metered(open_store(address, clock)))
        return opened[-1]

    def answer() -> None:
        process = psutil.Process()
        for _ in sys.stdin:
            used = {"reads": sum(store.reads for store in opened), "cpu": time.process_time()}
            print(json.dumps({**used, "mb": process.memory_info().rss / 1e6, "at": time.monotonic()}), flush=True)

    setattr(stores, "open_store", metered)  # noqa: B010 - counted where it is opened
    threading.Thread(target=answer, daemon=True).start()
    serve()


if __name__ == "__main__":
    {"console": watched, "worker": work}[sys.argv[1]]()
