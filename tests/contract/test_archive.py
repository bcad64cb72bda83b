"""An archived batch is out of sight, loses nothing, and comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.batches.archive import AT_ONCE
from engine.batches.documents import job_path
from engine.batches.listing import BatchFilter
from engine.clock import SystemClock
from engine.domain.batch.jobs import JobStatus, Visibility
from engine.errors import IllegalTransition, JobUnknown
from engine.store.base import Put
from tests.support.batch_runs import Batches, Chosen, barcodes, fails

ARCHIVE = BatchFilter(visibility=Visibility.ARCHIVED)


@pytest.fixture
def batches(batches_of_each_store: Batches) -> Batches:
    return batches_of_each_store


def done(batches: Batches, count: int = 3) -> str:
    job_id = batches.upload(barcodes(count))
    batches.run(Chosen({0: fails}))
    return job_id


def listed(batches: Batches, wanted: BatchFilter) -> list[str]:
    return [job.job_id for job in batches.queries.jobs(50, wanted).jobs]


def test_an_archived_batch_is_in_no_list_and_no_number_until_it_is_asked_for(batches: Batches) -> None:
    first, second = done(batches), done(batches)
    known = batches.queries.batches()
    job = batches.engine.archive.archive(first, by="anna")
    assert job.visibility is Visibility.ARCHIVED
    assert listed(batches, BatchFilter()) == [second]
    assert listed(batches, BatchFilter("rows", JobStatus.COMPLETED)) == [second]
    assert listed(batches, ARCHIVE) == [first]
    assert listed(batches, BatchFilter("rows", visibility=Visibility.ARCHIVED)) == [first]
    assert (batches.queries.count_batches(), batches.queries.count_batches(ARCHIVE)) == (1, 1)
    again = batches.queries.batches_again(known, known[0].at)
    assert [view.job.job_id for view in again] == [second]
    overview = batches.queries.overview(SystemClock().now() - timedelta(hours=1))
    assert (overview.failed, overview.failed_in, overview.archived) == (1, 1, 1)
    assert batches.events(first)[-1] == "archived"


def test_an_archived_batch_keeps_everything_and_can_be_brought_back(batches: Batches) -> None:
    job_id = done(batches)
    before = batches.items(job_id)
    batches.engine.archive.archive(job_id)
    batches.engine.archive.archive(job_id)
    assert batches.items(job_id) == before
    batches.engine.archive.unarchive(job_id, by="ben")
    batches.engine.archive.unarchive(job_id)
    assert listed(batches, BatchFilter()) == [job_id]
    assert batches.events(job_id)[-2:] == ["archived", "brought back"]


def test_a_batch_that_has_not_ended_is_not_archived(batches: Batches) -> None:
    job_id = batches.upload(barcodes(2))
    with pytest.raises(IllegalTransition, match="is pending: cancel it, or let it end"):
        batches.engine.archive.archive(job_id)
    batches.commands.pause(job_id)
    with pytest.raises(IllegalTransition, match="is paused"):
        batches.engine.archive.archive(job_id)
    batches.commands.cancel(job_id)
    batches.engine.archive.archive(job_id)
    assert listed(batches, BatchFilter()) == []


def test_a_batch_whose_rows_are_done_again_comes_back_by_itself(batches: Batches) -> None:
    job_id = done(batches)
    batches.engine.archive.archive(job_id)
    batches.commands.retry_failed(job_id)
    assert listed(batches, BatchFilter()) == [job_id]
    batches.run(Chosen())
    assert batches.stored(job_id).visibility is Visibility.VISIBLE


def test_a_batch_of_the_earlier_service_is_archived_too(batches: Batches) -> None:
    old = {
        "job_id": "batch_old",
        "status": "completed",
        "gcs_path": "gs://b/x.txt",
        "created_at": "2026-01-05T10:00:00",
    }
    batches.store.commit(Put(job_path("batch_old"), old))
    assert listed(batches, BatchFilter()) == ["batch_old"]
    batches.engine.archive.archive("batch_old")
    assert listed(batches, BatchFilter()) == []
    assert listed(batches, ARCHIVE) == ["batch_old"]


def test_a_batch_that_never_was_is_unknown(batches: Batches) -> None:
    with pytest.raises(JobUnknown):
        batches.engine.archive.archive("batch_1")


def test_all_that_match_are_archived_but_those_that_have_not_ended(batches: Batches) -> None:
    ended, waiting = [done(batches, 1) for _ in range(AT_ONCE // 10)], batches.upload(barcodes(2))
    assert batches.engine.archive.archive_all(BatchFilter("rows"), by="anna") == len(ended)
    assert listed(batches, BatchFilter()) == [waiting]
    assert batches.engine.archive.unarchive_all(BatchFilter("nothing", visibility=Visibility.ARCHIVED)) == 0
    assert batches.engine.archive.unarchive_all(ARCHIVE) == len(ended)
    assert set(listed(batches, BatchFilter())) == {*ended, waiting}
