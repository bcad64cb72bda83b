"""When a reader of a batch must read again: its rows, and its history. What cannot have changed is not read twice."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import NamedTuple

from engine.batches.views import BatchView
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.jobs import OPEN, Job
from engine.domain.batch.shards import ShardKind


class Retry(NamedTuple):
    """How far the shard of a retry is."""

    key: str
    kind: ShardKind
    next: int
    ok: int
    done: bool


@dataclass(frozen=True, slots=True)
class RowsView:
    """Rows as they were read last, and how far the retries of their batch were then."""

    items: tuple[Item, ...]
    retries: frozenset[Retry]


def rows_revision(view: BatchView) -> Hashable:
    """Return a value that changes whenever a row of the batch does."""
    job, in_flight = view.job, tuple(view.in_flight.items())
    return job.status, job.total_upcs, job.successful_upcs, job.failed_upcs, job.skipped_upcs, retries(job), in_flight


def history_revision(view: BatchView) -> Hashable:
    """Return a value that changes with every event in the history of a batch, and once a minute while it is open."""
    shards, workers = view.job.engine.shards, frozenset(worker.worker for worker in view.workers)
    minute = view.at.minute if view.job.status in OPEN else None
    return view.job.status, view.job.total_upcs, view.interrupted, len(shards), workers, minute


def unchanged(known: RowsView, view: BatchView) -> dict[int, Item]:
    """Return those of the `known` rows that still stand as they were read, by index."""
    at_work = _at_work(retries(view.job), known.retries)
    return {item.index: item for item in known.items if not _may_change(item, view, at_work)}


def retries(job: Job) -> frozenset[Retry]:
    """Return how far each retry of a batch is."""
    return frozenset(
        Retry(key, shard.kind, shard.next, shard.ok, shard.done)
        for key, shard in job.engine.shards.items()
        if not shard.first_run
    )


def _at_work(now: frozenset[Retry], before: frozenset[Retry]) -> frozenset[ShardKind]:
    """Return the kinds of retry that are under way, or came further since."""
    return frozenset(retry.kind for retry in now if not retry.done or retry not in before)


def _may_change(item: Item, view: BatchView, at_work: frozenset[ShardKind]) -> bool:
    """Whether a row may have changed: a done one in a retry, another as soon as a worker begins it."""
    if item.done:
        return bool(at_work if item.status is ItemStatus.FAILED else at_work - {ShardKind.RETRY})
    return item.status is ItemStatus.WORKING or item.index < _begun(view.job, item.index)


def _begun(job: Job, index: int) -> int:
    """Return the first row that no worker can have begun, in the shard that row `index` is in.

    Rows are begun in order: behind the watermark are those that ended out of turn, and one a lane.
    """
    for shard in job.engine.shards.values():
        if shard.kind is ShardKind.ROWS and shard.a <= index < shard.b:
            ended = shard.ok + shard.bad + shard.skipped - (shard.next - shard.a)
            return shard.next + ended + (shard.b if shard.lanes is None else shard.lanes)
    return index + 1
