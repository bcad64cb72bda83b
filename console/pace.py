"""How fast a batch goes, as a screen tells it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.domain.forecast import per_minute
from engine.domain.jobs import Job
from engine.domain.pace import minutes, speed


@dataclass(frozen=True, slots=True)
class Pace:
    """Rows a minute: now, and in each of the last fifteen whole minutes (the oldest first, the running one last).

    `per_minute` is None until there is enough to tell it from. Of a batch that is done, it is that of its whole time,
    and the minutes are those before its end.
    """

    per_minute: float | None
    minutes: tuple[int, ...] = ()


def of(job: Job, now: datetime) -> Pace:
    """Return the pace of a batch."""
    if job.completed_at is not None:
        return Pace(_overall(job, job.completed_at), minutes(job.pace, job.completed_at))
    return Pace(speed(job.pace, job.started_at, now) if job.started_at else None, minutes(job.pace, now))


def _overall(job: Job, completed_at: datetime) -> float | None:
    length = completed_at - job.started_at if job.started_at else timedelta(0)
    return per_minute(job.processed_upcs, length, timedelta(seconds=1))
