"""What does not go on by itself, as an operator reads it: what it is, why, since when, and the next step. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from engine.batches.upstream_views import UpstreamState, UpstreamView
from engine.batches.views import START_ENGINE, BatchView, WorkerView
from engine.domain.batch.advice import advice_on
from engine.domain.batch.jobs import Job, JobStatus
from engine.errors import Cause

QUOTA_IS_GONE = timedelta(minutes=2)  # a shorter wait for a quota is what batches do all day


class MendedAt(StrEnum):
    """The screen that mends what is stuck. Published: never renamed."""

    BATCH = "batch"
    ATTENTION = "attention"
    CONNECTIONS = "connections"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Stuck:
    """A batch, the failed rows of a cause, a service or the engine: it waits for somebody.

    `since` is when that began, None where nobody knows, and `until` when it may be over. `rows` is how many rows it
    holds, `lately` how many of them failed in this shift. `job_id` or `cause` name what is to be mended on `screen`.
    """

    screen: MendedAt
    name: str
    why: str
    next_step: str
    since: datetime | None = None
    until: datetime | None = None
    rows: int = 0
    lately: int = 0
    job_id: str = ""
    cause: Cause | None = None


def engine(workers: Sequence[WorkerView], left: int) -> Stuck:
    """Return what to say where `left` rows wait and none of `workers` is alive."""
    heard = max((worker.heartbeat_at for worker in workers), default=None)
    return Stuck(
        MendedAt.SYSTEM,
        "No engine is running",
        "Rows wait, and nobody does them.",
        f"Start one with `{START_ENGINE}`; what was begun goes on where it stopped.",
        since=heard,
        rows=left,
    )


def service(view: UpstreamView) -> Stuck | None:
    """Return what to say of a service; None where it answers, waits a moment for its quota or was never connected."""
    match view.state:
        case UpstreamState.DOWN:
            step = "Nothing to do: it is tried again by itself, and rows wait for it."
            since, until = view.breaker.opened_at, view.breaker.open_until
            return Stuck(MendedAt.SYSTEM, view.name, view.sentence, step, since, until)
        case UpstreamState.REFUSED:
            step = "Give its key, or the seller's consent, anew."
            return Stuck(MendedAt.CONNECTIONS, view.name, view.sentence, step, view.credentials.at)
        case UpstreamState.WAITING if view.next_at and view.next_at - view.at > QUOTA_IS_GONE:
            step = "Nothing to do: rows go on by themselves when there is quota again."
            return Stuck(MendedAt.SYSTEM, view.name, view.sentence, step, until=view.next_at)
    return None


def interrupted(batch: BatchView) -> Stuck:
    """Return what to say of a batch that was begun and that nobody alive holds."""
    job, heard = batch.job, max((worker.heartbeat_at for worker in batch.workers), default=None)
    why = "The earlier service began it." if batch.unqueued else "The engine that had it stopped answering."
    return _batch(job, why, "Recover it: it goes on where it stopped.", heard or job.last_heartbeat or job.updated_at)


def held(job: Job) -> Stuck:
    """Return what to say of a batch that was paused or has failed."""
    if job.status is JobStatus.FAILED:
        step = "Mend what it says and recover the batch, or cancel it."
        return _batch(job, job.error or "It could not be run.", step, job.updated_at)
    if job.error:
        return _batch(job, job.error, "Look at what it says, then resume the batch.", job.updated_at)
    return _batch(job, "A person paused it.", "Resume it when it may go on.", job.updated_at)


def failed(cause: Cause, rows: int, *, lately: int, since: datetime | None) -> Stuck:
    """Return what to say of the rows of all batches that failed for one cause, the first of them at `since`."""
    advice = advice_on(cause)
    return Stuck(
        MendedAt.ATTENTION,
        advice.name,
        advice.sentence,
        advice.next_step,
        since=since,
        rows=rows,
        lately=lately,
        cause=cause,
    )


def _batch(job: Job, why: str, step: str, since: datetime | None) -> Stuck:
    left = max(0, (job.total_upcs or 0) - job.processed_upcs)
    return Stuck(MendedAt.BATCH, job.name or job.job_id, why, step, since=since, rows=left, job_id=job.job_id)
