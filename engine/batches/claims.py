"""Which of several rows is the one to retry: a failed row is handed to a row of another batch, and taken back from it.

A copy on the desk has one row that may be drafted, whatever batches it went through. Every other row of it names the
one it was handed to (`Item.handed_to`), and following these names leads to that row. A claim moves in one commit that
stores both ends of it. All rows of a copy share one SKU (`Row.carried`), under which eBay keeps one offer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from engine.batches.documents import Change, item_path, load, read_job, shard_path, written
from engine.codec import decode, encode, replace
from engine.domain.batch import items, jobs, shards
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job
from engine.domain.batch.rows import Carried, HandedTo
from engine.domain.batch.shards import Shard, ShardKind
from engine.errors import Conflict, IllegalTransition, RowBusy
from engine.store.base import Document, Expect, Patch, Put, Store, Write

AT_ONCE = 200  # rows that are handed over in one commit: a store takes 500 writes in one
_CHANGED = ("status", "cause", "error", "finished_at", "history", "was", "handed_to", "retryable")


@dataclass(frozen=True, slots=True)
class Plan:
    """The failed rows of a batch that a new one carries on, in the order of the new batch.

    `rounds` counts the retries of the batch when its rows were read: until there is another, they stay as they are.
    """

    job_id: str
    rounds: int
    rows: tuple[Carried, ...]

    def places(self, to: Job, now: datetime, start: int = 0, count: int = AT_ONCE) -> dict[int, HandedTo]:
        """Return by which row of `to` rows are carried on, by their index: at most `count` from place `start` on."""
        some = enumerate(self.rows[start : start + count], start)
        return {row.index: HandedTo(to.job_id, place, to.name, now) for place, row in some}


def rounds(job: Job) -> int:
    """Return how many retries of `job` there were."""
    return job.engine.rounds


def refused(job: Job) -> IllegalTransition:
    """Return the refusal to retry the failed rows of `job`, as it has none; it says where they went, if it had any."""
    to = job.engine.handed_to
    where = f"; those it had were handed over to {to}" if to else ""
    return IllegalTransition(f"Job {job.job_id} has no failed row that a retry could mend{where}")


def begin(store: Store, plan: Plan, to: Job, *, by: str) -> list[Write]:
    """Return the writes that hand all rows of `plan` to the batch `to`, which is written in the same commit.

    They say so in the first `AT_ONCE` rows at once. The others are closed to every other retry from then on by the
    shard that stays open, and a worker writes it into them.

    Raises:
        Conflict: rows have changed since they were read.
    """
    found = load(store, plan.job_id)
    job = read_job(found)
    if rounds(job) != plan.rounds:
        raise Conflict(f"the failed rows of {plan.job_id} have changed")
    now = found.read_at
    places = plan.places(to, now)
    queued, shard = _shard(job, now)
    moved, patches = handed(store, plan.job_id, places)
    last = len(places) == len(plan.rows)
    shard = shards.finish(shard, moved, watermark=shard.b if last else max(places) + 1)
    shard = shards.close(shard) if last else shard
    after = jobs.hand_over(queued, shard, places, to=to.job_id, now=now)
    rest = () if last else (Put(shard_path(shard), encode(shard), Expect.ABSENT),)
    detail = f"{len(plan.rows)} failed rows, to {to.name}"
    return written(found, Change(after, "handed over", detail, (*patches, *rest)), by=by)


def handed(store: Store, job_id: str, places: Mapping[int, HandedTo]) -> tuple[dict[int, Item], list[Patch]]:
    """Return rows as they are once they are handed over, and the writes that store that as long as nobody changes them.

    Raises:
        Conflict: one of them is no failed row any more, or somebody wants it done again.
    """
    found = store.get(*(item_path(job_id, index) for index in places))
    moved, patches = {}, []
    for (index, to), document in zip(places.items(), found, strict=True):
        item = decode(Item, document.fields, document.path) if document else None
        if document is None or item is None or not items.movable(item):
            raise Conflict(f"row {index + 1} of {job_id} has changed")
        moved[index] = items.hand_over(item, to)
        fields = moved[index].document()
        patches.append(Patch(document.path, {name: fields[name] for name in _CHANGED}, document.version))
    return moved, patches


def take_back(
    store: Store, job: Job, rows: Iterable[Item], *, now: datetime, by: str
) -> tuple[dict[int, Item], list[Write]]:
    """Return `rows` of `job` as the ones to retry again, by their index, and the writes that hand them back.

    They are handed back by the rows that carry them on; what a run intended of the draft comes along.

    Raises:
        RowBusy: such a row is being done.
        IllegalTransition: such a row has not failed.
    """
    holders = sorted(((_holder(store, row), row) for row in rows), key=lambda pair: pair[0].job_id)
    own: dict[int, Item] = {}
    writes: list[Write] = []
    for job_id, group in groupby(holders, key=lambda pair: pair[0].job_id):
        pairs = list(group)
        places = {to.index: HandedTo(job.job_id, row.index, job.name or job.job_id, now) for to, row in pairs}
        moved, more = _handed_back(store, job_id, places, by=by)
        writes += more
        own |= {row.index: replace(row, intent=row.intent or moved[to.index].intent) for to, row in pairs}
    return own, writes


def _holder(store: Store, row: Item) -> HandedTo:
    """Return which row carries `row` on in the end."""
    to = row.handed_to
    while to is not None:
        found = store.get(item_path(to.job_id, to.index))[0]
        further = decode(Item, found.fields, found.path).handed_to if found else None
        if further is None:
            return to
        to = further
    raise IllegalTransition(f"Row {row.index + 1} was not handed over")


def _handed_back(
    store: Store, job_id: str, places: Mapping[int, HandedTo], *, by: str
) -> tuple[dict[int, Item], list[Write]]:
    """Return the rows of `job_id` at `places` as they are handed back, and the writes that store that."""
    found = load(store, job_id)
    job, now = read_job(found), found.read_at
    stored = store.get(*(item_path(job_id, index) for index in places))
    for (index, to), document in zip(places.items(), stored, strict=True):
        _ensure_failed(job, index, document, f"Row {to.index + 1} of {to.batch} was handed over")
    queued, shard = _shard(job, now)
    moved, patches = handed(store, job_id, places)
    shard = shards.close(shards.finish(shard, moved, watermark=shard.b))
    to = next(iter(places.values()))
    after = jobs.hand_over(queued, shard, places, now=now)
    change = Change(after, "handed over", f"{len(places)} failed rows, to {to.batch}", tuple(patches))
    return moved, written(found, change, by=by)


def _ensure_failed(job: Job, index: int, document: Document | None, refusal: str) -> None:
    """Refuse to take a row back that has not failed where it was handed to."""
    item = decode(Item, document.fields, document.path) if document else None
    where = f"row {index + 1} of {job.name or job.job_id}"
    if item is not None and items.movable(item):
        if jobs.may_be_in_flight(job, item):
            raise RowBusy(f"{refusal}, and {where} is being done: wait for its end")
        return
    raise IllegalTransition(f"{refusal}: {where} carries it on, and has not failed")


def _shard(job: Job, now: datetime) -> tuple[Job, Shard]:
    """Return `job` with one more round, and the shard of it that hands rows over."""
    queued, number, round_ = jobs.next_retry(job)
    return queued, Shard(job.job_id, number, ShardKind.HANDOVER, 0, job.total_upcs or 0, 0, now, now, round=round_)
