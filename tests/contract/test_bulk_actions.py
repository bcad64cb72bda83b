"""One decision on several drafts: which rows it is done with, and why others are left alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.batches.bulk_actions import BulkAction, BulkActions, SeenRow, blocked_reason
from engine.batches.commands import Commands
from engine.codec import replace
from engine.domain.batch.decided import Decided, Reviewed
from engine.domain.batch.draft_index import Review, review
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.progress import EngineState, ShardProgress
from engine.domain.batch.shards import ShardKind
from engine.domain.identify.evidence import Match
from engine.domain.listing.composition import Draft
from engine.errors import StoreError
from engine.store.base import Store
from tests.support.batch_runs import Batches, Drafting, barcodes, fails

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)


@pytest.fixture
def job_id(batches: Batches) -> str:
    """Return a batch of four rows, of which the last one failed."""
    name = batches.upload(barcodes(4))
    batches.run(Drafting({3: fails}))
    return name


def reasons(batches: Batches, action: BulkAction, *rows: SeenRow) -> list[str]:
    return [result.reason for result in batches.engine.bulk_actions.apply(action, rows, by="ann")]


def item(batches: Batches, job_id: str, index: int) -> Item:
    return batches.queries.items_at(job_id, [index])[0]


@pytest.mark.parametrize(
    ("action", "states"),
    [
        (BulkAction.APPROVE, {"open", "held"}),
        (BulkAction.HOLD, {"open", "approved"}),
        (BulkAction.REOPEN, {"approved", "held"}),
        (BulkAction.SEND_AGAIN, {"open", "approved", "held"}),
        (BulkAction.REMOVE, {"open", "approved", "held"}),
        (BulkAction.PUT_BACK, {"removed"}),
    ],
)
def test_an_action_applies_to_the_drafts_that_it_would_change(action: BulkAction, states: set[str]) -> None:
    assert action.applies_to == states


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ({}, ""),
        ({"finished_at": LATER}, "changed in the meantime"),
        ({"decided": Decided(review=Reviewed(Review.HELD, at=LATER))}, "changed in the meantime"),
        ({"decided": Decided(review=Reviewed(Review.APPROVED, at=NOW))}, "approved already"),
        ({"wanted": 2}, "being done again already"),
        ({"status": ItemStatus.WORKING, "finished_at": None}, "being done again already"),
        ({"match": Match(lacking=("discogs",))}, "being done again already"),
        ({"status": ItemStatus.WAITING, "finished_at": None, "attempts": 0}, "not done yet"),
        ({"status": ItemStatus.FAILED, "finished_at": LATER}, "needing attention"),
        ({"draft": Draft()}, "without a draft"),
        ({"status": ItemStatus.SKIPPED}, "removed"),
    ],
)
def test_nothing_is_done_with_a_row_that_is_not_as_it_was_seen(now: Mapping[str, Any], reason: str) -> None:
    completing = EngineState({"0001": ShardProgress(ShardKind.COMPLETE, 0, 1, 0)})
    job = Job("batch_1", JobStatus.RUNNING, "gs://bucket/box.txt", NOW, engine=completing)
    row = Item(0, 1, "1", None, status=ItemStatus.SUCCEEDED, finished_at=NOW, attempts=1, draft=Draft(title="A"))
    assert blocked_reason(BulkAction.APPROVE, job, replace(row, **now), NOW) == reason


def test_a_draft_that_was_not_removed_is_not_put_back() -> None:
    job = Job("batch_1", JobStatus.COMPLETED, "gs://bucket/box.txt", NOW)
    row = Item(0, 1, "1", None, status=ItemStatus.SUCCEEDED, finished_at=NOW, attempts=1, draft=Draft(title="A"))
    assert blocked_reason(BulkAction.PUT_BACK, job, row, None) == "still to be reviewed"


def test_each_row_is_answered_in_the_order_of_the_request(batches: Batches, job_id: str) -> None:
    seen = item(batches, job_id, 0).changed_at
    batches.commands.review(job_id, 0, Review.HELD, by="bea")
    rows = [
        SeenRow(job_id, 3),
        SeenRow("batch_none", 0),
        SeenRow(job_id, 0, seen),
        SeenRow(job_id, 9),
        SeenRow(job_id, -1),
        SeenRow(job_id, 1),
        SeenRow(job_id, 1),
    ]
    found = reasons(batches, BulkAction.APPROVE, *rows)
    assert found[0] == "needing attention"
    assert "batch_none" in found[1]
    assert found[2:] == ["changed in the meantime", "no such row", "no such row", ""]
    assert review(item(batches, job_id, 0)) is Review.HELD
    reviewed = item(batches, job_id, 1).decided.review
    assert reviewed is not None
    assert reviewed.by == "ann"


def test_rows_of_one_batch_are_removed_in_one_retry_and_put_back(batches: Batches, job_id: str) -> None:
    bulk = batches.engine.bulk_actions
    rows = bulk.rows(BulkAction.REMOVE, job_id)
    assert [row.index for row in rows] == [0, 1, 2]
    assert reasons(batches, BulkAction.REMOVE, *rows) == ["", "", ""]
    assert [told.detail for told in batches.queries.events(job_id) if told.event == "done again"] == ["3 rows"]
    assert reasons(batches, BulkAction.REMOVE, rows[0]) == ["being done again already"]
    batches.run(Drafting({3: fails}))
    assert bulk.rows(BulkAction.REMOVE, job_id) == []
    assert reasons(batches, BulkAction.PUT_BACK, *bulk.rows(BulkAction.PUT_BACK, job_id)) == ["", "", ""]
    batches.run(Drafting({3: fails}))
    assert [row.index for row in bulk.rows(BulkAction.SEND_AGAIN, job_id)] == [0, 1, 2]


def test_rows_of_a_batch_that_was_cancelled_are_left_alone(batches: Batches, job_id: str) -> None:
    batches.commands.again(job_id, {0: {}})
    batches.commands.cancel(job_id)
    assert ["is cancelled" in reason for reason in reasons(batches, BulkAction.SEND_AGAIN, SeenRow(job_id, 1))] == [
        True
    ]


class Failing:
    """A store that stops answering after so many commits."""

    def __init__(self, store: Store, commits: int) -> None:
        self._store, self._left = store, commits

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, *writes: Any) -> Any:
        if not self._left:
            raise StoreError("The store does not answer")
        self._left -= 1
        return self._store.commit(*writes)


def test_an_outage_after_the_first_row_is_answered_row_by_row(batches: Batches, job_id: str) -> None:
    bulk = BulkActions(batches.queries, Commands(Failing(batches.store, 1)))
    results = bulk.apply(BulkAction.APPROVE, [SeenRow(job_id, 0), SeenRow(job_id, 1)])
    assert [result.reason for result in results] == ["", "the store did not answer"]


def test_an_outage_before_the_first_row_is_an_error(batches: Batches, job_id: str) -> None:
    bulk = BulkActions(batches.queries, Commands(Failing(batches.store, 0)))
    with pytest.raises(StoreError):
        bulk.apply(BulkAction.APPROVE, [SeenRow(job_id, 0)])
