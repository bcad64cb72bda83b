"""What keeps a batch from running stands on New batch before anybody clicks, whichever way in is chosen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from console.context import context
from console.screens.new_batch import file, scanning
from engine.store.base import Put
from tests.support.clocks import until
from tests.support.desk import CLOCK, Desk, button, text, upcs

WAYS = (file.UPLOAD, file.PASTE, file.BUCKET, file.SCAN)


def told(desk: Desk, **fields: Any) -> None:
    desk.store.commit(Put("budgets/discogs", {"service": "discogs", **fields}))


def alive(desk: Desk) -> None:
    desk.store.commit(desk.worker("alive", None, []))


@pytest.mark.parametrize("way", WAYS)
def test_without_a_worker_every_way_in_says_so(desk: Desk, way: str) -> None:
    app = desk.screen("new_batch")
    app.segmented_control(key="way").set_value(way).run()
    assert not app.exception
    assert "No engine is running.** What you start waits until one does." in app.error[0].value


@pytest.mark.parametrize("way", WAYS)
def test_a_store_that_does_not_answer_is_told_on_every_way_in(desk: Desk, way: str) -> None:
    desk.away()
    app = desk.screen("new_batch")
    app.segmented_control(key="way").set_value(way).run()
    assert not app.exception
    assert "nothing can be kept or started now" in app.error[0].value


def test_a_file_that_was_checked_cannot_be_started_while_the_store_does_not_answer(desk: Desk) -> None:
    alive(desk)
    app = desk.screen("new_batch", file=desk.engine.submission.keep(upcs(1)[0].encode(), "box.txt"))
    assert not button(app, "Start").disabled
    desk.away()
    until(lambda: app.run().error)
    assert button(app, "Start").disabled


def test_a_store_that_stops_to_answer_is_told_while_copies_are_scanned(desk: Desk) -> None:
    alive(desk)
    session = desk.engine.scans.open().session_id
    app = desk.screen("new_batch", **{scanning.SCAN: session})
    assert not app.error
    desk.away()
    until(lambda: any("nothing can be kept or started now" in error.value for error in app.run().error), seconds=60)


def test_files_that_are_away_are_told(desk: Desk) -> None:
    alive(desk)
    desk.submit(upcs(1))
    context().engine.health.check()
    aside = (desk.folder / "files").rename(desk.folder / "aside")
    until(lambda: context().engine.health.troubles().files)
    app = desk.screen("new_batch")
    assert "The file store cannot be used" in app.warning[0].value.replace("\\", "")
    aside.rename(desk.folder / "files")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (lambda: {"limit": 1, "slots": [CLOCK.now().timestamp() + 600]}, "Its quota is used up"),
        (lambda: {"breaker": "open", "opened_at": CLOCK.now()}, "Down since"),
        (lambda: {"credentials": "refused", "credentials_said": "Look at the token."}, "Look at the token."),
    ],
)
def test_a_service_for_which_rows_would_wait_is_told(
    desk: Desk, fields: Callable[[], dict[str, Any]], said: str
) -> None:
    alive(desk)
    told(desk, **fields())
    app = desk.screen("new_batch")
    assert "**Discogs.**" in app.warning[0].value
    assert said in app.warning[0].value.replace("\\", "")


def test_nothing_is_said_where_nothing_stands_in_the_way(desk: Desk) -> None:
    alive(desk)
    told(desk, limit=1, slots=[CLOCK.now().timestamp() + 5], last_ok_at=CLOCK.now() - timedelta(minutes=1))
    app = desk.screen("new_batch")
    assert not app.exception
    assert not app.error
    assert not app.warning
    assert "Upload" in text(app) or app.segmented_control
