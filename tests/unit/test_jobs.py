"""A batch: its states, and its counters as the sum of what its shards know."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain import items, jobs
from engine.domain.items import Item
from engine.domain.jobs import MAX_FAILED, NEWEST, OPEN, TRANSITIONS, Job, JobStatus
from engine.domain.shards import Shard, ShardKind, Tally
from engine.errors import Cause, IllegalTransition

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
JOB = Job("batch_1", JobStatus.PENDING, "gs://b/x.txt", NOW, total_upcs=10)


def shard(number: int, a: int, b: int, next_: int, tally: Tally | None = None, **more: Any) -> Shard:
    kind = more.pop("kind", ShardKind.ROWS)
    known = tally or Tally(ok=next_ - a)
    return Shard("batch_1", number, kind, a, b, next_, NOW, NOW, tally=known, **more)


def job(status: JobStatus, *known: Shard) -> Job:
    return jobs.fold(replace(JOB, status=status), known)


def failed(index: int) -> Item:
    return items.fail(Item(index, index + 1, str(index), str(index)), Cause.NO_MATCH, "why", now=NOW)


def succeeded(index: int) -> Item:
    return items.succeed(Item(index, index + 1, str(index), str(index)), now=NOW)


DONE = shard(0, 0, 10, 10, done=True)
HALF = shard(0, 0, 10, 5)


@pytest.mark.parametrize(("status", "wanted"), list(product(JobStatus, JobStatus)))
def test_a_job_moves_where_its_state_leads_and_nowhere_else(status: JobStatus, wanted: JobStatus) -> None:
    if wanted in TRANSITIONS[status]:
        assert jobs.move(job(status), wanted, now=NOW, error="why").error == "why"
        return
    with pytest.raises(IllegalTransition, match=f"is {status} and cannot become {wanted}"):
        jobs.move(job(status), wanted, now=NOW)


def test_a_job_comes_back_from_its_document() -> None:
    settled = jobs.settle(job(JobStatus.RUNNING), [HALF], [failed(1), succeeded(2)], now=NOW)
    assert Job.from_document(settled.document()) == settled


def test_a_document_of_the_earlier_service_is_read() -> None:
    legacy = {"job_id": "old", "status": "failed", "gcs_path": "gs://b/x", "created_at": NOW.replace(tzinfo=None)}
    read = Job.from_document({**legacy, "results": None, "instance_id": "x", "test_mode": True})
    assert (read.created_at, read.results, read.options.test_mode, read.engine) == (NOW, (), True, {})


@pytest.mark.parametrize("status", sorted(set(JobStatus) - {JobStatus.PENDING}))
def test_only_a_waiting_job_begins(status: JobStatus) -> None:
    assert jobs.begin(job(status), now=NOW) == job(status)


def test_a_job_that_begins_again_keeps_its_first_start() -> None:
    begun = jobs.begin(job(JobStatus.PENDING), now=NOW)
    assert (begun.status, begun.started_at) == (JobStatus.RUNNING, NOW)
    again = jobs.begin(replace(begun, status=JobStatus.PENDING), now=NOW + timedelta(hours=1))
    assert again.started_at == NOW


@pytest.mark.parametrize("status", sorted(set(JobStatus) - {JobStatus.PENDING, JobStatus.COMPLETED}))
def test_a_job_with_rows_left_waits_again_when_it_is_reopened(status: JobStatus) -> None:
    reopened = jobs.reopen(replace(job(status, HALF), error="why"), now=NOW)
    assert (reopened.status, reopened.error, reopened.completed_at) == (JobStatus.PENDING, None, None)


@pytest.mark.parametrize("status", [JobStatus.PAUSED, JobStatus.CANCELLED, JobStatus.RUNNING])
def test_a_job_without_a_row_left_is_completed_when_it_is_reopened(status: JobStatus) -> None:
    reopened = jobs.reopen(job(status, DONE), now=NOW)
    assert (reopened.status, reopened.completed_at) == (JobStatus.COMPLETED, NOW)


@pytest.mark.parametrize("status", [*OPEN, JobStatus.PAUSED])
def test_the_last_row_completes_a_job_that_waits_runs_or_is_paused(status: JobStatus) -> None:
    assert jobs.settle(job(status), [DONE], [], now=NOW).status is JobStatus.COMPLETED


@pytest.mark.parametrize("status", [JobStatus.CANCELLED, JobStatus.FAILED, JobStatus.COMPLETED])
def test_a_job_that_was_stopped_for_good_stays_so(status: JobStatus) -> None:
    assert jobs.settle(job(status), [DONE], [], now=NOW).status is status


def test_a_job_with_an_open_shard_is_not_completed() -> None:
    settled = jobs.settle(job(JobStatus.RUNNING), [DONE, shard(1, 10, 20, 15)], [], now=NOW)
    assert settled.status is JobStatus.RUNNING
    assert not jobs.finished(job(JobStatus.RUNNING))


# counters


def test_counters_are_the_sum_of_the_tallies() -> None:
    known = [shard(0, 0, 10, 10, Tally(7, 2, 1)), shard(1, 10, 20, 12, Tally(1, 1, 1))]
    folded = job(JobStatus.RUNNING, *known)
    counters = (folded.processed_upcs, folded.successful_upcs, folded.failed_upcs, folded.skipped_upcs)
    assert counters == (13, 8, 3, 2)


@pytest.mark.parametrize(
    ("nexts", "watermark"),
    [((0, 10), -1), ((9, 20), 8), ((10, 10), 9), ((10, 15), 14), ((10, 20), 19), ((5, 15), 4)],
)
def test_the_watermark_is_contiguous_over_the_shards(nexts: tuple[int, int], watermark: int) -> None:
    known = [shard(1, 10, 20, nexts[1]), shard(0, 0, 10, nexts[0])]
    assert job(JobStatus.RUNNING, *known).last_processed_index == watermark


def test_a_retry_moves_counters_and_leaves_total_and_watermark() -> None:
    first = shard(0, 0, 10, 10, Tally(6, 4), done=True)
    again = shard(1, 0, 10, 3, Tally(3, -3), kind=ShardKind.RETRY)
    folded = job(JobStatus.RUNNING, first, again)
    assert (folded.processed_upcs, folded.successful_upcs, folded.failed_upcs) == (10, 9, 1)
    assert folded.last_processed_index == 9


@given(
    st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10), st.integers(0, 10)), min_size=1, max_size=6),
    st.randoms(),
)
def test_whoever_folds_in_whatever_order_comes_to_the_same(tallies: list[tuple[int, int, int]], random: Any) -> None:
    known = [shard(n, n * 10, n * 10 + 10, n * 10 + n, Tally(*tally)) for n, tally in enumerate(tallies)]
    shuffled = random.sample(known, len(known))
    once = job(JobStatus.RUNNING, *known)
    one_by_one = JOB
    for part in shuffled:
        one_by_one = jobs.fold(one_by_one, [part])
    fields = ("processed_upcs", "successful_upcs", "failed_upcs", "skipped_upcs", "last_processed_index")
    assert [getattr(once, name) for name in fields] == [getattr(one_by_one, name) for name in fields]
    assert jobs.fold(once, shuffled) == once


# the bounded lists


def test_the_lists_hold_the_newest_few() -> None:
    settled = job(JobStatus.RUNNING)
    for start in range(0, 300, 30):
        settled = jobs.settle(settled, [], [failed(index) for index in range(start, start + 30)], now=NOW)
    assert [entry["index"] for entry in settled.results] == list(range(299, 299 - NEWEST, -1))
    assert [entry["upc_index"] for entry in settled.checkpoints] == list(range(299, 299 - NEWEST, -1))
    assert [entry["index"] for entry in settled.failed_upc_list] == list(range(300 - MAX_FAILED, 300))
    assert set(settled.failed_upc_list[0]) == {"upc", "index", "error", "timestamp"}


def test_a_row_that_succeeds_at_last_leaves_the_list_of_failures() -> None:
    first = jobs.settle(job(JobStatus.RUNNING), [], [failed(1), failed(2)], now=NOW)
    again = jobs.settle(first, [], [succeeded(1), failed(2)], now=NOW)
    assert [entry["index"] for entry in again.failed_upc_list] == [2]
