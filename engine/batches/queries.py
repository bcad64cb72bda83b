"""Reads of batches for the console and the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

from engine.batches import revisions
from engine.batches.documents import (
    DRAFTS,
    JOBS,
    SHARDS,
    WORKERS,
    Event,
    events_of,
    items_of,
    job_path,
    load,
    load_job,
    open_shards,
    read_job,
)
from engine.batches.listing import ALL, ARCHIVED, BEGINNING, EVERY, BatchFilter, JobPages, together
from engine.batches.pages import ItemPages
from engine.batches.revisions import RowsView
from engine.batches.rows import RowFiles
from engine.batches.views import (
    BatchPage,
    BatchView,
    CauseCount,
    ItemPage,
    JobPage,
    Overview,
    WorkerView,
    waits_by_row,
)
from engine.codec import decode
from engine.domain.batch import legacy
from engine.domain.batch.items import NOT_RETRYABLE, SOURCES, Item, ItemStatus, Outcome
from engine.domain.batch.jobs import OPEN, Job, JobStatus, Visibility, fold
from engine.domain.batch.mending import another_try_may_help
from engine.domain.batch.row_filter import RowFilter
from engine.domain.batch.shards import Shard
from engine.domain.batch.workers import WorkerRecord
from engine.domain.listing.readiness import DraftNeed
from engine.errors import Cause
from engine.store.base import Document, Order, Store, Where

MAX_PAGE = 200
GONE_AFTER = timedelta(hours=1)
_LEFT = (JobStatus.PENDING, JobStatus.RUNNING, JobStatus.PAUSED)  # what batches are that have rows left; two are open
LATE = timedelta(seconds=30)  # a time in a document may be so much older than the commit that wrote it


class Queries:
    """Reads. Every method raises StoreAway when the store does not answer: an outage is never an empty answer."""

    def __init__(self, store: Store, rows: RowFiles) -> None:
        self._store = store
        self._pages = ItemPages(store, rows)
        self._jobs = JobPages(store)

    def job(self, job_id: str) -> Job:
        """Return a batch, its counters exact at this moment.

        Raises:
            JobUnknown: there is none of that name.
        """
        return self._exact(load_job(self._store, job_id))[0]

    def batch(self, job_id: str) -> BatchView:
        """Return a batch with the workers on it; a completed one has none.

        Raises:
            JobUnknown: there is none of that name.
        """
        found = load(self._store, job_id)
        job = read_job(found)
        return self._view(job, found.read_at, () if job.status is JobStatus.COMPLETED else self.workers())

    def batches(self, limit: int = 50, before: datetime | None = None) -> list[BatchView]:
        """Return the newest `limit` batches, created before `before` or at any time, with the workers on them."""
        return list(self.batch_page(ALL, before, limit).batches)

    def batch_page(self, wanted: BatchFilter, before: datetime | None = None, limit: int = 50) -> BatchPage:
        """Return the newest `limit` batches that are wanted, created before `before` or at any time."""
        workers, read = together(self.workers, partial(self._jobs.page, limit, wanted, before))
        return BatchPage(tuple(self._view(job, at, workers) for job, at in read.jobs), read.next)

    def in_states(self, states: Sequence[JobStatus], limit: int) -> list[BatchView]:
        """Return the newest `limit` batches in each of `states`, with the workers on them."""
        pages = (partial(self._jobs.page, limit, BatchFilter(status=status), None) for status in states)
        workers, *read = together(self.workers, *pages)
        return [self._view(job, at, workers) for page in read for job, at in page.jobs]

    def count_batches(self, wanted: BatchFilter = ALL) -> int:
        """Return how many batches are wanted."""
        return self._jobs.count(wanted)

    def batches_again(self, known: Sequence[BatchView], since: datetime, limit: int = 50) -> list[BatchView]:
        """Return the newest `limit` batches, of which `known` were read at `since` by the store's clock.

        Read are those that were written since or are new, and those that wait or run; the others stand as they stood.
        """
        workers, lately = self.workers(), [Where("updated_at", ">", since - LATE)]
        written = self._store.find(JOBS, lately, Order("updated_at", descending=True), limit)
        names = {found.name for found in written}
        begun = [view.job.job_id for view in known if view.job.status in OPEN and view.job.job_id not in names]
        again = self._store.get(*map(job_path, begun)) if begun else []
        fresh = [self._view(read_job(found), found.read_at, workers) for found in (*written, *again) if found]
        views = {view.job.job_id: view for view in (*known, *fresh)}
        views = {name: view for name, view in views.items() if view.job.visibility is Visibility.VISIBLE}
        newest = sorted(views.values(), key=lambda view: (view.job.created_at, view.job.job_id), reverse=True)
        return [view for view in newest if view.job.created_at >= newest[:limit][-1].job.created_at]

    def overview(self, since: datetime) -> Overview:
        """Return all batches in numbers, but what failed in archived ones; drafts are those made from `since` on."""
        store, some_failed = self._store, Where("failed_upcs", ">", 0)
        states = [[Where("status", "==", status)] for status in _LEFT]
        drafted, failed, archived, failed_in, archived_in, *rest = together(
            partial(store.count, DRAFTS, [Where("at", ">=", since)]),
            partial(store.sum, JOBS, "failed_upcs"),
            partial(store.sum, JOBS, "failed_upcs", ARCHIVED),
            partial(store.count, JOBS, [some_failed]),
            partial(store.count, JOBS, [*ARCHIVED, some_failed]),
            *(partial(store.count, JOBS, where) for where in states[:2]),
            *(partial(store.sum, JOBS, "total_upcs", where) for where in states),
            *(partial(store.sum, JOBS, "processed_upcs", where) for where in states),
        )
        counts, totals, done = rest[:2], rest[2:5], rest[5:]
        pending, running, paused = (max(0, total - ended) for total, ended in zip(totals, done, strict=True))
        failed, failed_in = failed - archived, failed_in - archived_in
        return Overview(drafted, failed, failed_in, pending + running, sum(counts), archived, paused, running)

    def finished(self, since: datetime, limit: int) -> tuple[int, tuple[Job, ...]]:
        """Return how many batches were completed from `since` on, and the last `limit` of them."""
        ended = [Where("completed_at", ">=", since)]
        last = Order("completed_at", descending=True)
        count, found = together(
            partial(self._store.count, JOBS, ended), partial(self._store.find, JOBS, ended, last, limit)
        )
        return count, tuple(map(read_job, found))

    def drafted_between(self, times: Sequence[datetime]) -> tuple[int, ...]:
        """Return how many drafts were made or changed last between each of `times` and the one after it."""
        spans = [[Where("at", ">=", since), Where("at", "<", until)] for since, until in pairwise(times)]
        return tuple(together(*(partial(self._store.count, DRAFTS, span) for span in spans)))

    def jobs(self, limit: int = 10, wanted: BatchFilter = ALL, before: datetime | None = None) -> JobPage:
        """Return the newest `limit` jobs that are wanted, created before `before` or at any time."""
        counts = [partial(self._jobs.count, which) for which in dict.fromkeys((EVERY, wanted))]
        *counted, read = together(*counts, partial(self._jobs.page, limit, wanted, before))
        return JobPage(tuple(self._exact(job)[0] for job, _ in read.jobs), counted[0], counted[-1], read.next)

    def items(
        self,
        job_id: str,
        *,
        status: ItemStatus | None = None,
        cause: Cause | None = None,
        needs: DraftNeed | None = None,
        q: str = "",
        limit: int = 50,
        cursor: int = 0,
    ) -> ItemPage:
        """Return at most `limit` rows from index `cursor` on, those that a `RowFilter` of the rest asks for.

        Raises:
            JobUnknown: there is no such batch.
        """
        job = self.job(job_id)
        wanted = RowFilter(status, cause, needs, q)
        return self._pages.page(job, wanted, max(1, min(limit, MAX_PAGE)), cursor)

    def items_at(self, job_id: str, indices: Sequence[int]) -> tuple[Item, ...]:
        """Return the rows at `indices`, in that order, as they are now; none before the file was read."""
        return self._pages.at(job_id, indices)

    def rows(self, view: BatchView, indices: Sequence[int], known: RowsView | None = None) -> RowsView:
        """Return the rows at `indices`, in that order; those of `known` that cannot have changed are not read again."""
        kept = revisions.unchanged(known, view) if known else {}
        fresh = self.items_at(view.job.job_id, [index for index in indices if index not in kept])
        items = kept | {item.index: item for item in fresh}
        return RowsView(tuple(items[index] for index in indices if index in items), revisions.retries(view.job))

    def causes(self, job_id: str) -> list[CauseCount]:
        """Return why rows of a batch failed, the most frequent cause first."""
        counts = []
        for cause in Cause:
            failed = [Where("status", "==", ItemStatus.FAILED), Where("cause", "==", cause)]
            if count := self._store.count(items_of(job_id), failed):
                counts.append(CauseCount(cause, count, cause not in NOT_RETRYABLE, another_try_may_help(cause)))
        return sorted(counts, key=lambda entry: -entry.count)

    def composed(self, job_id: str) -> int:
        """Return how many rows of a batch ended as a draft that was not sent."""
        return self._store.count(items_of(job_id), [Where("outcome", "==", Outcome.COMPOSED)])

    def needing(self, job_id: str, need: DraftNeed) -> int:
        """Return how many drafts of a batch are not ready for want of one thing."""
        return self._store.count(items_of(job_id), [Where("needs", "contains", need)])

    def lacking(self, job_id: str) -> int:
        """Return how many rows of a batch lack what a service knows; one that lacks both counts twice."""
        counts = (self._store.count(items_of(job_id), [Where("lacking", "contains", name)]) for name in SOURCES)
        return sum(counts)

    def failed(self, job_id: str, limit: int) -> list[Item]:
        """Return the failed rows of a batch in the order of the file, at most `limit` of them."""
        failed = [Where("status", "==", ItemStatus.FAILED)]
        found = self._store.find(items_of(job_id), failed, Order("index"), limit)
        return [decode(Item, document.fields, document.path) for document in found]

    def newest(self, job_id: str, limit: int) -> list[Item]:
        """Return the rows of a batch that were done last, the newest first."""
        found = self._store.find(items_of(job_id), (), Order("finished_at", descending=True), limit)
        return [decode(Item, document.fields, document.path) for document in found]

    def events(self, job_id: str, limit: int = 50) -> list[Event]:
        """Return the history of a batch, the newest first."""
        found = self._store.find(events_of(job_id), (), Order("at", descending=True), limit)
        return [decode(Event, document.fields, document.path) for document in found]

    def workers(self) -> tuple[WorkerView, ...]:
        """Return the workers with a heartbeat in the last hour, the newest first."""
        found = self._store.find(WORKERS, (), Order("heartbeat_at", descending=True), MAX_PAGE)
        views = (_worker(document) for document in found)
        return tuple(view for view in views if view.age < GONE_AFTER and view.state != "stopped")

    def waits(self, job_id: str) -> dict[int, str]:
        """Return what the rows of a batch in flight at live workers wait for, by index; others are left out."""
        return waits_by_row(worker for worker in self.workers() if worker.job_id == job_id)

    def queued(self) -> int:
        """Return how many shards wait or run; those of a batch that was stopped or has failed do neither."""
        return self._store.count(SHARDS, [Where("available_at", ">", BEGINNING)])

    def _exact(self, job: Job) -> tuple[Job, list[Shard]]:
        """Return a job with the progress of its shards as they are now, and the shards that are open."""
        shards = open_shards(self._store, job) if job.status not in {JobStatus.COMPLETED, JobStatus.FAILED} else []
        return fold(job, shards) if shards else job, shards

    def _view(self, stored: Job, at: datetime, workers: tuple[WorkerView, ...]) -> BatchView:
        job, shards = self._exact(stored)
        mine = tuple(worker for worker in workers if worker.job_id == job.job_id)
        engines = sum(not worker.silent for worker in workers)
        return BatchView(job, at, mine, _interrupted(job, shards, workers), engines)


def _interrupted(job: Job, shards: list[Shard], workers: tuple[WorkerView, ...]) -> bool:
    """Whether a batch was begun, and the worker that holds it has sent no heartbeat for too long.

    One of the service that this one replaces is nobody's until it is recovered.
    """
    if legacy.unqueued(job):
        return job.status in OPEN
    alive = {worker.worker for worker in workers if not worker.silent}
    owners = {shard.owner for shard in shards if shard.owner}
    return job.status is JobStatus.RUNNING and bool(owners) and not owners & alive


def _worker(found: Document) -> WorkerView:
    record = decode(WorkerRecord, found.fields, found.path)
    return WorkerView(
        worker=found.name,
        state=record.state,
        heartbeat_at=record.heartbeat_at,
        age=abs(found.read_at - record.heartbeat_at),
        started_at=record.started_at,
        host=record.host,
        job_id=record.job_id,
        rows=record.rows,
        waits_for=record.waits_for,
        connections=record.connections,
        credentials=record.credentials,
    )
