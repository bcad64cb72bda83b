"""What the log says of a store that does not answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from structlog.testing import capture_logs

from engine.errors import StoreAway
from engine.outage import RECOVERY_SECONDS, Outage
from tests.support.clocks import FakeClock


def lasting(seconds: int) -> list[dict[str, Any]]:
    """Return the log of an outage that is noticed every second, and is over after so many."""
    clock = FakeClock()
    outage = Outage(clock, "queue")
    with capture_logs() as lines:
        for _ in range(seconds):
            outage.failed(StoreAway("the job store does not answer"))
            clock.seconds += 1
        outage.over()
        outage.over()
    return [dict(line) for line in lines]


def test_a_short_outage_is_one_warning_and_its_end() -> None:
    away, back = lasting(20)
    assert (away["event"], away["log_level"], away["noticed_by"]) == ("store_away", "warning", "queue")
    assert away["error"] == "the job store does not answer"
    assert (back["event"], back["log_level"], back["seconds"]) == ("store_back", "info", 20)


def test_a_store_that_refuses_for_forty_seconds_is_an_error() -> None:
    levels = [(line["event"], line["log_level"]) for line in lasting(40)]
    assert levels == [("store_away", "warning"), ("store_away", "error"), ("store_back", "info")]


def test_a_long_outage_is_an_error_every_half_minute() -> None:
    assert [line["seconds"] for line in lasting(100) if line["log_level"] == "error"] == [30, 60, 90]


def test_without_an_outage_nothing_is_written() -> None:
    assert lasting(0) == []


def test_a_moment_is_covered_by_the_outage_that_it_lies_in_and_for_a_little_longer() -> None:
    clock = FakeClock()
    outage = Outage(clock, "queue")

    def covered(moment: float) -> bool:
        return outage.covered(timedelta(seconds=clock.seconds - moment))

    assert not covered(0)
    clock.seconds = 10
    outage.failed(StoreAway("the job store does not answer"))
    clock.seconds = 40
    assert [covered(moment) for moment in (9, 10, 25, 40)] == [False, True, True, True]
    outage.over()
    clock.seconds = 100
    outage.over()
    last = 40 + RECOVERY_SECONDS
    assert [covered(moment) for moment in (9, 10, 40, last, last + 1)] == [False, True, True, True, False]
