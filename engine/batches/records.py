"""Where the documents of a batch lie, and how one is changed without losing what others write."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from engine.domain import items
from engine.domain.drafted import record
from engine.domain.items import Item
from engine.domain.jobs import Job
from engine.domain.shards import Shard
from engine.errors import Conflict, JobUnknown, StoreAway
from engine.store.base import Document, Patch, Put, Store, Write

JOBS = "batch_jobs"
SHARDS = "batch_shards"
WORKERS = "workers"
REQUESTS = "requests"
DRAFTS = "drafts"
TRIES = 20
T = TypeVar("T")
EVENT_KEPT = timedelta(days=400)  # Firestore deletes what was done to a batch so long after


@dataclass(frozen=True, slots=True)
class Change:
    """A job as a rule leaves it, and what else is written in the same commit. `event` "" writes no history."""

    job: Job
    event: str = ""
    detail: str = ""
    writes: tuple[Write, ...] = ()


def job_path(job_id: str) -> str:
    """Return where a job lies."""
    return f"{JOBS}/{job_id}"


def items_of(job_id: str) -> str:
    """Return the collection of a job's items."""
    return f"{JOBS}/{job_id}/items"


def item_path(job_id: str, index: int) -> str:
    """Return where one item lies."""
    return f"{items_of(job_id)}/{items.name(index)}"


def ended(job_id: str, item: Item) -> tuple[Put, ...]:
    """Return the writes that store a row at its end, and the draft it has."""
    draft = record(job_id, item)
    told = (Put(f"{DRAFTS}/{item.sku}", draft),) if draft else ()
    return (Put(item_path(job_id, item.index), item.document()), *told)


def events_of(job_id: str) -> str:
    """Return the collection of a job's history."""
    return f"{JOBS}/{job_id}/events"


def shard_path(shard: Shard) -> str:
    """Return where a shard lies."""
    return f"{SHARDS}/{shard.name}"


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
    shards = job.engine.get("shards", {})
    paths = [f"{SHARDS}/{job.job_id}-{key}" for key, progress in shards.items() if not progress["done"]]
    found = store.get(*paths) if paths else []
    return [Shard.from_document(document.fields) for document in found if document]


def event(job_id: str, *, what: str, by: str, at: datetime, detail: str = "") -> Put:
    """Return the write that adds one entry to a job's history; `by` is an operator or a worker."""
    fields: dict[str, Any] = {"event": what, "by": by, "at": at, "detail": detail, "expires_at": at + EVENT_KEPT}
    return Put(f"{events_of(job_id)}/{at:%Y%m%dT%H%M%S.%f}-{secrets.token_hex(3)}", fields)


def written(found: Document, wanted: Change, *, by: str) -> list[Write]:
    """Return the writes that make `wanted` of the job `found`, as long as nobody else has changed it."""
    told = [event(wanted.job.job_id, what=wanted.event, by=by, at=found.read_at, detail=wanted.detail)]
    return [
        Patch(found.path, wanted.job.document(), found.version),
        *wanted.writes,
        *(told if wanted.event else ()),
    ]


def change(store: Store, job_id: str, rule: Callable[[Job, datetime], Change | None], *, by: str) -> Job:
    """Change a job by `rule`, again from the newest version whenever somebody else was faster.

    The rule gets the job and the store's clock; None from it leaves everything as it is. What it raises passes through.

    Raises:
        JobUnknown: there is no such job.
        StoreAway: the store does not answer, or others were faster every time.
    """

    def step() -> Job:
        found = load(store, job_id)
        job = Job.from_document(found.fields)
        wanted = rule(job, found.read_at)
        if wanted is None:
            return job
        store.commit(*written(found, wanted, by=by))
        return wanted.job

    return persistently(step, f"job {job_id}")


def persistently(step: Callable[[], T], what: str) -> T:
    """Take a step that changes `what`, again whenever somebody else was faster.

    Raises:
        StoreAway: others were faster every time.
    """
    for _ in range(TRIES):
        try:
            return step()
        except Conflict:
            continue
    raise StoreAway(f"{what} was changed by others {TRIES} times in a row")
