"""Rows that were drafted while a service was away, done again when it is back."""

from __future__ import annotations

import pytest

from engine.codec import replace
from engine.domain.batch.draft_index import Review
from engine.domain.batch.items import ItemStatus
from engine.domain.batch.jobs import JobStatus
from engine.domain.identify.evidence import Match
from engine.domain.listing.composition import Draft
from engine.errors import Cause, IllegalTransition, ItemError, RowBusy
from tests.support.batch_runs import Batches, Chosen, Gate, barcodes, fails
from tests.support.working import Work


def without(*services: str) -> object:
    def step(work: Work) -> None:
        work.item = replace(work.item, match=Match(lacking=services), draft=Draft(title="as known"))

    return step


def whole(work: Work) -> None:
    work.item = replace(work.item, match=Match(), draft=Draft(title="with all"))


def in_part(batches: Batches) -> str:
    """Return a batch of 300 rows: row 3 lacks Discogs, 7 MusicBrainz, 250 both; row 9 failed."""
    job_id = batches.upload(barcodes(300))
    steps = {3: without("discogs"), 7: without("musicbrainz"), 250: without("discogs", "musicbrainz"), 9: fails}
    batches.run(Chosen(steps))  # type: ignore[arg-type]
    return job_id


def test_only_what_lacks_a_service_is_done_again_and_each_once(batches: Batches) -> None:
    job_id = in_part(batches)
    batches.commands.complete(job_id)
    again = Chosen(dict.fromkeys((3, 7, 250), whole))
    batches.run(again)
    assert dict(again.runs) == {3: 1, 7: 1, 250: 1}
    assert {batches.items(job_id)[index].draft.title for index in (3, 7, 250)} == {"with all"}
    job = batches.stored(job_id)
    assert (job.status, job.successful_upcs, job.failed_upcs) == (JobStatus.COMPLETED, 299, 1)
    assert batches.exact(job_id)
    with pytest.raises(IllegalTransition, match=f"No row of job {job_id} lacks"):
        batches.commands.complete(job_id)


def test_what_lacks_a_service_still_is_tried_once_a_time(batches: Batches) -> None:
    job_id = in_part(batches)
    for _ in range(2):
        batches.commands.complete(job_id)
        again = Chosen(dict.fromkeys((3, 7, 250), without("discogs")))  # type: ignore[arg-type]
        batches.run(again)
        assert dict(again.runs) == {3: 1, 7: 1, 250: 1}


def test_a_row_that_may_be_in_hand_is_changed_and_reviewed_after_that(batches: Batches) -> None:
    job_id = in_part(batches)
    batches.commands.complete(job_id)
    gate = Gate()
    with batches.working(Chosen({7: gate}), lanes=1):
        assert gate.reached.wait(20)
        with pytest.raises(RowBusy, match=r"Row 8 of rows\.txt is being done"):
            batches.commands.again(job_id, {7: {"edits": {"title": "Mine"}}})
        with pytest.raises(RowBusy, match=r"Row 251 of rows\.txt is being done"):
            batches.commands.review(job_id, 250, Review.APPROVED)
        gate.opened.set()
        batches.ended(job_id)
    batches.commands.review(job_id, 250, Review.APPROVED)
    assert batches.items(job_id)[250].decided.review.state == Review.APPROVED


def test_what_cannot_be_completed_is_left_as_it_was(batches: Batches) -> None:
    def no_price(_work: Work) -> None:
        raise ItemError(Cause.NO_PRICE, "Nobody sells it.")

    job_id = in_part(batches)
    batches.commands.complete(job_id)
    batches.run(Chosen(dict.fromkeys((3, 7, 250), no_price)))
    item = batches.items(job_id)[3]
    assert (item.status, item.draft, item.lacking) == (ItemStatus.SUCCEEDED, Draft(title="as known"), ("discogs",))
    assert batches.exact(job_id)


def test_it_is_not_asked_for_twice(batches: Batches) -> None:
    job_id = in_part(batches)
    batches.commands.complete(job_id)
    with pytest.raises(IllegalTransition, match="being completed already"):
        batches.commands.complete(job_id)
