"""When rows will be done, and which service keeps them from being done sooner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.batch.throughput import per_minute
from engine.domain.services import Service
from engine.quota.forecast import DiscogsUse, Forecast, Quota, calls_a_row, forecast

DISCOGS = Quota(60, 60.0)
MUSICBRAINZ = Quota(1, 1.0)
QUOTAS = {Service.DISCOGS: DISCOGS, Service.MUSICBRAINZ: MUSICBRAINZ}
DEFAULT = calls_a_row(discogs=DiscogsUse.LOWEST, compares=False)


@pytest.mark.parametrize(
    ("quota", "calls", "seconds"),
    [
        (Quota(), 10_000, 0.0),
        (DISCOGS, 0, 0.0),
        (DISCOGS, 60, 0.0),
        (DISCOGS, 61, 60.0),
        (DISCOGS, 120, 60.0),
        (DISCOGS, 121, 120.0),
        (DISCOGS, 60.1, 60.0),
        (Quota(60, 60.0, tuple(range(1, 61))), 1, 1.0),
        (Quota(60, 60.0, tuple(range(1, 61))), 60, 60.0),
        (Quota(60, 60.0, tuple(range(1, 61))), 61, 61.0),
        (Quota(60, 60.0, (7.0, 9.0)), 58, 0.0),
        (Quota(60, 60.0, (7.0, 9.0)), 59, 7.0),
        (Quota(2, 60.0, (5.0, 6.0, 7.0)), 1, 6.0),  # more slots than the service grants now
        (MUSICBRAINZ, 50, 49.0),
        (Quota(daily_limit=5_000, daily_left=100, day_ends_seconds=3_600.0), 100, 0.0),
        (Quota(daily_limit=5_000, daily_left=100, day_ends_seconds=3_600.0), 101, 3_600.0),
        (Quota(daily_limit=5_000, daily_left=100, day_ends_seconds=3_600.0), 5_101, 3_600.0 + 86_400.0),
    ],
)
def test_the_last_call_is_made_when_its_slot_is_free(quota: Quota, calls: float, seconds: float) -> None:
    assert quota.seconds_for(calls) == seconds


@given(
    st.integers(1, 80),
    st.floats(1.0, 60.0),
    st.lists(st.floats(0.0, 60.0), max_size=90),
    st.integers(0, 300),
    st.integers(0, 300),
)
def test_more_calls_never_take_less_time(limit: int, window: float, busy: list[float], few: int, more: int) -> None:
    quota = Quota(limit, window, tuple(sorted(second for second in busy if second <= window)))
    few, more = sorted((few, more))
    rounding = 1e-9
    assert quota.seconds_for(few) <= quota.seconds_for(more) + rounding
    assert quota.seconds_for(more) <= -(-more // limit) * window + rounding


@pytest.mark.parametrize(
    ("quota", "words"),
    [
        (Quota(), ""),
        (DISCOGS, "60 calls a minute"),
        (MUSICBRAINZ, "1 call a second"),
        (Quota(600, 10.0), "600 calls in 10 s"),
        (Quota(daily_limit=5_000, daily_left=1), "5,000 calls a day"),
        (Quota(10, 1.0, daily_limit=5_000, daily_left=1), "10 calls a second, 5,000 calls a day"),
    ],
)
def test_a_limit_is_told_as_an_operator_reads_it(quota: Quota, words: str) -> None:
    assert quota.words == words


@pytest.mark.parametrize(
    ("quota", "used", "remaining", "exhausted"),
    [
        (Quota(), 0, None, False),
        (Quota(3, 60.0, (1.0, 2.0)), 2, 1, False),
        (Quota(2, 60.0, (1.0, 2.0)), 2, 0, True),
        (Quota(1, 60.0, (1.0, 2.0)), 1, 0, True),
        (Quota(daily_limit=9, daily_left=0), 0, None, True),
    ],
)
def test_what_is_used_and_what_remains_add_up(quota: Quota, used: int, remaining: int | None, exhausted: bool) -> None:
    assert (quota.used, quota.remaining, quota.exhausted) == (used, remaining, exhausted)


@pytest.mark.parametrize(
    ("rows", "speed", "expected"),
    [
        (0, None, None),
        (30, None, None),  # within the quota, and nobody knows the speed
        (450, None, Forecast(840.0, Service.DISCOGS, 30.0)),
        (450, 30.0, Forecast(900.0, Service.DISCOGS, 30.0)),
        (450, 5.0, Forecast(5_400.0, None)),
        (30, 30.0, Forecast(60.0, None)),
        (450, 200.0, Forecast(840.0, Service.DISCOGS, 30.0)),  # the first rows cost what was free
    ],
)
def test_the_longest_time_counts_and_names_what_limits(
    rows: int, speed: float | None, expected: Forecast | None
) -> None:
    assert forecast(rows, DEFAULT, QUOTAS, speed) == expected


def test_a_service_that_does_not_answer_limits_nothing() -> None:
    assert forecast(1_000, DEFAULT, {Service.MUSICBRAINZ: MUSICBRAINZ}, None) == Forecast(
        49.0, Service.MUSICBRAINZ, 1_200.0
    )
    assert forecast(1_000, DEFAULT, {}, None) is None


@pytest.mark.parametrize(
    ("discogs", "compares", "taken", "rows", "expected"),
    [
        (DiscogsUse.FACTS, True, {}, 0, {Service.DISCOGS: 1.3, Service.MUSICBRAINZ: 0.75, Service.EBAY_BROWSE: 1.0}),
        (DiscogsUse.WHEN_NEEDED, False, {}, 0, {Service.DISCOGS: 0.6, Service.MUSICBRAINZ: 0.05}),
        (DiscogsUse.LOWEST, False, {}, 0, {Service.DISCOGS: 2.0, Service.MUSICBRAINZ: 0.05}),
        (DiscogsUse.SUGGESTIONS, False, {}, 0, {Service.DISCOGS: 3.0, Service.MUSICBRAINZ: 0.05}),
        (DiscogsUse.NOTHING, False, {}, 0, {Service.MUSICBRAINZ: 0.05}),
        (DiscogsUse.FACTS, False, {Service.DISCOGS: 30}, 20, {Service.DISCOGS: 1.5, Service.MUSICBRAINZ: 0.75}),
        (DiscogsUse.FACTS, False, {Service.DISCOGS: 30}, 4, {Service.DISCOGS: 1.3, Service.MUSICBRAINZ: 0.75}),
        (DiscogsUse.NOTHING, False, {Service.DISCOGS: 30}, 20, {Service.MUSICBRAINZ: 0.05}),
    ],
)
def test_what_a_row_costs_is_learned_from_the_rows_before(
    discogs: DiscogsUse, compares: bool, taken: Mapping[Service, int], rows: int, expected: Mapping[Service, float]
) -> None:
    assert calls_a_row(discogs=discogs, compares=compares, taken=taken, rows=rows) == expected


@pytest.mark.parametrize(
    ("rows", "seconds", "speed"), [(4, 60, None), (50, 9, None), (41, 60, 41.0), (5, 10, 30.0), (5, 300, 1.0)]
)
def test_a_speed_is_told_from_enough_rows_and_time(rows: int, seconds: int, speed: float | None) -> None:
    assert per_minute(rows, timedelta(seconds=seconds)) == speed
