"""A shard that this worker holds: every write to it, and what it means when one is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from engine.batches.control import hold
from engine.batches.records import Change, load, shard_path, written
from engine.clock import Clock
from engine.domain import jobs, shards
from engine.domain.items import Item
from engine.domain.jobs import Job, JobStatus
from engine.domain.shards import Shard
from engine.errors import Conflict, LeaseLost, StoreAway
from engine.store.base import Committed, Document, Fields, Patch, Put, Store, Write

JOB_SECONDS = 1.0  # the job document is written at most this often while rows are run
LEASE_SECONDS = 1.0  # a lease is prolonged by checkpoints at most this often: its end is what the queue is sorted by
AGAIN_SECONDS = 1.0

Rule = Callable[[Shard], Shard]
Tell = Callable[[Job, Shard, datetime], Change]
"""What becomes of the job, given the shard as it is written in the same commit and the store's clock."""


class Holding:
    """One shard in the hands of one worker, from claim to release.

    Every commit carries the version of the shard that was last seen, and what is told to the job goes with it: a worker
    that lost its lease can write nothing, and one that was stopped by an operator hears of it here. `taken_over` tells
    that the last owner never let go. One thread uses it, but for `alive`, `now` and `fence`.
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
        self.shard = shard
        self.taken_over = False
        self._store = store
        self._clock = clock
        self._worker = worker
        self._lease = lease.total_seconds()
        self._stop = stop
        self.path = shard_path(shard)
        self._renewed = renewed
        self._job_written = float("-inf")
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
    ) -> Holding:
        """Take the shard `found` for `worker`.

        Raises:
            Conflict: somebody else was faster.
            IllegalTransition: it is not free by the store's clock.
        """
        before = clock.monotonic()
        free = Shard.from_document(found.fields)
        shard = shards.claim(free, worker=worker, lanes=lanes, now=found.read_at, lease=lease)
        document = shard.document()
        committed = store.transact(Patch(found.path, document, found.version))
        holding = cls(store, clock, shard, before, worker=worker, lease=lease, stop=stop)
        holding.taken_over = free.owner is not None
        holding._committed(shard, document, committed, before)
        return holding

    @property
    def held(self) -> bool:
        """Whether an operator stopped the batch: finish what is in hand, begin nothing."""
        return self.shard.hold is not None

    def now(self) -> datetime:
        """Return the store's clock, as it runs since it was last seen; never ahead of it."""
        return self._seen_at + timedelta(seconds=self._clock.monotonic() - self._answered)

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

        def tell(job: Job, shard: Shard, now: datetime) -> Change:
            begun = jobs.begin(job, now=now)
            news = "taken over" if self.taken_over else "started" if begun.status is not job.status else ""
            return Change(begun, news, f"from row {shard.next}" if news else "")

        return self.tell(shards.touch, tell)

    def renew(self) -> None:
        """Prolong the lease, and tell the job that somebody is at it, when it is time to.

        Raises:
            LeaseLost: another worker has the shard.
        """
        if self.renewal_in() <= 0:
            self._commit(shards.touch, (), self._progress, renew=True)

    def suspect(self, index: int) -> None:
        """Mark row `index` as in hand before it is run.

        Raises:
            LeaseLost: another worker has the shard.
        """
        self._commit(lambda shard: shards.suspect(shard, index))

    def checkpoint(self, ended: Mapping[int, Item], puts: Sequence[Put], *, watermark: int) -> None:
        """Store in one commit: the rows that ended and what else is in `puts`, counters and watermark.

        Raises:
            LeaseLost: another worker has the shard; nothing was stored.
        """
        self._ended.extend(ended.values())
        due = self._clock.monotonic() >= self._job_written + JOB_SECONDS
        tell = self._progress if due else None
        self._commit(lambda shard: shards.finish(shard, ended, watermark=watermark), puts, tell)

    def release(self) -> None:
        """Let go of the shard so that any worker may take it at once, and leave the job document exact.

        Raises:
            LeaseLost: another worker has the shard.
        """
        self._commit(lambda shard: shards.release(shard, now=self.now()), (), self._progress, renew=False)

    def halt(self, status: JobStatus, reason: str) -> None:
        """Let go of the shard and stop the whole batch with a reason, unless a person has stopped it already.

        Raises:
            LeaseLost: another worker has the shard.
        """

        def stop(shard: Shard) -> Shard:
            free = shards.release(shard, now=self.now())
            return free if free.hold else replace(free, **shards.held(status))

        def tell(job: Job, shard: Shard, now: datetime) -> Change:
            job = self._settled(job, shard, now)
            if job.status not in jobs.OPEN:
                return Change(job)
            stopped = hold(job, status, now=now, error=reason)
            return replace(stopped, writes=tuple(write for write in stopped.writes if write.path != self.path))

        self._commit(stop, (), tell, renew=False)

    def close(self) -> Job:
        """Mark the shard as done and leave the job document exact; with its last shard the batch is completed.

        Raises:
            LeaseLost: another worker has the shard.
        """

        def tell(job: Job, shard: Shard, now: datetime) -> Change:
            after = self._settled(job, shard, now)
            done = "completed" if after.status is JobStatus.COMPLETED else ""
            return Change(after, done, f"{after.successful_upcs} of {after.total_upcs} rows" if done else "")

        return self.tell(shards.close, tell)

    def drop(self) -> None:
        """Take the shard out of the queue: its job is gone.

        Raises:
            LeaseLost: another worker has the shard.
        """
        self._commit(shards.close, renew=False)

    def tell(self, rule: Rule, tell: Tell) -> Job:
        """Change shard and job in one commit; return the job as it was written.

        Raises:
            LeaseLost: another worker has the shard.
        """
        written: list[Job] = []

        def heard(job: Job, shard: Shard, now: datetime) -> Change:
            wanted = tell(job, shard, now)
            written.append(wanted.job)
            return wanted

        self._commit(rule, (), heard)
        return written[-1]

    def _progress(self, job: Job, shard: Shard, now: datetime) -> Change:
        return Change(self._settled(job, shard, now))

    def _settled(self, job: Job, shard: Shard, now: datetime) -> Job:
        return jobs.settle(job, [shard], self._ended, now=now)

    def _commit(
        self, rule: Rule, puts: Sequence[Write] = (), tell: Tell | None = None, *, renew: bool | None = None
    ) -> None:
        """Apply `rule` to the shard with `puts` in one commit, whatever the store's weather, or find the lease lost."""
        while True:
            try:
                if self._sent(rule, puts, tell, renew):
                    return
            except StoreAway:
                if self._stop.wait(AGAIN_SECONDS):
                    raise

    def _sent(self, rule: Rule, puts: Sequence[Write], tell: Tell | None, renew: bool | None) -> bool:
        """Try once to apply `rule`; return whether it is stored. After a refusal, what is stored is known."""
        before = self._clock.monotonic()
        renewed = before > self._renewed + min(LEASE_SECONDS, self._lease / 3) if renew is None else renew
        wanted = rule(self.shard)
        if renewed and not wanted.done:
            latest = self._seen_at + timedelta(seconds=before - self._asked)
            wanted = shards.renew(wanted, now=latest, lease=timedelta(seconds=self._lease))
        document = wanted.document()
        told = self._told(tell, wanted) if tell else ()
        try:
            committed = self._store.commit(self._patch(document), *puts, *told)
        except Conflict:
            if not self._applied(wanted):
                return False
        else:
            self._committed(wanted, document, committed, before)
            if renewed:
                self._renewed = before
        if tell:
            self._job_written = before
            self._ended.clear()
        return True

    def _patch(self, document: Fields) -> Patch:
        changed = {name: value for name, value in document.items() if self._stored[name] != value}
        return Patch(self.path, changed, self._version)

    def _told(self, tell: Tell, shard: Shard) -> list[Write]:
        found = load(self._store, shard.job_id)
        return written(found, tell(Job.from_document(found.fields), shard, found.read_at), by=self._worker)

    def _applied(self, wanted: Shard) -> bool:
        """Look at the stored shard after a refusal: it may hold our own write, whose answer was lost.

        Raises:
            LeaseLost: another worker has it.
        """
        found = self._stands()
        self.shard, self._stored, self._version = Shard.from_document(found.fields), found.fields, found.version
        return self.shard.seq == wanted.seq

    def _stands(self) -> Document:
        """Return the shard as it is stored.

        Raises:
            LeaseLost: another worker has it.
        """
        found = self._store.get(self.path)[0]
        if found is None or found.fields["epoch"] != self.shard.epoch:
            raise LeaseLost(f"shard {self.shard.name} is held by another worker")
        return found

    def _committed(self, shard: Shard, document: Fields, committed: Committed, before: float) -> None:
        """Remember what is stored now; `before` is a moment from before the commit was sent.

        The store told its time between then and now. Counted on from then, we are at most ahead of it, as the stored
        end of a lease must be; counted on from now, at most behind, as `now` must be.
        """
        self.shard, self._stored, self._version = shard, document, committed.versions[0]
        self._seen_at, self._asked, self._answered = committed.at, before, self._clock.monotonic()
