"""How long a test of a connection waits for its turn."""

from __future__ import annotations

import threading

import pytest

from engine.errors import Requeued
from engine.upstream.caller import Impatient
from engine.worker.tester import PATIENCE_SECONDS
from tests.support.clocks import FakeClock

QUOTA = "Discogs quota until 14:52:10 UTC"


class Moving(threading.Event):
    """A stop that is never set, and lets a clock pass at once."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.seconds += timeout or 0.0
        return self.is_set()


def test_a_test_waits_for_its_turn_as_long_as_an_operator_does() -> None:
    clock = FakeClock()
    asker = Impatient(clock, Moving(clock), PATIENCE_SECONDS)
    for _ in range(3):
        asker.wait(PATIENCE_SECONDS / 4, QUOTA)
    assert asker.waited == PATIENCE_SECONDS * 3 / 4
    with pytest.raises(Requeued, match=QUOTA):
        asker.wait(PATIENCE_SECONDS / 2, QUOTA)


def test_a_worker_that_stops_waits_for_nothing() -> None:
    clock = FakeClock()
    closing = Moving(clock)
    closing.set()
    with pytest.raises(Requeued):
        Impatient(clock, closing, PATIENCE_SECONDS).wait(1.0, QUOTA)
