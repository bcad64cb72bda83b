"""The wall: three big numbers, and below them the batches that go on or wait for a person."""

from __future__ import annotations

from datetime import timedelta

from console.context import context
from console.screens import wall
from console.screens.batches import view as batches
from engine.batches.documents import job_path
from engine.domain.batch.workers import RowInFlight
from engine.public import JobStatus
from engine.store.base import Patch
from tests.support.desk import CLOCK, Desk, text, upcs


def numbers(desk: Desk) -> list[str]:
    view = batches.load(desk.engine.queries.batches(), None)
    return [tile.number for tile in wall.tiles(view)]


def names(desk: Desk) -> list[str]:
    view = batches.load(desk.engine.queries.batches(), None)
    return [entry.batch.job.name for entry in wall.shown(view, CLOCK.now())]


def test_the_numbers_count_what_works_waits_and_needs_attention(desk: Desk) -> None:
    desk.submit(upcs(5), name="Done")
    desk.work(failing=upcs(2))
    job = desk.submit(upcs(4), name="Running")
    row = RowInFlight(job.job_id, 0, upcs(1)[0], "price")
    desk.store.commit(desk.worker("alive", job.job_id, [row]))
    assert numbers(desk) == ["1", "3", "2"]
    assert names(desk) == ["Running"]


def test_a_batch_that_waits_for_a_person_comes_first(desk: Desk) -> None:
    stuck = desk.interrupted()
    desk.submit(upcs(3), name="Newer")
    assert names(desk) == [stuck.name, "Newer"]


def test_a_batch_that_failed_long_ago_is_left_out(desk: Desk) -> None:
    for name, age in (("Old", timedelta(days=2)), ("New", timedelta(hours=2))):
        job = desk.submit(upcs(1), name=name)
        failed = {"status": JobStatus.FAILED, "total_upcs": None, "updated_at": CLOCK.now() - age}
        desk.store.commit(Patch(job_path(job.job_id), failed, None))
    assert names(desk) == ["New"]


def test_the_screen_can_only_be_looked_at_and_refreshes_itself(desk: Desk) -> None:
    desk.submit(upcs(3), name="Box <14>")
    app = desk.screen("wall")
    assert not app.exception
    assert not app.button
    assert "Box &lt;14&gt;" in text(app)
    assert "No engine is running.** 3 items wait." in app.error[0].value
    (refresh,) = app.get("component_instance")
    assert '"interval": 5000' in refresh.proto.json_args


def test_more_batches_than_fit_are_counted(desk: Desk) -> None:
    for number in range(wall.MOST_LINES + 2):
        desk.submit(upcs(1), name=f"Box {number}")
    assert "and 2 batches more" in text(desk.screen("wall"))


def test_an_outage_is_shown_as_one_and_keeps_the_last_numbers(desk: Desk) -> None:
    desk.submit(upcs(3))
    app = desk.screen("wall")
    desk.away()
    context().poller.changed()
    app.run()
    assert "Showing data from" in app.warning[0].value
    assert "Waiting" in text(app)
    context.cache_clear()
    assert "does not answer" in desk.screen("wall").error[0].value
