"""How long a test of a connection waits for its turn."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from engine.errors import GivenBack
from engine.worker.tester import PATIENCE_SECONDS, Impatient

QUOTA = "Discogs quota until 14:52:10 UTC"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


class Moving(threading.Event):
    """A stop that is never set, and lets a clock pass at once."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.seconds += timeout or 0.0
        return self.is_set()


def test_a_test_waits_for_its_turn_as_long_as_an_operator_does() -> None:
    clock = Clock()
    asker = Impatient(clock, Moving(clock))
    for _ in range(3):
        asker.wait(PATIENCE_SECONDS / 4, QUOTA)
    assert asker.waited == PATIENCE_SECONDS * 3 / 4
    with pytest.raises(GivenBack, match=QUOTA):
        asker.wait(PATIENCE_SECONDS / 2, QUOTA)


def test_a_worker_that_stops_waits_for_nothing() -> None:
    clock = Clock()
    closing = Moving(clock)
    closing.set()
    with pytest.raises(GivenBack):
        Impatient(clock, closing).wait(1.0, QUOTA)
