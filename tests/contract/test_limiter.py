"""Quotas that workers share: by a clock that is moved by hand, and by real threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.domain.services import Service
from engine.errors import Requeued, StoreAway, UpstreamDown
from engine.quota.beside import Spare
from engine.quota.budgets import HOLD_SECONDS, PAST_SECONDS, Allowance, midnight
from engine.quota.coordinator import OLD_SECONDS
from engine.quota.limiter import DAY_BLOCK, ServiceLimiter
from engine.quota.limiters import Limiters
from engine.sandbox.meter import Metered
from engine.store.base import Store
from engine.upstream.caller import UNATTENDED
from engine.upstream.http import CallResult
from tests.support.clocks import START
from tests.support.limited_workers import FREE, GOOD, KEYED, ONE_A_SECOND, TWO, Workers


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    made = Workers(tmp_path)
    yield made
    made.store.close()


def test_a_call_waits_for_its_slot_and_says_until_when(workers: Workers) -> None:
    limiter, row = workers.limiter(TWO), workers.row()
    assert [workers.call(limiter, row=row) for _ in range(2)] == [0, 0]
    assert row.reasons == []
    assert workers.call(limiter, row=row) == pytest.approx(59.8)  # a window after the end of the first call
    assert set(row.reasons) == {"Discogs quota until 12:01:00 UTC"}


def test_the_free_share_of_a_quota_is_what_other_workers_leave(workers: Workers) -> None:
    first, second = workers.limiter(TWO), workers.limiter(TWO)
    assert second.free_share() == 1.0
    workers.call(first)
    workers.pass_by(OLD_SECONDS + 1)
    assert second.free_share() == 0.5
    workers.call(second)
    assert second.free_share() == 0.0
    workers.pass_by(60)
    assert second.free_share() == 1.0


def test_workers_batches_and_restarts_share_one_quota(workers: Workers) -> None:
    first, second = workers.limiter(TWO), workers.limiter(TWO)
    assert workers.call(first) == 0
    assert workers.call(second, row=workers.row("another")) == 0
    workers.pass_by(2)
    assert workers.call(workers.limiter(TWO)) == pytest.approx(57.8)
    assert workers.stored()["takers"][-2:] == ["another", "batch"]


def test_what_a_dead_worker_held_counts_for_a_fixed_time(workers: Workers) -> None:
    dead = workers.limiter(TWO)
    workers.acquire(dead)
    workers.acquire(dead)
    workers.limiters.clear()
    assert workers.call(workers.limiter(TWO)) == HOLD_SECONDS + 60


def test_a_row_that_is_given_back_keeps_no_slot(workers: Workers) -> None:
    limiter = workers.limiter(TWO)
    workers.call(limiter)
    workers.call(limiter)
    with pytest.raises(Requeued):
        workers.acquire(limiter, workers.row(patience=59))
    workers.pass_by(1)
    assert len(workers.stored()["slots"]) == 2
    assert workers.call(workers.limiter(TWO), row=workers.row("another")) == 0


def test_one_call_a_second(workers: Workers) -> None:
    limiter = workers.limiter(ONE_A_SECOND)
    assert [workers.call(limiter) for _ in range(4)] == [0, 1, 1, 1]


def test_two_workers_take_turns_at_one_call_a_second(workers: Workers) -> None:
    store = Metered(workers.store)
    limiters = [workers.limiter(ONE_A_SECOND, store) for _ in range(2)]
    waited = [workers.call(limiters[number % 2]) for number in range(10)]
    assert sum(waited) < 12
    assert store.commits < 40


@pytest.mark.parametrize("set_by", [3600, -3600])
def test_when_the_stores_clock_is_set_everything_counts_as_used_for_a_window(workers: Workers, set_by: float) -> None:
    limiter = workers.limiter(TWO)
    workers.call(limiter)
    workers.pass_by(2)
    workers.clock.set_by = set_by
    workers.clock.seconds += 2
    assert workers.call(limiter) == 60
    workers.pass_by(60)
    assert workers.call(limiter) == 0


def test_a_worker_that_begins_after_the_clock_went_back_waits_a_window(workers: Workers) -> None:
    workers.call(workers.limiter(TWO))
    workers.pass_by(2)
    workers.limiters.clear()
    workers.clock.set_by = -3600
    assert workers.call(workers.limiter(TWO)) == 60


@pytest.mark.parametrize("set_by", [3600, -3600])
def test_a_clock_that_is_set_during_a_call_is_allowed_for(workers: Workers, set_by: float) -> None:
    limiter = workers.limiter(TWO)
    permit = workers.acquire(limiter)
    workers.clock.set_by = set_by
    workers.clock.seconds += 0.2
    limiter.release(permit, GOOD)
    workers.pass_by(1.5)
    assert workers.call(workers.limiter(TWO)) == pytest.approx(60, abs=0.5)


def test_what_the_service_grants_is_the_limit(workers: Workers) -> None:
    limiter = workers.limiter(KEYED)
    poor = {"X-Discogs-Ratelimit": "25", "X-Discogs-Ratelimit-Remaining": "24"}
    rich = {"X-Discogs-Ratelimit": "60", "X-Discogs-Ratelimit-Remaining": "58"}
    workers.call(limiter, replace(GOOD, headers=poor))
    workers.pass_by(2)
    stored = workers.stored()
    assert (stored["limit"], stored["granted"], stored["credentials"]) == (25, 25, "unknown")
    assert stored["credentials_said"] == "Discogs grants 25 calls a minute: it did not accept the token."
    workers.call(limiter, replace(GOOD, headers=rich))
    workers.pass_by(2)
    assert (workers.stored()["limit"], workers.stored()["credentials"]) == (60, "accepted")


def test_what_others_use_of_the_quota_is_left_to_them(workers: Workers) -> None:
    limiter = workers.limiter(replace(TWO, limit=10))
    workers.call(limiter, replace(GOOD, headers={"X-Discogs-Ratelimit": "10", "X-Discogs-Ratelimit-Remaining": "1"}))
    workers.pass_by(2)
    assert workers.stored()["takers"].count("") == 8
    assert [workers.call(limiter), workers.call(limiter)] == [0, pytest.approx(58, abs=1)]


def test_a_spare_call_is_made_while_nobody_uses_the_service_and_takes_its_slot(workers: Workers) -> None:
    rows, other = workers.limiter(ONE_A_SECOND), workers.limiter(ONE_A_SECOND)
    spare = Spare(other)
    workers.call(rows)
    for seconds in (0, 1, 9):
        workers.pass_by(seconds)
        with pytest.raises(UpstreamDown, match=r"MusicBrainz is in use\."):
            spare.acquire(UNATTENDED)
    workers.pass_by(PAST_SECONDS)
    spare.release(spare.acquire(UNATTENDED), GOOD)
    with pytest.raises(UpstreamDown, match=r"MusicBrainz is in use\."):
        spare.acquire(UNATTENDED)  # nor does it come often
    workers.pass_by(0)
    assert workers.call(rows) <= ONE_A_SECOND.window_seconds  # so long a row waits that comes in that very second


def test_a_daily_quota_is_shared_and_tells_when_it_begins_anew(workers: Workers) -> None:
    daily = Allowance(Service.EBAY_BROWSE, daily_limit=2 * DAY_BLOCK + 5)
    store = Metered(workers.store)
    first, second = workers.limiter(daily, store), workers.limiter(daily, store)
    for _ in range(DAY_BLOCK):
        workers.call(first)
    for _ in range(DAY_BLOCK + 5):
        workers.call(second)
    assert store.commits == 4, "the document is made, and three blocks are permit"
    for limiter in (first, second):
        with pytest.raises(UpstreamDown, match="the 45 calls of the day are used up until 08:00:00 UTC") as caught:
            workers.acquire(limiter)
    assert caught.value.retry_after == pytest.approx(midnight(START.timestamp()) - workers.clock.now().timestamp())
    workers.clock.seconds += caught.value.retry_after or 0
    assert workers.call(first) == 0
    assert workers.stored(Service.EBAY_BROWSE)["daily_used"] == DAY_BLOCK
    first.close()
    assert workers.stored(Service.EBAY_BROWSE)["daily_used"] == 1


def test_without_a_quota_calls_cost_next_to_no_writes(workers: Workers) -> None:
    store = Metered(workers.store)
    limiter = workers.limiter(FREE, store)
    for _ in range(200):
        workers.call(limiter, CallResult(0.1, 200))
        workers.sync()
    assert store.commits <= 4
    assert store.reads <= 21
    limiter.close()
    stored = workers.stored(Service.COVERART)
    assert (stored["calls"], round(stored["latency_ms"])) == (200, 100)


def test_nobody_calls_unpaced_while_the_store_is_away(workers: Workers) -> None:
    limiter, new = workers.limiter(TWO), workers.limiter(FREE)
    permit = workers.acquire(limiter)
    workers.store.close()
    aside = workers.place.rename(workers.place.with_suffix(".aside"))
    workers.place.mkdir()
    limiter.release(permit, GOOD)
    for one in (limiter, new):
        with pytest.raises(StoreAway):
            workers.acquire(one)
    workers.clock.seconds += 6
    with pytest.raises(StoreAway):
        limiter.sync_due()
    workers.place.rmdir()
    aside.rename(workers.place)
    limiter.sync_due()
    assert workers.stored()["calls"] == 1


@pytest.mark.parametrize("backend", ["store", "firestore"])
def test_threads_of_two_processes_never_fill_a_window_too_much(request: pytest.FixtureRequest, backend: str) -> None:
    store: Store = request.getfixturevalue(backend)
    limit, window, calls, clock = 30, 1.0, 100, SystemClock()
    made: list[tuple[float, float]] = []
    lock = threading.Lock()

    def lane(limiter: ServiceLimiter) -> None:
        while len(made) < calls:
            permit = limiter.acquire(UNATTENDED)
            begun = clock.monotonic()
            threading.Event().wait(0.01)
            with lock:
                made.append((begun, clock.monotonic()))
            limiter.release(permit, GOOD)

    with Limiters(store, clock) as limiters, ThreadPoolExecutor(8) as threads:
        both = [limiters.limiter(Allowance(Service.DISCOGS, limit, window)) for _ in range(2)]
        list(threads.map(lane, both * 4))
    begun, ended = sorted(one for one, _ in made), sorted(other for _, other in made)
    assert all(late - early >= window for early, late in zip(ended, begun[limit:], strict=False))
    (found,) = store.get("budgets/discogs")
    assert found
    assert found.fields["calls"] == len(made) >= calls
