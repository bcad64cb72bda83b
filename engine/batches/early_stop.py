"""How the first rows of a batch are compared with those of the batches before: once, in one commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.batches.changes import hold
from engine.batches.documents import JOBS, Change, change, items_of, read_job
from engine.codec import decode, replace
from engine.domain.batch import early_stop, jobs
from engine.domain.batch.early_stop import FirstRows
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job, JobStatus
from engine.store.base import Order, Store, Where

MOST_ITEMS = 100  # read to find the first rows that were looked up
MOST_JOBS = 30  # read to find the last batches


@dataclass(frozen=True, slots=True)
class EarlyStop:
    """Compares the first rows of batches."""

    store: Store

    def judge(self, job_id: str, *, by: str) -> bool:
        """Compare the first rows of a batch, and pause it where they match far worse; return whether that is done.

        It is done once for each batch, however many workers ask. False while too few rows were looked up.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is being deleted.
            StoreAway: the store does not answer.
        """
        found = self.store.find(items_of(job_id), limit=MOST_ITEMS)  # by path: in the order of the file
        first = early_stop.first_rows(decode(Item, document.fields, document.path) for document in found)
        if first is None:
            return False

        def rule(job: Job, now: datetime) -> Change | None:
            return None if job.engine.first_rows else self._judged(job, first, now)

        change(self.store, job_id, rule, by=by)
        return True

    def _judged(self, job: Job, first: FirstRows, now: datetime) -> Change:
        """Return the change that notes how the first rows of `job` matched, and pauses it for a reason."""
        may_stop = job.options.early_stop and job.status in jobs.OPEN and (job.total_upcs or 0) > first.rows
        reason = early_stop.reason(first, self._before(job)) if may_stop else ""
        noted = replace(job, engine=replace(job.engine, first_rows=replace(first, stopped=bool(reason))))
        return hold(noted, JobStatus.PAUSED, now=now, error=reason) if reason else Change(noted)

    def _before(self, job: Job) -> list[FirstRows]:
        """Return how the first rows of the last batches matched, the newest first."""
        earlier = Where("created_at", "<", job.created_at)
        found = self.store.find(JOBS, [earlier], Order("created_at", descending=True), MOST_JOBS)
        firsts = (read_job(document).engine.first_rows for document in found)
        return [first for first in firsts if first][: early_stop.BEFORE]
