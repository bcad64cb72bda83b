"""One large batch on the emulators, shared by four workers of which two are killed and one is frozen past its lease.

    python -m benchmarks.scale [--rows 10000] [--no-answers]

Uses the emulators that the environment names, or starts its own. Prints one JSON line: what of the batch is not as it
must be (`wrong`, empty when nothing), the largest document in bytes, how long the API's answers to a listing and a
status take while the workers run and after them, and the highest peak memory of a worker. Every
tenth row fails, so that the bounded lists of the job's document are full.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from benchmarks.answers import answers
from benchmarks.claims import PROCESSES
from benchmarks.engine import barcodes
from benchmarks.scale_checks import FAILS, largest_document, open_shards, owner, size, stored, stored_shard, wrong
from engine.batches.documents import SHARDS, WORKERS, job_path
from engine.batches.rows import RowFiles
from engine.batches.submission import Submission
from engine.bootstrap import open_files, open_store
from engine.clock import SystemClock
from engine.codec import replace
from engine.domain.batch.items import Item, Outcome
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.options import Options
from engine.domain.batch.shards import Shard
from engine.domain.services import Service
from engine.errors import Cause, ItemError
from engine.pipeline.work import RowContext
from engine.sandbox.emulators import a_bucket, a_project, running_firestore, running_storage
from engine.settings import Settings
from engine.store.base import Committed, Store, Write
from engine.worker.loop import Worker, WorkerConfig

WORKERS_IN_ALL = 4
LANES = 16
LEASE = timedelta(seconds=2)
UNDER_WAY = 100  # rows of a shard that are done before its worker is struck
EMULATORS = ("FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST")
HEAP = "4g"  # 100,000 rows with their index entries do not fit into less


class Tenths:
    """A pipeline that does nothing; every tenth row fails."""

    def foresee(self, gtins: Sequence[str]) -> None:
        """Make nothing of it."""

    def run(self, context: RowContext) -> Iterator[Item]:
        """Call the row composed, or fail it."""
        if context.row.index % FAILS == 0:
            raise ItemError(Cause.NO_MATCH, "Neither Discogs nor MusicBrainz knows this barcode.")
        yield replace(context.item, outcome=Outcome.COMPOSED)

    def recovered(self, service: Service, since: datetime) -> bool:  # noqa: ARG002 - no row waits for a service
        """Say of no service that it answers."""
        return False

    def unchangeable(self, context: RowContext, sku: str) -> str:  # noqa: ARG002 - every draft can be changed
        """Call every draft changeable."""
        return ""


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
    return Places(
        f"firestore://{a_project()}/(default)",
        f"gs://{a_bucket()}/files",
        {name: os.environ[name] for name in EMULATORS},
        notes,
    )


def work(places: Places) -> None:
    """Be a worker until killed."""
    os.environ.update(places.emulators)
    clock = SystemClock()
    store = Noted(open_store(places.store, clock), places.notes / f"{os.getpid()}.rows")
    Worker(store, RowFiles(open_files(places.files)), Tenths(), clock, WorkerConfig(LANES, LEASE)).run()


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
    settings = Settings(_env_file=None, DM_STORE=places.store, DM_FILES=places.files)
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
        taken = _until(lambda: (now := stored_shard(store, lost)).epoch > lost.epoch and now, patience)
        os.kill(frozen, signal.SIGCONT)
        if ask:
            result["answers_running"] = answers(settings, job_id)
        largest = 0

        def over() -> bool:
            nonlocal largest
            job = stored(store, job_path(job_id))
            largest = max(largest, size(job))
            return bool(job.fields["status"] == JobStatus.COMPLETED)

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
            result["answers"] = answers(settings, job_id)
        return result
    finally:
        crew.end()
        store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--no-answers", action="store_true", help="do not measure the API's answers")
    asked = parser.parse_args()
    with contextlib.ExitStack() as running:
        if not all(name in os.environ for name in EMULATORS):
            os.environ["FIRESTORE_EMULATOR_HOST"] = running.enter_context(running_firestore(HEAP))
            running.enter_context(running_storage())
        notes = running.enter_context(tempfile.TemporaryDirectory())
        result = shared(emulated(Path(notes)), asked.rows, ask=not asked.no_answers)
    print(json.dumps(result))


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
