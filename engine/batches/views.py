"""What a reader of batches sees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from engine.batches import throughput
from engine.batches.throughput import Throughput
from engine.domain.batch import legacy
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.shards import ShardKind
from engine.domain.batch.workers import RowInFlight, counts_as_alive
from engine.errors import Cause

MOST_WAITS = 5
DAY_SECONDS = 86_400.0
LATE_SECONDS = 600.0  # a heartbeat is never so old: a time of day that long ago is tomorrow's
HELD_UP_SECONDS = 5.0  # a shorter wait for a quota is what rows do all the time
START_ENGINE = "python -m engine worker"
NO_ENGINE = f"No engine is running: start one with `{START_ENGINE}`."
_TIME = re.compile(r"\d\d:\d\d:\d\d")
_QUOTA = re.compile(r" quota until (\d\d:\d\d:\d\d) UTC")  # as a limiter says what a call waits for


@dataclass(frozen=True, slots=True)
class Wait:
    """What rows in flight wait for, as an operator reads it, and how many of them do."""

    reason: str
    rows: int

    @property
    def sentence(self) -> str:
        """Return both: `4 rows wait: Discogs quota until 14:52:10 UTC`."""
        return f"{self.rows:,} {'row waits' if self.rows == 1 else 'rows wait'}: {self.reason}"


def waits(rows: Iterable[RowInFlight]) -> tuple[Wait, ...]:
    """Return what rows in flight wait for, the most frequent reason first; at most `MOST_WAITS` reasons.

    Reasons that differ in a time of day alone are one, with the latest of them.
    """
    alike: dict[str, list[str]] = {}
    for reason in filter(None, (row.waits_for for row in rows)):
        alike.setdefault(_TIME.sub("", reason), []).append(reason)
    found = sorted((Wait(max(same), len(same)) for same in alike.values()), key=lambda wait: -wait.rows)
    return tuple(found[:MOST_WAITS])


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A worker as of its last heartbeat. `age` is how long ago that was; `rows` are those in flight.

    `connections` is for which services it has credentials, {} when unknown, `credentials` which generation of them.
    """

    worker: str
    state: str
    heartbeat_at: datetime
    age: timedelta
    started_at: datetime
    host: str
    job_id: str | None
    rows: tuple[RowInFlight, ...]
    waits_for: str
    connections: Mapping[str, bool] = field(default_factory=dict)
    credentials: int = 0

    @property
    def silent(self) -> bool:
        """Whether its last heartbeat is so old that it counts as gone."""
        return not counts_as_alive(self.age)

    @property
    def read_at(self) -> datetime:
        """Return when it was read."""
        return self.heartbeat_at + self.age

    @property
    def steps(self) -> dict[int, str]:
        """Return the step that each row in flight is at, by the index of the row."""
        return {row.index: row.step for row in self.rows}

    @property
    def waits(self) -> tuple[Wait, ...]:
        """Return what its rows wait for, as `waits`."""
        return waits(self.rows)


def waits_by_row(workers: Iterable[WorkerView]) -> dict[int, str]:
    """Return what rows in flight at live workers wait for, by index; those that wait for nothing are left out."""
    rows = (row for worker in workers if not worker.silent for row in worker.rows)
    return {row.index: row.waits_for for row in rows if row.waits_for}


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch at one moment, `at` by the store's clock.

    `interrupted` means that it was begun and nobody alive holds it. `working` counts the rows in flight, `waiting`
    those not begun; with the done ones they add up to the total, which is None before the file was read. `engines`
    counts the live workers of all batches; they are not counted for one that is completed.
    """

    job: Job
    at: datetime
    workers: tuple[WorkerView, ...]
    interrupted: bool
    engines: int = 0

    @property
    def working(self) -> int:
        """Return the number of rows in flight."""
        return sum(len(worker.rows) for worker in self.workers if not worker.silent)

    @property
    def waiting(self) -> int | None:
        """Return the number of rows that nobody has begun; None before the file was read."""
        if self.job.total_upcs is None:
            return None
        return max(0, self.job.total_upcs - self.job.processed_upcs - self.working)

    @property
    def left(self) -> int:
        """Return the rows still to be done; 0 before the file was read."""
        return self.working + (self.waiting or 0)

    @property
    def moving(self) -> bool:
        """Whether rows are being done."""
        return self.job.status is JobStatus.RUNNING and not self.interrupted

    @property
    def retrying(self) -> bool:
        """Whether failed rows are being retried."""
        return self.job.engine.has_open(ShardKind.RETRY)

    @property
    def pricing(self) -> bool:
        """Whether rows that lack a price are being done again."""
        return self.job.engine.has_open(ShardKind.PRICE)

    @property
    def unqueued(self) -> bool:
        """Whether the batch was begun by the earlier service and was never in the queue of this engine."""
        return legacy.unqueued(self.job)

    @property
    def file_read(self) -> bool:
        """Whether the rows of the file are known."""
        return self.job.total_upcs is not None and bool(self.job.engine.rows)

    @property
    def in_flight(self) -> dict[int, str]:
        """Return the rows in flight at live workers, by index, with the step each is at."""
        return _steps(worker for worker in self.workers if not worker.silent)

    @property
    def stranded(self) -> dict[int, str]:
        """Return the rows that dead workers left in flight, as long as no other worker has taken them over."""
        return _steps(worker for worker in self.workers if worker.silent) if self.interrupted else {}

    @property
    def throughput(self) -> Throughput:
        """Return how fast the batch goes, or went."""
        return throughput.of(self.job, self.at)

    @property
    def waits(self) -> tuple[Wait, ...]:
        """Return what rows in flight wait for, as `waits`."""
        return waits(row for worker in self.workers if not worker.silent for row in worker.rows)

    @property
    def quota_at(self) -> datetime | None:
        """Return when quota is free again for the first row in flight, where nothing can go on for want of one.

        None where any row does not wait for a quota, or only for a moment.
        """
        held = [row.waits_for for worker in self.workers if not worker.silent for row in worker.rows]
        seconds = min((_until_quota(reason, self.at) for reason in held), default=0.0)
        return self.at + timedelta(seconds=seconds) if self.moving and seconds >= HELD_UP_SECONDS else None

    @property
    def waits_by_row(self) -> dict[int, str]:
        """Return what each row in flight waits for, as `waits_by_row`."""
        return waits_by_row(self.workers)


def _until_quota(reason: str, now: datetime) -> float:
    """Return the seconds until there is quota again for what waits for `reason`, 0 where it waits for none."""
    found = _QUOTA.search(reason)
    if found is None:
        return 0.0
    until = datetime.combine(now.astimezone(UTC), time.fromisoformat(found[1]), UTC)
    seconds = (until - now).total_seconds()
    return seconds if seconds > -LATE_SECONDS else seconds + DAY_SECONDS


def _steps(workers: Iterable[WorkerView]) -> dict[int, str]:
    return dict(sorted(step for worker in workers for step in worker.steps.items()))


@dataclass(frozen=True, slots=True)
class JobPage:
    """Jobs, newest first; `total` counts all there are, `filtered` those that were asked for.

    `next` is the time before which those of the next page were made, None on the last page.
    """

    jobs: tuple[Job, ...]
    total: int
    filtered: int
    next: datetime | None


@dataclass(frozen=True, slots=True)
class BatchPage:
    """Batches, newest first. `next` is the time before which those of the next page were made, None on the last."""

    batches: tuple[BatchView, ...]
    next: datetime | None


@dataclass(frozen=True, slots=True)
class Overview:
    """All batches in numbers, as their documents count: a batch that runs may be some seconds ahead.

    `drafted` counts the drafts made or changed since a time, `failed` the failed rows, `failed_in` the batches that
    have any, `left` the rows still to be done in the batches that wait or run, of which there are `open`, and
    `left_running` those of the running ones alone. `archived` counts the failed rows of archived batches, which are not
    among those, and `paused` the rows still to be done in paused batches.
    """

    drafted: int
    failed: int
    failed_in: int
    left: int
    open: int
    archived: int = 0
    paused: int = 0
    left_running: int = 0

    def with_running(self, running: Iterable[BatchView]) -> Overview:
        """Return it with what is left of the batches that run as it is now; `running` are all of those."""
        left = sum(view.left for view in running)
        return replace(self, left=self.left - self.left_running + left, left_running=left)


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Rows in the order of the file. `next` is the cursor of the page after this one, None on the last."""

    items: tuple[Item, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class CauseCount:
    """How many rows of a batch failed for one cause, and whether they can be run again at all.

    `as_it_is` says whether another try may help with nothing changed.
    """

    cause: Cause
    count: int
    retryable: bool
    as_it_is: bool = True
