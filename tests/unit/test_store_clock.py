"""What a process knows of the store's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.store.clock import StoreClock

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
ZERO = START.timestamp()


def observe(time: StoreClock, ahead: float, asked: float, answered: float) -> bool:
    """Tell of an answer; the store's clock is `ahead` of a monotonic clock that began at 0, and is read in between."""
    return time.observe(START + timedelta(seconds=ahead + (asked + answered) / 2), asked, answered)


def test_the_stores_time_lies_between_question_and_answer() -> None:
    time = StoreClock()
    assert not observe(time, 0.0, 10.0, 10.4)
    assert time.earliest(20.0) == pytest.approx(ZERO + 19.8)
    assert time.latest(20.0) == pytest.approx(ZERO + 20.2)


def test_a_quick_answer_narrows_it_and_a_slow_one_does_not_widen_it() -> None:
    time = StoreClock()
    observe(time, 0.0, 10.0, 18.0)
    observe(time, 0.0, 20.0, 20.1)
    observe(time, 0.0, 21.0, 29.0)
    assert time.latest(30.0) - time.earliest(30.0) == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize(
    ("set_by", "stepped"),
    [(3600, True), (-3600, True), (2.5, True), (-2.5, True), (1.5, False), (-1.5, False), (0, False)],
)
def test_a_clock_that_is_set_is_noticed_once(set_by: float, stepped: bool) -> None:
    time = StoreClock()
    observe(time, 0.0, 10.0, 10.1)
    assert observe(time, set_by, 11.0, 11.1) is stepped
    assert not observe(time, set_by, 12.0, 12.1)
    assert time.earliest(20.0) <= ZERO + 20 + set_by <= time.latest(20.0)


def test_clocks_that_drift_apart_are_no_step() -> None:
    time = StoreClock()
    assert not any(observe(time, moment * 0.0002, moment, moment + 0.01) for moment in range(0, 36_000, 60))
    assert time.earliest(36_000.0) == pytest.approx(ZERO + 36_000 * 1.0002, abs=0.1)
