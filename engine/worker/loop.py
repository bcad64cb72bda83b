"""A worker: claims one shard after the other and runs it, until it is stopped."""

from __future__ import annotations

import os
import platform
import random
import secrets
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from engine.batches.additions import Additions
from engine.batches.deletion import Deletions
from engine.batches.documents import read_shard
from engine.batches.drafts import Drafts
from engine.batches.known_headers import KnownHeaders
from engine.batches.rows import RowFiles
from engine.clock import Clock
from engine.domain.batch import shards
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.shards import ShardKind
from engine.domain.batch.workers import RowInFlight
from engine.errors import (
    Blame,
    Conflict,
    EngineError,
    IllegalTransition,
    JobUnknown,
    LeaseLost,
    StoreAway,
    UnreadableFile,
)
from engine.log import bound, get_logger
from engine.maintenance.migrations import prepare
from engine.maintenance.retention import Retention
from engine.outage import Outage
from engine.pipeline.work import LooksUp, Pipeline
from engine.store.base import Document, Store
from engine.telemetry import metrics
from engine.worker.chores import ChoreRunner
from engine.worker.copies import CopyAdder
from engine.worker.early_look import EarlyLook
from engine.worker.handover import hand_over
from engine.worker.heartbeat import Activity, ConnectionsInUse, Heartbeat, Helper
from engine.worker.lanes import Lanes, Width
from engine.worker.notifier import Notifier, Notifying
from engine.worker.opening import open_batch
from engine.worker.row import RowRun
from engine.worker.run import Limits, Resources, ShardRun
from engine.worker.scan_lookups import scan_lookups
from engine.worker.scheduler import FairScheduler
from engine.worker.shard_lease import ShardLease
from engine.worker.source import foreseen, rows_to_run

log = get_logger(__name__)

IDLE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """How many `lanes` run rows at once, how long an unrenewed `lease` lasts, and how operators are notified.

    With `retention` the worker takes away what is over, too.
    """

    lanes: int
    lease: timedelta
    limits: Limits = field(default_factory=Limits)
    notifying: Notifying = field(default_factory=Notifying)
    retention: Retention | None = None


class Worker:
    """One worker of this process. `run` returns after `stop` was called or set, by a signal or another thread.

    `looks_up` asks the services about copies that are being scanned; without it nobody does.
    """

    def __init__(
        self,
        store: Store,
        files: RowFiles,
        pipeline: Pipeline,
        clock: Clock,
        config: WorkerConfig,
        *,
        stop: threading.Event | None = None,
        connections: ConnectionsInUse | None = None,
        looks_up: LooksUp | None = None,
    ) -> None:
        self.name = f"{platform.node()}-{os.getpid()}-{secrets.token_hex(2)}"
        self._store = store
        self._files = files
        self._pipeline = pipeline
        self._clock = clock
        self._lease = config.lease
        self._lanes = Lanes(config.lanes)
        self._scheduler = FairScheduler(store, clock)
        self._stop = stop or threading.Event()
        width = Width(config.lanes, config.limits.lanes_most)
        self._resources = Resources(self._lanes, width, clock, self._stop, self._scheduler, config.limits)
        self._run: ShardRun | None = None
        self._job_id: str | None = None
        self._outage = Outage(clock, "queue")
        self._prepared = False
        helpers: list[Helper] = [Notifier(store, clock, self.name, config.notifying)]
        helpers += [ChoreRunner(Deletions(store, files), "deletions", self.name)]
        if retention := config.retention:
            helpers += [ChoreRunner(retention, "retention", self.name, retention.closing)]
        helpers += [scan_lookups(store, clock, self.name, looks_up)] if looks_up else []
        self._beat = Heartbeat(store, clock, self.name, self._state, connections, helpers)

    def stop(self) -> None:
        """Ask the worker to finish the rows in flight, release its shard and return."""
        self._stop.set()

    def run(self, *, until_idle: bool = False, sign: Path | None = None) -> None:
        """Work until `stop` is called; with `until_idle` only until there is nothing to claim.

        With `sign` it writes a sign of life into that file, for `python -m engine.health`.
        """
        with bound(worker=self.name):
            log.info("worker_started", lanes=self._lanes.count)
            self._beat.start(sign)
            try:
                self._work_on(until_idle=until_idle)
            finally:
                self._lanes.close()
                self._beat.close()
                log.info("worker_stopped")

    def _work_on(self, *, until_idle: bool) -> None:
        while not self._stop.is_set():
            if not self._work():
                if until_idle:
                    break
                self._stop.wait(IDLE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - spreads the workers

    def _work(self) -> bool:
        """Claim a shard and run it; return whether there was one to work on."""
        try:
            shard_lease = self._claim()
            self._outage.over()
            if shard_lease is None:
                return False
            self._job_id = shard_lease.shard.job_id
            self._beat.beat()
            with bound(job_id=self._job_id, shard=shard_lease.shard.key):
                return self._hold(shard_lease)
        except LeaseLost as lost:
            log.warning("lease_lost", job_id=self._job_id, reason=str(lost))
            metrics.leases_lost.add(1)
            return True
        except StoreAway as away:
            self._outage.failed(away)
            return False
        finally:
            if self._job_id:
                self._run = self._job_id = None
                self._beat.beat()

    def _claim(self) -> ShardLease | None:
        """Take a shard that is free.

        Raises:
            StoreNewer: a newer version has migrated the store.
        """
        if not self._prepared:
            prepare(self._store)
            self._prepared = True
        for document in self._scheduler.free():
            try:
                shard_lease = ShardLease.claim(
                    self._store,
                    self._clock,
                    document,
                    worker=self.name,
                    lanes=self._resources.width.most,
                    lease=self._lease,
                    stop=self._stop,
                    excused=self._ended_in_outage(document),
                )
            except (Conflict, IllegalTransition):
                continue
            self._scheduler.begin()
            return shard_lease
        return None

    def _ended_in_outage(self, found: Document) -> bool:
        """Whether the lease of a shard ended while the store was away: its owner may live, and could not write."""
        ended = read_shard(found).lease_until
        return ended is not None and self._outage.covered(found.read_at - ended)

    def _hold(self, shard_lease: ShardLease) -> bool:
        """Run what was claimed; return False when it must wait for something before it is tried again."""
        try:
            paused = self._run_rows(shard_lease)
        except (LeaseLost, StoreAway):
            raise
        except JobUnknown as gone:
            log.error("shard_dropped", error=str(gone))  # noqa: TRY400
            shard_lease.drop()
        except EngineError as error:
            return self._give_up(shard_lease, error)
        except Exception:
            reference = f"{shard_lease.shard.name}/{shard_lease.shard.epoch}"
            log.exception("batch_defect", reference=reference)
            shard_lease.halt(
                JobStatus.FAILED, f"An error that nobody foresaw stopped this batch; reference {reference}."
            )
        else:
            if paused:
                shard_lease.halt(JobStatus.PAUSED, paused)
        return True

    def _run_rows(self, shard_lease: ShardLease) -> str:
        """Run the rows that were claimed and release them, unless a person must act: then the reason is returned."""
        log.info("shard_claimed", kind=shard_lease.shard.kind, taken_over=shard_lease.taken_over)
        if shard_lease.taken_over:
            metrics.shards_taken_over.add(1)
        if shard_lease.shard.kind is ShardKind.HANDOVER:
            if not hand_over(self._store, self._files, shard_lease, self._stop.is_set):
                shard_lease.release()
            return ""
        job = shard_lease.begin()
        if unknown := job.options.unknown:
            return f"This version of the engine does not know what the option {unknown} means: update it, then resume."
        if shard_lease.shard.kind is ShardKind.UNREAD:
            if shards.deadly(shard_lease.shard):
                raise UnreadableFile(f"The file stopped the engine {shards.KILLS} times while it was read.")
            recall = None if job.engine.earlier else KnownHeaders(self._store, self._clock).recall
            job = open_batch(self._files, shard_lease, job, recall)
            self._scheduler.opened()
        self._run = self._shard_run(shard_lease, job)
        done = self._run.run()
        if self._run.refused:
            return str(self._run.refused)
        if done:
            shard_lease.close()
        else:
            shard_lease.release()
        return ""

    def _shard_run(self, shard_lease: ShardLease, job: Job) -> ShardRun:
        """Return the run of the shard that was claimed."""
        pipeline, drafts = self._pipeline, Drafts(self._store)
        copies = CopyAdder(Additions(self._store), pipeline, job, fence=shard_lease.fence, worker=self.name)
        row = RowRun(shard_lease, job.job_id, pipeline=pipeline, drafts=drafts, copies=copies, worker=self.name)
        rows = foreseen(rows_to_run(self._store, self._files, shard_lease.shard), pipeline.foresee)
        look = EarlyLook(self._store, job, self.name)
        return ShardRun(shard_lease, job, rows, row, self._resources, look)

    def _give_up(self, shard_lease: ShardLease, error: EngineError) -> bool:
        """Release a shard that cannot be run: the batch fails, unless what is to blame may come back."""
        if error.blame is Blame.UPSTREAM:
            log.warning("shard_given_up", error=str(error))
            shard_lease.release()
            return False
        shard_lease.halt(JobStatus.FAILED, str(error))
        return True

    def _state(self) -> Activity:
        """Return what the heartbeat reports."""
        run = self._run
        flights = list(run.in_flight.values()) if run else []
        rows = (
            RowInFlight(self._job_id, flight.context.row.index, flight.context.item.upc, flight.step, flight.waits_for)
            for flight in flights
        )
        reasons = sorted({flight.waits_for for flight in flights if flight.waits_for})
        state = "stopping" if self._stop.is_set() else "working" if self._job_id else "idle"
        return Activity(state, self._job_id, tuple(rows), "; ".join(reasons))
