"""Batches of the service before this one: what their documents say becomes rows, and nothing is made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.codec import replace
from engine.domain.batch import legacy
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.progress import EngineState, ShardProgress
from engine.domain.batch.results import Checkpoint, RowFailure, RowOutcome
from engine.domain.batch.rows import Row
from engine.domain.batch.shards import Shard, ShardKind, Tally
from engine.domain.identify.evidence import Match, ReleaseSummary
from engine.errors import Cause, DocumentBroken, UnreadableFile
from tests.support.batch_runs import barcode

JOB_ID = "batch_20250821_145610_0"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AT = datetime(2025, 8, 21, 14, 57, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)
A, B, C = map(barcode, range(3))


def old(done: int, **fields: Any) -> Job:
    """Return a batch that has `done` of its rows behind it."""
    known = {"job_id": JOB_ID, "status": "failed", "gcs_path": "gs://b/box.txt", "created_at": AT}
    return legacy.read({**known, "last_processed_index": done - 1, **fields}, f"batch_jobs/{JOB_ID}")


def rows(*codes: str) -> list[Row]:
    return [Row(index, index + 1, code, f"00{code}" if len(code) == 12 else None) for index, code in enumerate(codes)]


def some(count: int) -> list[Row]:
    return rows(*map(barcode, range(count)))


def listed(code: str, index: object = None, **more: Any) -> dict[str, Any]:
    return {"upc": code, "index": index, **more}


def failed_at(found: list[Item]) -> list[int]:
    return [item.index for item in found if item.status is ItemStatus.FAILED]


def test_entries_are_read_whether_they_are_bare_barcodes_or_say_more() -> None:
    told = {"upc_index": 3, "upc": 5, "success": "yes", "timestamp": "2025-08-21T14:57:00"}
    results = [{"upc": A, "success": "yes", "artist": 5, "title": "Post", "offer_id": "77"}]
    job = old(0, checkpoints=[A, told, {"success": True}], failed_upc_list=[{"upc_index": 2}], results=results)
    assert job.checkpoints == (
        Checkpoint(upc=A),
        Checkpoint(success=True),
        Checkpoint(3, "5", timestamp=AT),
    )
    assert job.failed_upc_list == (RowFailure("", 2),)
    assert job.results == (RowOutcome(A, title="Post", offer_id="77", earlier=results[0]),)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "box.txt"),
        ({"name": "Boxes"}, "Boxes"),
        ({"engine": {"rows": 5}}, ""),
        ({"engine": {"rows": 5}, "name": "Boxes"}, "Boxes"),
        ({"schema": 1}, ""),
    ],
)
def test_a_batch_without_a_name_is_named_after_its_file_where_it_is_none_of_ours(
    fields: dict[str, Any], name: str
) -> None:
    assert old(0, **fields).name == name


def test_lists_of_a_document_with_a_number_stand_as_they_were_written() -> None:
    newest_first = [{"upc": B, "timestamp": LATER}, {"upc": A, "timestamp": AT}]
    assert [entry.upc for entry in old(0, schema=1, results=newest_first).results] == [B, A]
    assert [entry.upc for entry in old(0, results=newest_first).results] == [A, B]


@pytest.mark.parametrize("numbered", [{"schema": 1}, {}])
def test_a_document_that_cannot_be_read_is_named(numbered: dict[str, Any]) -> None:
    with pytest.raises(DocumentBroken, match=f"batch_jobs/{JOB_ID}"):
        old(0, total_upcs="many", **numbered)


@pytest.mark.parametrize(("watermark", "processed", "done"), [(8, 0, 9), (8, 5, 9), (-1, 5, 5), (-1, 0, 0), (0, 7, 1)])
def test_rows_are_done_up_to_the_watermark_and_by_their_number_where_there_is_none(
    watermark: int, processed: int, done: int
) -> None:
    assert legacy.done_rows(old(0, last_processed_index=watermark, processed_upcs=processed)) == done


@pytest.mark.parametrize(
    ("job_id", "prefix"),
    [
        ("batch_20250821_145610_0", "DM250821145610N0R"),
        ("batch_20250821_145610_12", "DM250821145610N12R"),
        ("old", "DMCBA06B5736FAF67ER"),
        ("old_batch_20250821_145610_0", "DMC8936B1513A4E9EBR"),
    ],
)
def test_the_skus_of_a_batch_are_made_of_its_name(job_id: str, prefix: str) -> None:
    assert legacy.sku(job_id) == prefix


@pytest.mark.parametrize(
    ("done", "counted", "named", "tally"),
    [
        (9, 3, 0, Tally(6, 3)),
        (9, 3, 4, Tally(5, 4)),
        (9, 3, 2, Tally(6, 3)),
        (9, 12, 0, Tally(0, 9)),
        (0, 3, 0, Tally()),
    ],
)
def test_failures_are_counted_as_the_document_or_the_rows_name_them(
    done: int, counted: int, named: int, tally: Tally
) -> None:
    items = [Item(index, index + 1, "1", "1", ItemStatus.FAILED) for index in range(named)]
    others = [Item(8, 9, "1", "1", ItemStatus.SUCCEEDED)]
    assert legacy.tally(old(done, failed_upcs=counted), [*items, *others]) == tally
    assert legacy.tally(old(done, failed_upcs=max(counted, named))) == tally


@pytest.mark.parametrize("status", [JobStatus.PENDING, JobStatus.RUNNING, JobStatus.FAILED, JobStatus.PAUSED])
def test_a_batch_is_taken_over_with_its_counters_and_its_file_unread(status: JobStatus) -> None:
    job = old(9, status=status, failed_upcs=3, total_upcs=42, error="gone")
    assert legacy.unqueued(job)
    queued, shard = legacy.adopt(job, now=NOW)
    assert shard == Shard(JOB_ID, 0, ShardKind.UNREAD, 0, 0, 9, NOW, NOW, ok=6, bad=3)
    waits = replace(
        job,
        status=JobStatus.PENDING,
        error="gone" if status is JobStatus.PENDING else None,
        processed_upcs=9,
        successful_upcs=6,
        updated_at=NOW,
        engine=EngineState({"0000": ShardProgress.of(shard)}, sku="DM250821145610N0R", earlier=True),
    )
    assert queued == waits
    assert not legacy.unqueued(queued)


@pytest.mark.parametrize(("total", "count"), [(42, 42), (None, 9), (None, 50), (9, 9)])
def test_the_file_of_a_batch_has_the_rows_that_it_was_begun_with(total: int | None, count: int) -> None:
    legacy.check(old(9, total_upcs=total), count)


@pytest.mark.parametrize(
    ("total", "count", "begun_with"), [(42, 41, "42"), (42, 43, "42"), (None, 8, "at least 9"), (8, 8, "8")]
)
def test_a_file_with_other_rows_is_another_file(total: int | None, count: int, begun_with: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        legacy.check(old(9, total_upcs=total), count)
    assert str(refusal.value) == (
        f"gs://b/box.txt is not the file that this batch was begun with: it has {count} rows, and the batch was begun "
        f"with {begun_with}. Submit the rows that are left as a new batch."
    )


def test_every_row_that_was_done_has_what_the_document_says_of_it() -> None:
    result = {"upc": barcode(0), "success": True, "artist": "Björk", "title": "Post", "label": "Elektra"}
    whole = {**result, "format": "CD", "country": "US", "year": 1995, "timestamp": AT.isoformat(), "listing_id": "11"}
    job = old(
        4,
        failed_upcs=2,
        results=[whole],
        failed_upc_list=[listed(barcode(1), 1, error="500", timestamp=AT.isoformat()), listed("12", 2)],
        checkpoints=[
            {"upc_index": 0, "upc": barcode(0), "success": True, "timestamp": LATER.isoformat()},
            {"upc_index": 3, "upc": barcode(3), "success": True, "timestamp": LATER.isoformat()},
        ],
    )
    done = ItemStatus.SUCCEEDED
    assert legacy.items(job, rows(barcode(0), barcode(1), "12", barcode(3), barcode(4))) == [
        Item(
            0,
            1,
            barcode(0),
            f"00{barcode(0)}",
            done,
            attempts=1,
            not_sent=legacy.DONE,
            release=ReleaseSummary("Björk", "Post", "Elektra", year=1995, format="CD", country="US"),
            match=Match(earlier=whole),
            finished_at=AT,
        ),
        Item(
            1,
            2,
            barcode(1),
            f"00{barcode(1)}",
            ItemStatus.FAILED,
            Cause.EARLIER,
            "500",
            attempts=1,
            finished_at=AT,
        ),
        Item(2, 3, "12", None, ItemStatus.FAILED, Cause.INVALID_BARCODE, legacy.NO_REASON, attempts=1),
        Item(
            3,
            4,
            barcode(3),
            f"00{barcode(3)}",
            done,
            attempts=1,
            not_sent=legacy.DONE,
            match=Match(earlier={}),
            finished_at=LATER,
        ),
    ]


@pytest.mark.parametrize(
    ("facts", "release"),
    [
        ({}, ReleaseSummary()),
        ({"artist": None, "title": 1999, "year": "1995?"}, ReleaseSummary(title="1999", year="1995?")),
        ({"label": "", "country": "UK", "year": 0}, ReleaseSummary(country="UK")),
        ({"format": "Vinyl", "year": ["1995"]}, ReleaseSummary(format="Vinyl")),
    ],
)
def test_a_release_has_the_facts_that_its_result_names_and_no_others(
    facts: dict[str, Any], release: ReleaseSummary
) -> None:
    (item,) = legacy.items(old(1, results=[{"upc": barcode(0), "success": True, **facts}]), some(1))
    assert item.release == release


def test_an_outcome_of_our_own_form_says_nothing_in_the_words_of_another_service() -> None:
    entry = {"upc": barcode(0), "index": 0, "success": True, "not_sent": "", "timestamp": AT}
    (item,) = legacy.items(old(1, results=[entry]), some(1))
    assert (item.status, item.match, item.finished_at) == (ItemStatus.SUCCEEDED, Match(earlier={}), AT)


PLACES = {
    "by index and barcode": ([A, B, A], [listed(A, 2)], [2]),
    "by barcode where it has no index": ([A, B, C], [listed(B)], [1]),
    "by barcode where another row has its index": ([A, B, C], [listed(C, 0)], [2]),
    "by barcode where no row has its index": ([A, B, C], [listed(C, 9)], [2]),
    "by the canonical form of its barcode": ([A, B, C], [listed(f" 0{B} ")], [1]),
    "by a text that is no barcode": (["?!", B, "12"], [listed(" 12 ")], [2]),
    "in the next row when the first one is taken": ([A, B, A], [listed(A), listed(A)], [0, 2]),
    "in the first of two rows": ([A, A, B], [listed(A)], [0]),
}


@pytest.mark.parametrize(("codes", "failures", "places"), PLACES.values(), ids=PLACES)
def test_a_failure_is_found(codes: list[str], failures: list[dict[str, Any]], places: list[int]) -> None:
    job = old(3, failed_upcs=len(failures), failed_upc_list=failures)
    assert failed_at(legacy.items(job, rows(*codes))) == places


def test_results_are_asked_for_the_failures_that_the_list_lacks() -> None:
    told = [
        listed(A, success=False, error="told twice"),
        listed(B, success=False, error="no match"),
        listed(C, success=None, error="nobody knows"),
    ]
    found = legacy.items(old(4, failed_upcs=2, failed_upc_list=[listed(A, error="500")], results=told), some(4))
    assert [(item.index, item.error) for item in found if item.status is ItemStatus.FAILED] == [
        (0, "500"),
        (1, "no match"),
    ]


def test_results_are_not_asked_where_the_list_names_every_failure() -> None:
    told = [listed(B, success=False, error="no match")]
    found = legacy.items(old(4, failed_upcs=1, failed_upc_list=[listed(A)], results=told), some(4))
    assert failed_at(found) == [0]


def test_where_failures_are_missing_only_what_results_name_has_succeeded() -> None:
    job = old(3, failed_upcs=2, failed_upc_list=[listed(A)], results=[listed(C, success=True)])
    unrecorded = Item(
        1, 2, B, f"00{B}", ItemStatus.SKIPPED, Cause.EARLIER, "Done by the service before this one, whose record does "
        "not tell how the row ended; it is not run again."
    )  # fmt: skip
    found = legacy.items(job, some(4))
    assert [found[0].status, found[2].status] == [ItemStatus.FAILED, ItemStatus.SUCCEEDED]
    assert found[1] == unrecorded


def test_a_failure_of_the_row_behind_them_explains_none_of_those_that_were_done() -> None:
    job = old(2, failed_upcs=1, failed_upc_list=[listed(C, 2)])
    assert [item.status for item in legacy.items(job, some(3))] == [ItemStatus.SKIPPED] * 2


def test_a_success_is_never_that_of_a_row_that_failed() -> None:
    job = old(2, failed_upcs=1, failed_upc_list=[listed(A, 0)], results=[listed(A, 0, success=True, artist="Björk")])
    failed, succeeded = legacy.items(job, rows(A, A))
    assert (failed.status, failed.release) == (ItemStatus.FAILED, ReleaseSummary())
    assert (succeeded.status, succeeded.release.artist) == (ItemStatus.SUCCEEDED, "Björk")


@pytest.mark.parametrize(("done", "index"), [(1, None), (3, None), (3, 2), (3, 0)])
def test_a_failure_that_is_none_of_the_rows_says_that_it_is_another_file(done: int, index: int | None) -> None:
    job = old(done, failed_upc_list=[listed(barcode(7), index)])
    with pytest.raises(UnreadableFile) as refusal:
        legacy.items(job, some(done))
    assert str(refusal.value) == (
        f"gs://b/box.txt is not the file that this batch was begun with: {barcode(7)}, which failed in it, is none of "
        f"its first {done} rows. Submit the rows that are left as a new batch."
    )


def test_a_failure_beyond_the_rows_that_were_done_is_no_matter() -> None:
    job = old(2, failed_upc_list=[listed(barcode(7), 2), listed(barcode(8), 30)])
    assert failed_at(legacy.items(job, some(3))) == []
