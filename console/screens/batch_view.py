"""What the screen of a batch shows, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from console import pace
from console.context import Context
from console.counts import Counts, counts
from console.live import Snapshot
from console.pace import Pace
from engine.domain.forecast import Forecast
from engine.domain.jobs import OPEN, Job, under_way
from engine.domain.shards import ShardKind
from engine.public import BatchView, CauseCount, UpstreamsView, WorkerView

MANY = 5_000  # rows from which they are no longer counted every second
SLOWER = 10  # seconds after which is read again what changes without the batch


@dataclass(frozen=True, slots=True)
class Detail:
    """What costs more to read, and is read when it can have changed.

    `composed` counts the drafts not sent, `lacking` the answers that rows lack because a service was away, as soon as
    the batch stands still. `upstreams` are the services as they are for this batch, None while it does not run.
    """

    composed: int
    lacking: int
    causes: tuple[CauseCount, ...]
    pace: Pace
    events: tuple[Mapping[str, Any], ...]
    upstreams: UpstreamsView | None = None

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

    @property
    def job(self) -> Job:
        """Return the batch itself."""
        return self.batch.job

    @property
    def engines(self) -> int:
        """Return how many workers live, whatever they do."""
        return self.batch.engines

    @property
    def forecast(self) -> Forecast | None:
        """Return when the batch will be done, None while nobody works or nobody can tell."""
        upstreams, job = self.detail.upstreams, self.job
        if upstreams is None:
            return None
        speed = self.detail.pace.per_minute
        return upstreams.forecast(
            self.counts.left, job.options, job_id=job.job_id, done=job.processed_upcs, speed=speed
        )

    @property
    def unserved(self) -> bool:
        """Whether rows wait and no engine is there to take them."""
        return self.job.status in OPEN and not self.engines

    @property
    def retrying(self) -> bool:
        """Whether failed rows are being retried now."""
        return under_way(self.job, ShardKind.RETRY)

    @property
    def workers(self) -> tuple[WorkerView, ...]:
        """Return the workers that are alive and at it."""
        return tuple(worker for worker in self.batch.workers if not worker.silent)


Look = Callable[[], Snapshot[BatchScreen]]  # how a part of the screen gets at it


def load(context: Context, job_id: str) -> Snapshot[BatchScreen]:
    """Return the batch as it was read last.

    Raises:
        JobUnknown: there is no such batch.
        StoreError, FilesAway: it was never read, and the store does not answer.
    """
    now = context.live.look(("batch", job_id), partial(context.engine.queries.batch, job_id))
    detail = load_detail(context, now.value)
    screen = BatchScreen(now.value, counts(now.value, detail.composed), detail)
    return Snapshot(screen, now.read_at, now.age, now.away)


def load_detail(context: Context, view: BatchView) -> Detail:
    """Return causes, speed and history of the batch; each is read again when what it depends on has changed."""
    job, queries, look = view.job, context.engine.queries, context.live.look
    name, every = job.job_id, 1.0 if (job.total_upcs or 0) <= MANY else 5.0
    composed: int = job.successful_upcs
    lacking = 0
    causes: tuple[CauseCount, ...] = ()
    if composed and not job.options.not_sent:
        composed = look(("composed", name), partial(queries.composed, name), every=every, of=composed).value
    if job.successful_upcs and not view.moving:
        done = (job.status, job.processed_upcs)
        lacking = look(("lacking", name), partial(queries.lacking, name), every=5.0, of=done).value
    if job.failed_upcs:
        causes = load_causes(context, job, every=every)
    events = look(("events", name), lambda: tuple(queries.events(name, limit=12)), of=_told(view)).value
    upstreams = _upstreams(context, view) if view.moving and view.engines else None
    return Detail(composed, lacking, causes, pace.of(job, view.at), events, upstreams)


def _upstreams(context: Context, view: BatchView) -> UpstreamsView:
    """Return the services as they are for a batch that runs, read every few seconds."""
    of, read = int(view.at.timestamp()) // SLOWER, partial(context.engine.upstreams.of, view)
    return context.live.look(("upstreams", view.job.job_id), read, every=2.0, of=of).value


def load_causes(context: Context, job: Job, *, every: float) -> tuple[CauseCount, ...]:
    """Return why rows of a batch failed; it is read again when others have, or it has come to an end."""
    topic, of = ("causes", job.job_id), (job.status, job.failed_upcs)
    return context.live.look(topic, lambda: tuple(context.engine.queries.causes(job.job_id)), every=every, of=of).value


def _told(view: BatchView) -> Hashable:
    """Return what changes with every event in the history of a batch, and once a minute while it is open."""
    shards, workers = view.job.engine.get("shards", {}), frozenset(worker.worker for worker in view.workers)
    minute = view.at.minute if view.job.status in OPEN else None
    return view.job.status, view.job.total_upcs, view.interrupted, len(shards), workers, minute
