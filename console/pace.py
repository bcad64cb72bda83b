"""How fast a batch goes. Pure but for the counts it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.domain.forecast import SPEED_WINDOW, per_minute
from engine.domain.jobs import Job, JobStatus

MINUTES = 15  # that the chart shows

Finishes = Callable[[datetime, datetime], int]


@dataclass(frozen=True, slots=True)
class Pace:
    """Rows a minute: now, and in each of the last fifteen whole minutes (the oldest first, the running one last).

    `per_minute` is None until there is enough to tell it from.
    """

    per_minute: float | None
    minutes: tuple[int, ...] = ()


def overall(job: Job) -> Pace:
    """Return the pace of a batch that is done: its rows over its whole time."""
    if job.started_at is None or job.completed_at is None:
        return Pace(None)
    return Pace(per_minute(job.processed_upcs, job.completed_at - job.started_at, timedelta(seconds=1)))


def recent(job: Job, now: datetime, finishes: Finishes) -> Pace:
    """Return the pace of the last minutes; `finishes` counts the rows done between two moments."""
    if job.status is JobStatus.COMPLETED or job.started_at is None:
        return overall(job)
    since = max(now - SPEED_WINDOW, job.started_at)
    return Pace(per_minute(finishes(since, now), now - since))


def charted(job: Job, now: datetime, finishes: Finishes) -> Pace:
    """Return the pace with its last fifteen minutes one by one, those before the end of a batch that is done."""
    this_minute = (job.completed_at or now).replace(second=0, microsecond=0)
    starts = [this_minute - timedelta(minutes=back) for back in reversed(range(MINUTES))]
    minutes = tuple(finishes(start, start + timedelta(minutes=1)) for start in starts)
    return Pace(recent(job, now, finishes).per_minute, minutes)
