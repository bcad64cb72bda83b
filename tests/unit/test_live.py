"""One poller for all screens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from console.live import IN_VIEW_SECONDS, LATE_SECONDS, Live
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


def test_a_read_that_hangs_holds_nobody_up_and_its_topic_is_told_as_away() -> None:
    clock, hanging, over = Hands(), threading.Event(), threading.Event()
    live, answers = Live(clock), iter([lambda: 1, lambda: (hanging.set(), over.wait(10))])
    live.look("a", lambda: next(answers)())
    clock.seconds += 1.5
    live.start()
    assert hanging.wait(5)
    found = live.look("a", source_of_nothing)
    assert (found.value, found.away) == (1, False)
    clock.seconds += 1 + LATE_SECONDS
    found = live.look("a", source_of_nothing)
    assert (found.value, found.away) == (1, True)
    over.set()
    live.stop()


def source_of_nothing() -> int:
    raise AssertionError("a topic is read by who looked at it first")


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


# what depends on something else


def test_what_depends_on_something_is_read_when_that_changes_and_not_before() -> None:
    clock, source = Hands(), Source()
    live = Live(clock)
    for of, reads in ((1, 1), (1, 1), (2, 2), (2, 2), (1, 3)):
        clock.seconds += 1.5
        found = live.look("a", source, of=of)
        assert (source.reads, found.value, found.away) == (reads, reads, False)


def test_what_depends_on_something_is_read_at_most_every_so_often() -> None:
    clock, source = Hands(), Source()
    live = Live(clock)
    assert [live.look("a", source, of=number).value for number in range(5)] == [1] * 5
    clock.seconds += 1.5
    assert live.look("a", source, of=4).value == 2


def test_what_depends_on_something_is_not_polled(running: Live) -> None:
    held, polled = Source(), Source()
    running.look("held", held, every=0.01, of=1)
    running.look("polled", polled, every=0.01)
    for _ in range(3):
        polled.read.clear()
        assert polled.read.wait(5)
    assert held.reads == 1
    assert running.look("held", held, every=0.01, of=2).value == 2


def test_what_depends_on_something_is_as_good_as_new_however_old_it_is() -> None:
    clock, source = Hands(), Source()
    live = Live(clock)
    live.look("a", source, of=1)
    clock.seconds += 3_600
    assert live.look("a", source, of=1).away is False


def test_what_depends_on_something_is_read_by_who_knows_what_it_is_now() -> None:
    clock = Hands()
    live = Live(clock)
    for of in (1, 2):
        clock.seconds += 1.5
        assert live.look("a", lambda of=of: of, of=of).value == of


def test_an_outage_leaves_what_depends_on_something_as_it_was_until_it_can_be_read() -> None:
    clock, source = Hands(), Source()
    live = Live(clock)
    live.look("a", source, of=1)
    source.error = StoreAway("gone")
    clock.seconds += 1.5
    found = live.look("a", source, of=2)
    assert (found.value, found.away) == (1, True)
    source.error = None
    clock.seconds += 1.5
    found = live.look("a", source, of=2)
    assert (found.value, found.away) == (3, False)


def test_a_change_is_seen_whatever_it_seems_to_depend_on() -> None:
    source = Source()
    live = Live(Hands())
    live.look("a", source, of=1)
    live.changed()
    assert live.look("a", source, of=1).value == 2


def test_the_last_answer_can_be_had_without_a_read() -> None:
    source = Source()
    live = Live(Hands())
    assert live.last("a") is None
    live.look("a", source)
    assert (live.last("a"), source.reads) == (1, 1)
