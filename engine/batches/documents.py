"""The paths of a batch's documents, and how one is changed without losing what others write."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from engine.codec import Value, decode, encode
from engine.domain.batch import items, jobs, legacy
from engine.domain.batch.draft_index import record
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.shards import Shard
from engine.domain.notifications import NOTIFICATIONS, Notification, batch_changed
from engine.errors import Conflict, IllegalTransition, JobUnknown, StoreAway
from engine.log import get_logger
from engine.retry import RetryPolicy, retry
from engine.store.base import Document, Expect, Patch, Put, Store, Write

log = get_logger(__name__)

JOBS = "batch_jobs"
SHARDS = "batch_shards"
WORKERS = "workers"
REQUESTS = "requests"
DRAFTS = "drafts"
HEALTH = "health"  # its one document shows whether anything can be kept
TRIES = 20
_NAME = re.compile(r"[0-9A-Za-z_-]{1,64}")
TAKEN_OVER = "taken over"
T = TypeVar("T")
EVENT_KEPT = timedelta(days=400)  # Firestore deletes an entry of the history so long after


@dataclass(frozen=True, slots=True)
class Change:
    """A job as a rule leaves it, and what else is written in the same commit. `event` "" writes no history."""

    job: Job
    event: str = ""
    detail: str = ""
    writes: tuple[Write, ...] = ()


def is_name(name: str) -> bool:
    """Return whether a client may give a document that name: letters, digits, hyphen and underscore, at most 64."""
    return _NAME.fullmatch(name) is not None


def job_path(job_id: str) -> str:
    """Return the path of a job."""
    return f"{JOBS}/{job_id}"


def items_of(job_id: str) -> str:
    """Return the collection of a job's items."""
    return f"{JOBS}/{job_id}/items"


def item_path(job_id: str, index: int) -> str:
    """Return the path of one item."""
    return f"{items_of(job_id)}/{items.name(index)}"


def ended(job_id: str, item: Item) -> tuple[Put, ...]:
    """Return the writes that store a row at its end, and the draft it has."""
    return (Put(item_path(job_id, item.index), item.document()), *draft_of(job_id, item))


def draft_of(job_id: str, item: Item) -> tuple[Put, ...]:
    """Return the write that lists the draft of a row, () while it has none."""
    draft = record(job_id, item)
    return (Put(f"{DRAFTS}/{item.sku}", encode(draft)),) if draft else ()


def events_of(job_id: str) -> str:
    """Return the collection of a job's history."""
    return f"{JOBS}/{job_id}/events"


def shard_path(shard: Shard) -> str:
    """Return the path of a shard."""
    return f"{SHARDS}/{shard.name}"


def read_job(found: Document) -> Job:
    """Return the job that a document holds, found by its name also where it was stored before names were searched.

    Raises:
        DocumentBroken: it cannot be read.
    """
    job = legacy.read(found.fields, found.path)
    return job if job.name_terms else jobs.named(job, job.name)


def read_shard(found: Document) -> Shard:
    """Return the shard that a document holds.

    Raises:
        DocumentBroken: it cannot be read.
    """
    return decode(Shard, found.fields, found.path)


def load_job(store: Store, job_id: str) -> Job:
    """Return a job.

    Raises:
        JobUnknown: there is none.
        DocumentBroken: its document cannot be read.
    """
    return read_job(load(store, job_id))


def load(store: Store, job_id: str) -> Document:
    """Return the document of a job.

    Raises:
        JobUnknown: there is none.
    """
    found = store.get(job_path(job_id))[0] if job_id and "/" not in job_id else None
    if found is None:
        raise JobUnknown(job_id)
    return found


def open_shards(store: Store, job: Job) -> list[Shard]:
    """Return the shards of `job` that are not done, as they stand now."""
    paths = [f"{SHARDS}/{job.job_id}-{key}" for key in job.engine.open_shards]
    found = store.get(*paths) if paths else []
    return [read_shard(document) for document in found if document]


class Event(Value, frozen=True, omit_defaults=False):
    """The document `batch_jobs/{job_id}/events/{time}`: what was done to a batch, by which operator or worker."""

    event: str
    by: str
    at: datetime
    detail: str = ""
    expires_at: datetime | None = None


def event(job_id: str, *, what: str, by: str, at: datetime, detail: str = "") -> Put:
    """Return the write that adds one entry to a job's history; `by` is an operator or a worker."""
    entry = Event(what, by, at, detail, expires_at=at + EVENT_KEPT)
    return Put(f"{events_of(job_id)}/{at:%Y%m%dT%H%M%S.%f}-{secrets.token_hex(3)}", encode(entry))


def ensure_kept(job: Job) -> None:
    """Refuse to change a batch that is being deleted.

    Raises:
        IllegalTransition: it is.
    """
    if job.engine.deleting:
        raise IllegalTransition(f"Job {job.job_id} is being deleted; that ends by itself while a worker runs")


def notification_path(notification: Notification) -> str:
    """Return the path of a notification."""
    return f"{NOTIFICATIONS}/{notification.notification_id}"


def notification_put(notification: Notification, expect: Expect = Expect.ANYTHING) -> Put:
    """Return the write that stores a notification for the first time."""
    return Put(notification_path(notification), encode(notification), expect)


def written(found: Document, wanted: Change, *, by: str) -> list[Write]:
    """Return the writes that store `wanted` in place of the job `found`, unless somebody else has changed it.

    What operators are to be told of it is among them.

    Raises:
        IllegalTransition: the job is being deleted.
    """
    before = read_job(found)
    ensure_kept(before)
    notification = batch_changed(before, wanted.job, now=found.read_at)
    history = [event(wanted.job.job_id, what=wanted.event, by=by, at=found.read_at, detail=wanted.detail)]
    return [
        Patch(found.path, encode(wanted.job), found.version),
        *wanted.writes,
        *(history if wanted.event else ()),
        *([notification_put(notification)] if notification else ()),
    ]


def log_change(wanted: Change, *, by: str) -> None:
    """Write what was done to a batch into the log, once it is committed: `batch_paused`, `batch_taken_over` and so on.

    A failure is an error. A warning is what nobody asked for: a pause for a reason, and a dead worker's shard.
    """
    if not wanted.event:
        return
    job = wanted.job
    unasked = wanted.event == TAKEN_OVER or (wanted.event == JobStatus.PAUSED and job.error)
    level = logging.ERROR if wanted.event == JobStatus.FAILED else logging.WARNING if unasked else logging.INFO
    event = f"batch_{wanted.event.replace(' ', '_')}"
    log.log(level, event, job_id=job.job_id, by=by, detail=wanted.detail, status=str(job.status))


def change(store: Store, job_id: str, rule: Callable[[Job, datetime], Change | None], *, by: str) -> Job:
    """Change a job by `rule`, again from the newest version whenever another commit came first.

    The rule gets the job and the store's clock; None from it leaves everything as it is. What it raises passes through.

    Raises:
        JobUnknown: there is no such job.
        IllegalTransition: it is being deleted.
        StoreAway: the store does not answer, or other commits came first every time.
    """

    def step() -> Job:
        found = load(store, job_id)
        job = read_job(found)
        ensure_kept(job)
        wanted = rule(job, found.read_at)
        if wanted is None:
            return job
        store.commit(*written(found, wanted, by=by))
        log_change(wanted, by=by)
        return wanted.job

    return retry_on_conflict(step, f"job {job_id}")


def retry_on_conflict(step: Callable[[], T], what: str) -> T:
    """Take a step that changes `what`, again whenever another commit came first.

    Raises:
        StoreAway: other commits came first every time.
    """
    try:
        return retry(step, RetryPolicy(tries=TRIES), Conflict)
    except Conflict as conflict:
        raise StoreAway(f"{what} was changed by others {TRIES} times in a row") from conflict
