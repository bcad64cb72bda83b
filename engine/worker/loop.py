"""A worker: claims one shard after the other and runs it, until it is told to stop."""

from __future__ import annotations

import logging
import os
import platform
import random
import secrets
import threading
from datetime import timedelta
from typing import Any

from engine.batches.additions import Additions
from engine.batches.drafts import Drafts
from engine.batches.rows import RowFiles
from engine.clock import Clock
from engine.domain import shards
from engine.domain.jobs import JobStatus
from engine.domain.shards import ShardKind
from engine.errors import (
    Blame,
    Conflict,
    EngineError,
    IllegalTransition,
    JobUnknown,
    LeaseLost,
    PersonNeeded,
    StoreAway,
    UnreadableFile,
)
from engine.pipeline.work import Pipeline
from engine.store.base import Store
from engine.upstream.connections import Connections
from engine.worker.beat import Heartbeat
from engine.worker.holding import Holding
from engine.worker.lanes import Lanes
from engine.worker.opening import open_batch
from engine.worker.run import Limits, ShardRun
from engine.worker.source import foreseen, rows_to_run
from engine.worker.turns import Turns

log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0


class Worker:
    """One worker of this process. `run` returns after `stop` was called or set, by a signal or another thread."""

    def __init__(
        self,
        store: Store,
        files: RowFiles,
        pipeline: Pipeline,
        clock: Clock,
        *,
        lanes: int,
        lease: timedelta,
        stop: threading.Event | None = None,
        limits: Limits | None = None,
        connections: Connections | None = None,
    ) -> None:
        self.name = f"{platform.node()}-{os.getpid()}-{secrets.token_hex(2)}"
        self._store = store
        self._files = files
        self._pipeline = pipeline
        self._clock = clock
        self._lease = lease
        self._limits = limits or Limits()
        self._lanes = Lanes(lanes)
        self._turns = Turns(store, clock)
        self._stop = stop or threading.Event()
        self._run: ShardRun | None = None
        self._job_id: str | None = None
        self._beat = Heartbeat(store, clock, self.name, self._state, connections)

    def stop(self) -> None:
        """Ask the worker to finish the rows in hand, let go of its shard and return."""
        self._stop.set()

    def run(self, *, until_idle: bool = False) -> None:
        """Work until `stop` is called; with `until_idle` only until there is nothing to claim."""
        log.info("worker_started", extra={"worker": self.name, "lanes": self._lanes.count})
        self._beat.start()
        try:
            while not self._stop.is_set():
                if not self._work():
                    if until_idle:
                        break
                    self._stop.wait(IDLE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - spreads the workers
        finally:
            self._lanes.close()
            self._beat.close()
            log.info("worker_stopped", extra={"worker": self.name})

    def _work(self) -> bool:
        """Claim a shard and run it; return whether there was one to work on."""
        try:
            holding = self._claim()
            if holding is None:
                return False
            self._job_id = holding.shard.job_id
            self._beat.beat()
            return self._hold(holding)
        except LeaseLost as lost:
            log.warning("lease_lost", extra={"job_id": self._job_id, "reason": str(lost)})
            return True
        except StoreAway as away:
            log.warning("store_away", extra={"error": str(away)})
            return False
        finally:
            if self._job_id:
                self._run = self._job_id = None
                self._beat.beat()

    def _claim(self) -> Holding | None:
        """Take a shard that is free."""
        for document in self._turns.free():
            try:
                holding = Holding.claim(
                    self._store,
                    self._clock,
                    document,
                    worker=self.name,
                    lanes=self._lanes.count,
                    lease=self._lease,
                    stop=self._stop,
                )
            except (Conflict, IllegalTransition):
                continue
            self._turns.begin()
            return holding
        return None

    def _hold(self, holding: Holding) -> bool:
        """Run what was claimed; return False when it must wait for something before it is tried again."""
        try:
            refused = self._run_rows(holding)
        except (LeaseLost, StoreAway):
            raise
        except JobUnknown as gone:
            log.error("shard_dropped", extra={"job_id": holding.shard.job_id, "error": str(gone)})  # noqa: TRY400
            holding.drop()
        except EngineError as error:
            return self._give_up(holding, error)
        except Exception:
            reference = f"{holding.shard.name}/{holding.shard.epoch}"
            log.exception("batch_defect", extra={"job_id": holding.shard.job_id, "reference": reference})
            holding.halt(JobStatus.FAILED, f"An error that nobody foresaw stopped this batch; reference {reference}.")
        else:
            if refused:
                holding.halt(JobStatus.PAUSED, str(refused))
        return True

    def _run_rows(self, holding: Holding) -> PersonNeeded | None:
        """Run the rows that were claimed and let go of them, unless a person must act: then the reason is returned."""
        log.info("shard_claimed", extra={"job_id": holding.shard.job_id, "shard": holding.shard.key})
        job = holding.begin()
        if holding.shard.kind is ShardKind.UNREAD:
            if shards.deadly(holding.shard):
                raise UnreadableFile(f"The file stopped the engine {shards.KILLS} times while it was read.")
            job = open_batch(self._files, holding, job)
        self._run = ShardRun(
            holding,
            job,
            foreseen(rows_to_run(self._store, self._files, holding.shard), self._pipeline.foresee),
            pipeline=self._pipeline,
            drafts=Drafts(self._store),
            additions=Additions(self._store),
            lanes=self._lanes,
            clock=self._clock,
            worker=self.name,
            stop=self._stop,
            turns=self._turns,
            limits=self._limits,
        )
        done = self._run.run()
        if self._run.refused:
            return self._run.refused
        if done:
            holding.close()
        else:
            holding.release()
        return None

    def _give_up(self, holding: Holding, error: EngineError) -> bool:
        """Let go of a shard that cannot be run: the batch fails, unless what is to blame may come back."""
        log.error("shard_given_up", extra={"job_id": holding.shard.job_id, "error": str(error)})
        if error.blame is Blame.UPSTREAM:
            holding.release()
            return False
        holding.halt(JobStatus.FAILED, str(error))
        return True

    def _state(self) -> dict[str, Any]:
        """Return what the heartbeat tells."""
        run = self._run
        hands = list(run.in_hand.values()) if run else []
        waiting = sorted({hand.waits_for for hand in hands if hand.waits_for})
        rows = [
            {
                "job_id": self._job_id,
                "index": hand.work.row.index,
                "upc": hand.work.item.upc,
                "step": hand.work.step,
                "waits_for": hand.waits_for,
            }
            for hand in hands
        ]
        state = "stopping" if self._stop.is_set() else "working" if self._job_id else "idle"
        return {"state": state, "job_id": self._job_id, "rows": rows, "waits_for": "; ".join(waiting)}
