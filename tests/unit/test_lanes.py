"""How many rows are worked on at once: more where it is answers that they wait for, and no more where it is a quota."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from engine.worker.lanes import Lanes, Width
from tests.support.clocks import until

NOW = 100.0


@dataclass
class OnLane:
    begun_at: float = NOW
    waits_for: str = ""


def slow(count: int, waits_for: str = "") -> list[OnLane]:
    return [OnLane(NOW - 3, waits_for) for _ in range(count)]


def test_a_row_is_begun_while_a_lane_is_free() -> None:
    width = Width(2, 8)
    assert width.has_room([], NOW)
    assert width.has_room([OnLane()], NOW)
    assert not width.has_room([OnLane(), OnLane()], NOW)


def test_rows_that_all_wait_for_answers_make_room_for_one_more_each_time_up_to_the_bound() -> None:
    width = Width(2, 4)
    assert width.has_room(slow(2), NOW)
    assert not width.has_room([*slow(2), OnLane()], NOW), "the new one has not waited yet"
    assert width.has_room(slow(3), NOW)
    assert not width.has_room(slow(4), NOW)
    assert width.has_room([OnLane()] * 3, NOW), "what was found to be needed stays"


def test_a_row_that_waits_for_a_quota_lets_no_lane_grow() -> None:
    width = Width(2, 4)
    assert not width.has_room([*slow(1), *slow(1, "Discogs quota")], NOW)


def test_without_a_bound_above_them_lanes_stay_as_many() -> None:
    width = Width(2, 0)
    assert width.most == 2
    assert not width.has_room(slow(2), NOW)


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
