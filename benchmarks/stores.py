"""The stores beside each other: rows a second through the engine, writes a row, and claims a second.

    python -m benchmarks.stores [--rows 1000]

Prints one JSON line. For SQLite and for Firestore's emulator: rows a second with one worker and with four (processes,
each at a batch of its own), a row a commit and grouped, beside the floor of the same run: a loop that commits what the
engine commits, in the same shape and through the library alone. `writes_a_row` is counted by the store's caller.
Then 16 processes reach for 100 pending jobs, in transactions that carry the version read, and in ones that read, check
and write. The emulator's figures compare shapes; Firestore's own are others.
"""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import orjson
from google.cloud import firestore

from benchmarks.claims import PROCESSES, claims
from benchmarks.engine import NoOp, barcodes
from benchmarks.folders import on_disk
from engine.batches.documents import WORKERS, items_of
from engine.batches.queries import Queries
from engine.batches.rows import RowFiles
from engine.batches.submission import Submission
from engine.bootstrap import open_store
from engine.clock import SystemClock
from engine.codec import encode
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.options import Options
from engine.domain.batch.shards import Shard, ShardKind
from engine.files.folder import FolderFiles
from engine.sandbox.emulators import a_project, running_firestore
from engine.sandbox.meter import Metered
from engine.startup import collect_seldom
from engine.store.base import Order
from engine.worker.loop import Worker, WorkerConfig
from engine.worker.run import Limits

GROUP = 16  # lanes, and so rows that can end together, where commits are grouped
LEASE = timedelta(seconds=30)


def rows(address: str, folder: Path, count: int, *, workers: int, grouped: bool) -> dict[str, float]:
    """Return rows a second of so many workers, each at a batch of its own, and the writes they made for a row."""
    clock = SystemClock()
    store, files = open_store(address, clock), FolderFiles(folder / "files")
    stop, written = PROCESSES.Event(), PROCESSES.SimpleQueue()
    started = [
        PROCESSES.Process(target=work, args=(address, folder, grouped, stop, written), daemon=True)
        for _ in range(workers)
    ]
    for process in started:
        process.start()
    _until(lambda: len(store.find(WORKERS)) == workers)
    submission = Submission(store, files, clock)
    ids = [submission.upload(barcodes(count), "rows.txt", Options()).job_id for _ in range(workers)]
    queries = Queries(store, RowFiles(files))
    _until(lambda: all(queries.job(job_id).status is JobStatus.COMPLETED for job_id in ids))
    ended = [queries.job(job_id) for job_id in ids]
    if any((job.successful_upcs, job.last_processed_index) != (count, count - 1) for job in ended):
        raise SystemExit("a batch did not complete")
    ends = [(job_id, Order("finished_at", down)) for job_id in ids for down in (False, True)]
    times = [store.find(items_of(job_id), (), order, 1)[0].fields["finished_at"] for job_id, order in ends]
    stop.set()
    writes = sum(written.get() for _ in started)
    for process in started:
        process.join()
    store.close()
    seconds = (max(times) - min(times)).total_seconds()
    return {"rows_s": round(workers * count / seconds), "writes_a_row": round(writes / workers / count, 2)}


def _set_after(first: Any, then: threading.Event) -> None:
    first.wait()
    then.set()


def work(address: str, folder: Path, grouped: bool, stop: Any, written: Any) -> None:
    """Be a worker until `stop` is set; tell how many writes were made."""
    collect_seldom()
    clock, ended = SystemClock(), threading.Event()
    store = Metered(open_store(address, clock))
    threading.Thread(target=partial(_set_after, stop, ended), daemon=True).start()
    Worker(
        store,
        RowFiles(FolderFiles(folder / "files")),
        NoOp(),
        clock,
        WorkerConfig(GROUP, LEASE) if grouped else WorkerConfig(4, LEASE, Limits(rows_a_commit=1)),
        stop=ended,
    ).run()
    written.put(store.writes)
    store.close()


def shapes(count: int, group: int) -> Iterator[tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]]:
    """Yield what one checkpoint of `group` rows writes: fields of the shard, and items by name."""
    at = SystemClock().now()
    for start in range(0, count, group):
        items = [Item(n, n + 1, f"{n:012d}", f"{n:014d}", ItemStatus.SUCCEEDED) for n in range(start, start + group)]
        documents = [
            (f"{item.index:06d}", {**item.document(), "outcome": Outcome.COMPOSED, "started_at": at, "finished_at": at})
            for item in items
        ]
        yield {"seq": start, "next": start + group, "ok": start + group}, documents


def floor_firestore(count: int, group: int) -> int:
    """Return rows a second of bare commits of the engine's shape, through Google's library."""
    client = firestore.Client(project=a_project(), database="(default)")
    at = SystemClock().now()
    shard = client.document("batch_shards/a-0000")
    version = shard.create(
        encode(Shard("a", 0, ShardKind.ROWS, 0, count, 0, created_at=at, available_at=at))
    ).update_time
    start = time.perf_counter()
    for fields, items in shapes(count, group):
        batch = client.batch()
        batch.update(shard, fields, option=client.write_option(last_update_time=version))
        for name, document in items:
            batch.set(client.document(f"batch_jobs/a/items/{name}"), document)
        version = batch.commit(retry=None, timeout=5)[0].update_time
    seconds = time.perf_counter() - start
    client.close()
    return round(count / seconds)


def floor_sqlite(folder: Path, count: int, group: int) -> int:
    """Return rows a second of bare commits of the engine's shape, in a file opened in the same way."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = apsw.Connection(str(folder / "floor.db"))
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
    connection.execute("DROP TABLE IF EXISTS documents")
    connection.execute("CREATE TABLE documents (name TEXT PRIMARY KEY, body TEXT)")
    connection.execute("INSERT INTO documents VALUES ('shard', '')")
    start = time.perf_counter()
    for fields, items in shapes(count, group):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE documents SET body = ? WHERE name = 'shard'", (orjson.dumps(fields).decode(),))
        for name, document in items:
            connection.execute("INSERT INTO documents VALUES (?, ?)", (name, orjson.dumps(document).decode()))
        connection.execute("COMMIT")
    seconds = time.perf_counter() - start
    connection.close()
    return round(count / seconds)


def measured(name: str, folder: Path, count: int) -> dict[str, Any]:
    """Return every figure of one store, `sqlite` or `firestore`; a floor commits as many rows at once as the engine."""
    result: dict[str, Any] = {}
    for mode, factor in (("each_row", 1), ("grouped", 4)):
        for workers in (1, 4):
            part = folder / f"{mode}-{workers}"
            address = f"sqlite:///{part}/store.db" if name == "sqlite" else f"firestore://{a_project()}/(default)"
            each = factor * count // (1 if workers == 1 else 2)
            result[f"{mode}_{workers}"] = rows(address, part, each, workers=workers, grouped=factor > 1)
        alone = result[f"{mode}_1"]
        group = max(1, round(1 / (alone["writes_a_row"] - 1)))
        many = factor * count // group * group
        floor = floor_sqlite(folder / mode, many, group) if name == "sqlite" else floor_firestore(many, group)
        result[f"{mode}_floor"] = {"rows_s": floor, "rows_a_commit": group}
        result[f"{mode}_of_floor"] = round(alone["rows_s"] / floor, 2)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000)
    asked = parser.parse_args()
    with on_disk() as name, running_firestore() as address:
        os.environ["FIRESTORE_EMULATOR_HOST"] = address
        floor_firestore(asked.rows, 1)  # the emulator is slow at first
        result = {
            "rows": asked.rows,
            "firestore": measured("firestore", Path(name) / "firestore", asked.rows),
            "sqlite": measured("sqlite", Path(name) / "sqlite", asked.rows),
            "claims": {form: claims(form) for form in ("version", "read_check_write")},
        }
    print(json.dumps(result))


def _until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("it took too long")
        time.sleep(0.05)


if __name__ == "__main__":
    main()
