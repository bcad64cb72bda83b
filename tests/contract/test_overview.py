"""All batches in numbers: what is left is counted to the row, in paused batches too."""

from __future__ import annotations

from datetime import timedelta

from engine.batches.listing import BatchFilter
from engine.batches.views import Overview
from engine.clock import SystemClock
from engine.domain.batch.jobs import JobStatus
from tests.support.batch_runs import Batches, Chosen, Gate, barcodes
from tests.support.clocks import until

RUNNING = BatchFilter(status=JobStatus.RUNNING)


def overview(batches: Batches) -> Overview:
    return batches.queries.overview(SystemClock().now() - timedelta(hours=1))


def test_what_is_left_of_a_running_batch_is_counted_to_the_row(batches: Batches) -> None:
    gate = Gate()
    job_id = batches.upload(barcodes(6))
    with batches.working(Chosen({4: gate}), lanes=1):
        until(lambda: batches.job(job_id).processed_upcs == 4)
        batches.upload(barcodes(3))
        running = batches.queries.batch_page(RUNNING).batches
        assert sum(view.left for view in running) == 2
        assert overview(batches).with_running(running).left == 2 + 3
        gate.opened.set()


def test_rows_of_a_paused_batch_are_counted_by_themselves(batches: Batches) -> None:
    batches.upload(barcodes(3))
    paused = batches.upload(barcodes(5))
    batches.commands.pause(paused)
    found = overview(batches)
    assert (found.left, found.open, found.paused) == (3, 1, 5)
