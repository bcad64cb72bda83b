"""Failed rows that are handed to a new batch: one row has one draft, whatever is pressed in whichever order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine import codec
from engine.batches.claims import AT_ONCE
from engine.batches.documents import SHARDS
from engine.clock import SystemClock
from engine.domain.batch import items
from engine.domain.batch.draft_index import DraftRecord
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.options import Duplicates
from engine.domain.listing.composition import Draft
from engine.domain.services import Service
from engine.errors import Cause, IllegalTransition, ItemError, RowBusy
from engine.pipeline.work import Pipeline, RowContext
from engine.store.base import Put, Where
from engine.worker.handover import hand_over
from engine.worker.shard_lease import ShardLease
from tests.support.batch_runs import FIXED, Batches, Chosen, Gate, fails
from tests.support.batch_runs import barcodes as some
from tests.support.clocks import until
from tests.support.fault_runs import barcodes
from tests.support.pipeline_runs import Runs
from tests.support.working import Work

CODES = barcodes().decode().split()[:10]


@dataclass
class Refusing:
    """A pipeline at an eBay that refuses some rows, by barcode; `late` ones after their offer was made."""

    pipeline: Pipeline
    refused: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)

    def foresee(self, gtins: Any) -> None:
        self.pipeline.foresee(gtins)

    def run(self, context: RowContext) -> Iterator[Item]:
        if context.key in self.refused and not context.item.decided.removed:
            raise ItemError(Cause.REFUSED, "eBay refuses it.")
        yield from self.pipeline.run(context)
        if context.key in self.late and not context.item.decided.removed:
            raise ItemError(Cause.DEFECT, "It broke after the offer was made.")

    def recovered(self, service: Service, since: datetime) -> bool:
        return self.pipeline.recovered(service, since)

    def unchangeable(self, context: RowContext, sku: str) -> str:
        return self.pipeline.unchangeable(context, sku)


def test_ten_rows_make_ten_offers_when_three_are_handed_over_and_then_retried(bench: Runs, batches: Batches) -> None:
    ebay = Refusing(bench.pipeline(), refused=set(CODES[:3]))
    job_id = batches.upload("\n".join(CODES).encode())
    batches.run(ebay)
    assert batches.stored(job_id).failed_upcs == 3
    ebay.refused = set()
    batches.engine.retry_as_new(job_id)
    batches.run(ebay)
    with pytest.raises(IllegalTransition):
        batches.commands.retry_failed(job_id)
    batches.run(ebay)
    assert len(bench.offers()) == 10


def test_a_row_that_failed_after_its_offer_was_made_keeps_that_offer_in_the_new_batch(
    bench: Runs, batches: Batches
) -> None:
    ebay = Refusing(bench.pipeline(), late={CODES[0]})
    job_id = batches.upload(CODES[0].encode())
    batches.run(ebay)
    (sku,) = bench.offers()
    new = batches.engine.retry_as_new(job_id).job_id
    ebay.late, ebay.refused = set(), {CODES[0]}
    batches.run(ebay)
    assert batches.items(new)[0].cause is Cause.REFUSED
    ebay.refused = set()
    batches.commands.retry_failed(new)
    batches.run(ebay)
    assert batches.items(new)[0].sku == sku
    assert bench.offers() == {sku: 1}


def test_leaving_out_a_row_that_was_handed_over_removes_the_offer_that_its_first_batch_made(
    bench: Runs, batches: Batches
) -> None:
    ebay = Refusing(bench.pipeline(), late={CODES[0]})
    job_id = batches.upload(CODES[0].encode())
    batches.run(ebay)
    new = batches.engine.retry_as_new(job_id).job_id
    ebay.late, ebay.refused = set(), {CODES[0]}
    batches.run(ebay)
    batches.commands.again(new, {0: {"removed": True}})
    batches.run(ebay)
    assert batches.items(new)[0].cause is Cause.REMOVED
    held = bench.sandbox.ledger(calls=False)["held"].values()
    assert not [one for one in held if one["offer"]]


def failed(batches: Batches, rows: int, *failing: int) -> str:
    job_id = batches.upload(some(rows))
    batches.run(Chosen(dict.fromkeys(failing, fails)))
    return job_id


def test_pressing_twice_is_pressing_once(batches: Batches) -> None:
    job_id = failed(batches, 4, 1, 3)
    new = batches.engine.retry_as_new(job_id, request_id="one")
    for request_id in ("one", "two", ""):
        assert batches.engine.retry_as_new(job_id, request_id=request_id).job_id == new.job_id
    assert batches.queries.jobs().total == 2
    with pytest.raises(IllegalTransition, match=f"those it had were handed over to {new.job_id}"):
        batches.commands.retry_failed(job_id)


def test_rows_that_fail_later_are_a_new_batch_of_their_own(batches: Batches) -> None:
    job_id = batches.upload(some(4))
    gate = Gate()
    with batches.working(Chosen({0: fails, 1: gate, 3: fails}), lanes=1):
        assert gate.reached.wait(20)
        first = batches.engine.retry_as_new(job_id)
        assert batches.engine.retry_as_new(job_id).job_id == first.job_id
        gate.opened.set()
        batches.ended(job_id)
    second = batches.engine.retry_as_new(job_id)
    assert (first.total_upcs, second.total_upcs) == (1, 1)
    assert batches.engine.retry_as_new(job_id).job_id == second.job_id
    batches.run()
    went = [batches.items(job_id)[index].handed_to for index in (0, 3)]
    assert [(to.job_id, to.index) for to in went if to] == [(first.job_id, 0), (second.job_id, 0)]
    assert batches.exact(job_id)


def test_a_row_that_was_handed_over_is_skipped_and_says_where_it_went_and_why_it_had_failed(batches: Batches) -> None:
    job_id = failed(batches, 3, 1)
    new = batches.engine.retry_as_new(job_id, by="ann")
    item, job = batches.items(job_id)[1], batches.stored(job_id)
    assert (item.status, item.cause, item.retryable) == (ItemStatus.SKIPPED, Cause.HANDED_OVER, False)
    assert item.error == "Handed over: row 1 of rows.txt, failed rows carries it on."
    assert item.history[-1].error == "Nobody knows this barcode."
    assert (job.successful_upcs, job.failed_upcs, job.skipped_upcs) == (2, 0, 1)
    assert (job.failed_upc_list, job.status) == ((), JobStatus.COMPLETED)
    assert new.retry_of == job_id
    assert batches.exact(job_id)
    event = next(entry for entry in batches.queries.events(job_id) if entry.event == "handed over")
    assert (event.by, event.detail) == ("ann", "1 failed rows, to rows.txt, failed rows")


@pytest.mark.parametrize("wanted", [{}, {"removed": True}, {"removed": None}, {"edits": {"title": "Mine"}}])
def test_no_retry_takes_a_row_that_was_handed_over(batches: Batches, wanted: dict[str, Any]) -> None:
    job_id = failed(batches, 3, 1)
    batches.engine.retry_as_new(job_id)
    for _ in range(2):  # before the new batch has begun, and after it has drafted the row
        with pytest.raises(IllegalTransition, match=r"Row 2 of rows\.txt was handed over: row 1 of rows\.txt, failed"):
            batches.commands.again(job_id, {1: wanted})
        batches.run()


def test_a_row_that_fails_again_can_be_done_in_either_place_and_in_one_only(batches: Batches) -> None:
    job_id = failed(batches, 3, 1)
    new = batches.engine.retry_as_new(job_id).job_id
    batches.run(Chosen({0: fails}))
    batches.commands.again(job_id, {1: {}})
    with pytest.raises(IllegalTransition):
        batches.commands.retry_failed(new)
    with pytest.raises(IllegalTransition, match="failed rows was handed over"):
        batches.commands.again(new, {0: {}})
    assert (batches.stored(new).failed_upcs, batches.stored(new).skipped_upcs) == (0, 1)
    again = Chosen()
    batches.run(again)
    assert dict(again.runs) == {1: 1}
    assert batches.items(job_id)[1].status is ItemStatus.SUCCEEDED
    assert batches.items(new)[0].handed_to is not None
    assert batches.exact(job_id)
    assert batches.exact(new)


def test_a_row_that_went_through_three_batches_is_taken_back_from_the_last(batches: Batches) -> None:
    first = failed(batches, 2, 1)
    second = batches.engine.retry_as_new(first).job_id
    batches.run(Chosen({0: fails}))
    third = batches.engine.retry_as_new(second).job_id
    with pytest.raises(IllegalTransition, match="failed rows, failed rows carries it on, and has not failed"):
        batches.commands.again(first, {1: {}})
    batches.run(Chosen({0: fails}))
    batches.commands.again(first, {1: {}})
    batches.run()
    assert [batches.stored(job_id).skipped_upcs for job_id in (first, second, third)] == [0, 1, 1]
    assert all(batches.exact(job_id) for job_id in (first, second, third))


def test_failed_rows_that_are_being_retried_are_not_handed_over(batches: Batches) -> None:
    job_id = failed(batches, 3, 1)
    batches.commands.retry_failed(job_id)
    with pytest.raises(IllegalTransition, match="being retried"):
        batches.engine.retry_as_new(job_id)
    batches.run()
    assert batches.queries.jobs().total == 1


def test_copies_that_were_counted_into_a_failed_row_go_with_it(bench: Runs, batches: Batches) -> None:
    ebay = Refusing(bench.pipeline(), refused={CODES[0]})
    options = codec.replace(FIXED, duplicates=Duplicates.QUANTITY)
    job_id = batches.upload(f"{CODES[0]}\n{CODES[0]}\n{CODES[0]}\n".encode(), options)
    batches.run(ebay)
    ebay.refused = set()
    new = batches.engine.retry_as_new(job_id).job_id
    batches.run(ebay)
    assert batches.items(new)[0].draft.quantity == 3


MANY = 2 * AT_ONCE + 50


def test_a_hand_over_of_many_rows_goes_on_where_a_killed_worker_left_it(batches: Batches) -> None:
    job_id = failed(batches, MANY, *range(MANY))
    new = batches.engine.retry_as_new(job_id)
    assert new.total_upcs == MANY
    assert batches.stored(job_id).skipped_upcs == AT_ONCE
    killed_after(batches, job_id, commits=1)
    assert (batches.stored(job_id).failed_upcs, batches.stored(job_id).skipped_upcs) == (50, 2 * AT_ONCE)
    with pytest.raises(IllegalTransition, match="handed over"):
        batches.commands.retry_failed(job_id)
    with pytest.raises(RowBusy):
        batches.commands.again(job_id, {MANY - 1: {}})
    assert batches.engine.retry_as_new(job_id).job_id == new.job_id
    again = Chosen()
    batches.run(again)
    assert set(again.runs.values()) == {1}
    assert len(again.runs) == MANY
    moved = batches.items(job_id)
    assert [moved[index].handed_to.index for index in moved if moved[index].handed_to] == list(range(MANY))
    old = batches.stored(job_id)
    assert (old.failed_upcs, old.skipped_upcs, old.status) == (0, MANY, JobStatus.COMPLETED)
    assert batches.exact(job_id)
    assert batches.exact(new.job_id)


def test_pausing_a_batch_does_not_keep_its_rows_from_being_handed_over(batches: Batches) -> None:
    job_id = batches.upload(some(MANY + 1))
    gate = Gate()
    with batches.working(Chosen({**dict.fromkeys(range(MANY), fails), MANY: gate}), lanes=2):
        assert gate.reached.wait(20)
        until(lambda: batches.job(job_id).failed_upcs == MANY)
        batches.engine.retry_as_new(job_id)
        batches.commands.pause(job_id)
        gate.opened.set()
        until(lambda: batches.stored(job_id).skipped_upcs == MANY)
        old = batches.ended(job_id)
    assert (old.successful_upcs, old.failed_upcs) == (1, 0)


def killed_after(batches: Batches, job_id: str, *, commits: int) -> None:
    """Leave the hand-over of a batch as a worker does that is killed in it."""
    found = batches.store.find(SHARDS, [Where("job_id", "==", job_id), Where("done", "==", False)])
    claim = {"worker": "w", "lanes": 1, "lease": timedelta(0), "stop": threading.Event()}
    holding = ShardLease.claim(batches.store, SystemClock(), found[0], **claim)  # type: ignore[arg-type]
    stops = iter([False] * commits + [True])
    assert not hand_over(batches.store, batches.rows, holding, lambda: next(stops))


def test_a_file_says_how_many_of_its_barcodes_have_drafts(batches: Batches) -> None:
    job_id = batches.upload(some(5))
    batches.run(Chosen(dict.fromkeys(range(5), drafted) | {2: fails}))
    count = batches.engine.drafted_before
    path = batches.stored(job_id).gcs_path
    assert (count(path), count(path, first=2), count(path, job_id=job_id)) == (4, 2, 0)
    batches.commands.again(job_id, {0: {"removed": True}})
    batches.run(Chosen({0: removed}))
    assert count(path) == 3
    dry = batches.submission.keep(b"724383244812\n", "dry.txt")
    batches.upload(b"724383244812\n", codec.replace(FIXED, test_mode=True))
    batches.run(Chosen({0: drafted}))
    assert count(dry) == 0
    assert count("gs://nothing/there.txt") is None


def test_barcodes_are_counted_among_many_drafts(batches: Batches) -> None:
    for number in range(700):
        sku, gtin = f"S{number}", f"{number // 2 * 3:014d}"
        draft = DraftRecord(sku, gtin, gtin, f"batch_{number % 2}", number, datetime(2026, 11, 23, tzinfo=UTC))
        batches.store.commit(Put(f"drafts/{sku}", codec.encode(draft)))
    wanted = [f"{number:014d}" for number in range(1200)]
    assert batches.engine.drafts.drafted(wanted) == set(wanted[:1050:3])
    assert batches.engine.drafts.drafted(wanted[:3]) == {wanted[0]}
    assert batches.engine.drafts.drafted([]) == set()


def drafted(work: Work) -> None:
    work.item = codec.replace(work.item, draft=Draft(title="Blue Monday"))


def removed(work: Work) -> None:
    work.item = items.skip(work.item, Cause.REMOVED, "Removed.", now=work.now())
