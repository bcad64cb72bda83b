"""The wall: three big numbers, and below them the batches that go on or wait for a person."""

from __future__ import annotations

from datetime import UTC, timedelta

from console.context import context, handles
from console.screens import wall
from console.screens.batches import view as batches
from engine.batches.documents import DRAFTS, job_path
from engine.codec import encode
from engine.domain.batch.jobs import Job, named
from engine.domain.batch.workers import RowInFlight
from engine.public import JobStatus
from engine.store.base import Patch, Put
from tests.support.desk import CLOCK, Desk, text, upcs


def tiles(desk: Desk) -> tuple[wall.Tile, ...]:
    return wall.tiles(batches.today(context(), UTC), wall.load(context()), CLOCK.now())


def names() -> list[str]:
    return [entry.batch.job.name for entry in wall.shown(wall.load(context()), CLOCK.now())]


def test_the_numbers_count_drafts_rows_left_and_rows_that_failed(desk: Desk) -> None:
    desk.submit(upcs(5), name="Done")
    desk.work(failing=upcs(2))
    job = desk.submit(upcs(4), name="Running")
    row = RowInFlight(job.job_id, 0, upcs(1)[0], "price")
    desk.store.commit(desk.worker("alive", job.job_id, [row]), Put(f"{DRAFTS}/DM1", {"at": CLOCK.now()}))
    drafted, left, failed = tiles(desk)
    assert (drafted.number, left.number, failed.number) == ("1", "4", "2")
    assert "1 in hand" in left.note
    assert names() == ["Running"]


def test_the_numbers_are_those_of_all_batches_not_of_the_newest(desk: Desk) -> None:
    made = CLOCK.now() - timedelta(days=9)
    for number in range(batches.MOST + 10):
        job = Job(f"batch_{number}", JobStatus.COMPLETED, "gs://b/x", made, 3, 3, 2, 1)
        desk.store.commit(Put(job_path(job.job_id), encode(named(job, f"Box {number}"))))
    assert tiles(desk)[2].number == str(batches.MOST + 10)
    desk.engine.archive.archive("batch_0")
    assert tiles(desk)[2].number == str(batches.MOST + 9)


def test_a_batch_that_runs_is_shown_however_many_are_newer(desk: Desk) -> None:
    running = desk.submit(upcs(2), name="Old but going")
    desk.store.commit(Patch(job_path(running.job_id), {"created_at": CLOCK.now() - timedelta(days=9)}, None))
    for number in range(batches.MOST):
        job = Job(f"batch_{number}", JobStatus.COMPLETED, "gs://b/x", CLOCK.now(), 3, 3, 3)
        desk.store.commit(Put(job_path(job.job_id), encode(named(job, f"Box {number}"))))
    assert names() == ["Old but going"]


def test_a_batch_that_waits_for_a_person_comes_first(desk: Desk) -> None:
    stuck = desk.interrupted()
    desk.submit(upcs(3), name="Newer")
    assert names() == [stuck.name, "Newer"]


def test_a_batch_that_failed_long_ago_is_left_out(desk: Desk) -> None:
    for name, age in (("Old", timedelta(days=2)), ("New", timedelta(hours=2))):
        job = desk.submit(upcs(1), name=name)
        failed = {"status": JobStatus.FAILED, "total_upcs": None, "updated_at": CLOCK.now() - age}
        desk.store.commit(Patch(job_path(job.job_id), failed, None))
    assert names() == ["New"]


def test_a_paused_batch_is_named_last_and_its_rows_are_not_forgotten(desk: Desk) -> None:
    paused = desk.submit(upcs(4), name="Paused")
    desk.engine.commands.pause(paused.job_id)
    assert (tiles(desk)[1].number, tiles(desk)[1].note) == ("4", "4 paused")
    desk.submit(upcs(3), name="Waiting")
    assert names() == ["Waiting", "Paused"]


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
    for number in range(wall.MOST + 2):
        desk.submit(upcs(1), name=f"Box {number}")
    assert f"and {wall.MOST + 2 - wall.BESIDE_A_NOTICE} batches more" in text(desk.screen("wall"))
    desk.store.commit(desk.worker("alive", None, []))
    context().poller.changed()
    assert f"and {wall.MOST + 2 - wall.MOST_LINES} batches more" in text(desk.screen("wall"))


def test_an_outage_is_shown_as_one_and_keeps_the_last_numbers(desk: Desk) -> None:
    desk.submit(upcs(3))
    app = desk.screen("wall")
    desk.away()
    context().poller.changed()
    app.run()
    assert "Showing data from" in app.warning[0].value
    assert "Left to do" in text(app)
    handles.cache_clear()
    app = desk.screen("wall")
    assert "does not answer" in app.error[0].value
    assert 'class="dm-wall"' in text(app)  # it is dark all the same
