"""The changes of a batch that several commands share: what allows them, and the writes they are made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.batches.documents import SHARDS, Change, shard_path
from engine.codec import encode
from engine.domain.batch import jobs, legacy, shards
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.shards import Shard, ShardKind
from engine.errors import Cause, IllegalTransition, RowBusy
from engine.store.base import Document, Expect, Patch, Put


def may_be_done_again(job: Job) -> None:
    """Refuse to do rows of a batch again while it is held or has failed.

    Raises:
        IllegalTransition: it is, or has.
    """
    if job.status not in {JobStatus.COMPLETED, *jobs.OPEN}:
        raise IllegalTransition(f"Job {job.job_id} is {job.status}; let it go on first")


def ensure_not_in_flight(job: Job, item: Item) -> None:
    """Refuse to change a row that may be in flight.

    Raises:
        RowBusy: it may.
    """
    if jobs.may_be_in_flight(job, item):
        raise row_busy(job, item)


def row_busy(job: Job, item: Item) -> RowBusy:
    """Return the refusal to change a row that is being done."""
    return RowBusy(f"Row {item.index + 1} of {job.name or job.job_id} is being done: it can be changed after that")


def again_patch(found: Document, item: Item) -> Patch:
    """Return the write that has the row `found` done again as `item` says."""
    changed = {"wanted": item.wanted, "decided": encode(item.decided), "handed_to": None}
    return Patch(found.path, changed | {"intent": encode(item.intent) if item.intent else None}, found.version)


def queue(job: Job, kind: ShardKind, now: datetime, *, but: Iterable[Cause] = ()) -> tuple[Job, int, Put]:
    """Return `job` with one more retry in the queue, the number of its round, and the write of its shard.

    `but` are the causes of rows that it leaves alone.
    """
    queued, number, round_ = jobs.next_retry(job)
    shard = Shard(job.job_id, number, kind, 0, job.total_upcs or 0, 0, now, now, round=round_, but=tuple(sorted(but)))
    longer = jobs.fold(queued, [shard])
    reopened = longer if job.status in jobs.OPEN else jobs.reopen(longer, now=now)
    return reopened, round_, Put(shard_path(shard), encode(shard), Expect.ABSENT)


def adopted(job: Job, event: str, now: datetime) -> Change:
    """Return the change that puts a batch of the earlier service into our queue."""
    queued, shard = legacy.adopt(job, now=now)
    detail = f"from {job.status}, left by an earlier service after {shard.next} rows"
    return Change(queued, event, detail, (Put(shard_path(shard), encode(shard), Expect.ABSENT),))


def hold(job: Job, status: JobStatus, *, now: datetime, error: str | None = None) -> Change:
    """Return the change that stops `job` in `status`; the owners of its shards notice it at their next commit.

    Rows that were handed to another batch are its rows already: the shard that says so in them goes on.
    """
    open_keys = [key for key, shard in job.engine.open_shards.items() if shard.kind is not ShardKind.HANDOVER]
    stops = [Patch(f"{SHARDS}/{job.job_id}-{key}", shards.held(status), None) for key in open_keys]
    return Change(jobs.move(job, status, now=now, error=error), str(status), error or "", tuple(stops))
