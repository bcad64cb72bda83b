"""What one shift hands over to the next: what has ended, what is stuck and what mends it, what runs.

Numbers are counted by the store. The newest batches of each kind are named, at most `MOST`, and the others counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from engine.batches import stuck
from engine.batches.attention import Attention
from engine.batches.fixes import Fixes
from engine.batches.listing import BatchFilter, together
from engine.batches.queries import Queries
from engine.batches.stuck import Stuck
from engine.batches.upstream_views import UpstreamsView
from engine.batches.upstreams import Upstreams
from engine.batches.views import BatchView
from engine.domain.batch.fixes import Fix
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.services import NAMES

LONGEST_SHIFT = 72  # hours
MOST = 20  # batches of one kind that are named


@dataclass(frozen=True, slots=True)
class Running:
    """A batch whose rows are being done. `done_at` is when the last of them will be, None while nobody can tell."""

    job_id: str
    name: str
    done: int
    total: int | None
    per_minute: float | None
    done_at: datetime | None
    limited_by: str
    waits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """What has ended in a shift.

    `batches` were completed, of which the `newest` are named; `drafts` were made or changed; `failed` rows failed.
    """

    batches: int
    newest: tuple[Job, ...]
    drafts: int
    failed: int


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """A shift from `since` to `at`, by the store's clock.

    `unnamed` counts the batches that are held and not among `stuck`, `unnamed_running` those not among `running`.
    `left` rows of the `open` batches wait or are being done, by `engines` workers that are alive; `paused` rows are
    left in paused batches.
    """

    since: datetime
    at: datetime
    finished: Finished
    stuck: tuple[Stuck, ...]
    unnamed: int
    running: tuple[Running, ...]
    unnamed_running: int
    left: int
    open: int
    engines: int
    fixes: tuple[Fix, ...]
    paused: int = 0


class Shifts:
    """Reads what a shift hands over. Raises StoreAway when the store does not answer."""

    def __init__(self, queries: Queries, attention: Attention, upstreams: Upstreams, fixes: Fixes) -> None:
        self._queries = queries
        self._attention = attention
        self._upstreams = upstreams
        self._fixes = fixes

    def report(self, length: timedelta) -> ShiftReport:
        """Return what there is to say at the end of a shift of that length."""
        queries, services = self._queries, self._upstreams.all()
        since = services.at - length
        overview, causes = queries.overview(since), self._causes(since)
        finished, newest = queries.finished(since, MOST)
        going, unnamed_running = self._going()
        if not unnamed_running:
            overview = overview.with_running(one for one in going if one.job.status is JobStatus.RUNNING)
        held, unnamed = self._held()
        silent = [stuck.engine(queries.workers(), overview.left)] if overview.left and not services.engines else []
        return ShiftReport(
            since,
            services.at,
            Finished(finished, newest, overview.drafted, sum(cause.lately for cause in causes)),
            (
                *silent,
                *filter(None, map(stuck.service, services.upstreams)),
                *(stuck.interrupted(batch) for batch in going if batch.interrupted),
                *held,
                *causes,
            ),
            unnamed,
            tuple(_running(batch, services) for batch in going if batch.moving),
            unnamed_running,
            overview.left,
            overview.open,
            services.engines,
            tuple(self._fixes.under_way()),
            overview.paused,
        )

    def _going(self) -> tuple[list[BatchView], int]:
        """Return the newest batches that wait or run, and how many run beside them."""
        found = self._queries.in_states((JobStatus.RUNNING, JobStatus.PENDING), MOST)
        running = sum(batch.job.status is JobStatus.RUNNING for batch in found)
        return found, max(0, self._queries.count_batches(BatchFilter(status=JobStatus.RUNNING)) - running)

    def _held(self) -> tuple[list[Stuck], int]:
        """Return the newest batches that a person must let go on, the stopped ones first, and how many there are more.

        One that is being deleted is none of them.
        """
        pages = [
            self._queries.jobs(MOST, BatchFilter(status=status)) for status in (JobStatus.PAUSED, JobStatus.FAILED)
        ]
        jobs = [job for page in pages for job in page.jobs]
        named = [stuck.held(job) for job in jobs if not job.engine.deleting]
        return named, max(0, sum(page.filtered for page in pages) - len(jobs))

    def _causes(self, since: datetime) -> list[Stuck]:
        """Return why rows of all batches failed, the most frequent cause first."""
        counts = self._attention.causes()
        lately = together(*(partial(self._attention.lately, one.cause, since) for one in counts))
        oldest = together(*(partial(self._attention.oldest, one.cause) for one in counts))
        return [
            stuck.failed(one.cause, one.count, lately=some, since=first)
            for one, some, first in zip(counts, lately, oldest, strict=True)
        ]


def _running(batch: BatchView, services: UpstreamsView) -> Running:
    job, forecast = batch.job, services.ending(batch)
    return Running(
        job.job_id,
        job.name or job.job_id,
        job.processed_upcs,
        job.total_upcs,
        batch.throughput.per_minute,
        batch.at + timedelta(seconds=forecast.seconds) if forecast else None,
        NAMES[forecast.limited_by] if forecast and forecast.limited_by else "",
        tuple(wait.sentence for wait in batch.waits),
    )
