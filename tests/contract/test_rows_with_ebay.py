"""Rows whose intent is stored wait for eBay: they hold no lane, they are bounded, and they count as in flight."""

from __future__ import annotations

from engine.batches.documents import read_shard
from engine.domain.batch.items import intend
from engine.domain.batch.jobs import JobStatus
from engine.worker.run import Limits
from tests.support.batch_runs import Batches, Chosen, Gate, barcodes
from tests.support.clocks import until
from tests.support.working import Work

ROWS = 6


def sending(gate: Gate) -> Chosen:
    """Return a pipeline whose rows store their intent and then wait for an answer until the gate is opened."""

    def send(work: Work) -> None:
        work.item = intend(work.item, sku=work.sku, now=work.now())
        work.save(work.item)
        gate(work)

    return Chosen(dict.fromkeys(range(ROWS), send))


def in_flight(batches: Batches, job_id: str) -> int:
    """Return how many rows may be in flight, as its shard says: so many are run with care after a death."""
    (found,) = batches.store.get(f"batch_shards/{job_id}-0000")
    assert found
    return read_shard(found).lanes


def test_rows_with_ebay_hold_no_lane_and_count_as_in_flight(batches: Batches) -> None:
    job_id, gate = batches.upload(barcodes(ROWS)), Gate()
    with batches.working(sending(gate), lanes=1):
        until(lambda: in_flight(batches, job_id) == 1 + ROWS)
        gate.opened.set()
        job = batches.ended(job_id)
    assert (job.status, job.successful_upcs) == (JobStatus.COMPLETED, ROWS)
    assert batches.exact(job_id)


def test_no_more_rows_are_with_ebay_than_may_be(batches: Batches) -> None:
    job_id, gate = batches.upload(barcodes(ROWS)), Gate()
    pipeline = sending(gate)
    with batches.working(pipeline, lanes=1, limits=Limits(rows_sending=2)):
        until(lambda: in_flight(batches, job_id) == 1 + 3)
        assert pipeline.runs.total() == 3
        gate.opened.set()
        assert batches.ended(job_id).successful_upcs == ROWS


def test_a_batch_that_is_held_ends_the_rows_with_ebay_and_begins_no_other(batches: Batches) -> None:
    job_id, gate = batches.upload(barcodes(ROWS)), Gate()
    pipeline = sending(gate)
    with batches.working(pipeline, lanes=1, limits=Limits(rows_sending=2)):
        until(lambda: in_flight(batches, job_id) == 1 + 3)
        batches.commands.pause(job_id)
        gate.opened.set()
        until(lambda: batches.stored(job_id).processed_upcs == 3)
    assert batches.stored(job_id).status is JobStatus.PAUSED
    assert pipeline.runs.total() == 3
