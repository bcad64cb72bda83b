"""What a reader of batches sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.batches.control import SILENT_AFTER
from engine.domain.items import Item
from engine.domain.jobs import Job
from engine.errors import Cause


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A worker as it last told of itself. `age` is how long ago that was; `rows` are those it has in hand."""

    worker: str
    state: str
    heartbeat_at: datetime
    age: timedelta
    started_at: datetime
    host: str
    job_id: str | None
    rows: tuple[Mapping[str, Any], ...]
    waits_for: str

    @property
    def silent(self) -> bool:
        """Whether it has not been heard of for so long that it counts as gone."""
        return self.age > SILENT_AFTER


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch at one moment, `at` by the store's clock.

    `interrupted` means that it was begun and nobody alive holds it. `working` counts the rows in hand, `waiting` those
    nobody has begun; with the done ones they add up to the total, which is None before the file was read. `engines`
    counts the live workers of all batches; they are not counted for one that is completed.
    """

    job: Job
    at: datetime
    workers: tuple[WorkerView, ...]
    interrupted: bool
    engines: int = 0

    @property
    def working(self) -> int:
        """Return the number of rows in hand."""
        return sum(len(worker.rows) for worker in self.workers if not worker.silent)

    @property
    def waiting(self) -> int | None:
        """Return the number of rows that nobody has begun; None before the file was read."""
        if self.job.total_upcs is None:
            return None
        return max(0, self.job.total_upcs - self.job.processed_upcs - self.working)


@dataclass(frozen=True, slots=True)
class JobPage:
    """Jobs, newest first; `total` counts all there are, `filtered` those with the status that was asked for."""

    jobs: tuple[Job, ...]
    total: int
    filtered: int


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Rows in the order of the file. `next` is the cursor of the page after this one, None on the last."""

    items: tuple[Item, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class CauseCount:
    """How many rows of a batch failed for one cause, and whether a retry can mend that."""

    cause: Cause
    count: int
    retryable: bool
