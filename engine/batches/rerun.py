"""Which rows of a batch are run again in place: the failed ones, those that lack a service, those that lack a price.

Each is a shard of its own kind, for any number of rows. Two of them never take the same row.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from engine.batches import claims
from engine.batches.changes import may_be_done_again, queue
from engine.batches.documents import Change, items_of
from engine.codec import replace
from engine.domain.batch.items import SOURCES, ItemStatus
from engine.domain.batch.jobs import Job
from engine.domain.batch.options import NoPrice
from engine.domain.batch.shards import ShardKind
from engine.domain.batch.unpriced import Prices, repriced
from engine.domain.listing.readiness import DraftNeed
from engine.errors import Cause, IllegalTransition
from engine.store.base import Store, Where

_FAILED = Where("status", "==", ItemStatus.FAILED)
_UNDER_WAY = {
    ShardKind.RETRY: "The failed rows of job {} are being retried already",
    ShardKind.COMPLETE: "The rows of job {} are being completed already",
    ShardKind.PRICE: "The rows of job {} that lack a price are being done again already",
}


def failed(store: Store, but: Collection[Cause], job: Job, now: datetime) -> Change:
    """Return the change that has the failed rows of `job` run again, without those that failed for a cause in `but`.

    Raises:
        IllegalTransition: the batch is held, such rows are run already, or nothing in it can be retried.
    """
    _ensure_free(job, ShardKind.RETRY, ShardKind.PRICE, ShardKind.HANDOVER)
    retryable = [_FAILED, Where("retryable", "==", True)]
    left = (store.count(items_of(job.job_id), [*retryable, Where("cause", "==", cause)]) for cause in but)
    count = store.count(items_of(job.job_id), retryable) - sum(left)
    if not count:
        raise claims.refused(job)
    reopened, _, queued = queue(job, ShardKind.RETRY, now, but=but)
    return Change(reopened, "retried", f"{count} rows", (queued,))


def incomplete(store: Store, job: Job, now: datetime) -> Change:
    """Return the change that has those rows of `job` run again that lack the data of a service.

    Raises:
        IllegalTransition: the batch is held, such rows are run already, or no row lacks anything.
    """
    _ensure_free(job, ShardKind.COMPLETE, ShardKind.PRICE)
    if not any(store.count(items_of(job.job_id), [Where("lacking", "contains", name)]) for name in SOURCES):
        raise IllegalTransition(f"No row of job {job.job_id} lacks data of a service")
    reopened, _, queued = queue(job, ShardKind.COMPLETE, now)
    return Change(reopened, "completed what was lacking", writes=(queued,))


def unpriced(store: Store, job: Job, now: datetime, prices: Prices, no_price: NoPrice | None) -> Change:
    """Return the change that has those rows of `job` run again that lack a price, by its rule with these `prices` too.

    Raises:
        IllegalTransition: the batch is held, such rows are run already, or no row lacks a price.
    """
    _ensure_free(job, *_UNDER_WAY, ShardKind.HANDOVER)
    items = items_of(job.job_id)
    count = store.count(items, [_FAILED, Where("cause", "==", Cause.NO_PRICE)])
    count += store.count(items, [Where("needs", "contains", DraftNeed.PRICE)])
    if not count:
        raise IllegalTransition(f"No row of job {job.job_id} lacks a price")
    again, _, queued = queue(job, ShardKind.PRICE, now)
    again = replace(again, options=repriced(job.options, prices, no_price))
    event = "priced" if prices or no_price is None else "drafted without a price"
    return Change(again, event, f"{count} rows", (queued,))


def _ensure_free(job: Job, *kinds: ShardKind) -> None:
    """Refuse to run rows of `job` again while it is held, or while shards of these kinds do that.

    Raises:
        IllegalTransition: it is, or they do.
    """
    may_be_done_again(job)
    for kind in kinds:
        if job.engine.has_open(kind):
            raise IllegalTransition(_UNDER_WAY[kind].format(job.job_id)) if kind in _UNDER_WAY else claims.refused(job)
