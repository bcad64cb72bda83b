"""What a batch costs in Firestore's units: reads, writes and commits for 1,000 rows, counted at the store's door.

    python -m benchmarks.cost [--rows 60] [--seconds 1]

Prints one JSON line. Rows take `seconds` each, one after the other, because the pace decides: at a row a second every
checkpoint carries the job's document, and heartbeats go on. Each row looks up a barcode that nobody has looked up
before, and stores an intent, as those for eBay do.
Beside it, what a minute costs: of a worker without work, and of a console with a batch or the list of batches on view.
Counts do not depend on the store; SQLite keeps them honest and quick. Source:
https://cloud.google.com/firestore/pricing (a query without an answer is one read, a count one read for 1,000 documents;
read 2026-11).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.engine import barcodes
from benchmarks.stores import LEASE
from console.context import Context
from console.poller import Poller
from console.screens.batch.query import PAGE
from console.screens.batch.view import load, load_rows
from console.screens.batches import view as batches
from engine.batches.rows import RowFiles
from engine.batches.submission import Submission
from engine.bootstrap.operations import engine_over
from engine.clock import SystemClock
from engine.codec import replace
from engine.domain.batch import items
from engine.domain.batch.items import Item, Outcome
from engine.domain.batch.options import Options
from engine.domain.batch.scans import Found, ScanState
from engine.domain.listing.pricing import NO_PRICE, Price
from engine.domain.services import Service
from engine.files.folder import FolderFiles
from engine.pipeline.lookups import Lookups, Question
from engine.pipeline.work import RowContext
from engine.sandbox.meter import Metered
from engine.settings import Settings
from engine.store.sqlite import SQLiteStore
from engine.worker.loop import Worker, WorkerConfig

IDLE_SECONDS = 20.0
DRAW_SECONDS = 2.0
DRAWS = 10


NOTHING: Question[list[object]] = Question("discogs", lambda _: [])


class Paced:
    """A pipeline whose rows take a while, look a new barcode up and store an intent."""

    def __init__(self, seconds: float, lookups: Lookups) -> None:
        self._seconds = seconds
        self._lookups = lookups

    def foresee(self, gtins: Sequence[str]) -> None:
        """Look several up together, as real rows do."""
        self._lookups.foresee(gtins)

    def run(self, context: RowContext) -> Iterator[Item]:
        """Call the row composed."""
        threading.Event().wait(self._seconds)
        self._lookups.ask(context, context.key, NOTHING, list)
        self._lookups.keep(context.key)
        context.port.save(items.intend(context.item, sku=context.sku, now=context.port.now()))
        yield replace(context.item, outcome=Outcome.COMPOSED)

    def recovered(self, service: Service, since: datetime) -> bool:  # noqa: ARG002 - no row waits for a service
        """Say of no service that it answers."""
        return False

    def unchangeable(self, context: RowContext, sku: str) -> str:  # noqa: ARG002 - every draft can be changed
        """Call every draft changeable."""
        return ""


class NoScans:
    """Looks no copy up: nobody scans here. A worker that has it asks for scans with each heartbeat."""

    def look_up(self, context: RowContext) -> Found:  # noqa: ARG002 - nobody asks
        """Know nothing."""
        return Found(ScanState.UNKNOWN)

    def price(self, context: RowContext) -> Price:  # noqa: ARG002 - nobody asks
        """Price nothing."""
        return NO_PRICE


def drawn(context: Context, job_id: str) -> None:
    """Read what the screen of a batch shows of it, as every redraw does: its head, its details, its first 50 rows."""
    screen = load(context, job_id).value
    load_rows(context, screen, tuple(range(min(PAGE, screen.job.total_upcs or 0))))


def listed(context: Context) -> None:
    """Read what the list of batches shows."""
    context.poller.look("batches", partial(batches.read, context), every=batches.EVERY_SECONDS)


def watched(store: Metered, clock: SystemClock, draw: Callable[[Context], None]) -> int:
    """Return the reads a minute of a screen that is redrawn every two seconds, the first time not counted."""
    engine = engine_over(store, FolderFiles(Path()), Settings(_env_file=None), clock)
    context = Context(engine, Settings(_env_file=None), Poller(clock), clock)
    context.poller.start()
    draw(context)
    store.take(0)
    for _ in range(DRAWS):
        threading.Event().wait(DRAW_SECONDS)
        draw(context)
    context.poller.stop()
    return store.take(60 / (DRAWS * DRAW_SECONDS))["reads"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=1.0)
    asked = parser.parse_args()
    clock, stop = SystemClock(), threading.Event()
    with tempfile.TemporaryDirectory() as name:
        place, files = Path(name) / "store.db", FolderFiles(Path(name) / "files")
        store, viewer, rows = Metered(SQLiteStore(place)), Metered(SQLiteStore(place)), RowFiles(files)
        pipeline = Paced(asked.seconds, Lookups(store, clock))
        job = Submission(store, files, clock).upload(barcodes(asked.rows), "rows.txt", Options())
        result: dict[str, Any] = {"rows": asked.rows, "seconds_a_row": asked.seconds}
        watch = partial(watched, viewer, clock)
        on_view, reads = partial(drawn, job_id=job.job_id), result.setdefault("reads_a_minute_on_view", {})
        begun = threading.Thread(target=lambda: reads.update(running=watch(on_view), list=watch(listed)))
        threading.Timer(asked.rows * asked.seconds / 6, begun.start).start()
        Worker(store, rows, pipeline, clock, WorkerConfig(1, LEASE), looks_up=NoScans()).run(until_idle=True)
        result["a_1000_rows"] = store.take(1_000 / asked.rows)
        begun.join()
        reads.update(completed=watch(on_view), list_of_completed=watch(listed))
        threading.Timer(IDLE_SECONDS, stop.set).start()
        Worker(store, rows, pipeline, clock, WorkerConfig(1, LEASE), stop=stop, looks_up=NoScans()).run()
        result["a_minute_of_an_idle_worker"] = store.take(60 / IDLE_SECONDS)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
