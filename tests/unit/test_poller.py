"""One poller for all screens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest

from console.poller import IN_VIEW_SECONDS, KEPT, LATE_SECONDS, QUIET_SECONDS, Poller
from engine.clock import SystemClock
from engine.errors import FilesAway, Forbidden, JobUnknown, StoreAway
from tests.support.clocks import FakeClock

NEVER = threading.Event()


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
def running() -> Iterator[Poller]:
    poller = Poller(SystemClock())
    poller.start()
    yield poller
    poller.stop()


def test_looks_within_the_interval_cost_one_read() -> None:
    clock, source = FakeClock(), Source()
    poller = Poller(clock)
    assert [poller.look("a", source).value for _ in range(5)] == [1] * 5
    clock.seconds += 1.5
    found = poller.look("a", source)
    assert (found.value, found.age, found.away) == (2, timedelta(0), False)


def test_the_last_answer_stays_while_the_store_is_away_and_grows_old() -> None:
    clock, source = FakeClock(), Source()
    poller = Poller(clock)
    poller.look("a", source)
    source.error = StoreAway("gone")
    clock.seconds += 30
    found = poller.look("a", source)
    assert (found.value, found.age, found.away) == (1, timedelta(seconds=30), True)
    source.error = None
    clock.seconds += 2
    assert poller.look("a", source).away is False


def test_what_was_never_read_may_have_something_to_stand_for_it_while_the_store_is_away() -> None:
    clock, source = FakeClock(), Source()
    poller = Poller(clock)
    source.error = StoreAway("gone")
    found = poller.look("a", source, otherwise=7)
    assert (found.value, found.away) == (7, True)
    with pytest.raises(StoreAway):
        poller.look("a", source)
    source.error = None
    clock.seconds += 30
    found = poller.look("a", source, otherwise=7)
    assert (found.value, found.away) == (source.reads, False)


def test_a_read_that_hangs_holds_nobody_up_and_its_topic_is_told_as_away() -> None:
    clock, hanging, over = FakeClock(), threading.Event(), threading.Event()

    def hang() -> int:
        hanging.set()
        return over.wait(10)

    poller = Poller(clock)
    answers: Iterator[Callable[[], int]] = iter([lambda: 1, hang])
    poller.look("a", lambda: next(answers)())
    clock.seconds += 1.5
    poller.start()
    assert hanging.wait(5)
    found = poller.look("a", source_of_nothing)
    assert (found.value, found.away) == (1, False)
    clock.seconds += 1 + LATE_SECONDS
    found = poller.look("a", source_of_nothing)
    assert (found.value, found.away) == (1, True)
    over.set()
    poller.stop()


def source_of_nothing() -> int:
    raise AssertionError("a topic is read by who looked at it first")


def test_an_outage_at_the_first_look_is_raised() -> None:
    source = Source()
    source.error = StoreAway("gone")
    with pytest.raises(StoreAway):
        Poller(FakeClock()).look("a", source)


def test_while_the_store_is_known_to_be_away_nothing_else_waits_for_it() -> None:
    clock, source, other = FakeClock(), Source(), Source()
    poller = Poller(clock)
    source.error = StoreAway("gone")
    with pytest.raises(StoreAway):
        poller.look("a", source)
    with pytest.raises(StoreAway):
        poller.look("b", other)
    assert other.reads == 0
    clock.seconds += QUIET_SECONDS
    assert poller.look("b", other).value == 1


def test_what_is_read_seldom_is_old_as_soon_as_anything_is_not_answered() -> None:
    clock, source, other = FakeClock(), Source(), Source()
    poller = Poller(clock)
    poller.look("seldom", source, every=60)
    poller.look("often", other)
    clock.seconds += 2
    other.error = StoreAway("gone")
    assert poller.look("often", other).away
    assert poller.look("seldom", source, every=60).away
    clock.seconds += 2
    other.error = None
    assert not poller.look("often", other).away
    assert not poller.look("seldom", source, every=60).away
    assert source.reads == 1


def test_what_is_read_seldom_is_there_again_soon_after_an_outage() -> None:
    clock, source = FakeClock(), Source()
    poller = Poller(clock)
    source.error = StoreAway("gone")
    with pytest.raises(StoreAway):
        poller.look("seldom", source, every=300)
    source.error = None
    clock.seconds += QUIET_SECONDS
    assert poller.look("seldom", source, every=300).value == 2
    clock.seconds += 2 * QUIET_SECONDS
    assert poller.look("seldom", source, every=300).value == 2


def test_what_was_asked_before_the_store_came_back_and_fails_after_it_is_no_outage() -> None:
    clock, other = FakeClock(), Source()
    poller = Poller(clock)

    def waits() -> int:
        clock.seconds += 2
        assert poller.look("seldom", other, every=60).value == 1
        clock.seconds += 2
        raise StoreAway("gone")

    with pytest.raises(StoreAway):
        poller.look("slow", waits)
    assert not poller.look("seldom", other, every=60).away


def test_a_file_store_that_is_away_keeps_nobody_from_the_job_store() -> None:
    source, other = Source(), Source()
    poller = Poller(FakeClock())
    source.error = FilesAway("gone")
    with pytest.raises(FilesAway):
        poller.look("a", source)
    assert poller.look("b", other).value == 1


def test_what_is_no_outage_is_raised_even_after_an_answer() -> None:
    clock, source = FakeClock(), Source()
    poller = Poller(clock)
    poller.look("a", source)
    source.error = JobUnknown("batch_1")
    clock.seconds += 2
    with pytest.raises(JobUnknown):
        poller.look("a", source)


def test_a_change_is_seen_at_the_next_look() -> None:
    source = Source()
    poller = Poller(FakeClock())
    poller.look("a", source)
    poller.changed()
    assert poller.look("a", source).value == 2


def test_the_poller_reads_what_is_in_view_without_being_asked(running: Poller) -> None:
    source = Source()
    running.look("a", source, every=0.05)
    source.read.clear()
    assert source.read.wait(5)


def test_viewers_add_no_reads(running: Poller) -> None:
    source = Source()
    running.look("a", source, every=60)
    for _ in range(100):
        running.look("a", source, every=60)
    assert source.reads == 1


def test_who_may_read_no_more_keeps_nobody_else_from_it() -> None:
    clock, first, second = FakeClock(), Source(), Source()
    poller = Poller(clock)
    poller.look("a", first)
    first.error = Forbidden("the role is gone")
    clock.seconds += 1.5
    assert poller.look("a", second).value == 1
    assert (first.reads, second.reads) == (1, 1)


def test_what_nobody_looks_at_is_not_polled_and_read_anew_at_the_next_look() -> None:
    clock, source, polled = FakeClock(), Source(), Source()
    poller = Poller(clock)
    poller.look("a", source, every=60)
    clock.seconds += IN_VIEW_SECONDS + 1
    poller.look("b", polled, every=0)
    poller.start()
    polled.read.clear()
    assert polled.read.wait(5)
    poller.stop()
    assert source.reads == 1
    assert poller.look("a", source, every=60).value == 2


def test_what_nobody_looked_at_for_long_is_shown_as_it_was_while_the_store_is_away() -> None:
    clock, source = FakeClock(), Source()
    poller = Poller(clock)
    poller.look("a", source, every=60)
    clock.seconds += 3_600
    source.error = StoreAway("gone")
    found = poller.look("a", source, every=60)
    assert (found.value, found.age, found.away) == (1, timedelta(seconds=3_600), True)


def test_of_what_nobody_looks_at_only_the_newest_answers_are_kept() -> None:
    clock = FakeClock()
    poller = Poller(clock)
    for number in range(KEPT + 2):
        clock.seconds += 1
        poller.look(number, lambda: True, every=60)
    clock.seconds += IN_VIEW_SECONDS + 1
    poller.start()
    while poller.last(1):
        NEVER.wait(0.02)
    poller.stop()
    assert [number for number in range(KEPT + 2) if not poller.last(number)] == [0, 1]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_defect_in_a_read_does_not_end_the_polling_for_good(running: Poller) -> None:
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
    clock, source = FakeClock(), Source()
    poller = Poller(clock)
    for of, reads in ((1, 1), (1, 1), (2, 2), (2, 2), (1, 3)):
        clock.seconds += 1.5
        found = poller.look("a", source, of=of)
        assert (source.reads, found.value, found.away) == (reads, reads, False)


def test_what_depends_on_something_is_read_at_most_every_so_often() -> None:
    clock, source = FakeClock(), Source()
    poller = Poller(clock)
    assert [poller.look("a", source, of=number).value for number in range(5)] == [1] * 5
    clock.seconds += 1.5
    assert poller.look("a", source, of=4).value == 2


def test_what_depends_on_something_is_not_polled(running: Poller) -> None:
    held, polled = Source(), Source()
    running.look("held", held, every=0.01, of=1)
    running.look("polled", polled, every=0.01)
    for _ in range(3):
        polled.read.clear()
        assert polled.read.wait(5)
    assert held.reads == 1
    assert running.look("held", held, every=0.01, of=2).value == 2


def test_what_depends_on_something_is_as_good_as_new_however_old_it_is() -> None:
    clock, source = FakeClock(), Source()
    poller = Poller(clock)
    poller.look("a", source, of=1)
    clock.seconds += 3_600
    assert poller.look("a", source, of=1).away is False


def test_what_depends_on_something_is_read_by_who_knows_what_it_is_now() -> None:
    clock = FakeClock()
    poller = Poller(clock)
    for of in (1, 2):
        clock.seconds += 1.5
        assert poller.look("a", partial(int, of), of=of).value == of


def test_an_outage_leaves_what_depends_on_something_as_it_was_until_it_can_be_read() -> None:
    clock, source = FakeClock(), Source()
    poller = Poller(clock)
    poller.look("a", source, of=1)
    source.error = StoreAway("gone")
    clock.seconds += 1.5
    found = poller.look("a", source, of=2)
    assert (found.value, found.away) == (1, True)
    source.error = None
    clock.seconds += 1.5
    found = poller.look("a", source, of=2)
    assert (found.value, found.away) == (3, False)


def test_a_change_is_seen_whatever_it_seems_to_depend_on() -> None:
    source = Source()
    poller = Poller(FakeClock())
    poller.look("a", source, of=1)
    poller.changed()
    assert poller.look("a", source, of=1).value == 2


def test_the_last_answer_can_be_had_without_a_read() -> None:
    source = Source()
    poller = Poller(FakeClock())
    assert poller.last("a") is None
    poller.look("a", source)
    assert (poller.last("a"), source.reads) == (1, 1)
