"""What the console reads of the store: only what can have changed, whoever looks."""

from __future__ import annotations

from functools import partial

import pytest

from console.context import Context
from console.poller import Poller
from console.screens.attention import view as attention
from console.screens.batch.view import BatchScreen, load, load_rows
from console.screens.batches import view as batches
from engine.batches.queries import LATE
from engine.bootstrap.operations import engine_over
from engine.domain.batch.items import ItemStatus
from engine.domain.batch.jobs import JobStatus
from engine.sandbox.meter import Metered
from engine.settings import Settings
from engine.store.base import Patch, Store
from tests.support.batch_runs import Batches, Chosen, Gate, barcodes, fails
from tests.support.clocks import AheadClock, until


class Viewer:
    """A console without a browser: it reads what its screens would draw, and tells how much that was.

    Two looks are two seconds apart by its clock, so that each may read.
    """

    def __init__(self, store: Store, beside: Batches) -> None:
        self.store = Metered(store)
        self.clock = AheadClock()
        engine = engine_over(self.store, beside.files, Settings(_env_file=None), self.clock)
        self.context = Context(engine, Settings(_env_file=None), Poller(self.clock), self.clock)

    def batch(self, job_id: str) -> tuple[BatchScreen, list[ItemStatus], int]:
        """Return the screen of a batch two seconds later, the states of its first 50 rows, and what that cost."""
        self.clock.seconds += 2.0
        screen = load(self.context, job_id).value
        page = load_rows(self.context, screen, tuple(range(50))).value
        return screen, [item.status for item in page.items], self._cost()

    def batches(self) -> tuple[list[str], int]:
        """Return the states in the list of batches two seconds later, the newest first, and what that cost."""
        self.clock.seconds += 2.0
        view = self.context.poller.look("batches", partial(batches.read, self.context)).value
        found = sorted((entry.batch.job for entry in view.entries), key=lambda job: job.job_id, reverse=True)
        return [str(job.status) for job in found], self._cost()

    def attention(self) -> tuple[list[attention.Group], int]:
        """Return what needs attention in all batches, a while later, and what that cost."""
        self.clock.seconds += 6.0
        return attention.load(self.context), self._cost()

    def _cost(self) -> int:
        return self.store.take(1)["reads"]


@pytest.fixture
def viewer(store: Store, batches: Batches) -> Viewer:
    return Viewer(store, batches)


def test_a_completed_batch_costs_one_read_a_look(batches: Batches, viewer: Viewer) -> None:
    job_id = batches.upload(barcodes(60))
    batches.run(Chosen({1: fails}))
    viewer.batch(job_id)
    assert [viewer.batch(job_id)[2] for _ in range(3)] == [1, 1, 1]


def test_a_retry_of_a_completed_batch_is_seen_at_the_next_look(batches: Batches, viewer: Viewer) -> None:
    job_id = batches.upload(barcodes(60))
    batches.run(Chosen({1: fails}))
    assert viewer.batch(job_id)[1][1] is ItemStatus.FAILED
    batches.commands.retry_failed(job_id)
    assert viewer.batch(job_id)[0].job.status is JobStatus.PENDING
    batches.run()
    screen, states, _ = viewer.batch(job_id)
    assert (screen.job.status, screen.detail.causes) == (JobStatus.COMPLETED, ())
    assert states == [ItemStatus.SUCCEEDED] * 50


def test_of_a_running_batch_only_rows_that_may_have_changed_are_read(batches: Batches, viewer: Viewer) -> None:
    job_id, first, second = batches.upload(barcodes(60)), Gate(), Gate()
    with batches.working(Chosen({2: first, 4: fails, 20: second}), lanes=2):
        assert first.reached.wait(10)
        until(lambda: viewer.batch(job_id)[1][19] is ItemStatus.SUCCEEDED)
        assert viewer.batch(job_id)[1][2] is ItemStatus.WAITING
        assert viewer.batch(job_id)[2] <= 6
        first.opened.set()
        until(lambda: batches.job(job_id).last_processed_index == 19)
        until(lambda: viewer.batch(job_id)[1][2] is ItemStatus.SUCCEEDED)
        assert max(viewer.batch(job_id)[2] for _ in range(5)) <= 13
        second.opened.set()
        batches.ended(job_id)
    screen, states, _ = viewer.batch(job_id)
    assert screen.job.status is JobStatus.COMPLETED
    assert states == [ItemStatus.FAILED if index == 4 else ItemStatus.SUCCEEDED for index in range(50)]


def test_the_history_is_read_again_with_every_event(batches: Batches, viewer: Viewer) -> None:
    job_id = batches.upload(barcodes(3))
    events = []
    for action in (batches.commands.pause, batches.commands.resume, batches.commands.cancel, batches.commands.recover):
        action(job_id)
        events.append(viewer.batch(job_id)[0].detail.events[0].event)
    batches.run()
    events.append(viewer.batch(job_id)[0].detail.events[0].event)
    assert events == ["paused", "resumed", "cancelled", "recovered", "completed"]


def test_batches_that_stand_still_are_not_read_again_for_the_list(batches: Batches, viewer: Viewer) -> None:
    for _ in range(20):
        batches.upload(barcodes(1))
    batches.run()
    for found in batches.store.find("batch_jobs", (), None, 100):
        old = found.fields["updated_at"] - 2 * LATE
        batches.store.commit(Patch(found.path, {"updated_at": old}, None))
    assert viewer.batches()[0] == ["completed"] * 20
    assert [viewer.batches()[1] for _ in range(3)] == [2, 2, 2]


def test_the_list_shows_every_change_at_the_next_look(batches: Batches, viewer: Viewer) -> None:
    assert viewer.batches()[0] == []
    job_id = batches.upload(barcodes(2))
    assert viewer.batches()[0] == ["pending"]
    for action, status in (
        (batches.commands.pause, "paused"),
        (batches.commands.cancel, "cancelled"),
        (batches.commands.recover, "pending"),
    ):
        action(job_id)
        assert viewer.batches()[0] == [status]
    batches.run(Chosen({0: fails}))
    assert viewer.batches()[0] == ["completed"]
    newer = batches.upload(barcodes(1))
    batches.commands.retry_failed(job_id)
    assert viewer.batches()[0] == ["pending", "pending"]
    batches.run()
    assert batches.stored(newer).status is JobStatus.COMPLETED
    assert viewer.batches()[0] == ["completed", "completed"]


def test_causes_are_counted_again_where_other_rows_have_failed(batches: Batches, viewer: Viewer) -> None:
    first, second = batches.upload(barcodes(2)), batches.upload(barcodes(2))
    batches.run(Chosen({0: fails}))
    assert [group.count for group in viewer.attention()[0]] == [2]
    assert viewer.attention()[1] <= 4
    batches.commands.retry_failed(first)
    batches.run()
    assert [job.job_id for group in viewer.attention()[0] for job, _ in group.batches] == [second]
