"""When a worker compares the first rows of a batch with those of the batches before."""

from __future__ import annotations

from engine.batches.early_stop import EarlyStop
from engine.domain.batch.early_stop import FIRST
from engine.domain.batch.jobs import Job
from engine.domain.batch.shards import Shard, ShardKind
from engine.errors import JobError, StoreAway
from engine.log import get_logger
from engine.store.base import Store

log = get_logger(__name__)

LOOKS = 3  # after 25, 50 and 100 rows, or at the end: where too few of the first were looked up, it is asked again


class EarlyLook:
    """The look at the first rows of one batch. Rows that failed elsewhere before are no sample of a pile."""

    def __init__(self, store: Store, job: Job, worker: str) -> None:
        self._early_stop = EarlyStop(store)
        self._worker = worker
        wanted = not (job.engine.first_rows or job.engine.earlier or job.retry_of)
        self._due = [FIRST * 2**look for look in range(LOOKS)] if wanted else []

    def after(self, shard: Shard) -> None:
        """Look, when enough rows of the beginning of the batch are done; a store that is away is asked again later."""
        if not self._due or shard.kind is not ShardKind.ROWS or shard.a:
            return
        if shard.next < min(self._due[0], max(FIRST, shard.b)):
            return
        try:
            done = self._early_stop.judge(shard.job_id, by=self._worker)
        except (StoreAway, JobError) as error:
            log.warning("first_rows_not_compared", error=str(error))
            return
        self._due = [] if done else self._due[1:]
