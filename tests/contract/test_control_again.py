"""Rows that a person wants done again: what he decided reaches the row, and a good end is never lost."""

from __future__ import annotations

import pytest

from engine.codec import replace
from engine.domain.batch.decided import Edits
from engine.domain.batch.items import ItemStatus, Outcome
from engine.domain.batch.jobs import JobStatus
from engine.domain.listing.composition import Draft
from engine.errors import BadRequest, Cause, IllegalTransition, ItemError, RowBusy
from tests.support.batch_runs import Batches, Chosen, Gate, barcodes, fails
from tests.support.working import Work


def edited(work: Work) -> None:
    work.item = replace(work.item, draft=Draft(title=work.item.decided.edits.title or "as found"))


def done(batches: Batches, rows: int = 5, failing: tuple[int, ...] = ()) -> str:
    job_id = batches.upload(barcodes(rows))
    batches.run(Chosen(dict.fromkeys(range(rows), edited) | dict.fromkeys(failing, fails)))
    return job_id


def test_a_row_is_done_again_as_a_person_decided_and_the_others_are_not_touched(batches: Batches) -> None:
    job_id = done(batches)
    before = batches.items(job_id)
    batches.commands.again(job_id, {2: {"edits": {"title": "Mine"}}}, by="ann")
    again = Chosen({2: edited})
    batches.run(again)
    after = batches.items(job_id)
    assert dict(again.runs) == {2: 1}
    assert after[2].draft == Draft(title="Mine")
    assert (after[2].status, after[2].wanted, after[2].attempts) == (ItemStatus.SUCCEEDED, None, 2)
    assert {index: item for index, item in after.items() if index != 2} == {
        index: item for index, item in before.items() if index != 2
    }
    assert batches.stored(job_id).status is JobStatus.COMPLETED
    assert batches.exact(job_id)
    assert "done again" in batches.events(job_id)


def test_what_was_decided_stays_for_every_later_run(batches: Batches) -> None:
    job_id = done(batches)
    batches.commands.again(job_id, {1: {"edits": {"title": "Mine"}}})
    batches.run(Chosen({1: edited}))
    batches.commands.again(job_id, {1: {"choice": {"discogs_id": "7"}}})
    batches.run(Chosen({1: edited}))
    item = batches.items(job_id)[1]
    assert item.draft == Draft(title="Mine")
    assert item.decided.edits == Edits(title="Mine")
    assert item.decided.choice.discogs_id == "7"


def test_a_row_that_had_succeeded_stays_so_when_it_cannot_be_done_again(batches: Batches) -> None:
    def no_price(_work: Work) -> None:
        raise ItemError(Cause.NO_PRICE, "Nobody sells it.")

    job_id = done(batches)
    before = batches.items(job_id)[3]
    batches.commands.again(job_id, {3: {}})
    batches.run(Chosen({3: no_price}))
    after = batches.items(job_id)[3]
    assert (after.status, after.outcome, after.draft) == (ItemStatus.SUCCEEDED, Outcome.COMPOSED, before.draft)
    assert after.error == "The draft was left as it was: Nobody sells it."
    assert batches.exact(job_id)
    assert batches.stored(job_id).successful_upcs == 5


def test_a_defect_does_not_lose_a_good_end_either(batches: Batches) -> None:
    def breaks(_work: Work) -> None:
        raise ZeroDivisionError

    job_id = done(batches)
    batches.commands.again(job_id, {0: {}})
    batches.run(Chosen({0: breaks}))
    assert batches.items(job_id)[0].status is ItemStatus.SUCCEEDED
    assert batches.exact(job_id)


def test_counters_follow_a_failed_row_that_succeeds_and_a_row_that_is_skipped(batches: Batches) -> None:
    job_id = done(batches, failing=(1, 2))
    batches.commands.again(job_id, {1: {}, 2: {}})
    batches.run(Chosen({2: fails}))
    job = batches.stored(job_id)
    assert (job.successful_upcs, job.failed_upcs) == (4, 1)
    assert batches.exact(job_id)


def test_failed_rows_and_chosen_ones_may_be_done_again_at_the_same_time(batches: Batches) -> None:
    job_id = done(batches, rows=20, failing=(3, 4, 5))
    batches.commands.again(job_id, {4: {}, 10: {}})
    batches.commands.again(job_id, {11: {}})
    batches.commands.retry_failed(job_id)
    again = Chosen()
    batches.run(again)
    assert dict(again.runs) == {3: 1, 4: 1, 5: 1, 10: 1, 11: 1}
    assert batches.stored(job_id).successful_upcs == 20
    assert batches.exact(job_id)


def test_a_row_is_not_wanted_twice(batches: Batches) -> None:
    job_id = done(batches)
    batches.commands.again(job_id, {1: {}})
    with pytest.raises(IllegalTransition, match="Row 2 is being done again already"):
        batches.commands.again(job_id, {0: {}, 1: {}})
    assert batches.items(job_id)[0].wanted is None, "all of them or none"


def test_a_row_that_is_in_hand_cannot_be_wanted(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    gate = Gate()
    with batches.working(Chosen({1: gate}), lanes=1):
        gate.reached.wait(20)
        with pytest.raises(BadRequest, match="no row 2 that is done"):
            batches.commands.again(job_id, {1: {}})
        gate.opened.set()
        batches.ended(job_id)


def test_a_row_that_a_retry_may_have_in_hand_is_changed_after_that(batches: Batches) -> None:
    job_id = done(batches, failing=(1, 3))
    batches.commands.retry_failed(job_id)
    gate = Gate()
    with batches.working(Chosen({1: gate, 2: edited, 3: fails}), lanes=1):
        assert gate.reached.wait(20)
        for index in (1, 3):
            with pytest.raises(RowBusy, match=f"Row {index + 1} of rows.txt is being done"):
                batches.commands.again(job_id, {index: {"edits": {"title": "Mine"}}})
        batches.commands.again(job_id, {2: {"edits": {"title": "Mine"}}})
        gate.opened.set()
        batches.ended(job_id)
    assert batches.items(job_id)[2].draft == Draft(title="Mine")
    batches.commands.again(job_id, {3: {"edits": {"title": "Mine"}}})
    batches.run(Chosen({3: edited}))
    assert batches.items(job_id)[3].draft == Draft(title="Mine")
    assert batches.exact(job_id)


@pytest.mark.parametrize("rows", [{}, {index: {} for index in range(201)}, {77: {}}], ids=["none", "many", "unknown"])
def test_what_cannot_be_done_again_is_told(batches: Batches, rows: dict[int, dict[str, object]]) -> None:
    job_id = done(batches)
    with pytest.raises(BadRequest):
        batches.commands.again(job_id, rows)


def test_the_document_does_not_grow_with_every_row_that_is_done_again(batches: Batches) -> None:
    job_id = done(batches)
    for _ in range(6):
        batches.commands.again(job_id, {1: {}})
        batches.run(Chosen())
    known = batches.stored(job_id).engine.shards
    assert len(known) <= 3
    assert batches.items(job_id)[1].attempts == 7
    assert batches.exact(job_id)
