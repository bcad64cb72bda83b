"""Drafts over all batches: each row that has one is told in a document of its own, as the row stands."""

from __future__ import annotations

import pytest

from engine.batches.drafts import Drafts
from engine.codec import replace
from engine.domain.batch.draft_index import Review
from engine.domain.batch.items import ItemStatus, skip
from engine.domain.identify.evidence import Confidence, Match
from engine.domain.listing.composition import Draft
from engine.errors import BadRequest, Cause, IllegalTransition
from tests.support.batch_runs import Batches, Chosen, barcode, barcodes, fails
from tests.support.working import Work


def drafted(work: Work) -> None:
    title = work.item.decided.edits.title or f"Title {work.row.index}"
    draft = Draft(title=title, price_cents=599, not_publishable=("No picture.",))
    work.item = replace(work.item, draft=draft, match=Match(confidence=Confidence.HIGH))


def removed(work: Work) -> None:
    work.item = skip(work.item, Cause.REMOVED, "Removed by ann.", now=work.now())


def batch(batches: Batches, rows: int = 3, failing: tuple[int, ...] = ()) -> str:
    job_id = batches.upload(barcodes(rows))
    batches.run(Chosen(dict.fromkeys(range(rows), drafted) | dict.fromkeys(failing, fails)))
    return job_id


def test_every_row_with_a_draft_is_told_the_newest_first(batches: Batches) -> None:
    first, second = batch(batches), batch(batches, failing=(1,))
    drafts = Drafts(batches.store)
    assert [(told.job_id, told.title) for told in drafts.page(job_id=second)] == [
        (second, "Title 2"),
        (second, "Title 0"),
    ]
    told = drafts.page(job_id=first)[-1]
    assert (told.upc, told.price_cents, told.confidence) == (barcode(0), 599, "high")
    assert (told.review, told.left_to_do) == (Review.OPEN, ("No picture.",))
    assert [entry.job_id for entry in drafts.of_key(told.gtin or "")] == [second, first]
    assert drafts.count() == 5
    newest, *older = drafts.page()
    assert drafts.page(before=newest.at) == older


def test_what_a_person_thinks_of_a_draft_is_told_and_kept(batches: Batches) -> None:
    job_id = batch(batches)
    drafts = Drafts(batches.store)
    batches.commands.review(job_id, 1, Review.APPROVED, by="ann")
    batches.commands.review(job_id, 2, Review.HELD, by="ann")
    assert [(told.index, told.reviewed_by) for told in drafts.page(review=Review.APPROVED)] == [(1, "ann")]
    assert drafts.page(review=Review.APPROVED)[0].changed_at == batches.items(job_id)[1].changed_at
    assert {state: drafts.count(job_id=job_id, review=state) for state in Review} == {
        Review.OPEN: 1,
        Review.APPROVED: 1,
        Review.HELD: 1,
        Review.REMOVED: 0,
    }
    batches.commands.review(job_id, 2, Review.OPEN)
    assert drafts.count(review=Review.HELD) == 0


def test_a_draft_that_is_made_anew_is_to_be_looked_at_anew(batches: Batches) -> None:
    job_id = batch(batches)
    batches.commands.review(job_id, 1, Review.APPROVED)
    batches.commands.again(job_id, {1: {"edits": {"title": "Mine"}}})
    with pytest.raises(IllegalTransition, match="Row 2 is being done again"):
        batches.commands.review(job_id, 1, Review.HELD)
    batches.run(Chosen({1: drafted}))
    (told,) = (told for told in Drafts(batches.store).page(job_id=job_id) if told.index == 1)
    assert (told.title, told.review) == ("Mine", Review.OPEN)


def test_a_draft_that_was_removed_is_told_as_removed(batches: Batches) -> None:
    job_id = batch(batches)
    batches.commands.again(job_id, {0: {"removed": True}})
    batches.run(Chosen({0: removed}))
    assert batches.items(job_id)[0].status is ItemStatus.SKIPPED
    assert [told.index for told in Drafts(batches.store).page(review=Review.REMOVED)] == [0]
    job = batches.stored(job_id)
    assert (job.successful_upcs, job.skipped_upcs) == (2, 1)
    assert batches.exact(job_id)


@pytest.mark.parametrize("index", [1, 9], ids=["failed", "unknown"])
def test_a_row_without_a_draft_cannot_be_reviewed(batches: Batches, index: int) -> None:
    job_id = batch(batches, failing=(1,))
    with pytest.raises(BadRequest, match=f"Row {index + 1} of job {job_id} has no draft"):
        batches.commands.review(job_id, index, Review.APPROVED)
