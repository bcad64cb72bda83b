"""How a batch is deleted: marked first, then its rows, history and shards in small commits, its document last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from engine.batches.documents import (
    DRAFTS,
    JOBS,
    SHARDS,
    Change,
    change,
    events_of,
    items_of,
    job_path,
    load,
    load_job,
    open_shards,
    read_job,
)
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


class Deletion(Document, frozen=True):
    """The document `deletions/{job_id}`: who deleted a batch. `drafts` are those that it left at eBay."""

    job_id: str
    name: str
    by: str
    at: datetime
    rows: int = 0
    drafts: int = 0
    gcs_path: str = ""


class Deletions:
    """Deletes batches. Drafts stay at eBay and in `drafts`, so that no copy is drafted twice; so do uploaded files."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def drafts(self, job_id: str) -> int:
        """Return how many drafts a batch would leave at eBay."""
        drafted = [Where("job_id", "==", job_id), Where("outcome", "==", Outcome.DRAFTED)]
        return self._store.count(DRAFTS, drafted)

    def delete(self, job_id: str, *, leave_drafts: bool = False, by: str = "") -> Deletion:
        """Delete a batch with its rows and its history; return the record of that.

        What was killed half-way goes on where it stopped when it is asked for again; a batch that is deleted already is
        left as it is.

        Raises:
            JobUnknown: there never was such a batch.
            IllegalTransition: it waits or runs, rows of it are in flight or being handed over; or it leaves drafts at
                eBay, and nobody said with `leave_drafts` that they may stay.
        """
        try:
            job = load_job(self._store, job_id)
            if not job.engine.deleting:
                job = change(self._store, job_id, self._marked(leave_drafts, by), by=by)
        except JobUnknown:
            if earlier := self.find(job_id):
                return earlier
            raise
        self._empty(SHARDS, Where("job_id", "==", job_id))
        self._empty(items_of(job_id))
        self._empty(events_of(job_id))
        if job.test_mode:  # what a dry run has composed protects from nothing
            self._empty(DRAFTS, Where("job_id", "==", job_id))
        return self._end(job)

    def find(self, job_id: str) -> Deletion | None:
        """Return the record of a batch that was deleted, None where there is none."""
        found = self._store.get(f"{DELETIONS}/{job_id}")[0] if job_id and "/" not in job_id else None
        return decode(Deletion, found.fields, found.path) if found else None

    def _marked(self, leave_drafts: bool, by: str) -> Callable[[Job, datetime], Change]:
        """Return the rule that marks a batch as being deleted: from then on nothing else is done with it."""

        def rule(job: Job, now: datetime) -> Change:
            self._ensure_still(job, now)
            drafts = self.drafts(job.job_id)
            if drafts and not leave_drafts:
                raise IllegalTransition(
                    f"Job {job.job_id} would leave {drafts:,} {'draft' if drafts == 1 else 'drafts'} at "
                    "eBay: remove its drafts first, or say that they may stay"
                )
            marked = replace(job, updated_at=now, engine=replace(job.engine, deleting=Deleting(by, now, drafts)))
            return Change(marked, "deleting", f"{drafts:,} drafts stay at eBay" if drafts else "")

        return rule

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

    def _empty(self, collection: str, *where: Where) -> None:
        """Delete the documents of a collection, those for which `where` holds."""
        while found := self._store.find(collection, where, limit=AT_ONCE):
            self._store.commit(*(Delete(document.path) for document in found))

    def _end(self, job: Job) -> Deletion:
        """Delete the document of the job and write the record, in one commit."""
        mark = job.engine.deleting or Deleting()
        at = mark.at or load(self._store, job.job_id).read_at
        done = Deletion(job.job_id, job.name, mark.by, at, job.total_upcs or 0, mark.drafts, job.gcs_path)
        self._store.commit(Delete(f"{JOBS}/{job.job_id}"), Put(f"{DELETIONS}/{job.job_id}", encode(done)))
        log.info("batch_deleted", job_id=job.job_id, by=mark.by, rows=done.rows, drafts_left=done.drafts)
        return done
