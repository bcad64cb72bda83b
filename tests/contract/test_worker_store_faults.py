"""A store that fails at any commit of a worker, or is away: the batch ends all the same, and no row is blamed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from engine.batches.documents import SHARDS, WORKERS
from engine.clock import SystemClock
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.shards import KILLS
from engine.errors import StoreAway
from engine.files.folder import FolderFiles
from engine.maintenance.migrations import prepare
from engine.store.base import Committed, Document, Order, Patch, Store, Where, Write
from engine.store.sqlite import SQLiteStore
from tests.support.batch_runs import ONE_ROW, Batches, Chosen, barcodes
from tests.support.clocks import until


@dataclass
class Failing:
    """A store that does not answer commit number `at`, from 1, which was applied or not. Heartbeats do not count."""

    store: Store
    at: int
    applied: bool
    commits: int = 0

    def get(self, *paths: str) -> list[Document | None]:
        return self.store.get(*paths)

    def find(
        self, collection: str, where: Sequence[Where] = (), order: Order | None = None, limit: int = 100
    ) -> list[Document]:
        return self.store.find(collection, where, order, limit)

    def commit(self, *writes: Write) -> Committed:
        return self._failing(self.store.commit, writes)

    def transact(self, *writes: Write) -> Committed:
        return self._failing(self.store.transact, writes)

    def count(self, collection: str, where: Sequence[Where] = ()) -> int:
        return self.store.count(collection, where)

    def snapshot(self) -> Iterator[Document]:
        return self.store.snapshot()

    def sum(self, collection: str, field: str, where: Sequence[Where] = ()) -> int:
        return self.store.sum(collection, field, where)

    def close(self) -> None:
        self.store.close()

    def _failing(self, commit: Callable[..., Committed], writes: Sequence[Write]) -> Committed:
        if writes[0].path.startswith(f"{WORKERS}/"):
            return commit(*writes)
        self.commits += 1
        if self.commits != self.at:
            return commit(*writes)
        if self.applied:
            commit(*writes)
        raise StoreAway("the line was cut")


def survived(folder: Path, at: int, applied: bool) -> int:
    """Run a batch of three rows over a store that fails once; return how many commits it took."""
    folder.mkdir()
    store = Failing(SQLiteStore(folder / "store.db"), at, applied)
    batches, pipeline = Batches(store.store, FolderFiles(folder / "files")), Chosen()
    job_id = batches.upload(barcodes(3))
    prepare(store.store)
    batches.store = store
    batches.run(pipeline, lanes=1, limits=ONE_ROW, stop=threading.Event())
    batches.store = store.store
    job = batches.stored(job_id)
    assert (job.status, job.successful_upcs) == (JobStatus.COMPLETED, 3)
    assert batches.exact(job_id)
    assert pipeline.runs == Counter(range(3))
    assert [entry.index for entry in job.results] == [0, 1, 2]
    assert batches.events(job_id) == ["submitted", "started", "opened", "completed"]
    store.close()
    return store.commits


def test_a_commit_without_an_answer_is_sent_again_and_counts_once(tmp_path: Path) -> None:
    whole = survived(tmp_path / "whole", 0, False)
    assert whole >= 7
    cases = list(product(range(2, whole + 1), [False, True]))  # after the claim, which the lease answers for
    with ThreadPoolExecutor(6) as threads:
        counts = list(threads.map(lambda case: survived(tmp_path / f"{case[0]}{case[1]}", *case), cases))
    assert all(count > whole for count in counts)


@dataclass
class Away:
    """A store that answers nothing while it is `away`, and then counts what it was asked."""

    store: Store
    away: bool = False
    asked: int = 0

    def __getattr__(self, name: str) -> Any:
        if self.away:
            self.asked += 1
            raise StoreAway("the line is cut")
        return getattr(self.store, name)


@pytest.mark.parametrize(("away", "end"), [(False, JobStatus.FAILED), (True, JobStatus.COMPLETED)])
def test_a_lease_that_ended_while_the_store_was_away_is_no_death(batches: Batches, away: bool, end: JobStatus) -> None:
    store = batches.store
    job_id = batches.upload(barcodes(1))
    (found,) = store.find(SHARDS)
    ends = SystemClock().now() + timedelta(seconds=2)
    owned = {"owner": "ann", "epoch": 1, "kills": KILLS - 1, "lease_until": ends, "available_at": ends}
    store.commit(Patch(found.path, owned, found.version))
    batches.store = seen = Away(store, away)
    with batches.working():
        until(lambda: SystemClock().now() > ends)
        assert bool(seen.asked) is away
        seen.away = False
        batches.store = store
        batches.ended(job_id, end)
