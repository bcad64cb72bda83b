"""The rows of a page, kept up to date: those that cannot have changed are not read again."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from console.context import Context
from console.counts import in_hand
from console.live import Snapshot
from console.screens.batch_view import BatchScreen
from engine.domain.items import Item, ItemStatus
from engine.domain.jobs import Job
from engine.domain.shards import FIRST_RUN, ShardKind
from engine.public import BatchView, Engine


class Retry(NamedTuple):
    """How far the shard of a retry is."""

    key: str
    kind: ShardKind
    next: int
    ok: int
    done: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as they were read last, and how far the retries of their batch were then."""

    items: tuple[Item, ...]
    retries: frozenset[Retry]


def look(context: Context, screen: BatchScreen, indices: tuple[int, ...]) -> Snapshot[Page]:
    """Return the rows at `indices`.

    Raises:
        StoreError, FilesAway: they were never read, and the store does not answer.
    """
    topic = ("rows", screen.job.job_id, indices)
    known = context.live.last(topic)
    return context.live.look(topic, partial(read, context.engine, screen, indices, known), of=basis(screen.batch))


def basis(view: BatchView) -> Hashable:
    """Return what changes whenever a row of the batch does."""
    job, hands = view.job, tuple(in_hand(view).items())
    return job.status, job.total_upcs, job.successful_upcs, job.failed_upcs, job.skipped_upcs, _retries(job), hands


def read(engine: Engine, screen: BatchScreen, indices: tuple[int, ...], known: Page | None) -> Page:
    """Read rows, but for those of `known` that stand as they stood."""
    retries, kept = _retries(screen.job), dict[int, Item]()
    if known is not None:
        at_work = _at_work(retries, known.retries)
        kept = {item.index: item for item in known.items if not _may_change(item, screen.batch, at_work)}
    asked = [index for index in indices if index not in kept]
    fresh = engine.queries.items_at(screen.job.job_id, asked)
    items = kept | {item.index: item for item in fresh}
    return Page(tuple(items[index] for index in indices if index in items), retries)


def _retries(job: Job) -> frozenset[Retry]:
    """Return how far each retry of a batch is."""
    return frozenset(
        Retry(key, ShardKind(shard["kind"]), shard["next"], shard["ok"], shard["done"])
        for key, shard in job.engine.get("shards", {}).items()
        if shard["kind"] not in FIRST_RUN
    )


def _at_work(now: frozenset[Retry], before: frozenset[Retry]) -> frozenset[ShardKind]:
    """Return the kinds of retry that are under way, or came further since."""
    return frozenset(retry.kind for retry in now if not retry.done or retry not in before)


def _may_change(item: Item, view: BatchView, at_work: frozenset[ShardKind]) -> bool:
    """Whether a row may stand otherwise now: one that is done in a retry, another as soon as it is begun."""
    if item.done:
        return bool(at_work if item.status is ItemStatus.FAILED else at_work - {ShardKind.RETRY})
    return item.status is ItemStatus.WORKING or item.index < _begun(view.job, item.index)


def _begun(job: Job, index: int) -> int:
    """Return the first row that nobody can have begun, in the shard that row `index` is in.

    Rows are begun in order: behind the watermark are those that ended out of turn, and one a lane.
    """
    for shard in job.engine.get("shards", {}).values():
        if shard["kind"] == ShardKind.ROWS and shard["a"] <= index < shard["b"]:
            ended = shard["ok"] + shard["bad"] + shard["skipped"] - (shard["next"] - shard["a"])
            return int(shard["next"] + ended + shard.get("lanes", shard["b"]))
    return index + 1
