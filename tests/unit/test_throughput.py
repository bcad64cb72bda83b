"""How many rows ended in each of the last minutes, and the speed that comes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.batch.throughput import MINUTE, MINUTES, Throughput, add, minutes, speed

NOW = datetime(2026, 11, 23, 14, 41, 30, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def told(*ends: datetime, now: datetime = NOW) -> Throughput:
    return add(Throughput(), ends, now)


def test_each_row_counts_in_the_minute_in_which_it_ended() -> None:
    assert minutes(told(ago(1), ago(29), ago(31), ago(95)), NOW) == (0,) * (MINUTES - 3) + (1, 1, 2)


@given(st.lists(st.lists(st.floats(0, 59), max_size=5), max_size=30))
def test_what_is_told_bit_by_bit_is_what_is_told_at_once(parts: list[list[float]]) -> None:
    known = Throughput()
    ends = []
    for number, part in enumerate(parts):
        now = NOW + number * MINUTE
        ends += [now - timedelta(seconds=seconds) for seconds in part]
        known = add(known, ends[len(ends) - len(part) :], now)
    last = NOW + max(0, len(parts) - 1) * MINUTE
    assert minutes(known, last) == minutes(add(Throughput(), ends, last), last)
    assert len(known.rows) <= MINUTES


def test_minutes_that_are_over_long_ago_are_forgotten() -> None:
    assert minutes(told(ago(1)), NOW + MINUTES * MINUTE) == (0,) * MINUTES
    assert minutes(Throughput(), NOW) == (0,) * MINUTES


@pytest.mark.parametrize(
    ("known", "started_at", "rows_a_minute"),
    [
        (Throughput(), LONG_AGO, None),
        (told(*[ago(1)] * 50), ago(5), None),
        (told(*[ago(1)] * 4), ago(60), None),
        (told(*[ago(1)] * 41), ago(60), 41),
        (told(*[ago(seconds) for seconds in range(0, 600, 6)]), LONG_AGO, 10),
        (told(*[ago(400)] * 60), LONG_AGO, None),
    ],
    ids=["nothing told", "too short", "too few", "since it began", "over the last minutes", "nothing of late"],
)
def test_the_speed_is_that_of_late_and_none_before_there_is_enough(
    known: Throughput, started_at: datetime, rows_a_minute: float | None
) -> None:
    found = speed(known, started_at, NOW)
    assert found == (rows_a_minute and pytest.approx(rows_a_minute, rel=0.03))
