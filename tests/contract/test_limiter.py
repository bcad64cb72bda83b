"""Limiters of several workers on one store: by a clock that is moved by hand, by real threads, and at the sandbox."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from engine.clock import SystemClock
from engine.domain.services import Service
from engine.errors import CredentialsRefused, Requeued, StoreAway, Trouble, UpstreamDown, UpstreamError
from engine.quota.beside import Bystander, Spare
from engine.quota.budgets import HOLD_SECONDS, PAST_SECONDS, Allowance, midnight
from engine.quota.coordinator import OLD_SECONDS
from engine.quota.limiter import DAY_BLOCK, Permit, ServiceLimiter
from engine.quota.limiters import Limiters, fingerprint
from engine.sandbox.meter import Metered
from engine.store.base import Store
from engine.store.sqlite import SQLiteStore
from engine.upstream.caller import UNATTENDED
from engine.upstream.discogs import Discogs
from engine.upstream.http import CallResult, HttpTransport, session
from tests.support.clocks import START, FakeClock
from tests.support.sandbox_server import Sandbox

TWO = Allowance(Service.DISCOGS, 2, 60.0)
ONE_A_SECOND = Allowance(Service.MUSICBRAINZ, 1, 1.0)
KEYED = Allowance(Service.DISCOGS, 60, 60.0, key=fingerprint("a token"), needs_key=True, keyless_limit=25)
FREE = Allowance(Service.COVERART)
DOWN = UpstreamDown("discogs", "GET /", "Discogs does not answer.")
REFUSED = CredentialsRefused("discogs", "GET /", "Look at DISCOGS_TOKEN.", status=401)
GOOD = CallResult(0.2, 200)


@dataclass
class Row:
    """A caller: what it waits for, and what happens while it waits. It is given back after `patience` seconds."""

    clock: FakeClock
    batch: str = "batch"
    patience: float = float("inf")
    reasons: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def wait(self, seconds: float, reason: str) -> None:
        self.reasons.append(reason)
        self.clock.seconds += min(seconds, self.patience)
        self.patience -= seconds
        self.meanwhile()
        if self.patience <= 0:
            raise Requeued(reason)


class Workers:
    """Limiters on one store, each as a process of its own has it; nothing is stored but by `sync`."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.place = folder / "store.db"
        self.store = SQLiteStore(self.place, self.clock)
        self.limiters: list[ServiceLimiter] = []

    def limiter(self, allowance: Allowance, store: Store | None = None) -> ServiceLimiter:
        self.limiters.append(ServiceLimiter(store or self.store, self.clock, allowance, lambda: None))
        return self.limiters[-1]

    def sync(self) -> None:
        for limiter in self.limiters:
            limiter.sync_due()

    def row(self, batch: str = "batch", **more: Any) -> Row:
        return Row(self.clock, batch, meanwhile=more.pop("meanwhile", self.sync), **more)

    def acquire(self, limiter: ServiceLimiter, row: Row | None = None) -> Permit:
        return limiter.acquire(row or self.row())

    def call(self, limiter: ServiceLimiter, result: CallResult = GOOD, row: Row | None = None) -> float:
        """Make a call; return the seconds it waited for."""
        before = self.clock.seconds
        permit = self.acquire(limiter, row)
        waited = self.clock.seconds - before
        self.clock.seconds += result.seconds
        limiter.release(permit, result)
        return round(waited, 1)

    def pass_by(self, seconds: float) -> None:
        """Let time pass, in which everything recorded is stored."""
        self.clock.seconds += seconds
        self.sync()

    def stored(self, service: Service = Service.DISCOGS) -> dict[str, Any]:
        (found,) = self.store.get(f"budgets/{service}")
        assert found
        return found.fields


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


@pytest.mark.parametrize(("retry_after", "seconds"), [(None, 60), (30.0, 30)])
def test_after_a_429_nobody_calls_for_a_while(workers: Workers, retry_after: float | None, seconds: float) -> None:
    limiter = workers.limiter(replace(TWO, limit=10))
    busy = UpstreamDown("discogs", "GET /", "Too many.", status=429, retry_after=retry_after, trouble=Trouble.QUOTA)
    workers.call(limiter, CallResult(0.2, 429, error=busy))
    assert workers.call(limiter) == seconds
    assert workers.stored()["last_error"] == "Too many."


def test_a_breaker_stops_every_worker_and_one_call_tries(workers: Workers) -> None:
    first, second = workers.limiter(FREE), workers.limiter(FREE)
    workers.call(second)
    for _ in range(5):
        workers.call(first, CallResult(0.2, error=DOWN))
    workers.pass_by(3)
    for limiter in (first, second):
        with pytest.raises(UpstreamDown, match="The Cover Art Archive does not answer") as caught:
            workers.acquire(limiter)
        assert 0 < (caught.value.retry_after or 0) <= 5
    stored = workers.stored(Service.COVERART)
    assert (stored["breaker"], stored["failures"]) == ("open", 5)
    workers.pass_by(3)
    probe = workers.acquire(second)
    assert probe.probing
    with pytest.raises(UpstreamDown):
        workers.acquire(first)
    assert workers.stored(Service.COVERART)["breaker"] == "probing"
    second.release(probe, GOOD)
    workers.pass_by(1)
    workers.pass_by(2)
    assert workers.call(first) == 0
    assert workers.stored(Service.COVERART)["breaker"] == "closed"


def test_a_write_never_tries_whether_a_service_answers(workers: Workers) -> None:
    limiter = workers.limiter(Allowance(Service.EBAY))
    for _ in range(3):
        workers.call(limiter, CallResult(0.2, error=DOWN))
    workers.pass_by(11)
    with pytest.raises(UpstreamDown, match="eBay does not answer"):
        limiter.acquire(workers.row(), write=True)
    probe = limiter.acquire(workers.row())
    assert probe.probing
    limiter.release(probe, GOOD)
    assert not limiter.acquire(workers.row(), write=True).probing


def test_what_no_row_waits_for_is_not_asked_while_a_service_is_down(workers: Workers) -> None:
    limiter = workers.limiter(FREE)
    bystander = Bystander(limiter)
    bystander.acquire(UNATTENDED)
    for _ in range(5):
        workers.call(limiter, CallResult(0.2, error=DOWN))
    for seconds in (0, 6):  # it does not try either, once that is due
        workers.pass_by(seconds)
        with pytest.raises(UpstreamDown):
            bystander.acquire(UNATTENDED)
    workers.call(limiter)
    bystander.acquire(UNATTENDED)


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


def test_a_spare_call_tries_no_service_that_is_down(workers: Workers) -> None:
    limiter = workers.limiter(ONE_A_SECOND)
    for _ in range(5):
        workers.call(limiter, CallResult(0.2, error=DOWN))
    workers.pass_by(60)
    with pytest.raises(UpstreamDown, match="does not answer"):
        Spare(limiter).acquire(UNATTENDED)


def test_every_worker_hears_that_a_service_answers_again(workers: Workers) -> None:
    first, second = workers.limiter(FREE), workers.limiter(FREE)
    for _ in range(5):
        workers.call(first, CallResult(0.2, error=DOWN))
    workers.pass_by(6)
    since = workers.clock.now()
    assert not first.recovered(since)
    assert not second.recovered(since)
    workers.call(first)
    assert first.recovered(since)
    workers.pass_by(2)
    assert second.recovered(since)
    workers.pass_by(1)
    assert not second.recovered(workers.clock.now()), "an answer from before says nothing"


def test_a_worker_that_dies_while_it_tries_blocks_nobody_for_long(workers: Workers) -> None:
    dead, other = workers.limiter(FREE), workers.limiter(FREE)
    for _ in range(5):
        workers.call(dead, CallResult(0.2, error=DOWN))
    workers.pass_by(6)
    assert workers.acquire(dead).probing
    workers.limiters.remove(dead)
    workers.pass_by(3)
    with pytest.raises(UpstreamDown):
        workers.acquire(other)
    workers.pass_by(30)
    assert workers.acquire(other).probing


def test_a_breaker_that_is_open_costs_no_slot(workers: Workers) -> None:
    limiter = workers.limiter(replace(TWO, limit=10))
    for _ in range(5):
        workers.call(limiter, CallResult(0.2, error=DOWN))
    for _ in range(5):
        with pytest.raises(UpstreamDown):
            workers.acquire(limiter)
    workers.pass_by(2)
    assert len(workers.stored()["slots"]) == 5


def test_refused_credentials_are_told_at_once_to_who_was_about_to_call(workers: Workers) -> None:
    limiter = workers.limiter(KEYED)
    workers.call(limiter, CallResult(0.2, 401, error=REFUSED))
    for _ in range(3):
        with pytest.raises(CredentialsRefused, match="Look at DISCOGS_TOKEN"):
            workers.acquire(limiter)
    workers.pass_by(2)
    stored = workers.stored()
    assert (stored["credentials"], stored["credentials_said"]) == ("refused", "Look at DISCOGS_TOKEN.")
    workers.pass_by(4)
    assert workers.call(limiter) == 0
    workers.pass_by(2)
    assert workers.stored()["credentials"] == "accepted"


def test_until_credentials_are_accepted_one_call_shows_it(workers: Workers) -> None:
    limiter = workers.limiter(KEYED)
    trial = workers.acquire(limiter)
    row = workers.row(meanwhile=lambda: limiter.release(trial, GOOD))
    workers.acquire(limiter, row)
    assert row.reasons == ["waits to hear whether Discogs accepts our credentials"]
    workers.acquire(limiter)
    workers.pass_by(2)
    assert workers.call(workers.limiter(KEYED), row=workers.row(patience=0)) == 0, "another worker has no doubt either"


def test_other_credentials_are_tried_anew(workers: Workers) -> None:
    workers.call(workers.limiter(KEYED))
    workers.pass_by(2)
    other = workers.limiter(replace(KEYED, key=fingerprint("another token")))
    assert workers.acquire(other).trial
    with pytest.raises(Requeued):
        workers.acquire(other, workers.row(patience=1))


def test_a_trial_that_shows_nothing_is_followed_by_another(workers: Workers) -> None:
    limiter = workers.limiter(KEYED)
    limiter.release(workers.acquire(limiter), CallResult(0.2, error=DOWN))
    assert workers.acquire(limiter).trial
    with pytest.raises(Requeued):
        workers.acquire(limiter, workers.row(patience=0.5))


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


@dataclass
class Service4:
    """Four lanes that call Discogs at the sandbox at once."""

    sandbox: Sandbox
    store: Store

    def errors(self, calls: int = 4) -> list[UpstreamError | None]:
        """Make so many calls; return what came of each."""
        clock = SystemClock()
        with session(4) as connections, Limiters(self.store, clock) as limiters, ThreadPoolExecutor(4) as threads:
            transport = HttpTransport(connections, "DraftMaker/0.1 +tests@example.org")
            discogs = Discogs(
                transport, f"{self.sandbox.url}/discogs", token="sandbox", limiter=limiters.limiter(KEYED)
            )

            def call(_: int) -> UpstreamError | None:
                try:
                    discogs.release(3)
                except UpstreamError as error:
                    return error
                return None

            return list(threads.map(call, range(calls)))

    @property
    def calls(self) -> int:
        return len(self.sandbox.ledger("discogs")["calls"])


def test_a_wrong_token_costs_one_call_not_one_a_lane(sandbox: Sandbox, store: Store) -> None:
    lanes = Service4(sandbox, store)
    sandbox.fault("discogs", "unauthorized")
    assert {type(error) for error in lanes.errors()} == {CredentialsRefused}
    assert (lanes.calls, sandbox.fired()) == (1, 1)


def test_a_right_token_lets_all_lanes_through(sandbox: Sandbox, store: Store) -> None:
    lanes = Service4(sandbox, store)
    assert set(lanes.errors(12)) == {None}
    (found,) = store.get("budgets/discogs")
    assert found
    assert (found.fields["credentials"], found.fields["calls"], found.fields["granted"]) == ("accepted", 12, 60)


def test_after_five_outages_the_breaker_is_open(sandbox: Sandbox, store: Store) -> None:
    lanes = Service4(sandbox, store)
    sandbox.fault("discogs", "server_error")
    errors = lanes.errors(40)
    assert {type(error) for error in errors} == {UpstreamDown}
    assert lanes.calls == sandbox.fired() == 5, "while nobody knows the token to be good, one call at a time is made"
    (found,) = store.get("budgets/discogs")
    assert found
    assert found.fields["breaker"] == "open"
