"""A batch: its states, and its counters as the sum of what its shards know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.codec import decode, encode, replace
from engine.domain.batch import items, jobs, legacy, results, throughput
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.jobs import MAX_FAILED, NEWEST, OPEN, TRANSITIONS, Job, JobStatus
from engine.domain.batch.progress import EngineState, ShardProgress
from engine.domain.batch.results import RowFailure
from engine.domain.batch.rows import Carried, Row
from engine.domain.batch.shards import Shard, ShardKind, Tally, counted
from engine.domain.batch.throughput import Throughput
from engine.domain.identify.evidence import Match
from engine.errors import Cause, IllegalTransition

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
JOB = Job("batch_1", JobStatus.PENDING, "gs://b/x.txt", NOW, total_upcs=10)


def shard(number: int, a: int, b: int, next_: int, tally: Tally | None = None, **more: Any) -> Shard:
    kind = more.pop("kind", ShardKind.ROWS)
    known = tally or Tally(ok=next_ - a)
    return counted(Shard("batch_1", number, kind, a, b, next_, NOW, NOW, **more), known)


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
    assert decode(Job, encode(settled)) == settled


def test_a_document_of_the_earlier_service_is_read() -> None:
    old = {"job_id": "old", "status": "failed", "gcs_path": "gs://b/x", "created_at": NOW.replace(tzinfo=None)}
    read = legacy.read({**old, "results": None, "instance_id": "x", "test_mode": True}, "batch_jobs/old")
    assert (read.created_at, read.results, read.options.test_mode, read.engine) == (NOW, (), True, EngineState())


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


@pytest.mark.parametrize("status", sorted({*OPEN, JobStatus.PAUSED}))
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


def test_the_lists_hold_the_newest_few_oldest_first() -> None:
    settled = job(JobStatus.RUNNING)
    for start in range(0, 300, 30):
        settled = jobs.settle(settled, [], [failed(index) for index in range(start, start + 30)], now=NOW)
    assert [entry.index for entry in settled.results] == list(range(300 - NEWEST, 300))
    assert [entry.upc_index for entry in settled.checkpoints] == list(range(300 - NEWEST, 300))
    assert [entry.index for entry in settled.failed_upc_list] == list(range(300 - MAX_FAILED, 300))
    assert set(encode(settled.failed_upc_list[0])) == {"upc", "index", "error", "timestamp"}


def test_entries_stand_in_the_order_in_which_their_rows_ended() -> None:
    late, early = (
        replace(succeeded(index), finished_at=NOW + timedelta(seconds=after)) for index, after in [(1, 9), (2, 3)]
    )
    settled = jobs.settle(job(JobStatus.RUNNING), [], [late, early], now=NOW)
    assert [entry.index for entry in settled.results] == [2, 1]
    assert [entry.upc_index for entry in settled.checkpoints] == [2, 1]


@pytest.mark.parametrize("name", ["results", "checkpoints"])
def test_lists_that_were_stored_newest_first_are_read_oldest_first(name: str) -> None:
    settled = jobs.settle(job(JobStatus.RUNNING), [], [failed(index) for index in range(6)], now=NOW)
    stored = encode(settled)
    del stored["schema"]
    turned = {**stored, name: stored[name][::-1]}
    assert getattr(legacy.read(turned, "batch_jobs/x"), name) == getattr(settled, name)


def test_entries_without_a_readable_time_stay_in_front_as_they_are() -> None:
    old = [{"upc": "9"}, {"upc": "1", "timestamp": "yesterday"}, {"upc": "5", "timestamp": "2025-08-21T14:56:10"}]
    stored = {name: value for name, value in encode(JOB).items() if name != "schema"}
    read = legacy.read({**stored, "results": [old[2], *old[:2]]}, "batch_jobs/x")
    assert [entry.earlier for entry in read.results] == old


def test_a_row_that_succeeds_at_last_leaves_the_list_of_failures() -> None:
    first = jobs.settle(job(JobStatus.RUNNING), [], [failed(1), failed(2)], now=NOW)
    again = jobs.settle(first, [], [succeeded(1), failed(2)], now=NOW)
    assert [entry.index for entry in again.failed_upc_list] == [2]


LACKING = replace(succeeded(5), match=Match(lacking=("discogs",)))
IN_FLIGHT = {
    "a row that has no end yet": (ShardKind.ROWS, replace(failed(5), status=ItemStatus.WORKING), True),
    "a failed row ahead of a retry": (ShardKind.RETRY, failed(5), True),
    "a failed row that a later retry is to run": (ShardKind.RETRY, replace(failed(5), wanted=2), False),
    "a row that succeeded ahead of a retry": (ShardKind.RETRY, succeeded(5), False),
    "a failed row that the retry has passed": (ShardKind.RETRY, failed(3), False),
    "a row that lacks a service": (ShardKind.COMPLETE, LACKING, True),
    "a row that lacks nothing": (ShardKind.COMPLETE, succeeded(5), False),
    "a failed row that lacks a service": (ShardKind.COMPLETE, replace(failed(5), match=LACKING.match), False),
    "a row that ended, under a first run": (ShardKind.ROWS, failed(5), False),
}


@pytest.mark.parametrize(("kind", "item", "expected"), IN_FLIGHT.values(), ids=IN_FLIGHT)
def test_a_row_may_be_in_flight_where_an_open_shard_has_yet_to_run_it(
    kind: ShardKind, item: Item, expected: bool
) -> None:
    open_shard = shard(1, 0, 10, 4, Tally(), kind=kind)
    assert jobs.may_be_in_flight(job(JobStatus.RUNNING, DONE, open_shard), item) is expected
    ended = replace(open_shard, done=True)
    assert jobs.may_be_in_flight(job(JobStatus.RUNNING, DONE, ended), item) is not item.done


# a batch whole, before and after

LATER = NOW + timedelta(hours=1)


def test_a_job_that_moves_says_when_and_why_and_nothing_else_changes() -> None:
    paused = jobs.move(JOB, JobStatus.PAUSED, now=LATER, error="Discogs refuses our token")
    reason = "Discogs refuses our token"
    assert paused == replace(JOB, status=JobStatus.PAUSED, error=reason, updated_at=LATER)
    assert jobs.move(paused, JobStatus.PENDING, now=LATER) == replace(JOB, updated_at=LATER)


def test_a_job_in_a_state_that_only_a_newer_version_knows_does_not_move() -> None:
    newer = decode(Job, {**encode(JOB), "status": "mothballed"})
    with pytest.raises(IllegalTransition) as refusal:
        jobs.move(newer, JobStatus.PENDING, now=NOW)
    assert str(refusal.value) == "Job batch_1 is mothballed and cannot become pending"


def test_a_job_begins_reopens_and_completes_at_a_time() -> None:
    running, moved = jobs.begin(JOB, now=LATER), replace(JOB, engine=replace(JOB.engine, moved_at=LATER))
    assert running == replace(moved, status=JobStatus.RUNNING, started_at=LATER, last_heartbeat=LATER, updated_at=LATER)
    stopped = replace(running, status=JobStatus.FAILED, error="why", completed_at=NOW)
    assert jobs.reopen(stopped, now=NOW) == replace(running, status=JobStatus.PENDING, updated_at=NOW)
    completed = {"status": JobStatus.COMPLETED, "completed_at": NOW, "updated_at": NOW}
    assert jobs.complete(running, now=NOW) == replace(running, **completed)


def test_folding_keeps_what_is_known_of_other_shards() -> None:
    folded = jobs.fold(jobs.fold(JOB, [DONE]), [shard(1, 10, 20, 15, Tally(1, 2, 2))])
    progress = {"0000": ShardProgress.of(DONE), "0001": ShardProgress.of(shard(1, 10, 20, 15, Tally(1, 2, 2)))}
    assert folded == replace(
        JOB,
        processed_upcs=15,
        successful_upcs=11,
        failed_upcs=2,
        skipped_upcs=2,
        last_processed_index=14,
        engine=EngineState(progress),
    )


def test_rows_that_end_are_in_every_list_in_the_counters_and_in_the_pace() -> None:
    ends = [replace(succeeded(1), finished_at=NOW), replace(failed(0), finished_at=NOW - timedelta(minutes=1))]
    settled = jobs.settle(JOB, [HALF], ends, now=LATER)
    running = replace(jobs.fold(jobs.begin(JOB, now=LATER), [HALF]), updated_at=LATER, last_heartbeat=LATER)
    assert settled == replace(
        running,
        results=(results.outcome(ends[1]), results.outcome(ends[0])),
        checkpoints=(results.checkpoint(ends[1]), results.checkpoint(ends[0])),
        failed_upc_list=(results.failure(ends[1]),),
        engine=replace(running.engine, pace=throughput.add(Throughput(), [NOW - timedelta(minutes=1), NOW], LATER)),
    )


def test_the_last_row_completes_a_job_as_it_ends() -> None:
    settled = jobs.settle(JOB, [DONE], [], now=LATER)
    times = {"completed_at": LATER, "updated_at": LATER, "last_heartbeat": LATER, "started_at": LATER}
    moved = replace(JOB, engine=replace(JOB.engine, moved_at=LATER))
    assert settled == replace(jobs.fold(moved, [DONE]), status=JobStatus.COMPLETED, **times)


@pytest.mark.parametrize(("carried", "sku"), [(None, "DMX000007"), (Carried(3, "DMY000003"), "DMY000003")])
def test_a_row_has_the_sku_of_the_batch_in_which_it_was_first(carried: Carried | None, sku: str) -> None:
    assert jobs.sku(replace(JOB, engine=EngineState(sku="DMX")), Row(7, 8, carried=carried)) == sku


# failed rows that another batch carries on


def handed(status: JobStatus, *known: Shard, to: str = "") -> Job:
    """Return a batch with failures at 1 and 2, the first of which was handed over by the shard 1, which is done."""
    listed = jobs.settle(job(JobStatus.RUNNING, *known), [], [failed(1), failed(2)], now=NOW)
    before = replace(listed, status=status, completed_at=None)
    over = shard(1, 0, 10, 10, Tally(bad=-1, skipped=1), kind=ShardKind.HANDOVER, done=True)
    return jobs.hand_over(before, over, [1], now=LATER, to=to)


FAILED_TWO = shard(0, 0, 10, 10, Tally(8, 2), done=True)


def test_rows_that_are_handed_over_are_skipped_and_fail_no_more() -> None:
    after = handed(JobStatus.COMPLETED, FAILED_TWO, to="batch_2")
    counters = (after.processed_upcs, after.successful_upcs, after.failed_upcs, after.skipped_upcs)
    assert counters == (10, 8, 1, 1)
    assert [entry.index for entry in after.failed_upc_list] == [2]
    assert (after.engine.handed_to, after.updated_at, after.status) == ("batch_2", LATER, JobStatus.COMPLETED)
    assert handed(JobStatus.COMPLETED, FAILED_TWO).engine.handed_to == ""


@pytest.mark.parametrize("status", sorted({*OPEN, JobStatus.PAUSED}))
def test_a_job_of_which_nothing_else_was_left_is_completed(status: JobStatus) -> None:
    after = handed(status, FAILED_TWO)
    assert (after.status, after.completed_at, after.updated_at) == (JobStatus.COMPLETED, LATER, LATER)
    assert after.last_heartbeat == (LATER if status is JobStatus.PENDING else NOW)


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED])
def test_a_job_that_was_stopped_stays_so_when_its_rows_go(status: JobStatus) -> None:
    assert (handed(status, FAILED_TWO).status, handed(status, FAILED_TWO).completed_at) == (status, None)


def test_a_job_with_rows_left_goes_on_when_others_go() -> None:
    assert handed(JobStatus.RUNNING, replace(FAILED_TWO, done=False)).status is JobStatus.RUNNING


# retries


def retry(number: int, tally: Tally, **more: Any) -> Shard:
    return shard(number, 0, 10, 10, tally, kind=ShardKind.RETRY, **more)


def test_the_first_shard_and_the_first_retry_of_a_batch() -> None:
    assert jobs.next_retry(JOB) == (replace(JOB, engine=EngineState(rounds=1)), 0, 1)
    first = job(JobStatus.COMPLETED, FAILED_TWO)
    assert jobs.next_retry(first) == (replace(first, engine=replace(first.engine, rounds=1)), 1, 1)


def test_retries_that_are_over_become_one_and_the_next_one_counts_on() -> None:
    over = [
        retry(2, Tally(1, -1), done=True),
        retry(3, Tally(0, -1, 1), done=True),
        retry(4, Tally(3, 2, 1), done=True),
    ]
    before = job(JobStatus.COMPLETED, FAILED_TWO, shard(1, 10, 20, 20, done=True), *over, retry(5, Tally(1, -1)))
    after, number, round_ = jobs.next_retry(before)
    assert (number, round_) == (6, 5)
    kept = {key: before.engine.shards[key] for key in ("0000", "0001", "0005")}
    merged = ShardProgress.of(retry(4, Tally(4, 0, 2), done=True))
    assert after == replace(before, engine=replace(before.engine, shards={**kept, "0004": merged}, rounds=5))
    assert jobs.fold(after, []).successful_upcs == before.successful_upcs
    assert jobs.next_retry(after)[1:] == (6, 6)


def test_one_retry_that_is_over_stays_as_it_is() -> None:
    before = job(JobStatus.COMPLETED, FAILED_TWO, retry(1, Tally(1, -1), done=True), retry(2, Tally(1, -1)))
    assert jobs.next_retry(before)[0].engine.shards == before.engine.shards


def test_lists_are_read_by_row_where_entries_have_no_index() -> None:
    listed = replace(JOB, status=JobStatus.RUNNING, failed_upc_list=(RowFailure("5"), RowFailure("6", 3)))
    again = jobs.settle(listed, [], [failed(2)], now=NOW)
    assert [(entry.upc, entry.index) for entry in again.failed_upc_list] == [("5", None), ("2", 2), ("6", 3)]
