"""A batch: the published document `batch_jobs/{job_id}`, and what may happen to it.

`docs/states.md` draws the states. Counters are sums of absolute tallies, one a shard, kept in the `engine` map of the
document, so that anyone can compute them again at any time.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime

from engine.codec import Document, OpenEnum, replace
from engine.domain.batch import items, names, throughput
from engine.domain.batch.custom_labels import label
from engine.domain.batch.items import Item, ItemStatus, movable
from engine.domain.batch.options import Options
from engine.domain.batch.progress import EngineState, ShardProgress, totals
from engine.domain.batch.results import (
    Checkpoint,
    RowFailure,
    RowOutcome,
    checkpoint,
    failure,
    newest,
    oldest_first,
    outcome,
)
from engine.domain.batch.rows import Row
from engine.domain.batch.shards import Shard, ShardKind
from engine.domain.batch.unpriced import unpriced
from engine.errors import IllegalTransition

NEWEST = 10  # `results` and `checkpoints` hold the newest few
MAX_FAILED = 100  # `failed_upc_list` of the document holds the newest so many


class JobStatus(OpenEnum):
    """The state of a batch. Stored and published: never renamed."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Visibility(OpenEnum):
    """Which list a batch stands in. Stored and published: never renamed."""

    VISIBLE = "visible"
    ARCHIVED = "archived"


OPEN = frozenset({JobStatus.PENDING, JobStatus.RUNNING})
ENDED = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED})  # nothing goes on without a person

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


class Job(Document, frozen=True):
    """A batch as it is published; the field names are a contract with its readers.

    `total_upcs` is None until the file has been read. `last_processed_index` is the highest index up to which every row
    is done, -1 before the first. `results`, `checkpoints` and `failed_upc_list` are bounded; the first two hold the
    newest entries, oldest first. `name_terms` are those of `names.terms`. One that is archived has ended.
    `engine` is ours.
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
    name_terms: tuple[str, ...] = ()
    visibility: Visibility = Visibility.VISIBLE
    created_by: str = ""
    retry_of: str | None = None
    options: Options = Options()
    results: tuple[RowOutcome, ...] = ()
    failed_upc_list: tuple[RowFailure, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    engine: EngineState = EngineState()


def named(job: Job, name: str) -> Job:
    """Return `job` under a name, by which it is found."""
    return replace(job, name=name, name_terms=names.terms(name))


def move(job: Job, status: JobStatus, *, now: datetime, error: str | None = None) -> Job:
    """Return `job` in `status`, with `error` as the reason for it; one that is to wait or run comes out of the archive.

    Raises:
        IllegalTransition: its state does not lead there.
    """
    if status not in TRANSITIONS.get(job.status, ()):
        raise IllegalTransition(f"Job {job.job_id} is {job.status} and cannot become {status}")
    visibility = Visibility.VISIBLE if status in OPEN else job.visibility
    return replace(job, status=status, error=error, updated_at=now, visibility=visibility)


def begin(job: Job, *, now: datetime) -> Job:
    """Return `job` as running; one that runs already is left as it is."""
    if job.status is not JobStatus.PENDING:
        return job
    begun = replace(move(job, JobStatus.RUNNING, now=now), started_at=job.started_at or now, last_heartbeat=now)
    return replace(begun, engine=replace(job.engine, moved_at=now))


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
    """Return `job` with counters and watermark by the last known tallies and `shards`, in any order."""
    known = {**job.engine.shards, **{shard.key: ShardProgress.of(shard) for shard in shards}}
    tally, watermark = totals(known.values())
    return replace(
        job,
        processed_upcs=tally.ok + tally.bad + tally.skipped,
        successful_upcs=tally.ok,
        failed_upcs=tally.bad,
        skipped_upcs=tally.skipped,
        last_processed_index=watermark - 1,
        engine=replace(job.engine, shards=known),
    )


def attention(failed: int) -> str:
    """Return how many rows a person must look at, as the screens say it of rows that failed."""
    return f"{failed:,} {'needs' if failed == 1 else 'need'} attention"


def finished(job: Job) -> bool:
    """Whether every shard of `job` is done, by the tallies it holds."""
    return bool(job.engine.shards) and not job.engine.open_shards


def may_be_in_flight(job: Job, item: Item) -> bool:
    """Whether the row `item` may be in flight; its worker would then overwrite a change."""
    chosen = {
        ShardKind.RETRY: item.retryable and item.wanted is None,
        ShardKind.HANDOVER: movable(item),
        ShardKind.PRICE: unpriced(item),
        ShardKind.COMPLETE: item.status is ItemStatus.SUCCEEDED and bool(item.lacking),
    }
    ahead = (shard for shard in job.engine.open_shards.values() if shard.next <= item.index)
    return not item.done or any(chosen.get(shard.kind) for shard in ahead)


def settle(job: Job, shards: Iterable[Shard], items: Iterable[Item], *, now: datetime) -> Job:
    """Return `job` after a live worker ended `items`: running, counters, bounded lists, completed with its last row.

    A job that a person stopped stays as it is; one that was paused and has no row left is completed.
    """
    job = replace(fold(begin(job, now=now), shards), updated_at=now, last_heartbeat=now)
    if done := sorted(items, key=lambda item: item.index):
        last = newest(done, NEWEST)
        job = replace(
            job,
            results=oldest_first((*job.results, *map(outcome, last)))[-NEWEST:],
            checkpoints=oldest_first((*job.checkpoints, *map(checkpoint, last)))[-NEWEST:],
            failed_upc_list=_failures(job, done),
            engine=replace(job.engine, pace=throughput.add(job.engine.pace, _ends(done), now), moved_at=now),
        )
    over = finished(job) and job.status in {JobStatus.RUNNING, JobStatus.PAUSED}
    return complete(job, now=now) if over else job


def sku(job: Job, row: Row) -> str:
    """Return the SKU of a row of `job`: its own, or the one that it has from the batch in which it failed first.

    It is made of what is stored of the row, so it stays the same however often the row is done.
    """
    return row.carried.sku if row.carried else label(row.seller_sku, f"{job.engine.sku}{items.name(row.index)}")


def hand_over(job: Job, shard: Shard, indices: Container[int], *, now: datetime, to: str = "") -> Job:
    """Return `job` after failed rows, those at `indices`, were handed to another batch: they are skipped, not failed.

    `to` is a new batch made of them, "" when they go back to an older one. `job` is completed where nothing else of it
    was left to do.
    """
    if to:
        job = replace(job, engine=replace(job.engine, handed_to=to))
    listed = tuple(entry for entry in job.failed_upc_list if entry.index not in indices)
    job = replace(fold(job, [shard]), failed_upc_list=listed, updated_at=now)
    over = finished(job) and job.status in {*OPEN, JobStatus.PAUSED}
    return complete(begin(job, now=now), now=now) if over else job


def _ends(done: Iterable[Item]) -> Iterator[datetime]:
    return (item.finished_at for item in done if item.finished_at)


def _failures(job: Job, done: Iterable[Item]) -> tuple[RowFailure, ...]:
    """Return the newest failures in the order of the rows; a row that was done again counts by its last end."""
    by_index = {entry.index or 0: entry for entry in job.failed_upc_list}
    for item in done:
        by_index.pop(item.index, None)
        if item.status is ItemStatus.FAILED:
            by_index[item.index] = failure(item)
    return tuple(by_index[index] for index in sorted(by_index))[-MAX_FAILED:]


def next_retry(job: Job) -> tuple[Job, int, int]:
    """Return `job`, its retries that are over merged into one, and the number and round of the shard of a next one.

    So the document stays small however often rows are done again.
    """
    known = dict(job.engine.shards)
    number = 1 + max((int(key) for key in known), default=-1)
    over = [key for key, progress in known.items() if not progress.first_run and progress.done]
    round_ = 1 + max(job.engine.rounds, sum(not progress.first_run for progress in known.values()))
    if len(over) > 1:
        retries = [known.pop(key) for key in over]
        known[max(over)] = replace(
            retries[-1],
            ok=sum(retry.ok for retry in retries),
            bad=sum(retry.bad for retry in retries),
            skipped=sum(retry.skipped for retry in retries),
        )
    return replace(job, engine=replace(job.engine, shards=known, rounds=round_)), number, round_
