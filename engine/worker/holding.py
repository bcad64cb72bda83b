"""A shard that this worker holds: every write to it, and what it means when one is refused."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from engine.batches.records import Change, change, item_path, shard_path
from engine.clock import Clock
from engine.domain import jobs, shards
from engine.domain.items import Item
from engine.domain.jobs import Job
from engine.domain.shards import Shard
from engine.errors import Conflict, LeaseLost, StoreAway
from engine.store.base import Committed, Document, Patch, Put, Store, Version

log = logging.getLogger(__name__)

JOB_SECONDS = 1.0  # the job document is written at most this often while rows are run
LEASE_SECONDS = 1.0  # a lease is prolonged by checkpoints at most this often: its end is what the queue is sorted by
KEPT = jobs.MAX_FAILED  # so many of the newest ends are remembered for the job document
AGAIN_SECONDS = 1.0


class Holding:
    """One shard in the hands of one worker, from claim to release.

    Every write carries the version that was last seen, so a worker that lost its lease, or that was stopped by an
    operator, hears of it here. `taken_over` tells that its last owner never let go.
    One thread uses it, but for `alive`.
    """

    def __init__(self, store: Store, clock: Clock, shard: Shard, *, lease: timedelta, stop: threading.Event) -> None:
        self.shard = shard
        self.taken_over = False
        self._store = store
        self._clock = clock
        self._lease = lease
        self._stop = stop
        self._version: Version = 0
        self._seen_at = shard.created_at
        self._seen = self._renewed = clock.monotonic()
        self._job_written = float("-inf")
        self._ended: list[Item] = []
        self._stored: dict[str, Any] = {}

    @classmethod
    def claim(
        cls, store: Store, clock: Clock, found: Document, *, worker: str, lease: timedelta, stop: threading.Event
    ) -> Holding:
        """Take the shard `found` for `worker`.

        Raises:
            Conflict: somebody else was faster.
            IllegalTransition: it is not free by the store's clock.
        """
        before = clock.monotonic()
        shard = shards.claim(Shard.from_document(found.fields), worker=worker, now=found.read_at, lease=lease)
        holding = cls(store, clock, shard, lease=lease, stop=stop)
        holding.taken_over = found.fields["owner"] is not None
        committed = store.commit(Patch(found.path, shard.document(), found.version))
        holding._committed(committed, before, renewed=True)
        return holding

    @property
    def held(self) -> bool:
        """Whether an operator stopped the batch: finish what is in hand, begin nothing."""
        return self.shard.hold is not None

    def now(self) -> datetime:
        """Return the store's clock, as it runs since it was last seen."""
        return self._seen_at + timedelta(seconds=self._clock.monotonic() - self._seen)

    def alive(self) -> bool:
        """Whether the lease still runs, by a clock that does not jump and from before it was renewed."""
        return self._clock.monotonic() < self._renewed + self._lease.total_seconds()

    def renewal_in(self) -> float:
        """Return the seconds until the lease is to be renewed; a third of it may pass without a checkpoint."""
        return self._renewed + self._lease.total_seconds() / 3 - self._clock.monotonic()

    def renew(self) -> None:
        """Prolong the lease, when it is time to.

        Raises:
            LeaseLost: another worker has the shard.
        """
        if self.renewal_in() <= 0:
            self._write(self.shard, renew=True)

    def suspect(self, index: int) -> None:
        """Mark row `index` as in hand before it is run."""
        self._write(shards.suspect(self.shard, index))

    def checkpoint(self, ended: Mapping[int, Item], intents: Iterable[Item], *, watermark: int) -> None:
        """Store in one commit: the rows that ended, the intents of rows in hand, counters and watermark.

        Raises:
            LeaseLost: another worker has the shard; nothing was stored.
        """
        self._write(shards.finish(self.shard, ended, watermark=watermark), *ended.values(), *intents)
        self._ended = [*self._ended, *ended.values()][-KEPT:]

    def publish(self, *, by: str, now: bool = False) -> None:
        """Bring the job document up to date, at most every `JOB_SECONDS` or `now`."""
        if not now and self._clock.monotonic() < self._job_written + JOB_SECONDS:
            return
        ended, self._ended = self._ended, []
        self._job_written = self._clock.monotonic()

        def rule(job: Job, at: datetime) -> Change:
            return Change(jobs.settle(job, [self.shard], ended, now=at))

        try:
            change(self._store, self.shard.job_id, rule, by=by)
        except StoreAway:
            log.warning("job_not_published", extra={"job_id": self.shard.job_id})
            self._ended = ended + self._ended

    def release(self, *, by: str) -> None:
        """Let go of the shard so that any worker may take it at once, and leave the job document exact."""
        self._write(shards.release(self.shard, now=self.now()), renew=False)
        self.publish(by=by, now=True)

    def close(self, *, by: str) -> Job:
        """Mark the shard as done and leave the job document exact; with its last shard the batch is completed."""
        ended, self._ended = self._ended, []

        def rule(job: Job, at: datetime) -> Change:
            current = self._current()
            closed = shards.close(self.shard)
            after = jobs.settle(jobs.begin(job, now=at), [closed], ended, now=at)
            done = "completed" if after.status is jobs.JobStatus.COMPLETED else ""
            detail = f"{after.successful_upcs} of {after.total_upcs} rows" if done else ""
            return Change(after, done, detail, (Patch(current.path, closed.document(), current.version),))

        return change(self._store, self.shard.job_id, rule, by=by)

    def become(self, shard: Shard) -> Patch:
        """Return the write that makes `shard` of the one in hand; `reload` follows when it was committed."""
        wanted = shard.document()
        changed = {name: value for name, value in wanted.items() if (name, value) not in self._stored.items()}
        return Patch(shard_path(self.shard), changed, self._version)

    def reload(self) -> None:
        """Take over the shard as it is stored.

        Raises:
            LeaseLost: another worker has it.
        """
        before = self._clock.monotonic()
        found = self._current()
        self.shard = Shard.from_document(found.fields)
        self._committed(Committed((found.version,), found.read_at), before)

    def _write(self, wanted: Shard, *items: Item, renew: bool | None = None) -> None:
        """Commit `wanted` and `items` together, whatever the store's weather, or find that the lease is lost."""
        puts = [Put(item_path(wanted.job_id, item.index), item.document()) for item in items]
        while True:
            before = self._clock.monotonic()
            renewed = before > self._renewed + LEASE_SECONDS if renew is None else renew
            fresh = shards.renew(wanted, now=self.now(), lease=self._lease) if renewed else wanted
            try:
                committed = self._store.commit(self.become(fresh), *puts)
            except StoreAway:
                if self._stop.wait(AGAIN_SECONDS):
                    raise
            except Conflict:
                if self._applied(fresh):
                    return
                wanted = replace(wanted, hold=self.shard.hold, available_at=self.shard.available_at)
            else:
                self.shard = fresh
                self._committed(committed, before, renewed=renewed)
                return

    def _applied(self, wanted: Shard) -> bool:
        """Look at the stored shard after a refusal: it may hold our own write, whose answer was lost."""
        found = self._current()
        stored = Shard.from_document(found.fields)
        self._version, self._stored = found.version, stored.document()
        if stored.seq == wanted.seq:
            self.shard = stored
            return True
        self.shard = replace(self.shard, hold=stored.hold, available_at=stored.available_at)
        return False

    def _current(self) -> Document:
        """Return the stored shard, if it is still ours.

        Raises:
            LeaseLost: it is not.
        """
        found = self._store.get(shard_path(self.shard))[0]
        if found is None or found.fields["epoch"] != self.shard.epoch:
            raise LeaseLost(f"shard {self.shard.name} is held by another worker")
        return found

    def _committed(self, committed: Committed, before: float, *, renewed: bool = False) -> None:
        """Remember what is stored now; `before` is a moment from before the commit was sent."""
        self._version, self._stored = committed.versions[0], self.shard.document()
        self._seen_at, self._seen = committed.at, before
        if renewed:
            self._renewed = before
