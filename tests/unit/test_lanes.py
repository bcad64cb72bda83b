"""How many rows are worked on at once: more where it is answers or a quota that they wait for, up to a bound."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from engine.worker.lanes import Lanes, Width
from tests.support.clocks import until

NOW = 100.0
QUOTA = "Discogs quota"


@dataclass
class OnLane:
    begun_at: float = NOW
    waits_for: str = ""

    @property
    def on_lane(self) -> bool:
        return not self.waits_for


def slow(count: int, waits_for: str = "") -> list[OnLane]:
    return [OnLane(NOW - 3, waits_for) for _ in range(count)]


def test_a_row_is_begun_while_a_lane_is_free() -> None:
    width = Width(2, 8)
    assert width.room([], NOW)
    assert width.room([OnLane()], NOW)
    assert not width.room([OnLane(), OnLane()], NOW)


def test_rows_that_wait_for_answers_make_room_for_one_more_each_time_up_to_the_bound() -> None:
    width = Width(2, 4)
    assert not width.room([OnLane(), OnLane()], NOW), "they have not waited yet"
    assert width.room(slow(2), NOW)
    assert width.room([*slow(2), OnLane()], NOW), "on average they have"
    assert not width.room(slow(4), NOW)
    assert width.room([OnLane()] * 3, NOW), "what was found to be needed stays"


def test_a_row_that_waits_for_a_quota_holds_no_lane() -> None:
    width = Width(2, 4)
    assert width.room([OnLane(), *slow(1, QUOTA)], NOW)
    assert width.room([OnLane(), *slow(2, QUOTA)], NOW)
    assert not width.room([OnLane(), OnLane(), *slow(1, QUOTA)], NOW)


def test_rows_that_wait_for_a_quota_are_bounded_too() -> None:
    width = Width(2, 4)
    assert width.room(slow(3, QUOTA), NOW)
    assert not width.room(slow(4, QUOTA), NOW)


def test_lanes_grow_beside_rows_that_wait_for_a_quota() -> None:
    width = Width(2, 5)
    assert width.room([*slow(2), *slow(2, QUOTA)], NOW)
    assert not width.room([*slow(3), *slow(2, QUOTA)], NOW), "that is the bound"


def test_without_a_bound_above_them_lanes_stay_as_many() -> None:
    width = Width(2, 0)
    assert width.most == 2
    assert not width.room(slow(2), NOW)


def test_threads_are_made_as_tasks_come_and_used_again() -> None:
    lanes, going, names = Lanes(1), threading.Event(), []

    def task() -> None:
        names.append(threading.current_thread().name)
        assert going.wait(20)

    ended: list[Exception | None] = []
    for _ in range(3):
        lanes.start(task, ended.append)
    until(lambda: len(set(names)) == 3)
    going.set()
    until(lambda: len(ended) == 3)
    for _ in range(3):
        lanes.start(task, ended.append)
    until(lambda: len(ended) == 6)
    assert len(set(names)) == 3
    lanes.close()
