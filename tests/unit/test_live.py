"""One poller for all screens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from console.live import IN_VIEW_SECONDS, Live
from engine.clock import SystemClock
from engine.errors import JobUnknown, StoreAway

NEVER = threading.Event()


class Hands:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class Source:
    """Counts how often it was read; away while `error` is set."""

    def __init__(self) -> None:
        self.reads = 0
        self.error: Exception | None = None
        self.read = threading.Event()

    def __call__(self) -> int:
        self.reads += 1
        self.read.set()
        if self.error is not None:
            raise self.error
        return self.reads


@pytest.fixture
def running() -> Iterator[Live]:
    live = Live(SystemClock())
    live.start()
    yield live
    live.stop()


def test_looks_within_the_interval_cost_one_read() -> None:
    clock, source = Hands(), Source()
    live = Live(clock)
    assert [live.look("a", source).value for _ in range(5)] == [1] * 5
    clock.seconds += 1.5
    found = live.look("a", source)
    assert (found.value, found.age, found.away) == (2, timedelta(0), False)


def test_the_last_answer_stays_while_the_store_is_away_and_grows_old() -> None:
    clock, source = Hands(), Source()
    live = Live(clock)
    live.look("a", source)
    source.error = StoreAway("gone")
    clock.seconds += 30
    found = live.look("a", source)
    assert (found.value, found.age, found.away) == (1, timedelta(seconds=30), True)
    source.error = None
    clock.seconds += 2
    assert live.look("a", source).away is False


def test_an_outage_at_the_first_look_is_raised() -> None:
    source = Source()
    source.error = StoreAway("gone")
    with pytest.raises(StoreAway):
        Live(Hands()).look("a", source)


def test_what_is_no_outage_is_raised_even_after_an_answer() -> None:
    clock, source = Hands(), Source()
    live = Live(clock)
    live.look("a", source)
    source.error = JobUnknown("batch_1")
    clock.seconds += 2
    with pytest.raises(JobUnknown):
        live.look("a", source)


def test_a_change_is_seen_at_the_next_look() -> None:
    source = Source()
    live = Live(Hands())
    live.look("a", source)
    live.changed()
    assert live.look("a", source).value == 2


def test_the_poller_reads_what_is_in_view_without_being_asked(running: Live) -> None:
    source = Source()
    running.look("a", source, every=0.05)
    source.read.clear()
    assert source.read.wait(5)


def test_viewers_add_no_reads(running: Live) -> None:
    source = Source()
    running.look("a", source, every=60)
    for _ in range(100):
        running.look("a", source, every=60)
    assert source.reads == 1


def test_what_nobody_looks_at_is_forgotten() -> None:
    clock, source = Hands(), Source()
    live = Live(clock)
    live.look("a", source, every=60)
    clock.seconds += IN_VIEW_SECONDS + 1
    live.start()
    while live._topics:
        NEVER.wait(0.02)
    live.stop()
    assert source.reads == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_defect_in_a_read_does_not_end_the_polling_for_good(running: Live) -> None:
    source = Source()
    running.look("a", source, every=0.05)
    source.error = ZeroDivisionError()
    thread = running._thread
    assert thread is not None
    thread.join(5)
    source.error = None
    running.look("a", source, every=0.05)
    source.read.clear()
    assert source.read.wait(5)
