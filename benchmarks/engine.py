"""Rows a second through the engine on SQLite, beside a plain loop of one-row commits in the same run.

    python -m benchmarks.engine [--rows 10000] [--memory] [--sandbox]

Prints one JSON line. `--memory` runs 10,000 and 100,000 rows in processes of their own and compares their peak.
`--sandbox` runs real barcodes against the sandbox at zero latency.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import apsw
import requests

from benchmarks.folders import on_disk
from engine import sandbox as sandbox_package
from engine.batches.queries import Queries
from engine.batches.rows import RowFiles
from engine.batches.submission import Submission
from engine.bootstrap import open_engine, open_worker
from engine.bootstrap.workers import limits_of
from engine.clock import SystemClock
from engine.codec import replace
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.options import Options
from engine.domain.identify.barcodes import check_digit
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.domain.services import Service
from engine.files.folder import FolderFiles
from engine.pipeline.work import RowContext
from engine.sandbox.emulators import free_port
from engine.settings import Settings
from engine.startup import collect_seldom
from engine.store.sqlite import SQLiteStore
from engine.worker.loop import Worker, WorkerConfig
from engine.worker.run import Limits

ROUNDS = 5  # of which the median counts: neighbours on a shared machine come and go


class NoOp:
    """A pipeline that does nothing, so that only the engine is measured."""

    def foresee(self, gtins: Sequence[str]) -> None:
        """Make nothing of it."""

    def run(self, context: RowContext) -> Iterator[Item]:
        """Call the row composed."""
        yield replace(context.item, outcome=Outcome.COMPOSED)

    def recovered(self, service: Service, since: datetime) -> bool:  # noqa: ARG002 - no row waits for a service
        """Say of no service that it answers."""
        return False

    def unchangeable(self, context: RowContext, sku: str) -> str:  # noqa: ARG002 - every draft can be changed
        """Call every draft changeable."""
        return ""


def barcodes(count: int) -> bytes:
    """Return a file of `count` different valid barcodes."""
    numbers = (f"{70_000_000_000 + number}" for number in range(count))
    return "".join(f"{number}{check_digit(number)}\n" for number in numbers).encode()


def batch(folder: Path, rows: int, limits: Limits, *, lanes: int = 4) -> float:
    """Run one batch of `rows` rows; return rows a second from the claim to the end, reading the file included."""
    clock = SystemClock()
    store = SQLiteStore(folder / "store.db", clock)
    files = FolderFiles(folder / "files")
    job = Submission(store, files, clock).upload(barcodes(rows), "rows.txt", Options())
    worker = Worker(
        store,
        RowFiles(files),
        NoOp(),
        clock,
        WorkerConfig(lanes, timedelta(seconds=30), limits),
    )
    start = time.perf_counter()
    worker.run(until_idle=True)
    seconds = time.perf_counter() - start
    after = Queries(store, RowFiles(files)).job(job.job_id)
    if (after.status, after.successful_upcs, after.last_processed_index) != ("completed", rows, rows - 1):
        raise SystemExit(f"the batch did not complete: {after}")
    store.close()
    return rows / seconds


def plain(folder: Path, rows: int) -> float:
    """Return rows a second of a loop that commits one row at a time to a file opened in the same way."""
    connection = apsw.Connection(str(folder / "plain.db"))
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
    connection.execute("CREATE TABLE items (number INTEGER PRIMARY KEY, body TEXT)")
    start = time.perf_counter()
    for number in range(rows):
        item = Item(number, number + 1, f"{number:012d}", f"{number:014d}", ItemStatus.SUCCEEDED)
        connection.execute("INSERT INTO items VALUES (?, ?)", (number, json.dumps(item.document())))
    seconds = time.perf_counter() - start
    connection.close()
    return rows / seconds


def commits(folder: Path, rows: int) -> Iterator[float]:
    """Return rows a second of a plain loop, of a row a commit, of the engine as it runs, and with 16 lanes.

    Medians of rounds.
    """
    rounds = []
    for number in range(ROUNDS):
        part = folder / str(number)
        part.mkdir()
        each = batch(part / "each", rows, Limits(rows_a_commit=1))
        grouped = batch(part / "grouped", rows, limits_of(Settings(_env_file=None)))
        wide = batch(part / "wide", rows, limits_of(Settings(_env_file=None, DM_LANES=16)), lanes=16)
        rounds.append((plain(part, rows), each, grouped, wide))
    return map(median, zip(*rounds, strict=True))


def with_sandbox(folder: Path, copies: int) -> dict[str, float | int]:
    """Return rows a second of real barcodes, drafted at the sandbox over HTTP at zero latency, and calls a row."""
    with sandbox(free_port(), 0.0) as address:
        settings = Settings(
            DM_STORE=f"sqlite:///{folder}/store.db",
            DM_FILES=f"file:{folder}/files",
            DM_CATALOG=f"{folder}/none.db",
            DM_SANDBOX_URL=address,
        )
        engine = open_engine(settings)
        content = "".join(f"{code}\n" for code in known_barcodes() * copies).encode()
        rule = PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 999}})
        job = engine.submission.upload(content, "rows.txt", Options(price_rule=rule))
        with open_worker(settings, threading.Event()) as worker:
            start = time.perf_counter()
            worker.run(until_idle=True)
            seconds = time.perf_counter() - start
        after = engine.queries.job(job.job_id)
        ledger = requests.get(f"{address}/sandbox/ledger", params={"calls": "0"}, timeout=5).json()
        rows = after.processed_upcs
        speed = round(rows / seconds, 1)
        return {"rows": rows, "drafted": after.successful_upcs, "rows_s": speed, "calls": ledger["last"]}


def known_barcodes() -> list[str]:
    """Return the barcodes of every release that the sandbox knows."""
    known = Path(sandbox_package.__file__).with_name("releases.jsonl").read_text(encoding="utf-8").splitlines()
    return [code for line in known for code in json.loads(line)["barcodes"]]


@contextlib.contextmanager
def sandbox(port: int, latency: float) -> Iterator[str]:
    """Run the sandbox in a process of its own; its address."""
    address = f"http://127.0.0.1:{port}"
    variables = {**os.environ, "DM_SANDBOX_URL": address, "DM_SANDBOX_LATENCY": str(latency)}
    server = subprocess.Popen([sys.executable, "-m", "engine", "sandbox"], env=variables)
    try:
        await_answer(f"{address}/sandbox/health")
        yield address
    finally:
        server.terminate()
        server.wait()


def await_answer(url: str) -> None:
    """Return once `url` answers."""
    for _ in range(100):
        try:
            requests.get(url, timeout=1)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{url} does not answer")


def peak_mb(rows: int) -> float:
    """Return the peak memory in MB of a process that runs a batch of `rows` rows."""
    command = [sys.executable, "-m", "benchmarks.engine", "--rows", str(rows), "--peak"]
    return float(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["peak_mb"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--sandbox", action="store_true")
    parser.add_argument("--peak", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    collect_seldom()  # as the process of a worker does
    with on_disk() as name:
        folder = Path(name)
        if asked.peak:
            batch(folder, asked.rows, limits_of(Settings(_env_file=None)))
            print(json.dumps({"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
            return
        result: dict[str, float | int] = {"rows": asked.rows}
        if asked.sandbox:
            result = with_sandbox(folder, copies=2)
        elif asked.memory:
            small, large = peak_mb(asked.rows), peak_mb(asked.rows * 10)
            result |= {"peak_mb": small, "peak_mb_10x": large, "growth_mb": round(large - small, 1)}
        else:
            floor, *ways = commits(folder, asked.rows)
            result["plain"] = round(floor)
            for name, speed in zip(("each_row", "grouped", "lanes_16"), ways, strict=True):
                result |= {name: round(speed), f"{name}_of_plain": round(speed / floor, 2)}
        print(json.dumps(result))


if __name__ == "__main__":
    main()
