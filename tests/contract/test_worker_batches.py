"""A batch from its submission to its end, over real stores."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.batches.documents import SHARDS, items_of
from engine.codec import replace
from engine.domain.batch.items import ItemStatus
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.options import Duplicates, Options
from engine.domain.batch.shards import SHARD_ROWS, WINDOW
from engine.domain.identify.evidence import Match
from engine.errors import Cause, LeaseLost, UpstreamDown
from engine.files.base import Files
from engine.store.base import Patch, Where
from engine.store.sqlite import SQLiteStore
from engine.worker.run import Limits
from tests.support.batch_runs import ONE_ROW, Batches, Chosen, Gate, barcode, barcodes, fails
from tests.support.clocks import AheadClock, until
from tests.support.working import Work

MIXED = "".join(f"{code}\n" for code in [barcode(0), barcode(1), "123", barcode(2), barcode(0), barcode(3)]).encode()


def test_a_batch_runs_to_its_end_and_every_row_has_an_outcome(batches: Batches) -> None:
    job_id = batches.upload(MIXED)
    batches.run(Chosen({1: fails}))
    job = batches.stored(job_id)
    assert (job.status, job.total_upcs, job.processed_upcs) == (JobStatus.COMPLETED, 6, 6)
    assert (job.successful_upcs, job.failed_upcs, job.last_processed_index) == (4, 2, 5)
    assert job.started_at
    assert job.completed_at
    assert job.completed_at >= job.started_at >= job.created_at
    assert batches.exact(job_id)
    items = batches.items(job_id)
    assert {index: item.cause for index, item in items.items() if item.cause} == {
        1: Cause.NO_MATCH,
        2: Cause.INVALID_BARCODE,
    }
    assert batches.events(job_id) == ["submitted", "started", "opened", "completed"]
    assert all(item.sku.endswith(f"R{index:06d}") for index, item in items.items() if item.sku)


@pytest.mark.parametrize("limits", [ONE_ROW, Limits(), Limits(lanes_most=64)])
def test_counters_and_watermark_are_exact_whenever_they_are_read(batches: Batches, limits: Limits) -> None:
    job_id = batches.upload(barcodes(300))
    seen: list[Job] = []

    def over() -> bool:
        seen.append(batches.job(job_id))
        return seen[-1].status is JobStatus.COMPLETED

    with batches.working(Chosen(dict.fromkeys(range(0, 300, 7), fails)), limits=limits):
        until(over)
    assert batches.exact(job_id)
    for job in seen:
        assert job.processed_upcs == job.successful_upcs + job.failed_upcs
        assert job.last_processed_index < job.processed_upcs
    assert [job.processed_upcs for job in seen] == sorted(job.processed_upcs for job in seen)


def test_rows_that_end_at_once_share_a_commit_as_far_as_they_may_be_in_flight_together(batches: Batches) -> None:
    job_id = batches.upload(barcodes(160))
    batches.run(limits=Limits(lanes_most=16))
    commits = Counter(document.version for document in batches.store.find(items_of(job_id), (), None, 200))
    assert len(commits) <= 25, "40 where as many share one as there are lanes"
    assert max(commits.values()) <= 16
    assert batches.exact(job_id)


def test_rows_that_end_out_of_order_hold_the_watermark_back(batches: Batches) -> None:
    job_id, gate = batches.upload(barcodes(40)), Gate()
    with batches.working(Chosen({3: gate})):
        until(lambda: batches.job(job_id).processed_upcs == 39)
        assert batches.job(job_id).last_processed_index == 2
        assert [item.index for item in batches.queries.items(job_id, status=ItemStatus.WAITING).items] == [3]
        gate.opened.set()
        assert batches.ended(job_id).last_processed_index == 39


def test_no_row_is_begun_far_beyond_the_first_one_that_is_not_done(batches: Batches) -> None:
    job_id, gate, pipeline = batches.upload(barcodes(200)), Gate(), Chosen()
    pipeline.steps[0] = gate
    with batches.working(pipeline):
        until(lambda: batches.job(job_id).processed_upcs == WINDOW - 1)
        gate.opened.set()
        batches.ended(job_id)
    assert pipeline.runs == Counter(range(200))


def test_a_missing_file_fails_the_batch_and_recovery_works_once_it_is_there(batches: Batches) -> None:
    path = f"{batches.files.home}/later.txt"
    job_id = batches.submission.submit(path, Options()).job_id
    batches.run()
    job = batches.stored(job_id)
    assert job.status is JobStatus.FAILED
    assert job.error == f"{path} was not found"
    batches.files.create(path, barcodes(3))
    assert batches.commands.recover(job_id).status is JobStatus.PENDING
    batches.run()
    job = batches.stored(job_id)
    assert (job.status, job.processed_upcs, job.error) == (JobStatus.COMPLETED, 3, None)


def test_a_file_that_cannot_be_read_fails_the_batch_with_the_sentence_for_the_operator(batches: Batches) -> None:
    batches.files.create(f"{batches.files.home}/empty.txt", b"")
    job_id = batches.submission.submit(f"{batches.files.home}/empty.txt", Options()).job_id
    other = batches.upload(barcodes(2))
    batches.run()
    assert batches.stored(job_id).status is JobStatus.FAILED
    assert "empty" in (batches.stored(job_id).error or "")
    assert batches.stored(other).status is JobStatus.COMPLETED


def test_a_batch_goes_on_with_the_content_it_began_with(batches: Batches, tmp_path: Path) -> None:
    source = tmp_path / "files" / "mine" / "rows.txt"
    source.parent.mkdir(parents=True)
    source.write_bytes(barcodes(50))
    job_id, gate, pipeline = batches.submission.submit("gs://mine/rows.txt", Options()).job_id, Gate(), Chosen()
    pipeline.steps[10] = gate
    with batches.working(pipeline, lanes=1):
        assert gate.reached.wait(10)
        batches.commands.pause(job_id)
        gate.opened.set()
        until(lambda: not batches.queries.batch(job_id).workers)
    source.write_bytes(b"0000\n")
    batches.commands.resume(job_id)
    batches.run(pipeline)
    assert batches.stored(job_id).successful_upcs == 50
    assert [item.upc for item in batches.items(job_id).values()] == [barcode(number) for number in range(50)]
    pinned = batches.stored(job_id).engine.content
    assert pinned
    assert len(pinned.sha256) == 64


def test_several_workers_share_one_batch_and_no_row_is_run_twice(batches: Batches) -> None:
    count = 2 * SHARD_ROWS + 100
    gate = Gate()
    job_id, pipelines = batches.upload(barcodes(count)), [Chosen({0: gate}) for _ in range(3)]
    with batches.working(pipelines[0]), batches.working(pipelines[1]), batches.working(pipelines[2]):
        until(lambda: batches.job(job_id).processed_upcs == count - SHARD_ROWS + WINDOW - 1)
        gate.opened.set()
        job = batches.ended(job_id)
    assert (job.processed_upcs, job.last_processed_index) == (count, count - 1)
    assert sum((pipeline.runs for pipeline in pipelines), Counter()) == Counter(range(count))
    assert sum(bool(pipeline.runs) for pipeline in pipelines) > 1
    assert batches.exact(job_id)


def test_the_job_document_does_not_grow_with_the_file(batches: Batches) -> None:
    sizes = []
    for count in (142, 10_000):
        job_id = batches.upload(barcodes(count))
        batches.run(Chosen(dict.fromkeys(range(count), fails)), lanes=8)
        found = batches.store.get(f"batch_jobs/{job_id}")[0]
        assert found
        assert found.fields["failed_upcs"] == count
        sizes.append(len(orjson.dumps(found.fields)))
    assert sizes[1] < sizes[0] + 1_500
    assert sizes[1] < 40_000


def test_a_hundred_thousand_rows_are_forty_shards_and_a_small_document(batches: Batches) -> None:
    content = b"".join(barcodes(1) for _ in range(100_000))
    job_id = batches.upload(content, Options(duplicates=Duplicates.QUANTITY))
    until_opened = Chosen({0: lambda _work: batches.commands.pause(job_id)})
    batches.run(until_opened)
    found = batches.store.get(f"batch_jobs/{job_id}")[0]
    assert found
    assert found.fields["total_upcs"] == 100_000
    assert batches.store.count(SHARDS, [Where("done", "==", False)]) == 40
    assert len(orjson.dumps(found.fields)) < 40_000


def test_repeated_rows_can_share_one_draft_with_the_quantity(batches: Batches) -> None:
    quantities = {}

    def note(work: Work) -> None:
        quantities[work.row.index] = work.row.copies

    job_id = batches.upload(MIXED, Options(duplicates=Duplicates.QUANTITY))
    batches.run(Chosen({0: note, 1: note}))
    job = batches.stored(job_id)
    assert (job.successful_upcs, job.skipped_upcs, job.failed_upcs) == (4, 1, 1)
    assert quantities == {0: 2, 1: 1}
    assert batches.items(job_id)[4].cause is Cause.MERGED
    assert (
        batches.items(job_id)[4].error == "Counted in the quantity of row 1 of the batch, which has the same barcode."
    )


@pytest.mark.parametrize(("first", "total"), [(1, 1), (4, 4), (6, 6), (99, 6)])
def test_a_batch_can_be_limited_to_its_first_rows(batches: Batches, first: int, total: int) -> None:
    job_id = batches.upload(MIXED, Options(first=first, duplicates=Duplicates.QUANTITY))
    assert batches.job(job_id).total_upcs == total
    copies = []
    batches.run(Chosen({0: lambda work: copies.append(work.row.copies)}))
    job = batches.stored(job_id)
    assert (job.status, job.total_upcs, job.processed_upcs) == (JobStatus.COMPLETED, total, total)
    assert copies == [2 if first > 4 else 1]


def test_an_upstream_that_is_down_spends_no_attempt_and_fails_no_row(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    downs: list[Any] = []

    def down(work: Work) -> None:
        if len(downs) < 2:
            downs.append(work)
            raise UpstreamDown("discogs", "GET /x", "Discogs is away.", status=503, retry_after=0.0)

    with batches.working(Chosen({1: down})):
        waiting = until(lambda: [w.waits_for for w in batches.queries.batch(job_id).workers if w.waits_for])
        assert "Discogs is away. Next try at" in waiting[0]
        batches.ended(job_id)
    assert len(downs) == 2
    assert batches.items(job_id)[1].attempts == 1


def test_a_defect_fails_its_row_and_no_other(batches: Batches) -> None:
    def broken(_work: Work) -> None:
        raise ZeroDivisionError

    job_id = batches.upload(barcodes(3))
    batches.run(Chosen({1: broken}))
    item = batches.items(job_id)[1]
    assert (item.cause, item.error) == (Cause.DEFECT, f"An error that nobody foresaw; reference {job_id}/1.")
    assert batches.stored(job_id).successful_upcs == 2


def test_a_row_that_no_store_can_hold_fails_and_the_batch_goes_on(batches: Batches) -> None:
    def odd(work: Work) -> None:
        work.item = replace(work.item, match=Match(reasons=("\ud800",)))

    job_id = batches.upload(barcodes(3))
    batches.run(Chosen({1: odd}))
    assert batches.items(job_id)[1].cause is Cause.DEFECT
    assert batches.exact(job_id)
    assert batches.stored(job_id).status is JobStatus.COMPLETED


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"no json\n" * 3, "00000.jsonl cannot be read"), (b"{}", "are not all there"), (b"", "not all there")],
)
def test_rows_that_cannot_be_read_back_fail_their_batch_and_no_other(
    batches: Batches, tmp_path: Path, content: bytes, reason: str
) -> None:
    job_id = batches.upload(barcodes(3))
    batches.run(Chosen({0: lambda _work: batches.commands.pause(job_id)}), lanes=1)
    (piece,) = (tmp_path / "files").rglob("00000.jsonl")
    piece.write_bytes(content)
    batches.commands.resume(job_id)
    other = batches.upload(barcodes(2))
    batches.run()
    assert batches.stored(job_id).status is JobStatus.FAILED
    assert reason in (batches.stored(job_id).error or "")
    assert batches.stored(other).status is JobStatus.COMPLETED


def test_a_shard_whose_job_is_gone_stops_no_worker(batches: Batches) -> None:
    job_id, other = batches.upload(barcodes(2)), batches.upload(barcodes(2))
    batches.store.commit(Patch(f"{SHARDS}/{job_id}-0000", {"job_id": "batch_gone"}, None))
    batches.run()
    assert batches.stored(other).status is JobStatus.COMPLETED


def test_an_idle_worker_ends_at_once_when_told(batches: Batches) -> None:
    with batches.working():
        until(lambda: batches.queries.workers())
    assert batches.queries.workers() == ()


def test_a_lease_shorter_than_the_pace_of_checkpoints_is_kept(batches: Batches) -> None:
    job_id, other = batches.upload(barcodes(3_000)), Chosen()
    first = Chosen()
    with batches.working(first, lease=timedelta(seconds=1), limits=ONE_ROW):
        until(lambda: first.runs)
        with batches.working(other, lease=timedelta(seconds=1)):
            batches.ended(job_id)
    assert first.runs + other.runs == Counter(range(3_000))
    assert "taken over" not in batches.events(job_id)


def test_a_worker_that_was_frozen_past_its_lease_sends_nothing(tmp_path: Path, files: Files) -> None:
    clock = AheadClock()
    asked: list[Work] = []
    batches = Batches(SQLiteStore(tmp_path / "store.db", clock), files, clock)
    job_id = batches.upload(barcodes(3))

    def frozen(work: Work) -> None:
        if not asked:
            clock.seconds += 31
            asked.append(work)
            with pytest.raises(LeaseLost, match="ran out"):
                work.ensure_ours()
            raise LeaseLost
        work.ensure_ours()

    batches.run(Chosen({1: frozen}), clock=clock, lanes=1)
    assert asked
    assert batches.stored(job_id).successful_upcs == 3
    assert batches.items(job_id)[1].attempts == 1
    batches.store.close()
