"""A clock that is set by an hour in the middle of a lease, and workers whose clocks differ by minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.batches.documents import SHARDS
from engine.domain.batch.jobs import JobStatus
from engine.files.folder import FolderFiles
from engine.store.base import Where
from engine.store.sqlite import SQLiteStore
from tests.support.batch_runs import Batches, Chosen, Gate, barcodes
from tests.support.clocks import AheadClock, until

HOUR, MINUTES = 3_600.0, 300.0


def at(folder: Path, seconds: float) -> Batches:
    """Return the batches in a folder as a process sees them whose clock is so many seconds ahead."""
    clock = AheadClock(seconds)
    return Batches(SQLiteStore(folder / "store.db", clock), FolderFiles(folder / "files"), clock)


@pytest.mark.parametrize("set_by", [-HOUR, HOUR])
def test_a_clock_that_is_set_in_the_middle_of_a_lease_keeps_no_batch_waiting(tmp_path: Path, set_by: float) -> None:
    before, after = at(tmp_path, 0.0), at(tmp_path, set_by)
    job_id = before.upload(barcodes(20))
    gate = Gate()
    with before.working(Chosen({5: gate}), lanes=1) as frozen:
        assert gate.reached.wait(10)
        assert before.stored(job_id).processed_upcs <= 5
        after.run(clock=AheadClock(set_by))
        assert after.stored(job_id).status is JobStatus.COMPLETED
        done = after.items(job_id)
        gate.opened.set()
        until(lambda: not frozen_rows(before, frozen.name))
    assert before.items(job_id) == done
    assert (before.stored(job_id).successful_upcs, before.exact(job_id)) == (20, True)
    assert before.events(job_id).count("taken over") == 1


def frozen_rows(batches: Batches, name: str) -> bool:
    """Whether a worker still says that it holds a batch."""
    return any(worker.worker == name and worker.job_id for worker in batches.queries.workers())


def test_a_worker_counts_as_gone_once_its_heartbeats_are_of_the_time_to_come(tmp_path: Path) -> None:
    before, after = at(tmp_path, HOUR), at(tmp_path, 0.0)
    job_id = before.upload(barcodes(5))
    gate = Gate()
    with before.working(Chosen({2: gate}), clock=AheadClock(HOUR)):
        assert gate.reached.wait(10)
        assert [worker.silent for worker in before.queries.workers()] == [False]
        assert [worker.silent for worker in after.queries.workers()] == [True]
        gate.opened.set()
        before.ended(job_id)


def test_two_workers_whose_clocks_are_five_minutes_apart_do_each_row_once(tmp_path: Path) -> None:
    early, late = at(tmp_path, 0.0), at(tmp_path, MINUTES)
    jobs = [early.upload(barcodes(300)), late.upload(barcodes(300))]
    with early.working(Chosen()), late.working(Chosen(), clock=AheadClock(MINUTES)):
        for job_id in jobs:
            until(lambda: early.stored(job_id).status is JobStatus.COMPLETED, seconds=40)  # noqa: B023 - asked at once
    assert all(early.exact(job_id) and early.stored(job_id).successful_upcs == 300 for job_id in jobs)
    assert early.store.count(SHARDS, [Where("available_at", ">", "")]) == 0


def test_a_worker_whose_own_clock_is_wrong_takes_no_lease_away(tmp_path: Path) -> None:
    """Its store has another clock, as Firestore has."""
    store = at(tmp_path, 0.0)
    job_id = store.upload(barcodes(20))
    gate = Gate()
    with store.working(Chosen({5: gate}), lanes=1):
        assert gate.reached.wait(10)
        store.run(clock=AheadClock(-HOUR))
        assert store.events(job_id).count("taken over") == 0
        gate.opened.set()
        store.ended(job_id)
    assert store.events(job_id).count("taken over") == 0
