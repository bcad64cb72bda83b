"""How fast a batch goes, as a reader sees it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.domain.batch.jobs import Job
from engine.domain.batch.throughput import minutes, per_minute, speed


@dataclass(frozen=True, slots=True)
class Throughput:
    """Rows a minute: now, and in each of the last fifteen whole minutes (the oldest first, the running one last).

    `per_minute` is None until there are enough rows to measure it. For a batch that is done it is the average of its
    whole run, and the minutes are those before its end.
    """

    per_minute: float | None
    minutes: tuple[int, ...] = ()


def of(job: Job, now: datetime) -> Throughput:
    """Return the throughput of a batch."""
    pace = job.engine.pace
    if job.completed_at is not None:
        return Throughput(_overall(job, job.completed_at), minutes(pace, job.completed_at))
    return Throughput(speed(pace, job.started_at, now) if job.started_at else None, minutes(pace, now))


def _overall(job: Job, completed_at: datetime) -> float | None:
    length = completed_at - job.started_at if job.started_at else timedelta(0)
    return per_minute(job.processed_upcs, length, timedelta(seconds=1))
