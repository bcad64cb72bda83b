"""A batch whose first rows match far worse than usual pauses once, over each store."""

from __future__ import annotations

import pytest

from engine.codec import replace
from engine.domain.batch.early_stop import FirstRows
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.options import Options
from tests.support.batch_runs import FIXED, ONE_ROW, Batches, Chosen, barcodes, fails

ROWS = 60
UNKNOWN = Chosen(dict.fromkeys(range(ROWS), fails))


@pytest.fixture
def batches(batches_of_each_store: Batches) -> Batches:
    """Lend a store with three batches whose first rows all matched."""
    batches = batches_of_each_store
    for _ in range(3):
        batches.upload(barcodes(30))
        batches.run()
    return batches


def run(batches: Batches, options: Options = FIXED, pipeline: Chosen = UNKNOWN, rows: int = ROWS) -> str:
    job_id = batches.upload(barcodes(rows), options)
    batches.run(pipeline, lanes=1, limits=ONE_ROW)
    return job_id


def test_a_batch_that_matches_far_worse_than_the_last_ones_pauses_and_says_the_figures(batches: Batches) -> None:
    job = batches.stored(run(batches))
    assert job.status is JobStatus.PAUSED
    assert "25 rows that were looked up 0 match a release" in (job.error or "")
    assert "last 3 batches it was 75 of 75" in (job.error or "")
    assert job.engine.first_rows == FirstRows(25, 0, stopped=True)
    assert 25 <= job.processed_upcs < ROWS
    assert batches.exact(job.job_id)


def test_it_pauses_once(batches: Batches) -> None:
    job_id = run(batches)
    batches.commands.resume(job_id)
    batches.run(UNKNOWN, limits=ONE_ROW)
    assert batches.stored(job_id).status is JobStatus.COMPLETED
    assert batches.events(job_id).count("paused") == 1


def test_a_batch_like_the_others_goes_on(batches: Batches) -> None:
    job = batches.stored(run(batches, pipeline=Chosen({3: fails})))
    assert (job.status, job.engine.first_rows) == (JobStatus.COMPLETED, FirstRows(25, 24))


def test_it_can_be_switched_off_and_is_noted_all_the_same(batches: Batches) -> None:
    job = batches.stored(run(batches, replace(FIXED, early_stop=False)))
    assert (job.status, job.engine.first_rows) == (JobStatus.COMPLETED, FirstRows(25, 0))


def test_a_batch_without_more_rows_is_not_stopped(batches: Batches) -> None:
    assert batches.stored(run(batches, rows=25)).status is JobStatus.COMPLETED


def test_a_batch_of_failed_rows_is_no_sample(batches: Batches) -> None:
    first = run(batches, replace(FIXED, early_stop=False))
    second = batches.engine.retry_as_new(first).job_id
    batches.run(UNKNOWN, limits=ONE_ROW)
    job = batches.stored(second)
    assert (job.status, job.engine.first_rows) == (JobStatus.COMPLETED, None)


def test_a_short_batch_whose_first_rows_were_not_all_looked_up_is_noted_at_its_end(batches: Batches) -> None:
    job_id = batches.upload(b"12345\n" + barcodes(29))
    batches.run(lanes=1, limits=ONE_ROW)
    assert batches.stored(job_id).engine.first_rows == FirstRows(25, 25)
