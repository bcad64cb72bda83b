"""A shard that this worker holds: every write to it, and what it means when one is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from engine.batches.changes import hold
from engine.batches.documents import TAKEN_OVER, Change, load, log_change, read_job, read_shard, shard_path, written
from engine.clock import Clock
from engine.codec import encode
from engine.domain.batch import jobs, shards
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.shards import Shard
from engine.errors import Conflict, DocumentBroken, LeaseLost, StoreAway
from engine.outage import Outage
from engine.retry import RetryPolicy, retry
from engine.store.base import Committed, Document, Fields, Patch, Put, Store, Write
from engine.store.clock import StoreClock

LEASE_SECONDS = 1.0  # a lease is renewed by checkpoints at most this often: its end is what the queue is sorted by
AGAIN = RetryPolicy(first=1.0)

Rule = Callable[[Shard], Shard]
JobRule = Callable[[Job, Shard, datetime], Change]  # given the shard as written and the time


class ShardLease:
    """One shard held by one worker, from claim to release.

    Every commit carries the version of the shard that was last seen, and the change to the job: who lost the lease can
    write nothing. `taken_over`: no owner released it. One thread uses it, but for `alive`, `now` and `fence`.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        shard: Shard,
        renewed: float,
        *,
        worker: str,
        lease: timedelta,
        stop: threading.Event,
    ) -> None:
        self.shard, self.path = shard, shard_path(shard)
        self.taken_over = False
        self._store = store
        self._clock = clock
        self._store_clock = StoreClock()
        self._worker = worker
        self._lease = lease.total_seconds()
        self._stop = stop
        self._outage = Outage(clock, "checkpoint")
        self._renewed = renewed
        self._job_next = float("-inf")  # when the job document is written again while rows are run
        self._ended: list[Item] = []  # since the job document was written

    @classmethod
    def claim(
        cls,
        store: Store,
        clock: Clock,
        found: Document,
        *,
        worker: str,
        lanes: int,
        lease: timedelta,
        stop: threading.Event,
        excused: bool = False,
    ) -> ShardLease:
        """Take the shard `found` for `worker`; `excused` as in `shards.claim`.

        Raises:
            Conflict: somebody else was faster.
            IllegalTransition: it is not free by the store's clock.
        """
        before, free = clock.monotonic(), read_shard(found)
        shard = shards.claim(free, worker=worker, lanes=lanes, now=found.read_at, lease=lease, excused=excused)
        document = encode(shard)
        committed = store.transact(Patch(found.path, document, found.version))
        shard_lease = cls(store, clock, shard, before, worker=worker, lease=lease, stop=stop)
        shard_lease.taken_over = free.owner is not None
        shard_lease._committed(shard, document, committed, before)
        return shard_lease

    @property
    def held(self) -> bool:
        """Whether an operator stopped the batch: finish the rows in flight, begin no others."""
        return self.shard.hold is not None

    def now(self) -> datetime:
        """Return the time by the store's clock as estimated since it was last read; never ahead of it."""
        return self._store_clock.earliest_at(self._clock.monotonic())

    def alive(self) -> bool:
        """Whether the lease still runs, by a clock that does not jump and from before it was renewed."""
        return self._clock.monotonic() < self._renewed + self._lease

    def fence(self) -> Patch:
        """Return a write that changes nothing, and that a commit elsewhere carries so as to fail without the lease.

        Raises:
            LeaseLost: another worker has the shard.
        """
        return Patch(self.path, {"epoch": self.shard.epoch}, self._stands().version)

    def renewal_in(self) -> float:
        """Return the seconds until the lease is to be renewed; a third of it may pass without a checkpoint."""
        return self._renewed + self._lease / 3 - self._clock.monotonic()

    def begin(self) -> Job:
        """Mark the batch as running, say so in its history where that is news, and return it.

        Raises:
            LeaseLost: another worker has the shard.
        """

        def begun_by(job: Job, shard: Shard, now: datetime) -> Change:
            begun = jobs.begin(job, now=now)
            news = TAKEN_OVER if self.taken_over else "started" if begun.status is not job.status else ""
            return Change(begun, news, f"from row {shard.next + 1}" if news else "")

        return self.change_job(shards.touch, begun_by)

    def renew(self) -> None:
        """Renew the lease, and update the job's progress, when it is time to.

        Raises:
            LeaseLost: another worker has the shard.
        """
        if self.renewal_in() <= 0:
            self._commit(shards.touch, (), self._progress, renew=True)

    def suspect(self, index: int) -> None:
        """Mark row `index` as in flight before it is run.

        Raises:
            LeaseLost: another worker has the shard.
        """
        self._commit(lambda shard: shards.suspect(shard, index))

    def checkpoint(self, ended: Mapping[int, Item], puts: Sequence[Put], *, watermark: int, lanes: int = 0) -> None:
        """Store in one commit: the rows that ended and what else is in `puts`, counters, watermark, rows in flight.

        Raises:
            LeaseLost: another worker has the shard; nothing was stored.
        """
        self._ended.extend(ended.values())
        due = self._clock.monotonic() >= self._job_next
        rule = partial(shards.finish, items=ended, watermark=watermark, lanes=lanes)
        self._commit(rule, puts, self._progress if due else None)

    def release(self) -> None:
        """Release the shard so that any worker may take it at once, with the job document exact.

        Raises:
            LeaseLost: another worker has the shard.
        """
        self._commit(lambda shard: shards.release(shard, now=self.now()), (), self._progress, renew=False)

    def halt(self, status: JobStatus, reason: str) -> None:
        """Release the shard and stop the whole batch with a reason, unless a person has stopped it already.

        Where the document of the batch cannot be read, its shard alone is stopped.

        Raises:
            LeaseLost: another worker has the shard.
        """

        def stopped_by(job: Job, shard: Shard, now: datetime) -> Change:
            job = self._settled(job, shard, now)
            if job.status not in jobs.OPEN:
                return Change(job)
            stopped = hold(job, status, now=now, error=reason)
            return replace(stopped, writes=tuple(write for write in stopped.writes if write.path != self.path))

        stop = partial(shards.stop, reason=status)
        try:
            self._commit(stop, (), stopped_by, renew=False)
        except DocumentBroken:
            self._commit(stop, renew=False)

    def close(self) -> Job:
        """Mark the shard as done, with the job document exact; with its last shard the batch is completed.

        Raises:
            LeaseLost: another worker has the shard.
        """

        def closed_by(job: Job, shard: Shard, now: datetime) -> Change:
            after = self._settled(job, shard, now)
            failed = f", {jobs.attention(after.failed_upcs)}" if after.failed_upcs else ""
            ended = f"{after.successful_upcs} of {after.total_upcs} rows drafted{failed}"
            return Change(after, "completed", ended) if after.status is JobStatus.COMPLETED else Change(after)

        return self.change_job(shards.close, closed_by)

    def drop(self) -> None:
        """Take the shard out of the queue: its job is gone.

        Raises:
            LeaseLost: another worker has the shard.
        """
        self._commit(shards.close, renew=False)

    def change_job(self, rule: Rule, job_rule: JobRule, puts: Sequence[Write] = ()) -> Job:
        """Change shard and job in one commit, with `puts`; return the job as it was written.

        Raises:
            LeaseLost: another worker has the shard.
        """
        seen: list[Job] = []

        def remembered(job: Job, shard: Shard, now: datetime) -> Change:
            wanted = job_rule(job, shard, now)
            seen.append(wanted.job)
            return wanted

        self._commit(rule, puts, remembered)
        return seen[-1]

    def _progress(self, job: Job, shard: Shard, now: datetime) -> Change:
        return Change(self._settled(job, shard, now))

    def _settled(self, job: Job, shard: Shard, now: datetime) -> Job:
        return jobs.settle(job, [shard], self._ended, now=now)

    def _commit(
        self, rule: Rule, puts: Sequence[Write] = (), job_rule: JobRule | None = None, *, renew: bool | None = None
    ) -> None:
        """Apply `rule` to the shard with `puts` in one commit, once the store answers, or find the lease lost."""
        wait, stored = self._outage.wait(self._stop), False
        while not stored:
            stored = retry(lambda: self._sent(rule, puts, job_rule, renew), AGAIN, StoreAway, wait=wait)
            self._outage.over()

    def _sent(self, rule: Rule, puts: Sequence[Write], job_rule: JobRule | None, renew: bool | None) -> bool:
        """Try once to apply `rule`; return whether it is stored. After a refusal, what is stored is known."""
        before = self._clock.monotonic()
        renewed = before > self._renewed + min(LEASE_SECONDS, self._lease / 3) if renew is None else renew
        wanted = rule(self.shard)
        if renewed and not wanted.done:
            latest = self._store_clock.latest_at(before)
            wanted = shards.renew(wanted, now=latest, lease=timedelta(seconds=self._lease))
        document = encode(wanted)
        changed = {name: value for name, value in document.items() if self._stored.get(name) != value}
        change, job_writes = self._job_change(job_rule, wanted) if job_rule else (None, [])
        try:
            committed = self._store.commit(Patch(self.path, changed, self._version), *puts, *job_writes)
        except Conflict:
            if not self._applied(wanted):
                return False
        else:
            self._committed(wanted, document, committed, before)
            if renewed:
                self._renewed = before
        if change:
            self._job_next = before + change.job.engine.write_seconds
            self._ended.clear()
            log_change(change, by=self._worker)
        return True

    def _job_change(self, job_rule: JobRule, shard: Shard) -> tuple[Change, list[Write]]:
        found = load(self._store, shard.job_id)
        change = job_rule(read_job(found), shard, found.read_at)
        return change, written(found, change, by=self._worker)

    def _applied(self, wanted: Shard) -> bool:
        """Look at the stored shard after a refusal: it may hold our own write, whose answer was lost.

        Raises:
            LeaseLost: another worker has it.
        """
        found = self._stands()
        self.shard, self._stored, self._version = read_shard(found), found.fields, found.version
        return self.shard.seq == wanted.seq

    def _stands(self) -> Document:
        """Return the shard as it is stored.

        Raises:
            LeaseLost: another worker has it.
        """
        found = self._store.get(self.path)[0]
        if found is None or read_shard(found).epoch != self.shard.epoch:
            raise LeaseLost(f"shard {self.shard.name} is held by another worker")
        return found

    def _committed(self, shard: Shard, document: Fields, committed: Committed, before: float) -> None:
        """Remember what is stored now; the store read its clock between `before` and now.

        The stored end of a lease counts from the latest time that this may have been, `now` from the earliest.
        """
        self.shard, self._stored, self._version = shard, document, committed.versions[0]
        self._store_clock.observe(committed.at, before, self._clock.monotonic())
