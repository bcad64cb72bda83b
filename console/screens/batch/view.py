"""What the screen of a batch shows, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial

from console.context import Context
from console.counts import Counts, counts
from console.poller import AWAY, Snapshot
from engine.public import (
    OPEN,
    BatchView,
    Cause,
    CauseCount,
    DraftNeed,
    Event,
    Forecast,
    Job,
    JobStatus,
    RowsView,
    UpstreamsView,
    WorkerView,
    history_revision,
    rows_revision,
)

MANY = 5_000  # above so many rows they are not counted every second
AGAIN = 1.4  # seconds until rows are read again: less than between two ticks, or one session would read less than many
MINUTE = 60.0
SLOWER = 10  # seconds until the services are read again


@dataclass(frozen=True, slots=True)
class Detail:
    """What is expensive to read, and is read only when it can have changed.

    `composed` counts the drafts that were not sent, `lacking` the answers that rows lack because a service was away,
    once the batch has stopped, `unpriced` the drafts without a price. `upstreams` are the services as they are for this
    batch, None while it does not run.
    """

    composed: int
    lacking: int
    unpriced: int
    causes: Sequence[CauseCount]
    events: Sequence[Event]
    upstreams: UpstreamsView | None = None

    @property
    def retryable(self) -> int:
        """Return how many failed rows can be run again, some of them only after a change."""
        return sum(cause.count for cause in self.causes if cause.retryable)

    @property
    def worth_a_try(self) -> int:
        """Return how many failed rows may end better if they are run again with nothing changed."""
        return sum(cause.count for cause in self.causes if cause.as_it_is)

    @property
    def without_price(self) -> int:
        """Return how many rows lack a price, drafted or failed for want of it."""
        return self.unpriced + self.failed_for(Cause.NO_PRICE)

    def failed_for(self, cause: Cause) -> int:
        """Return how many rows failed for `cause`."""
        return sum(found.count for found in self.causes if found.cause is cause)


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
        """Return how many workers are alive, on any batch."""
        return self.batch.engines

    @property
    def forecast(self) -> Forecast | None:
        """Return when the batch will be done, None while no worker is on it or the time is not known."""
        upstreams, job = self.detail.upstreams, self.job
        if upstreams is None:
            return None
        speed = self.batch.throughput.per_minute
        return upstreams.forecast(
            self.counts.left, job.options, job_id=job.job_id, done=job.processed_upcs, speed=speed
        )

    @property
    def unserved(self) -> bool:
        """Whether rows wait and no engine is alive."""
        return self.job.status in OPEN and not self.engines

    @property
    def retrying(self) -> bool:
        """Whether failed rows are being retried now."""
        return self.batch.retrying

    def steady(self, seconds: float) -> Hashable:
        """Return a value that changes with the batch and its workers, and by time alone every so many seconds.

        A batch that is completed grows no older: it changes by time once a minute.
        """
        batch, seconds = self.batch, MINUTE if self.job.status is JobStatus.COMPLETED else seconds
        workers = tuple((worker.worker, worker.silent, worker.rows) for worker in batch.workers)
        return batch.job, workers, batch.interrupted, batch.engines, batch.at.timestamp() // seconds

    @property
    def workers(self) -> tuple[WorkerView, ...]:
        """Return the live workers of the batch."""
        return tuple(worker for worker in self.batch.workers if not worker.silent)


Look = Callable[[], Snapshot[BatchScreen]]  # how a part of the screen reads it


def load(context: Context, job_id: str) -> Snapshot[BatchScreen]:
    """Return the batch as it was read last.

    Raises:
        JobUnknown: there is no such batch.
        StoreError, FilesAway: it was never read, and the store does not answer.
    """
    now = context.poller.look(("batch", job_id), partial(context.engine.queries.batch, job_id))
    detail = load_detail(context, now.value)
    screen = BatchScreen(now.value, counts(now.value, detail.composed), detail)
    return Snapshot(screen, now.read_at, now.age, now.away)


def load_detail(context: Context, view: BatchView) -> Detail:
    """Return causes, speed and history of the batch; each is read again when what it depends on has changed.

    What was never read is left out while the store is away: the batch itself is shown as it was.
    """
    job, queries, look = view.job, context.engine.queries, context.poller.look
    name, every = job.job_id, AGAIN if (job.total_upcs or 0) <= MANY else 5.0
    composed: int = job.successful_upcs
    lacking = unpriced = 0
    causes: Sequence[CauseCount] = ()
    if composed and not job.options.not_sent:
        read = partial(queries.composed, name)
        composed = look(("composed", name), read, every=every, of=composed, otherwise=0).value
    if job.successful_upcs and not view.moving:
        done = (job.status, job.processed_upcs)
        lacking = look(("lacking", name), partial(queries.lacking, name), every=5.0, of=done, otherwise=0).value
    if job.successful_upcs:
        count = partial(queries.needing, name, DraftNeed.PRICE)
        unpriced = look(("unpriced", name), count, every=every, of=rows_revision(view), otherwise=0).value
    if job.failed_upcs:
        causes = load_causes(context, job, every=every, otherwise=[])
    happened = partial(queries.events, name, limit=12)
    none: list[Event] = []
    events = look(("events", name), happened, of=history_revision(view), otherwise=none).value
    upstreams = _upstreams(context, view) if view.moving and view.engines else None
    return Detail(composed, lacking, unpriced, causes, events, upstreams)


def load_rows(context: Context, screen: BatchScreen, indices: tuple[int, ...]) -> Snapshot[RowsView]:
    """Return the rows at `indices`.

    Raises:
        StoreError, FilesAway: they were never read, and the store does not answer.
    """
    topic = ("rows", screen.job.job_id, indices)
    read = partial(context.engine.queries.rows, screen.batch, indices, context.poller.last(topic))
    return context.poller.look(topic, read, every=AGAIN, of=rows_revision(screen.batch))


def _upstreams(context: Context, view: BatchView) -> UpstreamsView | None:
    """Return the services as they are for a batch that runs, read every few seconds; None where nobody can tell."""
    of, read = int(view.at.timestamp()) // SLOWER, partial(context.engine.upstreams.of, view)
    try:
        return context.poller.look(("upstreams", view.job.job_id), read, every=2.0, of=of).value
    except AWAY:
        return None


def load_causes(
    context: Context, job: Job, *, every: float, otherwise: list[CauseCount] | None = None
) -> Sequence[CauseCount]:
    """Return why rows of a batch failed, read again when more have failed or the batch has ended.

    Raises:
        StoreError, FilesAway: they were never read, the store does not answer, and there is no `otherwise`.
    """
    topic, of = ("causes", job.job_id), (job.status, job.failed_upcs)
    read = partial(context.engine.queries.causes, job.job_id)
    return context.poller.look(topic, read, every=every, of=of, otherwise=otherwise).value
