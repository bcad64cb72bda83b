"""The list of batches with ten of them and with 10,000: how long pages, searches, filters and counts take.

    python -m benchmarks.batches [--batches 10000] [--store firestore]

Prints one JSON line: milliseconds, the median of 20 readings, for each number of batches. Firestore is its emulator,
which keeps no indexes: its figures say nothing of Firestore's.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from benchmarks.folders import on_disk
from engine.batches.documents import job_path
from engine.batches.listing import BatchFilter
from engine.bootstrap import open_store
from engine.bootstrap.operations import engine_over
from engine.clock import SystemClock
from engine.codec import encode, replace
from engine.domain.batch.jobs import Job, JobStatus, Visibility, named
from engine.files.folder import FolderFiles
from engine.sandbox.emulators import a_project, running_firestore
from engine.settings import Settings
from engine.store.base import Put, Store

READINGS = 20
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
STATES = (JobStatus.COMPLETED,) * 8 + (JobStatus.CANCELLED, JobStatus.FAILED)


def fill(store: Store, count: int) -> None:
    """Store so many batches, one every ten minutes: eight in ten completed, a tenth cancelled, a tenth failed.

    The older half is archived.
    """
    remaining = iter(range(count))
    while numbers := list(islice(remaining, 20)):
        jobs = (_job(number, archived=number < count // 2) for number in numbers)
        store.commit(*(Put(job_path(job.job_id), encode(job)) for job in jobs))


def _job(number: int, *, archived: bool) -> Job:
    made = BEGUN + timedelta(minutes=10 * number)
    status = STATES[number % len(STATES)]
    job = Job(f"batch_{number:06d}", status, "gs://box/rows.txt", made, 40, 40, 38, 2, updated_at=made)
    visibility = Visibility.ARCHIVED if archived else Visibility.VISIBLE
    return replace(named(job, f"Box {number}, shelf {number % 97}.csv"), visibility=visibility)


def measured(store: Store, folder: Path, count: int) -> dict[str, float]:
    """Return the milliseconds of each reading of the list."""
    fill(store, count)
    engine = engine_over(store, FolderFiles(folder), Settings(_env_file=None), SystemClock())
    queries, shifts = engine.queries, engine.shifts
    middle = BEGUN + timedelta(minutes=5 * count)  # where the archive ends
    some = BatchFilter(status=JobStatus.FAILED, since=middle, until=middle + timedelta(days=1))
    asked: dict[str, Callable[[], object]] = {
        "newest_page": lambda: queries.batch_page(BatchFilter()),
        "page_further_on": lambda: queries.batch_page(BatchFilter(), middle + timedelta(minutes=count)),
        "page_that_ends_at_the_archive": lambda: queries.batch_page(BatchFilter(), middle + timedelta(minutes=20)),
        "archive": lambda: queries.batch_page(BatchFilter(visibility=Visibility.ARCHIVED)),
        "count": queries.count_batches,
        "one_by_name": lambda: queries.batch_page(BatchFilter(f"box {count - 2}")),
        "count_by_name": lambda: queries.count_batches(BatchFilter(f"box {count - 2}")),
        "many_by_name": lambda: queries.batch_page(BatchFilter("box")),
        "failed": lambda: queries.batch_page(BatchFilter(status=JobStatus.FAILED)),
        "none_running": lambda: queries.batch_page(BatchFilter(status=JobStatus.RUNNING)),
        "open": lambda: queries.in_states(
            (JobStatus.RUNNING, JobStatus.PENDING, JobStatus.PAUSED, JobStatus.FAILED), 20
        ),
        "overview": lambda: queries.overview(middle),
        "handover": lambda: shifts.report(timedelta(hours=8)),
        "count_failed_of_a_day": lambda: queries.count_batches(some),
    }
    return {name: milliseconds(ask) for name, ask in asked.items()}


def milliseconds(ask: Callable[[], object]) -> float:
    """Return how long it takes to ask, the median of all readings."""
    taken = []
    for _ in range(READINGS):
        start = time.perf_counter()
        ask()
        taken.append(1_000 * (time.perf_counter() - start))
    return round(statistics.median(taken), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=10_000)
    parser.add_argument("--store", choices=("sqlite", "firestore"), default="sqlite")
    asked = parser.parse_args()
    result: dict[str, object] = {"benchmark": "batches", "store": asked.store}
    with on_disk() as name, ExitStack() as running:
        if asked.store == "firestore":
            os.environ["FIRESTORE_EMULATOR_HOST"] = running.enter_context(running_firestore())
        for count in (10, asked.batches):
            address = (
                f"sqlite:///{name}/{count}.db" if asked.store == "sqlite" else f"firestore://{a_project()}/(default)"
            )
            store = open_store(address, SystemClock())
            result[str(count)] = measured(store, Path(name), count)
            store.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
