"""The one way to try again."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice, pairwise
from threading import Event

import pytest

from engine.errors import Conflict, StoreAway
from engine.retry import RetryPolicy, retry, until
from tests.support.clocks import FakeClock


@dataclass
class WaitingClock(FakeClock):
    """A clock that moves while somebody waits by it."""

    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float, _error: Exception) -> bool:
        self.waits.append(seconds)
        self.seconds += seconds
        return False


class Failing:
    """A step that fails so many times, and then returns how often it was taken."""

    def __init__(self, times: float, error: Exception | None = None) -> None:
        self.times = times
        self.error = error or StoreAway("away")
        self.taken = 0

    def __call__(self) -> int:
        self.taken += 1
        if self.taken <= self.times:
            raise self.error
        return self.taken


def test_a_step_that_succeeds_is_taken_once() -> None:
    assert retry(Failing(0), RetryPolicy(first=60.0), StoreAway) == 1


def test_a_step_is_taken_until_it_succeeds_with_pauses_that_grow_to_the_longest() -> None:
    clock = WaitingClock()
    policy = RetryPolicy(first=1.0, factor=2.0, longest=5.0)
    assert retry(Failing(5), policy, StoreAway, wait=clock.wait, clock=clock) == 6
    assert clock.waits == [1.0, 2.0, 4.0, 5.0, 5.0]


def test_another_error_passes_through_at_once() -> None:
    step = Failing(9, ValueError("a defect"))
    with pytest.raises(ValueError, match="a defect"):
        retry(step, RetryPolicy(), StoreAway)
    assert step.taken == 1


def test_the_error_of_the_last_try_is_raised_after_so_many_tries() -> None:
    step = Failing(9, Conflict("jobs/1"))
    with pytest.raises(Conflict, match="jobs/1"):
        retry(step, RetryPolicy(tries=4), Conflict)
    assert step.taken == 4


def test_no_pause_leads_beyond_the_seconds_of_the_policy() -> None:
    clock, step = WaitingClock(), Failing(99)
    with pytest.raises(StoreAway):
        retry(step, RetryPolicy(first=1.0, seconds=3.5), StoreAway, wait=clock.wait, clock=clock)
    assert (step.taken, clock.seconds) == (4, 3.0)


def test_the_time_that_a_step_takes_counts() -> None:
    clock = WaitingClock()

    def slow() -> None:
        clock.seconds += 3.0
        raise StoreAway("away")

    with pytest.raises(StoreAway):
        retry(slow, RetryPolicy(first=0.5, seconds=4.0), StoreAway, wait=clock.wait, clock=clock)
    assert clock.seconds == 6.5


def test_a_stop_ends_the_tries_in_the_middle_of_a_pause() -> None:
    stop, step = Event(), Failing(99)
    stop.set()
    with pytest.raises(StoreAway):
        retry(step, RetryPolicy(first=3_600.0), StoreAway, wait=until(stop))
    assert step.taken == 1


def test_a_wait_may_say_that_no_try_can_help() -> None:
    step = Failing(99)
    with pytest.raises(StoreAway):
        retry(step, RetryPolicy(), StoreAway, wait=lambda _pause, _error: step.taken == 3)
    assert step.taken == 3


def test_jitter_lengthens_pauses_by_its_share_at_most_and_differs() -> None:
    pauses = list(islice(RetryPolicy(first=1.0, jitter=0.25).pauses(), 50))
    assert all(1.0 <= pause <= 1.25 for pause in pauses)
    assert any(one != other for one, other in pairwise(pauses))
