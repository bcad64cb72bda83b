"""How fast a batch goes, and when it will be done. Pure but for the counts it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.domain.jobs import Job, JobStatus

MINUTES = 15  # that the chart shows
WINDOW = timedelta(minutes=5)  # that the speed is taken over
ENOUGH_ROWS = 5
ENOUGH_TIME = timedelta(seconds=10)  # of a batch that is still running

Finishes = Callable[[datetime, datetime], int]


@dataclass(frozen=True, slots=True)
class Pace:
    """Rows a minute: now, and in each of the last fifteen whole minutes (the oldest first, the running one last).

    `per_minute` is None until there is enough to tell it from.
    """

    per_minute: float | None
    minutes: tuple[int, ...] = ()

    def done_at(self, left: int, now: datetime) -> datetime | None:
        """Return when `left` rows will be done at this speed, None when that cannot be told."""
        if not self.per_minute or not left:
            return None
        return now + timedelta(minutes=left / self.per_minute)


def overall(job: Job) -> Pace:
    """Return the pace of a batch that is done: its rows over its whole time."""
    if job.started_at is None or job.completed_at is None:
        return Pace(None)
    return Pace(_rate(job.processed_upcs, job.completed_at - job.started_at, timedelta(seconds=1)))


def recent(job: Job, now: datetime, finishes: Finishes) -> Pace:
    """Return the pace of the last minutes; `finishes` counts the rows done between two moments."""
    if job.status is JobStatus.COMPLETED or job.started_at is None:
        return overall(job)
    since = max(now - WINDOW, job.started_at)
    return Pace(_rate(finishes(since, now), now - since, ENOUGH_TIME))


def charted(job: Job, now: datetime, finishes: Finishes) -> Pace:
    """Return the pace with its last fifteen minutes one by one, those before the end of a batch that is done."""
    this_minute = (job.completed_at or now).replace(second=0, microsecond=0)
    starts = [this_minute - timedelta(minutes=back) for back in reversed(range(MINUTES))]
    minutes = tuple(finishes(start, start + timedelta(minutes=1)) for start in starts)
    return Pace(recent(job, now, finishes).per_minute, minutes)


def _rate(rows: int, length: timedelta, enough: timedelta) -> float | None:
    if rows < ENOUGH_ROWS or length < enough:
        return None
    return rows / (length / timedelta(minutes=1))
