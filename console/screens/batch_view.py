"""What the screen of a batch shows, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from console import pace
from console.context import Context
from console.counts import Counts, counts
from console.live import Snapshot
from console.pace import Pace
from engine.domain.jobs import OPEN, Job
from engine.domain.shards import ShardKind
from engine.public import BatchView, CauseCount, Engine, WorkerView

MANY = 5_000  # rows from which counting causes is no longer done every second


@dataclass(frozen=True, slots=True)
class Now:
    """What is read every second. `engines` counts the live workers of all batches."""

    batch: BatchView
    engines: int


@dataclass(frozen=True, slots=True)
class Detail:
    """What costs more to read, and is read every few seconds. `composed` counts the drafts that were not sent."""

    composed: int
    causes: tuple[CauseCount, ...]
    pace: Pace
    events: tuple[Mapping[str, Any], ...]

    @property
    def retryable(self) -> int:
        """Return how many failed rows a retry can mend."""
        return sum(cause.count for cause in self.causes if cause.retryable)


@dataclass(frozen=True, slots=True)
class BatchScreen:
    """What the screen shows."""

    batch: BatchView
    counts: Counts
    detail: Detail
    engines: int

    @property
    def job(self) -> Job:
        """Return the batch itself."""
        return self.batch.job

    @property
    def unserved(self) -> bool:
        """Whether rows wait and no engine is there to take them."""
        return self.job.status in OPEN and not self.engines

    @property
    def retrying(self) -> bool:
        """Whether failed rows are being retried now."""
        shards = self.job.engine.get("shards", {}).values()
        return any(progress["kind"] == ShardKind.RETRY and not progress["done"] for progress in shards)

    @property
    def workers(self) -> tuple[WorkerView, ...]:
        """Return the workers that are alive and at it."""
        return tuple(worker for worker in self.batch.workers if not worker.silent)


Look = Callable[[], Snapshot[BatchScreen]]  # how a part of the screen gets at it


def load_now(engine: Engine, job_id: str) -> Now:
    """Read the batch and who works on it."""
    engines = sum(not worker.silent for worker in engine.queries.workers())
    return Now(engine.queries.batch(job_id), engines)


def load_detail(engine: Engine, job_id: str) -> Detail:
    """Read causes, speed and history of the batch."""
    view = engine.queries.batch(job_id)
    all_composed = bool(view.job.options.not_sent)
    return Detail(
        composed=view.job.successful_upcs if all_composed else engine.queries.composed(job_id),
        causes=tuple(engine.queries.causes(job_id)) if view.job.failed_upcs else (),
        pace=pace.charted(view.job, view.at, partial(engine.queries.finishes, job_id)),
        events=tuple(engine.queries.events(job_id, limit=12)),
    )


def load(context: Context, job_id: str) -> Snapshot[BatchScreen]:
    """Return the batch as it was read last.

    Raises:
        JobUnknown: there is no such batch.
        StoreError, FilesAway: it was never read, and the store does not answer.
    """
    now = context.live.look(("batch", job_id), partial(load_now, context.engine, job_id))
    batch = now.value.batch
    every = 1.0 if (batch.job.total_upcs or 0) <= MANY else 5.0
    detail = context.live.look(("detail", job_id), partial(load_detail, context.engine, job_id), every=every)
    screen = BatchScreen(batch, counts(batch, detail.value.composed), detail.value, now.value.engines)
    return Snapshot(screen, now.read_at, now.age, now.away)
