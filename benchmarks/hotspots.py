"""Which documents and which indexes of Firestore batches heat up, by the number of workers that share them.

    python -m benchmarks.hotspots [--workers 1 10 40] [--seconds 20] [--pace 1]

Each worker does one row in `pace` seconds, looks up a barcode that nobody has looked up before and stores an intent, as
rows for eBay do. Prints one JSON line. For each number of workers: rows, reads, writes, commits and commits that came
second (`conflicts`), a second; the documents that are written most often, a second each (`documents`; those of one
collection count by the one that is written most); and the writes a second that move an index whose values only grow
(`sequential`), for which Firestore states a limit of 500. What deploy/firestore.indexes.json takes out of the
automatic indexes moves none.

Counts do not depend on the store: SQLite keeps them honest and quick. A batch has 2,500 rows a worker and forty workers
at most, which is what a file of 100,000 rows has shards for; more of them share several batches.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.cost import NoScans, Paced
from benchmarks.engine import barcodes
from benchmarks.stores import LEASE
from engine.batches.documents import SHARDS
from engine.batches.rows import RowFiles
from engine.batches.submission import Submission
from engine.clock import SystemClock
from engine.domain.batch.options import Options
from engine.domain.batch.shards import SHARD_ROWS
from engine.errors import Conflict
from engine.files.folder import FolderFiles
from engine.pipeline.lookups import Lookups
from engine.sandbox.meter import Metered
from engine.store.base import Committed, Delete, Store, Where, Write
from engine.store.sqlite import SQLiteStore
from engine.worker.loop import Worker, WorkerConfig

INDEXES = Path(__file__).parents[1] / "deploy" / "firestore.indexes.json"
SHOWN = 6
MOST_A_BATCH = 40  # workers: 100,000 rows are forty shards
UNDER_WAY_SECONDS = 120.0  # in which all workers hold a shard


class Watched(Metered):
    """A store that also notes which documents are written, and which growing indexes that moves. Safe for threads."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.documents: Counter[str] = Counter()
        self.sequential: Counter[str] = Counter()
        self.rows = self.conflicts = 0
        self._times: dict[str, dict[str, datetime]] = {}  # by document, as they were written last
        self._unindexed = unindexed()
        self._lock = threading.Lock()

    def commit(self, *writes: Write) -> Committed:
        """Commit, and note what was written."""
        try:
            committed = super().commit(*writes)
        except Conflict:
            with self._lock:
                self.conflicts += 1
            raise
        with self._lock:
            for write in writes:
                self._note(write)
        return committed

    def _note(self, write: Write) -> None:
        self.documents[write.path] += 1
        group = write.path.rsplit("/", 2)[-2]
        if isinstance(write, Delete):
            return
        self.rows += group == "items" and write.fields.get("finished_at") is not None
        before = self._times.setdefault(write.path, {})
        for field, value in write.fields.items():
            if isinstance(value, datetime) and (group, field) not in self._unindexed and before.get(field) != value:
                self.sequential[f"{group}.{field}"] += 1
                before[field] = value

    def started_anew(self) -> None:
        """Count from nothing."""
        with self._lock:
            self.take(0)
            self.documents.clear()
            self.sequential.clear()
            self.rows = self.conflicts = 0

    def rates(self, seconds: float) -> dict[str, Any]:
        """Return what was noted, a second."""
        with self._lock:
            hottest: dict[str, int] = {}
            for path, count in self.documents.most_common():
                hottest.setdefault(path.rsplit("/", 2)[-2], count)
            counts = {"rows": self.rows, "conflicts": self.conflicts, "reads": self.reads, "writes": self.writes}
            return {
                **{name: round(count / seconds, 2) for name, count in {**counts, "commits": self.commits}.items()},
                "documents": {group: round(count / seconds, 2) for group, count in list(hottest.items())[:SHOWN]},
                "sequential": {name: round(count / seconds, 1) for name, count in self.sequential.most_common(SHOWN)},
            }


def unindexed() -> set[tuple[str, str]]:
    """Return the fields, by collection, that no index is kept of."""
    overrides = json.loads(INDEXES.read_text(encoding="utf-8"))["fieldOverrides"]
    return {(one["collectionGroup"], one["fieldPath"]) for one in overrides if not one["indexes"]}


def shared(workers: int, seconds: float, pace: float) -> dict[str, Any]:
    """Have so many workers share batches, and return what they did once all of them were at it."""
    clock, stop = SystemClock(), threading.Event()
    with tempfile.TemporaryDirectory() as name:
        store, files = Watched(SQLiteStore(Path(name) / "store.db")), FolderFiles(Path(name) / "files")
        for first in range(0, workers, MOST_A_BATCH):
            rows = min(MOST_A_BATCH, workers - first) * SHARD_ROWS
            Submission(store, files, clock).upload(barcodes(rows), f"rows-{first}.txt", Options())
        threads = [threading.Thread(target=worker.run) for worker in crew(store, files, workers, pace, stop)]
        for thread in threads:
            thread.start()
        try:
            _until_all_hold(store, workers)
            store.started_anew()
            began = time.monotonic()
            stop.wait(seconds)
            return {"workers": workers, **store.rates(time.monotonic() - began)}
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            store.close()


def crew(store: Watched, files: FolderFiles, count: int, pace: float, stop: threading.Event) -> Iterator[Worker]:
    """Yield so many workers of one lane, each with look-ups of its own as a process has them."""
    clock = SystemClock()
    for _ in range(count):
        pipeline = Paced(pace, Lookups(store, clock))
        yield Worker(store, RowFiles(files), pipeline, clock, WorkerConfig(1, LEASE), stop=stop, looks_up=NoScans())


def _until_all_hold(store: Watched, workers: int) -> None:
    end, pause = time.monotonic() + UNDER_WAY_SECONDS, threading.Event()
    while store.count(SHARDS, [Where("owner", ">", "")]) < workers:
        if time.monotonic() > end:
            raise SystemExit("the workers do not come to hold a shard each")
        pause.wait(0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 10, 40])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--pace", type=float, default=1.0)
    asked = parser.parse_args()
    runs = [shared(workers, asked.seconds, asked.pace) for workers in asked.workers]
    print(json.dumps({"pace": asked.pace, "runs": runs}))


if __name__ == "__main__":
    main()
