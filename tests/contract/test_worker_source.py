"""Which rows of a shard its next worker runs, on every store: none twice, whatever the one before it left."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.batches.documents import item_path
from engine.clock import SystemClock
from engine.domain.batch.items import ItemStatus
from engine.domain.batch.shards import Shard, ShardKind
from engine.store.base import Patch
from engine.worker.source import rows_to_run
from tests.support.batch_runs import Batches, Chosen, barcodes, fails
from tests.support.working import Work


@pytest.fixture
def batches(batches_of_each_store: Batches) -> Batches:
    return batches_of_each_store


def rows_of(batches: Batches, job_id: str, kind: ShardKind, *, round: int) -> Sequence[int]:  # noqa: A002 - its name
    """Return the rows that a worker runs which takes over all four rows from one that stored no watermark."""
    shard = Shard(job_id, 0, kind, 0, 4, 0, SystemClock().now(), None, round, epoch=2)
    return [row.index for row, _ in rows_to_run(batches.store, batches.rows, shard)]


def change(batches: Batches, job_id: str, index: int, **fields: object) -> None:
    batches.store.commit(Patch(item_path(job_id, index), fields, None))


def test_rows_that_ended_behind_one_in_flight_are_not_run_again_after_a_takeover(batches: Batches) -> None:
    job_id = batches.upload(barcodes(4))
    batches.run(Chosen({2: fails}))
    change(batches, job_id, 0, status=str(ItemStatus.WORKING))
    assert rows_of(batches, job_id, ShardKind.ROWS, round=0) == [0]


def test_a_retry_does_not_run_what_it_has_tried_already(batches: Batches) -> None:
    job_id = batches.upload(barcodes(4))
    batches.run(Chosen({0: fails, 2: fails, 3: fails}))
    assert rows_of(batches, job_id, ShardKind.RETRY, round=1) == [0, 2, 3]
    change(batches, job_id, 2, round=1)
    assert rows_of(batches, job_id, ShardKind.RETRY, round=1) == [0, 3]


def test_an_intent_is_durable_before_its_row_goes_on(batches: Batches) -> None:
    job_id = batches.upload(barcodes(4))
    stored = []

    def begins(work: Work) -> None:
        work.save(work.item)
        found = batches.store.get(item_path(job_id, work.row.index))[0]
        stored.append(found and found.fields["status"])

    batches.run(Chosen({1: begins}))
    assert stored == [ItemStatus.WORKING]
