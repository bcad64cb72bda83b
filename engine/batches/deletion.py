"""How a batch is deleted: marked first, then its rows, history, shards and files piece by piece, its document last."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from engine.batches.documents import (
    DRAFTS,
    SHARDS,
    Change,
    change,
    events_of,
    items_of,
    job_path,
    load_job,
    open_shards,
    read_job,
)
from engine.batches.due import due
from engine.batches.rows import RowFiles
from engine.codec import Document, decode, encode, replace
from engine.domain.batch.items import Outcome
from engine.domain.batch.jobs import OPEN, Job
from engine.domain.batch.progress import Deleting
from engine.domain.batch.shards import ShardKind
from engine.errors import IllegalTransition, JobUnknown
from engine.log import get_logger
from engine.store.base import Delete, Put, Store, Where

log = get_logger(__name__)

DELETIONS = "deletions"
AT_ONCE = 300  # documents of one commit; Firestore takes 500 writes
ALONE_FOR = timedelta(minutes=1)  # that whoever began a deletion is left to end it before a worker helps


class Deletion(Document, frozen=True):
    """The document `deletions/{job_id}`: who deleted a batch. `drafts` are those that it left at eBay.

    `due_at` is when a worker carries it on, None once nothing of the batch is left.
    """

    job_id: str
    name: str
    by: str
    at: datetime
    rows: int = 0
    drafts: int = 0
    gcs_path: str = ""
    due_at: datetime | None = None


class Deletions:
    """Deletes batches, each with its copy of its file.

    Drafts stay at eBay and in `drafts`, so that no copy is drafted twice. The uploaded file stays too: other batches
    may be of it.
    """

    def __init__(self, store: Store, rows: RowFiles) -> None:
        self._store = store
        self._rows = rows

    def drafts(self, job_id: str) -> int:
        """Return how many drafts a batch would leave at eBay."""
        drafted = [Where("job_id", "==", job_id), Where("outcome", "==", Outcome.DRAFTED)]
        return self._store.count(DRAFTS, drafted)

    def delete(self, job_id: str, *, leave_drafts: bool = False, by: str = "") -> Deletion:
        """Delete a batch with its rows and its history; return the record of that.

        What was killed half-way goes on where it stopped, carried on by a worker or when it is asked for again; a batch
        that is deleted already is left as it is.

        Raises:
            JobUnknown: there never was such a batch.
            IllegalTransition: it waits or runs, rows of it are in flight or being handed over; or it leaves drafts at
                eBay, and nobody said with `leave_drafts` that they may stay.
            FilesAway: the file store does not answer; a worker goes on once it does.
        """
        try:
            job = load_job(self._store, job_id)
            if not job.engine.deleting:
                job = change(self._store, job_id, partial(self.marked, by=by, leave_drafts=leave_drafts), by=by)
        except JobUnknown:
            if earlier := self.find(job_id):
                return earlier
            raise
        while not (done := self._step(job)):
            pass
        return done

    def due(self) -> list[str]:
        """Return the batches whose deletion was begun and left to the workers.

        Raises:
            StoreAway: the store does not answer.
        """
        return [document.name for document in due(self._store, DELETIONS)]

    def work(self) -> bool:
        """Delete one page of each batch whose deletion is due; return whether there was one.

        Raises:
            StoreAway: the store does not answer.
        """
        job_ids = self.due()
        for job_id in job_ids:
            with suppress(JobUnknown):  # somebody else has just ended it
                self._step(load_job(self._store, job_id))
        return bool(job_ids)

    def find(self, job_id: str) -> Deletion | None:
        """Return the record of a batch that was deleted, None where there is none, or something is left of it."""
        found = self._store.get(f"{DELETIONS}/{job_id}")[0] if job_id and "/" not in job_id else None
        record = decode(Deletion, found.fields, found.path) if found else None
        return record if record and record.due_at is None else None

    def marked(
        self, job: Job, now: datetime, *, by: str, leave_drafts: bool, alone_for: timedelta = ALONE_FOR
    ) -> Change:
        """Return the change that marks a batch as being deleted: from then on nothing else is done with it.

        Workers carry the deletion on when the time for which whoever began it is left `alone_for` has passed.

        Raises:
            IllegalTransition: as `delete` does.
        """
        self._ensure_still(job, now)
        drafts = self.drafts(job.job_id)
        if drafts and not leave_drafts:
            raise IllegalTransition(
                f"Job {job.job_id} would leave {drafts:,} {'draft' if drafts == 1 else 'drafts'} at "
                "eBay: remove its drafts first, or say that they may stay"
            )
        marked = replace(job, updated_at=now, engine=replace(job.engine, deleting=Deleting(by, now, drafts)))
        begun = replace(_record(marked), due_at=now + alone_for)
        detail = f"{drafts:,} drafts stay at eBay" if drafts else ""
        return Change(marked, "deleting", detail, (Put(f"{DELETIONS}/{job.job_id}", encode(begun)),))

    def _ensure_still(self, job: Job, now: datetime) -> None:
        """Refuse to delete a batch that a worker may still write to.

        Raises:
            IllegalTransition: one may.
        """
        if job.status in OPEN:
            raise IllegalTransition(f"Job {job.job_id} is {job.status}: pause or cancel it before it is deleted")
        if any(shard.lease_until and shard.lease_until > now for shard in open_shards(self._store, job) if shard.owner):
            raise IllegalTransition(f"Rows of job {job.job_id} are being finished; delete it in a minute")
        parent = self._store.get(job_path(job.retry_of))[0] if job.retry_of else None
        if any(one.engine.has_open(ShardKind.HANDOVER) for one in (job, *([read_job(parent)] if parent else []))):
            raise IllegalTransition(f"Failed rows of job {job.job_id} are being handed over; delete it in a minute")

    def _step(self, job: Job) -> Deletion | None:
        """Delete one page of what a batch has; return the record once nothing is left."""
        mine, job_id = Where("job_id", "==", job.job_id), job.job_id
        places = [(SHARDS, [mine]), (items_of(job_id), []), (events_of(job_id), [])]
        if job.test_mode:  # what a dry run has composed protects from nothing
            places.append((DRAFTS, [mine]))
        for collection, where in places:
            if found := self._store.find(collection, where, limit=AT_ONCE):
                self._store.commit(*(Delete(document.path) for document in found))
                return None
        return self._end(job)

    def _end(self, job: Job) -> Deletion:
        """Delete the files, then the document of the job with the record in one commit."""
        self._rows.delete(job.job_id)
        done = _record(job)
        self._store.commit(Delete(job_path(job.job_id)), Put(f"{DELETIONS}/{job.job_id}", encode(done)))
        log.info("batch_deleted", job_id=job.job_id, by=done.by, rows=done.rows, drafts_left=done.drafts)
        return done


def _record(job: Job) -> Deletion:
    """Return the record of a batch that is marked as being deleted."""
    mark = job.engine.deleting or Deleting()
    at = mark.at or job.updated_at or job.created_at
    return Deletion(job.job_id, job.name, mark.by, at, job.total_upcs or 0, mark.drafts, job.gcs_path)
