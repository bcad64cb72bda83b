"""Rows that wait for a quota hold no lane: rows that need nothing of it go on beside them, up to a bound."""

from __future__ import annotations

import threading
from pathlib import Path

from engine.domain.batch.jobs import JobStatus
from engine.files.base import Files
from engine.store.base import Committed, Write
from engine.store.sqlite import SQLiteStore
from engine.worker.reports import AT_ONCE_SECONDS
from engine.worker.run import Limits
from tests.support.batch_runs import Batches, Chosen, barcodes
from tests.support.clocks import until
from tests.support.working import Work

ROWS = 12
FOUR = Limits(lanes_most=4)


class Quota:
    """A step that waits for a quota until there is one."""

    def __init__(self) -> None:
        self.free = threading.Event()

    def __call__(self, work: Work) -> None:
        while not self.free.is_set():
            work.wait(0.05, "Discogs quota")


class Slow(SQLiteStore):
    """A store that takes until it is `opened` to store the first row that ends."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.reached, self.opened = threading.Event(), threading.Event()

    def commit(self, *writes: Write) -> Committed:
        if any("/items/" in write.path for write in writes):
            self.reached.set()
            assert self.opened.wait(20)
        return super().commit(*writes)


def not_at_once(_work: Work) -> None:
    threading.Event().wait(3 * AT_ONCE_SECONDS)


def waiting(batches: Batches, job_id: str) -> int:
    """Return how many rows wait for the quota, by the last heartbeat."""
    workers = batches.queries.batch(job_id).workers
    return sum(row.waits_for == "Discogs quota" for worker in workers for row in worker.rows)


def test_rows_that_need_no_quota_go_on_beside_those_that_wait_for_one(batches: Batches) -> None:
    job_id, quota = batches.upload(barcodes(ROWS)), Quota()
    with batches.working(Chosen(dict.fromkeys(range(3), quota)), lanes=1, limits=FOUR):
        until(lambda: batches.job(job_id).processed_upcs == ROWS - 3)
        assert batches.job(job_id).last_processed_index == -1
        quota.free.set()
        assert batches.ended(job_id).successful_upcs == ROWS
    assert batches.exact(job_id)


def test_no_more_rows_wait_for_a_quota_than_may_be_in_flight(batches: Batches) -> None:
    job_id, quota = batches.upload(barcodes(ROWS)), Quota()
    pipeline = Chosen(dict.fromkeys(range(ROWS), quota))
    with batches.working(pipeline, lanes=1, limits=FOUR):
        until(lambda: waiting(batches, job_id) == 4)
        assert pipeline.runs.total() == 4
        quota.free.set()
        assert batches.ended(job_id).successful_upcs == ROWS


def test_rows_are_begun_while_the_end_of_others_is_being_stored(tmp_path: Path, files: Files) -> None:
    store = Slow(tmp_path / "store.db")
    batches = Batches(store, files)
    job_id, pipeline = batches.upload(barcodes(ROWS)), Chosen({0: not_at_once})
    with batches.working(pipeline, lanes=1, limits=FOUR):
        assert store.reached.wait(10)
        until(lambda: pipeline.runs.total() > 1)
        assert pipeline.runs.total() <= 4
        store.opened.set()
        assert batches.ended(job_id).successful_upcs == ROWS
    assert batches.exact(job_id)
    store.close()


def test_a_batch_that_is_held_gives_back_the_rows_that_wait_for_a_quota(batches: Batches) -> None:
    job_id, quota = batches.upload(barcodes(ROWS)), Quota()
    pipeline = Chosen(dict.fromkeys(range(ROWS), quota))
    with batches.working(pipeline, lanes=1, limits=FOUR):
        until(lambda: pipeline.runs.total() == 4)
        batches.commands.pause(job_id)
        until(lambda: not batches.queries.batch(job_id).workers)
    assert batches.stored(job_id).status is JobStatus.PAUSED
    batches.commands.resume(job_id)
    quota.free.set()
    batches.run(pipeline)
    assert batches.stored(job_id).successful_upcs == ROWS
    assert batches.exact(job_id)
