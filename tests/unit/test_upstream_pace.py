import threading
from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import UpstreamDown
from engine.upstream.http import Door, Line
from engine.upstream.pace import Pace


class HandClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class Waiting(threading.Event):
    """An event whose waiting passes the time at once."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__()
        self.clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self.clock.seconds += timeout or 0.0
        return self.is_set()


def test_no_window_holds_more_calls_than_it_may() -> None:
    clock = HandClock()
    pace = Pace(3, 60.0, clock=clock, stop=Waiting(clock))
    starts = []
    for _ in range(10):
        assert pace.wait()
        starts.append(clock.seconds)
        clock.seconds += 0.5
        pace.done()
    assert all(later - earlier >= 60.0 for earlier, later in zip(starts, starts[3:], strict=False))
    assert starts[:3] == [0.0, 0.5, 1.0]


def test_a_slot_is_free_a_window_after_its_call_ended() -> None:
    clock = HandClock()
    pace = Pace(1, 1.0, clock=clock, stop=Waiting(clock))
    pace.wait()
    clock.seconds = 5.0
    pace.done()
    assert pace.wait()
    assert clock.seconds == 6.0


def test_half_a_call_a_second_is_one_in_two() -> None:
    clock = HandClock()
    pace = Pace(0.5, 1.0, clock=clock, stop=Waiting(clock))
    pace.wait()
    pace.done()
    pace.wait()
    assert clock.seconds == 2.0


def test_zero_is_no_limit() -> None:
    clock = HandClock()
    pace = Pace(0, 60.0, clock=clock, stop=Waiting(clock))
    assert all(pace.wait() for _ in range(1000))
    assert clock.seconds == 0.0


def test_a_stop_ends_the_wait_and_nothing_is_asked() -> None:
    clock, stop = HandClock(), threading.Event()
    pace = Pace(1, 3600.0, clock=clock, stop=stop)
    assert pace.wait()
    stop.set()
    points: list[str] = []
    line = Line(session=None, user_agent="x", observe=points.append)  # type: ignore[arg-type]
    with pytest.raises(UpstreamDown, match="stopping"):
        Door("discogs", "https://discogs.test", line, pace=pace).ask("x", "GET", "/x")
    assert points == []
