"""A batch: the published document `batch_jobs/{job_id}`, and what may happen to it.

`docs/states.md` draws the states. Counters are sums of absolute tallies, one a shard, kept in the `engine` map of the
document, so that anyone can compute them again at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from engine.domain import pace
from engine.domain.items import Item, ItemStatus
from engine.domain.options import Options
from engine.domain.shards import FIRST_RUN, Shard, ShardKind, Tally
from engine.errors import IllegalTransition

NEWEST = 10  # `results` and `checkpoints` hold the newest few
TIMES = frozenset({"created_at", "started_at", "completed_at", "updated_at", "last_heartbeat"})
MAX_FAILED = 100  # `failed_upc_list` of the document holds the newest so many


class JobStatus(StrEnum):
    """The state of a batch. Stored and published: never renamed."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = frozenset({JobStatus.PENDING, JobStatus.RUNNING})

TRANSITIONS: Mapping[JobStatus, frozenset[JobStatus]] = {
    JobStatus.PENDING: frozenset({JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.CANCELLED, JobStatus.FAILED}),
    JobStatus.RUNNING: frozenset(
        {JobStatus.PENDING, JobStatus.PAUSED, JobStatus.CANCELLED, JobStatus.FAILED, JobStatus.COMPLETED}
    ),
    JobStatus.PAUSED: frozenset({JobStatus.PENDING, JobStatus.CANCELLED, JobStatus.COMPLETED}),
    JobStatus.FAILED: frozenset({JobStatus.PENDING, JobStatus.CANCELLED}),
    JobStatus.CANCELLED: frozenset({JobStatus.PENDING, JobStatus.COMPLETED}),
    JobStatus.COMPLETED: frozenset({JobStatus.PENDING}),
}


@dataclass(frozen=True, slots=True)
class Job:
    """A batch as it is published; the field names are a contract with its readers.

    `total_upcs` is None until the file has been read. `last_processed_index` is the highest index up to which every row
    is done, -1 before the first. `results`, `checkpoints` and `failed_upc_list` are bounded. `engine` is ours: the
    pinned content of the file (`content`), its `columns`, the tallies of the `shards`, the `sku` prefix, the `pace`.
    """

    job_id: str
    status: JobStatus
    gcs_path: str
    created_at: datetime
    total_upcs: int | None = None
    processed_upcs: int = 0
    successful_upcs: int = 0
    failed_upcs: int = 0
    skipped_upcs: int = 0
    last_processed_index: int = -1
    started_at: datetime | None = None
    completed_at: datetime | None = None
    updated_at: datetime | None = None
    last_heartbeat: datetime | None = None
    error: str | None = None
    create_drafts: bool = True
    test_mode: bool = False
    name: str = ""
    created_by: str = ""
    retry_of: str | None = None
    options: Options = field(default_factory=Options)
    results: tuple[Mapping[str, Any], ...] = ()
    failed_upc_list: tuple[Mapping[str, Any], ...] = ()
    checkpoints: tuple[Mapping[str, Any], ...] = ()
    engine: Mapping[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns of the uploaded file, () before it was read."""
        return tuple(self.engine.get("columns", ()))

    @property
    def pace(self) -> Mapping[str, Any]:
        """Return the rows of its last minutes as `engine.domain.pace` reads them, {} before the first."""
        known: Mapping[str, Any] = self.engine.get("pace", {})
        return known

    def document(self) -> dict[str, Any]:
        """Return the published form."""
        stored = {name: getattr(self, name) for name in self.__dataclass_fields__}
        for name in ("results", "failed_upc_list", "checkpoints"):
            stored[name] = [dict(entry) for entry in stored[name]]
        return {**stored, "options": self.options.document(), "engine": dict(self.engine)}

    @classmethod
    def from_document(cls, stored: Mapping[str, Any]) -> Self:
        """Return the job of a document, also one of the service this replaces.

        Such a one has times as text or naive, null for what is not known, bare barcodes in its lists, and no `engine`.
        """
        known = {name: stored[name] for name in cls.__dataclass_fields__ if stored.get(name) is not None}
        for name in TIMES & known.keys():
            known[name] = aware(known[name])
        for name in ("results", "failed_upc_list", "checkpoints"):
            known[name] = tuple(_entry(entry) for entry in known.get(name, ()))
        if not stored.get("engine"):
            known["name"] = known.get("name") or stored["gcs_path"].rpartition("/")[2]
        options = {"create_drafts": stored.get("create_drafts", True), "test_mode": stored.get("test_mode", False)}
        known["options"] = Options.from_document(options | dict(stored.get("options") or {}))
        known["status"] = JobStatus(known["status"])
        return cls(**known)


def move(job: Job, status: JobStatus, *, now: datetime, error: str | None = None) -> Job:
    """Return `job` in `status`, with `error` as the reason for it.

    Raises:
        IllegalTransition: its state does not lead there.
    """
    if status not in TRANSITIONS[job.status]:
        raise IllegalTransition(f"Job {job.job_id} is {job.status} and cannot become {status}")
    return replace(job, status=status, error=error, updated_at=now)


def begin(job: Job, *, now: datetime) -> Job:
    """Return `job` as running; one that runs already is left as it is."""
    if job.status is not JobStatus.PENDING:
        return job
    return replace(move(job, JobStatus.RUNNING, now=now), started_at=job.started_at or now, last_heartbeat=now)


def reopen(job: Job, *, now: datetime) -> Job:
    """Return `job` as pending again, with no error and no end; as completed where nothing of it is left to do.

    Raises:
        IllegalTransition: its state does not lead there.
    """
    if finished(job):
        return complete(job, now=now)
    return replace(move(job, JobStatus.PENDING, now=now), completed_at=None)


def complete(job: Job, *, now: datetime) -> Job:
    """Return `job` as completed at `now`.

    Raises:
        IllegalTransition: its state does not lead there.
    """
    return replace(move(job, JobStatus.COMPLETED, now=now), completed_at=now)


def fold(job: Job, shards: Iterable[Shard]) -> Job:
    """Return `job` with counters and watermark as the last known tallies and `shards` say, in whatever order."""
    known = {**job.engine.get("shards", {})}
    for shard in shards:
        known[shard.key] = _progress(shard)
    tally, watermark = Tally(), 0
    for progress in sorted(known.values(), key=lambda progress: progress["a"]):
        tally += Tally(progress["ok"], progress["bad"], progress["skipped"])
        if progress["kind"] in FIRST_RUN and progress["a"] <= watermark:
            watermark = max(watermark, progress["next"])
    return replace(
        job,
        processed_upcs=tally.ok + tally.bad + tally.skipped,
        successful_upcs=tally.ok,
        failed_upcs=tally.bad,
        skipped_upcs=tally.skipped,
        last_processed_index=watermark - 1,
        engine={**job.engine, "shards": known},
    )


def finished(job: Job) -> bool:
    """Whether every shard of `job` is done, by the tallies it holds."""
    shards = job.engine.get("shards", {})
    return bool(shards) and all(progress["done"] for progress in shards.values())


def under_way(job: Job, kind: ShardKind) -> bool:
    """Whether a shard of that kind is not done yet."""
    known = job.engine.get("shards", {}).values()
    return any(progress["kind"] == kind and not progress["done"] for progress in known)


def may_have_in_hand(job: Job, item: Item) -> bool:
    """Whether a worker may have the row `item` in hand, and would store it as it knows it."""
    chosen = {
        ShardKind.RETRY: item.retryable and item.wanted is None,
        ShardKind.COMPLETE: item.status is ItemStatus.SUCCEEDED and bool(item.lacking),
    }
    ahead = (told for told in job.engine.get("shards", {}).values() if not told["done"] and told["next"] <= item.index)
    return not item.done or any(chosen.get(told["kind"], False) for told in ahead)


def settle(job: Job, shards: Iterable[Shard], items: Iterable[Item], *, now: datetime) -> Job:
    """Return `job` after a live worker ended `items`: running, counters, bounded lists, completed with its last row.

    A job that a person stopped stays as it is; one that was paused and has no row left is completed.
    """
    job = replace(fold(begin(job, now=now), shards), updated_at=now, last_heartbeat=now)
    if done := sorted(items, key=lambda item: item.index):
        job = replace(
            job,
            results=(*(outcome(item) for item in reversed(done)), *job.results)[:NEWEST],
            checkpoints=(*(_checkpoint(item) for item in reversed(done)), *job.checkpoints)[:NEWEST],
            failed_upc_list=_failures(job, done),
            engine={**job.engine, "pace": pace.add(job.pace, _ends(done), now)},
        )
    over = finished(job) and job.status in {JobStatus.RUNNING, JobStatus.PAUSED}
    return complete(job, now=now) if over else job


def _ends(done: Iterable[Item]) -> Iterator[datetime]:
    return (item.finished_at for item in done if item.finished_at)


def outcome(item: Item) -> dict[str, Any]:
    """Return what the published lists say of a row that is done."""
    release = item.release
    return {
        "index": item.index,
        "upc": item.upc,
        "status": item.status,
        "success": item.status is ItemStatus.SUCCEEDED,
        "cause": item.cause,
        "error": item.error,
        "outcome": item.outcome,
        "not_sent": item.not_sent,
        "artist": release.get("artist", ""),
        "title": release.get("title", ""),
        "price_cents": item.price.get("cents"),
        "sku": item.sku,
        "offer_id": item.offer_id,
        "timestamp": item.finished_at,
    }


def failure(item: Item) -> dict[str, Any]:
    """Return what `failed_upc_list` says of a row that failed."""
    return {"upc": item.upc, "index": item.index, "error": item.error, "timestamp": item.finished_at}


def aware(value: datetime | str | None) -> datetime | None:
    """Return a time as aware UTC; the service this replaces wrote text, or times that name no zone.

    Raises:
        ValueError: the text is no time.
    """
    time = datetime.fromisoformat(value) if isinstance(value, str) else value
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time


def _entry(stored: Mapping[str, Any] | str) -> Mapping[str, Any]:
    """Return an entry of a list; the service this replaces wrote bare barcodes too."""
    return stored if isinstance(stored, Mapping) else {"upc": str(stored)}


def _checkpoint(item: Item) -> dict[str, Any]:
    return {
        "upc_index": item.index,
        "upc": item.upc,
        "success": item.status is ItemStatus.SUCCEEDED,
        "timestamp": item.finished_at,
    }


def _failures(job: Job, done: Iterable[Item]) -> tuple[Mapping[str, Any], ...]:
    """Return the newest failures in the order of the rows; a row that was done again counts by its last end."""
    by_index = {entry["index"]: entry for entry in job.failed_upc_list}
    for item in done:
        by_index.pop(item.index, None)
        if item.status is ItemStatus.FAILED:
            by_index[item.index] = failure(item)
    return tuple(by_index[index] for index in sorted(by_index))[-MAX_FAILED:]


def next_retry(job: Job) -> tuple[Job, int, int]:
    """Return `job`, with the retries that are over told as one, and the number and round of the shard of a next one.

    So the document stays small however often rows are done again.
    """
    known: dict[str, Mapping[str, Any]] = dict(job.engine.get("shards", {}))
    number = 1 + max((int(key) for key in known), default=-1)
    over = [key for key, progress in known.items() if progress["kind"] not in FIRST_RUN and progress["done"]]
    round_ = 1 + max(job.engine.get("rounds", 0), sum(shard["kind"] not in FIRST_RUN for shard in known.values()))
    if len(over) > 1:
        retries = [known.pop(key) for key in over]
        sums = {name: sum(progress[name] for progress in retries) for name in ("ok", "bad", "skipped")}
        known[max(over)] = {**retries[-1], **sums}
    return replace(job, engine={**job.engine, "shards": known, "rounds": round_}), number, round_


def _progress(shard: Shard) -> dict[str, Any]:
    """Return the absolute progress of a shard, as the job document keeps it."""
    return {
        "kind": shard.kind,
        "a": shard.a,
        "b": shard.b,
        "next": shard.next,
        "ok": shard.tally.ok,
        "bad": shard.tally.bad,
        "skipped": shard.tally.skipped,
        "done": shard.done,
        "lanes": shard.lanes,
    }
