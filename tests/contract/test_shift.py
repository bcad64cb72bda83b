"""What a shift hands over: counted by the store, with what mends each thing that is stuck."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.batches.documents import SHARDS, WORKERS, job_path
from engine.batches.shift import MOST
from engine.codec import encode
from engine.domain.batch.fixes import FixKind, Remedy, RowsWanted
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.workers import WorkerRecord
from engine.domain.services import Service
from engine.errors import Cause
from engine.public import MendedAt, ShiftReport, shift_message
from engine.quota.documents import BUDGETS
from engine.quota.stored_budget import StoredBudget
from engine.store.base import Patch, Put
from tests.support.batch_runs import Batches, Chosen, barcodes, fails

SHIFT = timedelta(hours=8)


@pytest.fixture
def batches(batches_of_each_store: Batches) -> Batches:
    return batches_of_each_store


def report(batches: Batches) -> ShiftReport:
    return batches.engine.shifts.report(SHIFT)


def worker(name: str, age: timedelta = timedelta(0), job_id: str | None = None) -> Put:
    now = datetime.now(UTC)
    return Put(f"{WORKERS}/{name}", encode(WorkerRecord("working", now - age, now - SHIFT, job_id=job_id)))


def changed(batches: Batches, job_id: str, **fields: object) -> None:
    batches.store.commit(Patch(job_path(job_id), fields, None))


def test_a_shift_with_nothing_in_it_says_so(batches: Batches) -> None:
    found = report(batches)
    assert (found.finished.batches, found.stuck, found.running, found.left) == (0, (), (), 0)
    assert "Nothing is stuck." in shift_message(found)


def test_what_ended_and_failed_is_counted_since_the_shift_began(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    batches.run(Chosen({0: fails}))
    earlier = batches.upload(barcodes(2))
    batches.run(Chosen())
    changed(batches, earlier, completed_at=datetime.now(UTC) - 2 * SHIFT)
    done = report(batches).finished
    assert (done.batches, [job.job_id for job in done.newest], done.failed) == (1, [job_id], 1)


def test_failed_rows_of_all_batches_stand_with_their_cause_and_the_first_of_them(batches: Batches) -> None:
    first = batches.upload(barcodes(2))
    batches.run(Chosen({0: fails}))
    batches.upload(barcodes(2))
    batches.run(Chosen({0: fails, 1: fails}))
    (one,) = report(batches).stuck
    assert (one.screen, one.cause, one.rows, one.lately) == (MendedAt.ATTENTION, Cause.NO_MATCH, 3, 3)
    assert one.since == batches.items(first)[0].finished_at
    old = {"finished_at": datetime.now(UTC) - 2 * SHIFT}
    batches.store.commit(Patch(f"{job_path(first)}/items/000000", old, None))
    (one,) = report(batches).stuck
    assert (one.rows, one.lately, one.since) == (3, 2, old["finished_at"])


def test_batches_that_a_person_must_let_go_on_say_why(batches: Batches) -> None:
    paused, stopped, broken = (batches.upload(barcodes(3)) for _ in range(3))
    batches.commands.pause(paused)
    changed(batches, stopped, status=JobStatus.PAUSED, error="Discogs refuses the token.")
    changed(batches, broken, status=JobStatus.FAILED, error="The file is gone.")
    found = {one.job_id: one for one in report(batches).stuck}
    assert {job_id: one.why for job_id, one in found.items()} == {
        paused: "A person paused it.",
        stopped: "Discogs refuses the token.",
        broken: "The file is gone.",
    }
    assert all(one.screen is MendedAt.BATCH and one.since for one in found.values())


def test_a_batch_whose_engine_died_is_stuck_since_its_last_heartbeat(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    age = timedelta(minutes=6)
    changed(batches, job_id, status=JobStatus.RUNNING, total_upcs=3)
    shard = {"owner": "dead", "lease_until": datetime.now(UTC) - age}
    batches.store.commit(Patch(f"{SHARDS}/{job_id}-0000", shard, None), worker("dead", age, job_id), worker("alive"))
    (one,) = report(batches).stuck
    assert (one.job_id, one.rows) == (job_id, 3)
    assert one.since
    assert timedelta(0) <= datetime.now(UTC) - age - one.since < timedelta(minutes=1)
    assert report(batches).running == ()


def test_rows_that_wait_while_no_engine_runs_come_first(batches: Batches) -> None:
    batches.upload(barcodes(3))
    first = report(batches).stuck[0]
    assert (first.screen, first.name, first.rows) == (MendedAt.SYSTEM, "No engine is running", 3)
    batches.store.commit(worker("alive"))
    assert report(batches).stuck == ()


def test_a_running_batch_says_how_far_it_is(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    changed(batches, job_id, status=JobStatus.RUNNING, total_upcs=3)
    batches.store.commit(worker("alive", job_id=job_id))
    (one,) = report(batches).running
    assert (one.job_id, one.done, one.total) == (job_id, 0, 3)
    assert "0 of 3 rows" in shift_message(report(batches))


def test_a_service_that_is_down_or_without_quota_for_long_says_until_when(batches: Batches) -> None:
    now = datetime.now(UTC)
    until = now + timedelta(minutes=30)
    down = StoredBudget(Service.DISCOGS, 60, 60.0, breaker="open", failures=3, opened_at=now, open_until=until)
    gone = StoredBudget(Service.EBAY, 60, 60.0, daily_limit=10, daily_used=10, daily_resets_at=until)
    busy = StoredBudget(Service.MUSICBRAINZ, 1, 60.0, (now.timestamp() + 60,), ("",), ("",))
    batches.store.commit(*(Put(f"{BUDGETS}/{one.service}", encode(one)) for one in (down, gone, busy)))
    found = {one.name: one.until for one in report(batches).stuck}
    assert found == {"Discogs": until, "eBay": until}


def test_a_fix_that_runs_is_handed_over(batches: Batches) -> None:
    batches.upload(barcodes(2))
    batches.run(Chosen({0: fails}))
    fix = batches.engine.fixes.begin(RowsWanted(Cause.NO_MATCH), Remedy(FixKind.RETRY), by="ann")
    found = report(batches)
    assert found.fixes == (fix,)
    assert "Fix under way: retry, Not in the catalogues: 0 of 1 row queued, by ann." in shift_message(found)


def test_more_batches_than_are_named_are_counted(batches: Batches) -> None:
    for _ in range(MOST + 2):
        batches.commands.pause(batches.upload(barcodes(1)))
    found = report(batches)
    assert (len(found.stuck), found.unnamed) == (MOST, 2)
    assert "and 2 batches more that are paused or failed." in shift_message(found)
