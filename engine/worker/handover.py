"""The rest of a hand-over: its rows are another batch's already; each commit notes it in some of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from engine.batches import claims
from engine.batches.claims import AT_ONCE, Plan
from engine.batches.documents import Change, load_job
from engine.batches.rows import RowFiles
from engine.domain.batch import jobs, shards
from engine.domain.batch.jobs import Job
from engine.domain.batch.shards import Shard
from engine.store.base import Store
from engine.worker.shard_lease import ShardLease


def hand_over(store: Store, files: RowFiles, shard_lease: ShardLease, stopped: Callable[[], bool]) -> bool:
    """Say in the rows of a hand-over which rows carry them on; return whether all of them say so.

    Another worker that takes it over goes on behind the rows that say so already.

    Raises:
        FileMissing: the list of these rows is gone.
        LeaseLost: another worker took over meanwhile.
    """
    job_id = shard_lease.shard.job_id
    job = load_job(store, job_id)
    to = load_job(store, job.engine.handed_to)
    plan = Plan(job_id, claims.rounds(job), files.carried(to.engine.carried))
    start = sum(row.index < shard_lease.shard.next for row in plan.rows)
    while start < len(plan.rows):
        if stopped():
            return False
        _some(store, shard_lease, plan, to, start)
        start += AT_ONCE
    return True


def _some(store: Store, shard_lease: ShardLease, plan: Plan, to: Job, start: int) -> None:
    """Hand over the rows from place `start` on, as many as go into one commit; with the last of them it is done."""
    places = plan.places(to, shard_lease.now(), start)
    moved, patches = claims.handed(store, plan.job_id, places)
    last = start + len(places) == len(plan.rows)

    def finish(shard: Shard) -> Shard:
        if last:
            return shards.close(shards.finish(shard, moved, watermark=shard.b))
        return shards.finish(shard, moved, watermark=max(places) + 1)

    def change(job: Job, shard: Shard, now: datetime) -> Change:
        after = jobs.hand_over(job, shard, places, now=now)
        return Change(after, "" if after.status is job.status else str(after.status))

    shard_lease.change_job(
        finish, change, [replace(patch, version=None) for patch in patches]
    )  # nobody else may write them
