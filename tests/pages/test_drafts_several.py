"""Several drafts at once: whom an action is for, and what becomes of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from console.context import context
from console.screens.drafts.bulk_actions import (
    APPROVE,
    PUT_BACK,
    REMOVE,
    SEND,
    BulkButton,
    outcome,
    seen,
)
from console.screens.drafts.table import TABLE
from console.screens.drafts.view import Place
from engine.codec import replace
from engine.public import DraftRecord, ItemStatus, Review, RowResult, SeenRow
from tests.support.desk import Desk, button, text, upcs
from tests.support.drafting import item, work


@pytest.fixture
def batches(desk: Desk) -> list[str]:
    """Return two batches, of three drafts and of two."""
    found = [desk.submit(upcs(count)).job_id for count in (3, 2)]
    work(desk)
    return found


NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
RECORD = DraftRecord("DM1", None, "1", "batch_1", 0, NOW, changed_at=NOW)


def drafts(desk: Desk) -> dict[Place, DraftRecord]:
    return {Place.of_draft(draft): draft for draft in desk.engine.drafts.page()}


def reviews(desk: Desk) -> dict[Place, Review]:
    return {place: draft.review for place, draft in drafts(desk).items()}


def apply(desk: Desk, action: BulkButton, chosen: list[DraftRecord]) -> Sequence[RowResult]:
    return desk.engine.bulk_actions.apply(action.action, map(seen, chosen), by="ann@example.com")


def ticked(desk: Desk, *places: Place) -> Any:
    """Return the screen with these rows ticked."""
    app = desk.screen("drafts", show="all")
    listed = [Place.of_draft(draft) for draft in desk.engine.drafts.page()]
    rows = [listed.index(place) for place in places]
    app.session_state[TABLE] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    return app.run()


def test_a_button_counts_the_drafts_that_its_action_applies_to() -> None:
    chosen = [replace(RECORD, review=state) for state in Review]
    assert [draft.review for draft in APPROVE.among(chosen)] == [Review.OPEN, Review.HELD]
    assert [draft.review for draft in PUT_BACK.among(chosen)] == [Review.REMOVED]


@pytest.mark.parametrize(
    ("done", "left", "sentence"),
    [
        (18, {}, "18 approved."),
        (0, {"changed in the meantime": 1}, "None approved; 1 not, changed in the meantime: A0."),
        (
            2,
            {"changed in the meantime": 2, "being done again already": 5},
            (
                "2 approved; 2 not, changed in the meantime: A0, A1; "
                "5 not, being done again already: A0, A1, A2 and 2 more."
            ),
        ),
    ],
)
def test_the_outcome_says_how_many_and_which_not(done: int, left: dict[str, int], sentence: str) -> None:
    row, of = SeenRow("batch_1", 0), [replace(RECORD, title=f"A{number}") for number in range(18)]
    results = [(draft, RowResult(row)) for draft in of[:done]]
    results += [(draft, RowResult(row, why)) for why, count in left.items() for draft in of[:count]]
    assert outcome(APPROVE, results) == sentence


def test_drafts_of_several_batches_are_approved_but_for_those_changed_since(desk: Desk, batches: list[str]) -> None:
    chosen = list(drafts(desk).values())
    changed, busy = Place(batches[0], 1), Place(batches[1], 0)
    desk.engine.commands.review(changed.job_id, changed.index, Review.HELD, by="bea@example.com")
    desk.engine.commands.again(busy.job_id, {busy.index: {}}, by="bea@example.com")
    results = apply(desk, APPROVE, chosen)
    assert sum(result.done for result in results) == 3
    assert {Place(result.row.job_id, result.row.index): result.reason for result in results if not result.done} == {
        changed: "changed in the meantime",
        busy: "being done again already",
    }
    now = reviews(desk)
    assert (now[changed], now[busy]) == (Review.HELD, Review.OPEN)
    assert sum(state is Review.APPROVED for state in now.values()) == 3


def test_rows_of_a_batch_are_done_again_in_one_call(desk: Desk, batches: list[str]) -> None:
    apply(desk, REMOVE, list(drafts(desk).values()))
    for job_id, count in zip(batches, (3, 2), strict=True):
        events = desk.engine.queries.events(job_id)
        (detail,) = [event.detail for event in events if event.event == "done again"]
        assert detail == f"{count} rows"
    work(desk)
    assert {item(desk, place.job_id, place.index).status for place in drafts(desk)} == {ItemStatus.SKIPPED}
    apply(desk, PUT_BACK, list(drafts(desk).values()))
    work(desk)
    assert set(reviews(desk).values()) == {Review.OPEN}


def test_a_batch_that_is_held_is_named_and_the_others_are_done(desk: Desk, batches: list[str]) -> None:
    desk.engine.commands.again(batches[0], {0: {}})
    desk.engine.commands.pause(batches[0])
    chosen = [draft for place, draft in drafts(desk).items() if place != Place(batches[0], 0)]
    results = apply(desk, SEND, chosen)
    assert {result.row.job_id for result in results if result.done} == {batches[1]}
    assert "is paused" in outcome(SEND, zip(chosen, results, strict=True))


def test_what_is_ticked_is_approved_in_one_step_and_no_longer_ticked(desk: Desk, batches: list[str]) -> None:
    chosen = [Place(batches[0], 0), Place(batches[1], 1)]
    assert "Tick several" in text(desk.screen("drafts"))
    app = ticked(desk, *chosen)
    assert "2 ticked" in text(app)
    button(app, "Approve 2").click().run()
    assert app.toast[0].value == "2 approved."
    assert {place for place, state in reviews(desk).items() if state is Review.APPROVED} == set(chosen)
    assert "Tick several" in text(app)


def test_what_was_changed_in_the_meantime_stays_ticked(desk: Desk, batches: list[str]) -> None:
    first, second = Place(batches[0], 0), Place(batches[0], 1)
    app = ticked(desk, first, second)
    desk.engine.commands.review(second.job_id, second.index, Review.HELD, by="bea@example.com")
    button(app, "Approve 2").click().run()
    assert app.toast[0].value == "1 approved; 1 not, changed in the meantime: Title 1."
    assert "1 ticked" in text(app)
    assert reviews(desk)[second] is Review.HELD
    button(app, "Approve 1").click().run()
    assert reviews(desk)[second] is Review.APPROVED


def test_a_removal_of_several_asks_once_and_says_what_it_does(desk: Desk, batches: list[str]) -> None:
    chosen = [Place(batches[0], 2), Place(batches[1], 0)]
    app = ticked(desk, *chosen)
    assert "2 unpublished offers will be deleted at eBay." in text(app)
    button(app, "Remove these 2").click().run()
    work(desk)
    assert {place for place, state in reviews(desk).items() if state is Review.REMOVED} == set(chosen)


def test_another_page_has_no_ticks(desk: Desk, batches: list[str]) -> None:
    app = ticked(desk, Place(batches[0], 0))
    app.segmented_control[0].set_value("open").run()
    assert "Tick several" in text(app)


def test_the_counts_of_the_filters_follow_what_others_do(desk: Desk, batches: list[str]) -> None:
    app = desk.screen("drafts")
    assert "To review (5)" in app.segmented_control[0].options
    desk.engine.commands.review(batches[0], 0, Review.HELD, by="bea@example.com")
    context().poller.changed()
    app.run()
    assert {"To review (4)", "Held (1)"} <= set(app.segmented_control[0].options)
