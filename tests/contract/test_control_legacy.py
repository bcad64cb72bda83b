"""A batch of the service that this one replaces is recovered: it goes on, and nothing of it is done twice or lost."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.batches.documents import JOBS, SHARDS
from engine.clock import SystemClock
from engine.codec import decode
from engine.domain.batch import legacy
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.shards import SHARD_ROWS
from engine.domain.identify.evidence import ReleaseSummary
from engine.errors import Cause, IllegalTransition
from engine.store.base import Patch, Put
from tests.support.batch_runs import Batches, Chosen, barcode, barcodes, fails
from tests.support.dying import Dying, Killed

JOB_ID = "batch_20250821_145610_0"
PATH = "gs://draft-maker-bucket/exu2.txt"
AT = datetime(2025, 8, 21, 14, 56, 10, tzinfo=UTC)


def failure(index: int) -> dict[str, Any]:
    return {
        "upc": barcode(index),
        "index": index,
        "error": f"eBay error 500 at {index}",
        "timestamp": "2025-08-21T14:57:00",
    }


def leave(batches: Batches, content: bytes | None = None, **changed: Any) -> str:
    """Leave a batch as the earlier service did, by default after nine of 42 rows, of which 1, 4 and 8 failed."""
    document = {
        "job_id": JOB_ID,
        "status": "running",
        "gcs_path": PATH,
        "total_upcs": 42,
        "processed_upcs": 9,
        "successful_upcs": 6,
        "failed_upcs": 3,
        "last_processed_index": 8,
        "created_at": AT,
        "started_at": "2025-08-21T14:56:10.501000",
        "completed_at": None,
        "error": None,
        "results": [{"upc": barcode(0), "success": True, "artist": "Björk", "listing_id": "1101"}],
        "failed_upc_list": [failure(1), failure(4), failure(8)],
        "checkpoints": [{"upc_index": 0, "upc": barcode(0), "success": True, "timestamp": "2025-08-21T14:56:20"}],
        **changed,
    }
    batches.store.commit(Put(f"{JOBS}/{document['job_id']}", document))
    batches.files.create(PATH, barcodes(42) if content is None else content)
    return str(document["job_id"])


def recovered(batches: Batches, pipeline: Chosen | None = None, **changed: Any) -> Job:
    """Leave a batch, recover it and run it to its end."""
    job_id = leave(batches, **changed)
    assert batches.commands.recover(job_id).status is JobStatus.PENDING
    batches.run(pipeline)
    return batches.stored(job_id)


def counters(job: Job) -> tuple[int, int, int, int, int]:
    return (job.processed_upcs, job.successful_upcs, job.failed_upcs, job.skipped_upcs, job.last_processed_index)


def states(batches: Batches) -> Counter[ItemStatus]:
    return Counter(item.status for item in batches.items(JOB_ID).values())


def outcomes(batches: Batches) -> list[dict[str, str]]:
    return list(csv.DictReader("".join(batches.exports.results_csv(JOB_ID)).splitlines()))


@pytest.mark.parametrize("status", ["running", "failed", "pending", "paused", "cancelled"])
def test_a_batch_goes_on_behind_the_rows_that_were_done(batches: Batches, status: str) -> None:
    pipeline = Chosen()
    job = recovered(batches, pipeline, status=status)
    assert pipeline.runs == Counter(range(9, 42))
    assert (job.status, job.total_upcs) == (JobStatus.COMPLETED, 42)
    assert counters(job) == (42, 39, 3, 0, 41)
    assert batches.exact(JOB_ID)


def test_counters_and_watermark_stand_while_it_waits(batches: Batches) -> None:
    leave(batches)
    assert counters(batches.commands.recover(JOB_ID)) == (9, 6, 3, 0, 8)
    assert counters(batches.job(JOB_ID)) == (9, 6, 3, 0, 8)


def test_recovery_pressed_twice_is_one_recovery(batches: Batches) -> None:
    leave(batches)
    assert batches.commands.recover(JOB_ID) == batches.commands.recover(JOB_ID)
    assert batches.events(JOB_ID) == ["recovered"]
    assert batches.store.count(SHARDS) == 1


def test_a_completed_batch_is_not_recovered(batches: Batches) -> None:
    leave(batches, status="completed")
    with pytest.raises(IllegalTransition, match="completed"):
        batches.commands.recover(JOB_ID)


def test_a_paused_batch_is_resumed_as_it_is_recovered(batches: Batches) -> None:
    leave(batches)
    batches.commands.pause(JOB_ID)
    batches.commands.resume(JOB_ID)
    batches.run()
    assert counters(batches.stored(JOB_ID)) == (42, 39, 3, 0, 41)


def test_what_the_document_told_of_a_row_stays_with_it(batches: Batches) -> None:
    recovered(batches)
    items = batches.items(JOB_ID)
    assert (items[4].cause, items[4].error, items[4].retryable) == (Cause.EARLIER, "eBay error 500 at 4", True)
    assert items[4].finished_at == datetime(2025, 8, 21, 14, 57, tzinfo=UTC)
    assert (items[0].release, items[0].match.earlier["listing_id"]) == (ReleaseSummary(artist="Björk"), "1101")
    assert (items[0].outcome, items[0].sku, items[0].finished_at) == (None, "", AT + timedelta(seconds=10))
    assert (items[2].status, items[2].not_sent, items[2].finished_at) == (ItemStatus.SUCCEEDED, legacy.DONE, None)


def test_results_have_a_line_for_every_row(batches: Batches) -> None:
    recovered(batches)
    found = outcomes(batches)
    assert [line["upc"] for line in found] == barcodes(42).decode().split()
    assert Counter(line["status"] for line in found) == {"succeeded": 39, "failed": 3}
    assert found[8]["error"] == "eBay error 500 at 8"


def test_the_lists_of_the_document_become_ours(batches: Batches) -> None:
    job = recovered(batches, Chosen({20: fails}))
    assert [entry.index for entry in job.failed_upc_list] == [1, 4, 8, 20]
    assert len(job.results) == len(job.checkpoints) == 10


def test_old_failures_can_be_retried_and_get_skus_of_this_engine(batches: Batches) -> None:
    recovered(batches)
    again = Chosen()
    batches.commands.retry_failed(JOB_ID)
    batches.run(again)
    assert again.runs == Counter([1, 4, 8])
    assert counters(batches.stored(JOB_ID)) == (42, 42, 0, 0, 41)
    assert batches.exact(JOB_ID)
    items = batches.items(JOB_ID)
    assert (items[4].sku, items[9].sku) == ("DM250821145610N0R000004", "DM250821145610N0R000009")
    assert items[4].history[0].error == "eBay error 500 at 4"


@pytest.mark.parametrize(
    "listed",
    [
        [barcode(1), barcode(4), barcode(8)],
        [{"upc": barcode(1)}, {"upc": f"0{barcode(4)}", "error": "401"}, {"upc": int(barcode(8)), "timestamp": "?"}],
        [failure(1), barcode(8), {**failure(4), "index": 7}],
    ],
)
def test_failures_are_found_by_their_barcodes(batches: Batches, listed: list[Any]) -> None:
    recovered(batches, failed_upc_list=listed)
    assert [index for index, item in batches.items(JOB_ID).items() if item.status is ItemStatus.FAILED] == [1, 4, 8]
    assert batches.exact(JOB_ID)


def test_a_barcode_that_failed_in_two_rows_failed_in_both(batches: Batches) -> None:
    content = f"{barcode(0)}\n{barcode(1)}\n{barcode(0)}\n{barcode(3)}\n".encode()
    old: dict[str, Any] = {
        "total_upcs": 4,
        "processed_upcs": 3,
        "failed_upcs": 2,
        "last_processed_index": 2,
        "results": [],
    }
    recovered(batches, content=content, **old, failed_upc_list=[barcode(0), barcode(0)])
    assert states(batches) == {ItemStatus.FAILED: 2, ItemStatus.SUCCEEDED: 2}
    assert batches.items(JOB_ID)[2].status is ItemStatus.FAILED


def test_failures_that_only_the_results_name_are_found(batches: Batches) -> None:
    told = [{"upc": barcode(index), "success": False, "error": "no match"} for index in (1, 4)]
    recovered(batches, results=told, failed_upc_list=[failure(8)])
    assert batches.items(JOB_ID)[4].error == "no match"
    assert batches.exact(JOB_ID)


def test_rows_whose_end_nobody_tells_are_neither_run_again_nor_given_an_end(batches: Batches) -> None:
    pipeline = Chosen()
    job = recovered(batches, pipeline, failed_upc_list=[], successful_upcs=3, failed_upcs=6)
    assert pipeline.runs == Counter(range(9, 42))
    assert counters(job) == (42, 36, 6, 0, 41)
    items = batches.items(JOB_ID)
    assert [items[index].status for index in range(9)] == [ItemStatus.SUCCEEDED, *[ItemStatus.SKIPPED] * 8]
    assert {line["error"] for line in outcomes(batches)[1:9]} == {legacy.UNRECORDED}
    with pytest.raises(IllegalTransition, match="no failed row"):
        batches.commands.retry_failed(JOB_ID)


def test_a_failure_that_was_listed_but_not_counted_is_counted(batches: Batches) -> None:
    job = recovered(batches, successful_upcs=7, failed_upcs=2)
    assert counters(job) == (42, 39, 3, 0, 41)
    assert batches.exact(JOB_ID)


def test_the_row_in_hand_at_the_end_is_run_whatever_the_lists_say_of_it(batches: Batches) -> None:
    pipeline = Chosen()
    job = recovered(batches, pipeline, failed_upc_list=[failure(1), failure(4), failure(8), barcode(9)])
    assert pipeline.runs[9] == 1
    assert counters(job) == (42, 39, 3, 0, 41)
    assert [entry.index for entry in job.failed_upc_list] == [1, 4, 8]


@pytest.mark.parametrize(
    "old", [{"failed_upc_list": [barcode(0)], "total_upcs": None}, {"failed_upc_list": None, "results": None}]
)
def test_a_batch_that_never_began_runs_from_its_first_row(batches: Batches, old: dict[str, Any]) -> None:
    pipeline = Chosen()
    none = {"processed_upcs": 0, "successful_upcs": 0, "failed_upcs": None, "last_processed_index": None}
    job = recovered(batches, pipeline, **none, **old, checkpoints=None)
    assert pipeline.runs == Counter(range(42))
    assert counters(job) == (42, 42, 0, 0, 41)


def test_a_batch_whose_rows_are_all_done_is_completed(batches: Batches) -> None:
    pipeline = Chosen()
    old = {"processed_upcs": 42, "successful_upcs": 39, "last_processed_index": 41}
    job = recovered(batches, pipeline, **old)
    assert not pipeline.runs
    assert (job.status, *counters(job)) == (JobStatus.COMPLETED, 42, 39, 3, 0, 41)
    assert batches.exact(JOB_ID)


def test_a_large_batch_goes_on_in_shards(batches: Batches) -> None:
    count, done = 2 * SHARD_ROWS + 10, SHARD_ROWS + 5
    pipeline = Chosen()
    old = {"total_upcs": count, "processed_upcs": done, "successful_upcs": done - 3, "last_processed_index": done - 1}
    job = recovered(batches, pipeline, content=barcodes(count), **old)
    assert pipeline.runs == Counter(range(done, count))
    assert counters(job) == (count, count - 3, 3, 0, count - 1)
    assert batches.store.count(SHARDS) == 3


def test_without_its_file_it_fails_and_can_be_recovered_when_the_file_is_there(batches: Batches) -> None:
    leave(batches, gcs_path="gs://draft-maker-bucket/gone.txt")
    batches.commands.recover(JOB_ID)
    batches.run()
    job = batches.stored(JOB_ID)
    assert (job.status, job.error) == (JobStatus.FAILED, "gs://draft-maker-bucket/gone.txt was not found")
    assert counters(job) == (9, 6, 3, 0, 8)
    assert len(job.failed_upc_list) == 3
    batches.files.create("gs://draft-maker-bucket/gone.txt", barcodes(42))
    batches.commands.recover(JOB_ID)
    batches.run()
    assert counters(batches.stored(JOB_ID)) == (42, 39, 3, 0, 41)
    assert batches.exact(JOB_ID)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (barcodes(41), "it has 41 rows, and the batch was begun with 42"),
        (barcodes(84)[-42 * 13 :], f"{barcode(1)}, which failed in it, is none of its first 9 rows"),
    ],
)
def test_another_file_in_its_place_is_not_run(batches: Batches, content: bytes, why: str) -> None:
    pipeline = Chosen()
    job = recovered(batches, pipeline, content=content)
    assert (job.status, pipeline.runs) == (JobStatus.FAILED, Counter())
    assert why in str(job.error)
    assert not batches.items(JOB_ID)


def test_a_worker_that_dies_while_it_takes_the_batch_over_leaves_it_to_the_next(batches: Batches) -> None:
    leave(batches)
    batches.commands.recover(JOB_ID)
    dying: Any = Dying(batches.store, 1, after=True, counts=lambda write: "/items/" in write.path)
    with pytest.raises(Killed):
        Batches(dying, batches.files).run()
    assert len(batches.items(JOB_ID)) == 9
    assert counters(batches.job(JOB_ID)) == (9, 6, 3, 0, 8)
    shard = batches.store.get(f"{SHARDS}/{JOB_ID}-0000")[0]
    assert shard
    batches.store.commit(Patch(shard.path, {"available_at": SystemClock().now()}, None))
    pipeline = Chosen()
    batches.run(pipeline)
    assert pipeline.runs == Counter(range(9, 42))
    assert batches.exact(JOB_ID)


def test_what_an_operator_sees_of_it(batches: Batches) -> None:
    leave(batches)
    assert batches.queries.batch(JOB_ID).interrupted
    batches.commands.recover(JOB_ID)
    assert not batches.queries.batch(JOB_ID).interrupted
    leave(batches, job_id="batch_20250821_145610_1", status="failed")
    assert not batches.queries.batch("batch_20250821_145610_1").interrupted
    batches.run()
    assert [found.cause for found in batches.queries.causes(JOB_ID)] == [Cause.EARLIER]


def test_batches_whose_time_is_text_are_listed_in_their_place(batches: Batches) -> None:
    for number, created_at in enumerate((AT, "2025-08-21T14:56:12", AT + timedelta(seconds=4), "2025-08-21T14:56:13Z")):
        leave(batches, job_id=f"old_{number}", created_at=created_at)
    listed = [view.job.job_id for view in batches.queries.batches()]
    assert listed == ["old_2", "old_3", "old_1", "old_0"]
    assert [view.job.job_id for view in batches.queries.batches(2)] == listed[:2]
    earlier = batches.queries.batches(before=AT + timedelta(seconds=3))
    assert [view.job.job_id for view in earlier] == ["old_1", "old_0"]


@pytest.mark.parametrize(
    ("job_id", "prefix"),
    [("batch_20250821_145610_0", "DM250821145610N0R"), ("batch_20250821_145610_12", "DM250821145610N12R")],
)
def test_skus_begin_as_those_of_our_own_batches_do(job_id: str, prefix: str) -> None:
    assert legacy.sku(job_id) == prefix


def test_skus_of_batches_with_odd_names_differ() -> None:
    odd = {legacy.sku(name) for name in ("old", "older", "batch_20250821_145610", "batch_2025_08_0")}
    assert len(odd) == 4
    assert all(prefix.isalnum() and len(prefix) + 6 <= 50 for prefix in odd)


def test_an_item_of_the_earlier_service_comes_back_from_its_document(batches: Batches) -> None:
    recovered(batches)
    item = batches.items(JOB_ID)[0]
    assert decode(Item, item.document()) == item
