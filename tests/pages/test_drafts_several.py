"""Several drafts at once: whom an action is for, and what becomes of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.context import context
from console.screens.drafts_deeds import (
    APPROVE,
    COMPOSE,
    HOLD,
    PUT_BACK,
    REMOVE,
    REOPEN,
    SEND,
    Deed,
    Draft,
    Result,
    do,
    hindrance,
)
from console.screens.drafts_list import TABLE
from console.screens.drafts_view import Place
from engine.domain.drafted import Review
from engine.domain.items import Item, ItemStatus
from engine.domain.jobs import Job, JobStatus
from engine.domain.shards import ShardKind
from engine.errors import StoreError
from tests.pages.desk import Desk, button, text, upcs
from tests.pages.drafting import item, work

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def batches(desk: Desk) -> list[str]:
    """Return two batches, of three drafts and of two."""
    found = [desk.submit(upcs(count)).job_id for count in (3, 2)]
    work(desk)
    return found


def drafts(desk: Desk) -> dict[Place, Draft]:
    return {Place.told(draft): draft for draft in desk.engine.drafts.page()}


def reviews(desk: Desk) -> dict[Place, Review]:
    return {place: Review(draft["review"]) for place, draft in drafts(desk).items()}


def ticked(desk: Desk, *places: Place) -> Any:
    """Return the screen with these rows ticked."""
    app = desk.screen("drafts", show="all")
    listed = [Place.told(draft) for draft in desk.engine.drafts.page()]
    rows = [listed.index(place) for place in places]
    app.session_state[TABLE] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    return app.run()


@pytest.mark.parametrize(
    ("deed", "states"),
    [
        (APPROVE, {"open", "held"}),
        (HOLD, {"open", "approved"}),
        (REOPEN, {"approved", "held"}),
        (SEND, {"open", "approved", "held"}),
        (COMPOSE, {"open", "approved", "held"}),
        (REMOVE, {"open", "approved", "held"}),
        (PUT_BACK, {"removed"}),
    ],
)
def test_an_action_is_for_the_drafts_that_it_would_change(deed: Deed, states: set[str]) -> None:
    chosen = [{"review": state} for state in Review]
    assert {draft["review"] for draft in deed.among(chosen)} == states


@pytest.mark.parametrize(
    ("done", "left", "told"),
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
def test_the_outcome_says_how_many_and_which_not(done: int, left: dict[str, int], told: str) -> None:
    of = [{"title": f"A{number}"} for number in range(18)]
    result = Result(tuple(of[:done]), {why: of[:count] for why, count in left.items()})
    assert result.told(APPROVE) == told


def test_drafts_of_several_batches_are_approved_but_for_those_changed_since(desk: Desk, batches: list[str]) -> None:
    seen = list(drafts(desk).values())
    changed, busy = Place(batches[0], 1), Place(batches[1], 0)
    desk.engine.control.review(changed.job_id, changed.index, Review.HELD, by="bea@example.com")
    desk.engine.control.again(busy.job_id, {busy.index: {}}, by="bea@example.com")
    result = do(desk.engine, APPROVE, seen, by="ann@example.com")
    assert len(result.done) == 3
    assert {why: [Place.told(draft) for draft in left] for why, left in result.left.items()} == {
        "changed in the meantime": [changed],
        "being done again already": [busy],
    }
    now = reviews(desk)
    assert (now[changed], now[busy]) == (Review.HELD, Review.OPEN)
    assert sum(state is Review.APPROVED for state in now.values()) == 3


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ({}, ""),
        ({"finished_at": NOW + timedelta(seconds=1)}, "changed in the meantime"),
        ({"decided": {"review": {"at": NOW + timedelta(seconds=1)}}}, "changed in the meantime"),
        ({"wanted": 2}, "being done again already"),
        ({"status": ItemStatus.WORKING, "finished_at": None}, "being done again already"),
        ({"match": {"lacking": ["discogs"]}}, "being done again already"),
        ({"status": ItemStatus.FAILED, "finished_at": NOW + timedelta(seconds=1)}, "needing attention"),
    ],
)
def test_nothing_is_done_with_a_row_that_stands_otherwise_than_seen(now: dict[str, Any], why: str) -> None:
    completing = {"0001": {"kind": ShardKind.COMPLETE, "done": False, "next": 0}}
    job = Job("batch_1", JobStatus.RUNNING, "gs://bucket/box.txt", NOW, engine={"shards": completing})
    row = Item(0, 1, "1", None, status=ItemStatus.SUCCEEDED, finished_at=NOW)
    assert hindrance(job, replace(row, **now), {"changed_at": NOW}) == why


def test_rows_of_a_batch_are_done_again_in_one_call(desk: Desk, batches: list[str]) -> None:
    do(desk.engine, REMOVE, list(drafts(desk).values()), by="ann@example.com")
    for job_id, count in zip(batches, (3, 2), strict=True):
        (detail,) = [told["detail"] for told in desk.engine.queries.events(job_id) if told["event"] == "done again"]
        assert detail == f"{count} rows"
    work(desk)
    assert {item(desk, place.job_id, place.index).status for place in drafts(desk)} == {ItemStatus.SKIPPED}
    do(desk.engine, PUT_BACK, list(drafts(desk).values()), by="ann@example.com")
    work(desk)
    assert set(reviews(desk).values()) == {Review.OPEN}


def test_a_batch_that_is_held_is_told_and_the_others_are_done(desk: Desk, batches: list[str]) -> None:
    desk.engine.control.again(batches[0], {0: {}})
    desk.engine.control.pause(batches[0])
    seen = [draft for place, draft in drafts(desk).items() if place != Place(batches[0], 0)]
    result = do(desk.engine, SEND, seen, by="ann@example.com")
    assert {draft["job_id"] for draft in result.done} == {batches[1]}
    assert "is paused" in result.told(SEND)


def test_a_store_that_is_away_is_no_outcome(desk: Desk, batches: list[str]) -> None:
    seen = list(drafts(desk).values())
    desk.away()
    with pytest.raises(StoreError):
        do(desk.engine, APPROVE, seen, by="ann@example.com")


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
    desk.engine.control.review(second.job_id, second.index, Review.HELD, by="bea@example.com")
    button(app, "Approve 2").click().run()
    assert app.toast[0].value == "1 approved; 1 not, changed in the meantime: Title 1."
    assert "1 ticked" in text(app)
    assert reviews(desk)[second] is Review.HELD
    button(app, "Approve 1").click().run()
    assert reviews(desk)[second] is Review.APPROVED


def test_a_removal_of_several_asks_once_and_tells_what_it_does(desk: Desk, batches: list[str]) -> None:
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
    desk.engine.control.review(batches[0], 0, Review.HELD, by="bea@example.com")
    context().live.changed()
    app.run()
    assert {"To review (4)", "Held (1)"} <= set(app.segmented_control[0].options)
