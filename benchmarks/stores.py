"""The stores beside each other: rows a second through the engine, writes a row, and claims a second.

    python -m benchmarks.stores [--rows 1500]

Prints one JSON line. For SQLite and for Firestore's emulator: rows a second with one worker and with four (processes,
each at a batch of its own), a row a commit and grouped, beside the floor of the same run: a loop that commits what the
engine commits, in the same shape and through the library alone. `writes_a_row` is counted by the store's caller.
Then 16 processes reach for 100 pending jobs, in transactions that carry the version read, and in ones that read, check
and write. The emulator's figures compare shapes; Firestore's own are others.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import apsw
import orjson
from google.api_core.exceptions import GoogleAPICallError
from google.cloud import firestore

from benchmarks.engine import NoOp, barcodes
from engine.batches.queries import Queries
from engine.batches.records import SHARDS, WORKERS
from engine.batches.rows import RowFiles
from engine.batches.submission import Submission
from engine.bootstrap import open_store
from engine.clock import SystemClock
from engine.domain.items import Item, ItemStatus, Outcome
from engine.domain.jobs import JobStatus
from engine.domain.options import Options
from engine.domain.shards import Shard, ShardKind
from engine.errors import Conflict, IllegalTransition
from engine.files.folder import FolderFiles
from engine.settings import environment
from engine.store.base import Committed, Expect, Order, Put, Store, Where, Write
from engine.worker.holding import Holding
from engine.worker.loop import CANDIDATES, Worker
from engine.worker.run import Limits
from tests.emulators import a_project, running_firestore

GROUP = 16  # lanes, and so rows that can end together, where commits are grouped
LEASE = timedelta(seconds=30)
CLAIMERS, JOBS, CLAIM_SECONDS = 16, 100, 12.0


class Counting:
    """A store that counts what is written to it."""

    def __init__(self, store: Store) -> None:
        self.writes = 0
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, *writes: Write) -> Committed:
        self.writes += len(writes)
        return self._store.commit(*writes)

    def transact(self, *writes: Write) -> Committed:
        self.writes += len(writes)
        return self._store.transact(*writes)


# rows


def rows(address: str, folder: Path, count: int, *, workers: int, grouped: bool) -> dict[str, float]:
    """Return rows a second of so many workers, each at a batch of its own, and the writes they made for a row."""
    clock = SystemClock()
    store, files = open_store(address, clock), FolderFiles(folder / "files")
    command = [sys.executable, "-m", "benchmarks.stores", "--worker", address, str(folder)]
    started = [Child([*command, "grouped" if grouped else "each"]) for _ in range(workers)]
    while len(store.find(WORKERS)) < workers:
        time.sleep(0.05)
    submission = Submission(store, files, clock)
    ids = [submission.upload(barcodes(count), "rows.txt", Options()).job_id for _ in range(workers)]
    queries = Queries(store, RowFiles(files))
    while any((job := queries.job(job_id)).status is not JobStatus.COMPLETED for job_id in ids):
        time.sleep(0.1)
    ended = [queries.job(job_id) for job_id in ids]
    if any((job.successful_upcs, job.last_processed_index) != (count, count - 1) for job in ended):
        raise SystemExit("a batch did not complete")
    items = [
        store.find(f"batch_jobs/{job_id}/items", (), Order("finished_at", down), 1)
        for job_id in ids
        for down in (False, True)
    ]
    times = [found[0].fields["finished_at"] for found in items]
    seconds = (max(times) - min(times)).total_seconds()
    writes = sum(int(child.end()) for child in started)
    store.close()
    return {"rows_s": round(workers * count / seconds), "writes_a_row": round(writes / workers / count, 2)}


def work(address: str, folder: Path, *, grouped: bool) -> None:
    """Be a worker until a line is read; print how many writes were made."""
    clock, stop = SystemClock(), threading.Event()
    store = Counting(open_store(address, clock))
    limits = Limits() if grouped else Limits(rows_a_commit=1)
    lanes = GROUP if grouped else 4
    worker = Worker(
        store,
        RowFiles(FolderFiles(folder / "files")),
        NoOp(),
        clock,
        lanes=lanes,
        lease=LEASE,
        stop=stop,
        limits=limits,
    )
    threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
    worker.run()
    print(store.writes)


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
        Shard("a", 0, ShardKind.ROWS, 0, count, 0, created_at=at, available_at=at).document()
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
    folder.mkdir(parents=True)
    connection = apsw.Connection(str(folder / "floor.db"))
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
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


# claims


def claims(forms: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return for each form of claiming how 16 processes fare with 100 pending jobs."""
    address = f"firestore://{a_project()}/(default)"
    store = open_store(address, SystemClock())
    started = [
        Child([sys.executable, "-m", "benchmarks.stores", "--claimer", address, str(number)])
        for number in range(CLAIMERS)
    ]
    for child in started:
        child.line()
    result = {}
    for form in forms:
        now = SystemClock().now()
        pending = [
            Shard(f"{form}_{n}", 0, ShardKind.ROWS, 0, 1, 0, created_at=now, available_at=now) for n in range(JOBS)
        ]
        store.commit(*(Put(f"{SHARDS}/{shard.name}", shard.document(), Expect.ABSENT) for shard in pending))
        for child in started:
            child.say(form)
        told = [json.loads(child.line()) for child in started]
        times = [moment for one in told for moment in one["at"]]
        result[form] = {
            "claimed": len(times),
            "claimed_twice": len(times) - len({name for one in told for name in one["names"]}),
            "claims_s": round(len(times) / (max(times) - min(one["began"] for one in told)), 1),
            "fewest_of_a_worker": min(len(one["at"]) for one in told),
            "refused": sum(one["refused"] for one in told),
            "errors": sum(one["errors"] for one in told),
        }
        store.commit(*(Put(f"{SHARDS}/{shard.name}", {}) for shard in pending))
    for child in started:
        child.end()
    store.close()
    return result


def claim(address: str, number: int) -> None:
    """Be a claimer: for every form that is read, claim until nothing is pending, and print what came of it."""
    clock = SystemClock()
    store = open_store(address, clock)
    client = firestore.Client(project=address.split("/")[2], database="(default)")
    store.get("warm/up")
    client.document("warm/up").get()
    print("ready", flush=True)
    while form := sys.stdin.readline().strip():
        told: dict[str, Any] = {"began": time.monotonic(), "at": [], "names": [], "refused": 0, "errors": 0}
        while time.monotonic() < told["began"] + CLAIM_SECONDS:
            found = store.find(SHARDS, [Where("available_at", "<=", clock.now())], Order("available_at"), CANDIDATES)
            if not found:
                break
            random.shuffle(found)
            for document in found:
                try:
                    if form == "version":
                        Holding.claim(
                            store, clock, document, worker=f"w{number}", lease=LEASE * 10, stop=threading.Event()
                        )
                    else:
                        read_check_write(client, document.path, number)
                except (Conflict, IllegalTransition):
                    told["refused"] += 1
                except (GoogleAPICallError, ValueError):
                    told["errors"] += 1
                else:
                    told["at"].append(time.monotonic())
                    told["names"].append(document.name)
                    break
        print(json.dumps(told), flush=True)


def read_check_write(client: firestore.Client, path: str, number: int) -> None:
    """Claim in the form that locks: read the document in the transaction, look, write."""
    reference = client.document(path)
    now = SystemClock().now()

    @firestore.transactional
    def attempt(transaction: firestore.Transaction) -> None:
        found = reference.get(transaction=transaction)
        if found.get("available_at") > now:
            raise IllegalTransition("it is not free")
        until = {"owner": number, "epoch": found.get("epoch") + 1, "available_at": now + LEASE * 10}
        transaction.update(reference, until)

    attempt(client.transaction())


class Child:
    """A process of this module, spoken to line by line."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
        )

    def say(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()

    def end(self) -> str:
        """Have the process end; return what it said last."""
        return self._process.communicate("\n", timeout=60)[0].strip()


def measured(name: str, folder: Path, count: int) -> dict[str, Any]:
    """Return every figure of one store, `sqlite` or `firestore`."""
    result: dict[str, Any] = {}
    for grouped in (False, True):
        group = GROUP if grouped else 1
        mode = "grouped" if grouped else "each_row"
        floor = floor_sqlite(folder / mode, count, group) if name == "sqlite" else floor_firestore(count, group)
        for workers in (1, 4):
            part = folder / f"{mode}-{workers}"
            address = f"sqlite:///{part}/store.db" if name == "sqlite" else f"firestore://{a_project()}/(default)"
            figures = rows(address, part, count // (1 if workers == 1 else 2), workers=workers, grouped=grouped)
            result[f"{mode}_{workers}"] = {**figures, "of_floor": round(figures["rows_s"] / floor, 2)}
        result[f"{mode}_floor"] = floor
    return result


@contextmanager
def emulated() -> Iterator[None]:
    """Run Firestore's emulator, and let children find it."""
    import os

    with running_firestore() as address:
        os.environ["FIRESTORE_EMULATOR_HOST"] = address
        yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_500)
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--claimer", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        work(asked.worker[0], Path(asked.worker[1]), grouped=asked.worker[2] == "grouped")
    elif asked.claimer:
        claim(asked.claimer[0], int(asked.claimer[1]))
    else:
        with tempfile.TemporaryDirectory(dir=Path.cwd() / "var") as name, emulated():
            result = {
                "rows": asked.rows,
                "sqlite": measured("sqlite", Path(name) / "sqlite", asked.rows),
                "firestore": measured("firestore", Path(name) / "firestore", asked.rows),
                "claims": claims(["version", "read_check_write"]),
            }
        print(json.dumps(result))


if __name__ == "__main__":
    main()
