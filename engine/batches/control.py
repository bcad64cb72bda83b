"""What a person may do with a batch. Each action is one atomic commit, and pressing twice is pressing once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from engine.batches.records import (
    DRAFTS,
    SHARDS,
    WORKERS,
    Change,
    change,
    item_path,
    items_of,
    load,
    open_shards,
    shard_path,
)
from engine.domain import items, jobs, legacy, shards
from engine.domain.decisions import decided
from engine.domain.drafted import Review, record
from engine.domain.items import SOURCES, Item, ItemStatus
from engine.domain.jobs import Job, JobStatus
from engine.domain.shards import Shard, ShardKind
from engine.errors import BadRequest, Conflict, IllegalTransition, RowBusy
from engine.store.base import Document, Expect, Patch, Put, Store, Where, Write

MOST_AGAIN = 200
SILENT_AFTER = timedelta(seconds=10)  # a worker that has not been heard of for so long does not count as alive


class Control:
    """Recover, pause, resume, cancel and retry. `by` says who asks, for the history."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def recover(self, job_id: str, *, by: str = "") -> Job:
        """Put an interrupted, failed, paused or cancelled batch back into the queue; it goes on where it stopped.

        A batch that waits already is returned as it is; one whose rows are all done is completed. One of the service
        that this one replaces comes into the queue for the first time: its file is read, and it goes on behind the rows
        that its document counts as done.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is completed, or a live worker holds it.
        """

        def rule(job: Job, now: datetime) -> Change | None:
            if job.status is JobStatus.COMPLETED:
                raise IllegalTransition(f"Job {job_id} is completed; retry its failed rows instead")
            if legacy.unqueued(job):
                return _adopted(job, "recovered", now)
            if job.status is JobStatus.PENDING:
                return None
            waiting = open_shards(self._store, job)
            if job.status is JobStatus.RUNNING and any(self._alive(shard, now) for shard in waiting):
                raise IllegalTransition(f"Job {job_id} is running: a live worker holds it, and it needs no recovery")
            return Change(jobs.reopen(job, now=now), "recovered", f"from {job.status}", self._freed(waiting, now))

        return change(self._store, job_id, rule, by=by)

    def resume(self, job_id: str, *, by: str = "") -> Job:
        """Let a paused batch go on.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is not paused.
        """

        def rule(job: Job, now: datetime) -> Change | None:
            if job.status is not JobStatus.PAUSED:
                raise IllegalTransition(f"Job {job_id} is {job.status}, not paused")
            if legacy.unqueued(job):
                return _adopted(job, "resumed", now)
            return Change(jobs.reopen(job, now=now), "resumed", writes=self._freed(open_shards(self._store, job), now))

        return change(self._store, job_id, rule, by=by)

    def pause(self, job_id: str, *, by: str = "") -> Job:
        """Stop a batch after the rows in hand; they are finished and kept.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is neither waiting nor running.
        """
        return change(self._store, job_id, lambda job, now: hold(job, JobStatus.PAUSED, now=now), by=by)

    def cancel(self, job_id: str, *, by: str = "") -> Job:
        """Stop a batch for good after the rows in hand; what is done stays done, the rest is not run.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is completed or cancelled.
        """
        return change(self._store, job_id, lambda job, now: hold(job, JobStatus.CANCELLED, now=now), by=by)

    def retry_failed(self, job_id: str, *, by: str = "") -> Job:
        """Run the failed rows of a batch again, in place; rows that are done are not touched.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is held, a retry of it is under way, or nothing in it can be retried.
        """

        def rule(job: Job, now: datetime) -> Change | None:
            may_be_done_again(job)
            if jobs.under_way(job, ShardKind.RETRY):
                raise IllegalTransition(f"The failed rows of job {job_id} are being retried already")
            retryable = [Where("status", "==", ItemStatus.FAILED), Where("retryable", "==", True)]
            count = self._store.count(items_of(job_id), retryable)
            if not count:
                raise IllegalTransition(f"Job {job_id} has no failed row that a retry could mend")
            reopened, _, queued = queue(job, ShardKind.RETRY, now)
            return Change(reopened, "retried", f"{count} rows", (queued,))

        return change(self._store, job_id, rule, by=by)

    def complete(self, job_id: str, *, by: str = "") -> Job:
        """Do those rows again that were drafted without what a service would have said of them, as it was away.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is held, this is under way, or no row lacks anything.
        """

        def rule(job: Job, now: datetime) -> Change | None:
            may_be_done_again(job)
            if jobs.under_way(job, ShardKind.COMPLETE):
                raise IllegalTransition(f"The rows of job {job_id} are being completed already")
            if not any(self._store.count(items_of(job_id), [Where("lacking", "contains", name)]) for name in SOURCES):
                raise IllegalTransition(f"No row of job {job_id} lacks what a service would have said of it")
            reopened, _, queued = queue(job, ShardKind.COMPLETE, now)
            return Change(reopened, "completed what was lacking", writes=(queued,))

        return change(self._store, job_id, rule, by=by)

    def again(
        self,
        job_id: str,
        wanted: Mapping[int, Mapping[str, Any]],
        *,
        by: str = "",
        seen: Mapping[int, datetime] | None = None,
    ) -> Job:
        """Do rows again that are done, by their index, each obeying what is `wanted` of it (see `decisions`).

        A row that has succeeded stays so: where it cannot be done again, it is left as it was. At most
        `MOST_AGAIN` rows at once; all of them or none. `seen` holds the `changed_at` of rows that a person looked at.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is held, or a row is not done, is being done again, or was changed since it was seen.
            BadRequest: no rows, too many, or one that the batch does not have.
            DecisionRefused: a field that nobody knows, or a value that a draft cannot have.
        """
        if not 0 < len(wanted) <= MOST_AGAIN:
            raise BadRequest(f"Name 1 to {MOST_AGAIN} rows to do again, not {len(wanted)}")

        def rule(job: Job, now: datetime) -> Change | None:
            may_be_done_again(job)
            found = self._store.get(*(item_path(job_id, index) for index in wanted))
            reopened, round_, queued = queue(job, ShardKind.AGAIN, now)
            writes: list[Write] = [queued]
            for (index, what), document in zip(wanted.items(), found, strict=True):
                if document is None:
                    raise BadRequest(f"Job {job_id} has no row {index + 1} that is done")
                item = Item.from_document(document.fields)
                settled(job, item)
                _unchanged(item, (seen or {}).get(index))
                item = items.want(item, round_=round_, decided=decided(item.decided, what, by=by, at=now))
                writes.append(wish(document, item))
            detail = f"{len(wanted)} rows" if len(wanted) > 1 else f"row {next(iter(wanted)) + 1}"
            return Change(reopened, "done again", detail, tuple(writes))

        return change(self._store, job_id, rule, by=by)

    def review(self, job_id: str, index: int, state: Review, *, by: str = "", seen: datetime | None = None) -> None:
        """Note what a person thinks of the draft of a row: approved, held, or open again.

        `seen` is the `changed_at` of the row that he looked at.

        Raises:
            JobUnknown: there is no such batch.
            BadRequest: the row has no draft.
            IllegalTransition: it is being done again, or was just changed by somebody else.
        """
        found = self._store.get(item_path(job_id, index))[0]
        told = load(self._store, job_id)  # after the row: who has it in hand by then is known
        item = Item.from_document(found.fields) if found else None
        if found is None or item is None or state is Review.REMOVED or record(job_id, item) is None:
            raise BadRequest(f"Row {index + 1} of job {job_id} has no draft to review")
        if item.wanted is not None:
            raise RowBusy(f"Row {index + 1} is being done again; wait for its end")
        settled(Job.from_document(told.fields), item)
        _unchanged(item, seen)
        reviewed = replace(item, decided={**item.decided, "review": {"state": state, "by": by, "at": told.read_at}})
        draft = Put(f"{DRAFTS}/{item.sku}", record(job_id, reviewed) or {})
        try:
            self._store.commit(Patch(found.path, {"decided": dict(reviewed.decided)}, found.version), draft)
        except Conflict as conflict:
            raise IllegalTransition(f"Row {index + 1} was changed in the meantime; look at it again") from conflict

    def _freed(self, waiting: Iterable[Shard], now: datetime) -> tuple[Write, ...]:
        """Return the writes that put shards back into the queue, after the lease of an owner that still lives."""
        until = ((shard, shard.lease_until if self._alive(shard, now) else now) for shard in waiting)
        return tuple(
            Patch(shard_path(shard), {"hold": None, "available_at": at, "kills": 0}, None) for shard, at in until
        )

    def _alive(self, shard: Shard, now: datetime) -> bool:
        """Whether a worker that was heard of lately holds `shard`, or is still finishing what it had in hand."""
        if shard.owner is None or shard.lease_until is None or shard.lease_until <= now:
            return False
        worker = self._store.get(f"{WORKERS}/{shard.owner}")[0]
        return worker is not None and bool(worker.fields["heartbeat_at"] > now - SILENT_AFTER)


def may_be_done_again(job: Job) -> None:
    """Refuse to do rows of a batch again while it is held or has failed.

    Raises:
        IllegalTransition: it is, or has.
    """
    if job.status not in {JobStatus.COMPLETED, *jobs.OPEN}:
        raise IllegalTransition(f"Job {job.job_id} is {job.status}; let it go on first")


def settled(job: Job, item: Item) -> None:
    """Refuse to change a row that a worker may have in hand.

    Raises:
        RowBusy: it may.
    """
    if jobs.may_have_in_hand(job, item):
        raise busy(job, item)


def busy(job: Job, item: Item) -> RowBusy:
    """Return the refusal to change a row that is being done."""
    return RowBusy(f"Row {item.index + 1} of {job.name or job.job_id} is being done: it can be changed after that")


def _unchanged(item: Item, seen: datetime | None) -> None:
    """Refuse what was decided of a row that was changed since it was seen."""
    if seen is not None and item.changed_at is not None and item.changed_at > seen:
        raise IllegalTransition(f"Row {item.index + 1} was changed in the meantime; look at it again")


def wish(found: Document, item: Item) -> Patch:
    """Return the write that has the row `found` done again as `item` says."""
    return Patch(found.path, {"wanted": item.wanted, "decided": dict(item.decided)}, found.version)


def queue(job: Job, kind: ShardKind, now: datetime) -> tuple[Job, int, Put]:
    """Return `job` with one more retry in the queue, the number of its round, and the write of its shard."""
    told, number, round_ = jobs.next_retry(job)
    shard = Shard(job.job_id, number, kind, 0, job.total_upcs or 0, 0, now, now, round=round_)
    longer = jobs.fold(told, [shard])
    reopened = longer if job.status in jobs.OPEN else jobs.reopen(longer, now=now)
    return reopened, round_, Put(shard_path(shard), shard.document(), Expect.ABSENT)


def _adopted(job: Job, event: str, now: datetime) -> Change:
    """Return the change that puts a batch of the earlier service into our queue."""
    queued, shard = legacy.adopt(job, now=now)
    detail = f"from {job.status}, left by an earlier service after {shard.next} rows"
    return Change(queued, event, detail, (Put(shard_path(shard), shard.document(), Expect.ABSENT),))


def hold(job: Job, status: JobStatus, *, now: datetime, error: str | None = None) -> Change:
    """Return the change that stops `job` in `status`; the owners of its shards hear of it at their next commit."""
    open_keys = [key for key, progress in job.engine.get("shards", {}).items() if not progress["done"]]
    stops = [Patch(f"{SHARDS}/{job.job_id}-{key}", shards.held(status), None) for key in open_keys]
    return Change(jobs.move(job, status, now=now, error=error), str(status), error or "", tuple(stops))
