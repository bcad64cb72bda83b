"""Gates of several workers on one store: by a clock that is moved by hand, and by threads and a sandbox as they are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.meter import Metered
from engine.clock import SystemClock
from engine.domain.budgets import HOLD_SECONDS, Allowance, midnight
from engine.domain.services import Service
from engine.errors import CredentialsRefused, GivenBack, StoreAway, UpstreamDown, UpstreamError
from engine.store.base import Store
from engine.store.sqlite import SQLiteStore
from engine.upstream.asking import asking
from engine.upstream.discogs import Discogs
from engine.upstream.gates.gate import DAY_BLOCK, Pass, StoredGate
from engine.upstream.gates.process import Gates, fingerprint
from engine.upstream.http import Ended, Line, session
from tests.sandbox_server import Sandbox

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
TWO = Allowance(Service.DISCOGS, 2, 60.0)
ONE_A_SECOND = Allowance(Service.MUSICBRAINZ, 1, 1.0)
KEYED = Allowance(Service.DISCOGS, 60, 60.0, key=fingerprint("a token"), needs_key=True, keyless_limit=25)
FREE = Allowance(Service.COVERART)
DOWN = UpstreamDown("discogs", "GET /", "Discogs does not answer.")
REFUSED = CredentialsRefused("discogs", "GET /", "Look at DISCOGS_TOKEN.", status=401)
GOOD = Ended(0.2, 200)


@dataclass
class Hands:
    """A clock that is moved by hand; `set_by` is by how much its calendar was set."""

    moved: float = 0.0
    set_by: float = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.moved + self.set_by)

    def monotonic(self) -> float:
        return 1_000.0 + self.moved


@dataclass
class Row:
    """Who asks: what it waits for, and what happens while it waits. It is given back after `patience` seconds."""

    clock: Hands
    batch: str = "batch"
    patience: float = float("inf")
    reasons: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def wait(self, seconds: float, reason: str) -> None:
        self.reasons.append(reason)
        self.clock.moved += min(seconds, self.patience)
        self.patience -= seconds
        self.meanwhile()
        if self.patience <= 0:
            raise GivenBack(reason)


class Workers:
    """Gates on one store, each as a process of its own has it; nothing is stored but when `keep` says so."""

    def __init__(self, folder: Path) -> None:
        self.clock = Hands()
        self.place = folder / "store.db"
        self.store = SQLiteStore(self.place, self.clock)
        self.gates: list[StoredGate] = []

    def gate(self, allowance: Allowance, store: Store | None = None) -> StoredGate:
        self.gates.append(StoredGate(store or self.store, self.clock, allowance, lambda: None))
        return self.gates[-1]

    def keep(self) -> None:
        for gate in self.gates:
            gate.keep()

    def row(self, batch: str = "batch", **more: Any) -> Row:
        return Row(self.clock, batch, meanwhile=more.pop("meanwhile", self.keep), **more)

    def enter(self, gate: StoredGate, row: Row | None = None) -> Pass:
        with asking(row or self.row()):
            return gate.enter()

    def call(self, gate: StoredGate, ended: Ended = GOOD, row: Row | None = None) -> float:
        """Make a call; return the seconds it waited for."""
        before = self.clock.moved
        taken = self.enter(gate, row)
        waited = self.clock.moved - before
        self.clock.moved += ended.seconds
        gate.leave(taken, ended)
        return round(waited, 1)

    def pass_by(self, seconds: float) -> None:
        """Let time pass, in which everything told is stored."""
        self.clock.moved += seconds
        self.keep()

    def told(self, service: Service = Service.DISCOGS) -> dict[str, Any]:
        (found,) = self.store.get(f"budgets/{service}")
        assert found
        return found.fields


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    made = Workers(tmp_path)
    yield made
    made.store.close()


def test_a_call_waits_for_its_slot_and_says_until_when(workers: Workers) -> None:
    gate, row = workers.gate(TWO), workers.row()
    assert [workers.call(gate, row=row) for _ in range(2)] == [0, 0]
    assert row.reasons == []
    assert workers.call(gate, row=row) == pytest.approx(59.8)  # a window after the end of the first call
    assert set(row.reasons) == {"Discogs quota until 12:01:00 UTC"}


def test_workers_batches_and_restarts_share_one_quota(workers: Workers) -> None:
    first, second = workers.gate(TWO), workers.gate(TWO)
    assert workers.call(first) == 0
    assert workers.call(second, row=workers.row("another")) == 0
    workers.pass_by(2)
    assert workers.call(workers.gate(TWO)) == pytest.approx(57.8)
    assert workers.told()["takers"][-2:] == ["another", "batch"]


def test_what_a_dead_worker_held_counts_for_a_fixed_time(workers: Workers) -> None:
    dead = workers.gate(TWO)
    workers.enter(dead)
    workers.enter(dead)
    workers.gates.clear()
    assert workers.call(workers.gate(TWO)) == HOLD_SECONDS + 60


def test_a_row_that_is_given_back_keeps_no_slot(workers: Workers) -> None:
    gate = workers.gate(TWO)
    workers.call(gate)
    workers.call(gate)
    with pytest.raises(GivenBack):
        workers.enter(gate, workers.row(patience=59))
    workers.pass_by(1)
    assert len(workers.told()["slots"]) == 2
    assert workers.call(workers.gate(TWO), row=workers.row("another")) == 0


def test_one_call_a_second(workers: Workers) -> None:
    gate = workers.gate(ONE_A_SECOND)
    assert [workers.call(gate) for _ in range(4)] == [0, 1, 1, 1]


def test_two_workers_take_turns_at_one_call_a_second(workers: Workers) -> None:
    store = Metered(workers.store)
    gates = [workers.gate(ONE_A_SECOND, store) for _ in range(2)]
    waited = [workers.call(gates[number % 2]) for number in range(10)]
    assert sum(waited) < 12
    assert store.commits < 40


@pytest.mark.parametrize("set_by", [3600, -3600])
def test_when_the_stores_clock_is_set_everything_counts_as_used_for_a_window(workers: Workers, set_by: float) -> None:
    gate = workers.gate(TWO)
    workers.call(gate)
    workers.pass_by(2)
    workers.clock.set_by = set_by
    workers.clock.moved += 2
    assert workers.call(gate) == 60
    workers.pass_by(60)
    assert workers.call(gate) == 0


def test_a_worker_that_begins_after_the_clock_went_back_waits_a_window(workers: Workers) -> None:
    workers.call(workers.gate(TWO))
    workers.pass_by(2)
    workers.gates.clear()
    workers.clock.set_by = -3600
    assert workers.call(workers.gate(TWO)) == 60


@pytest.mark.parametrize("set_by", [3600, -3600])
def test_a_clock_that_is_set_during_a_call_is_allowed_for(workers: Workers, set_by: float) -> None:
    gate = workers.gate(TWO)
    taken = workers.enter(gate)
    workers.clock.set_by = set_by
    workers.clock.moved += 0.2
    gate.leave(taken, GOOD)
    workers.pass_by(1.5)
    assert workers.call(workers.gate(TWO)) == pytest.approx(60, abs=0.5)


def test_what_the_service_grants_is_the_limit(workers: Workers) -> None:
    gate = workers.gate(KEYED)
    poor = {"X-Discogs-Ratelimit": "25", "X-Discogs-Ratelimit-Remaining": "24"}
    rich = {"X-Discogs-Ratelimit": "60", "X-Discogs-Ratelimit-Remaining": "58"}
    workers.call(gate, replace(GOOD, headers=poor))
    workers.pass_by(2)
    told = workers.told()
    assert (told["limit"], told["granted"], told["credentials"]) == (25, 25, "unknown")
    assert told["credentials_said"] == "Discogs grants 25 calls a minute: it did not accept the token."
    workers.call(gate, replace(GOOD, headers=rich))
    workers.pass_by(2)
    assert (workers.told()["limit"], workers.told()["credentials"]) == (60, "accepted")


def test_what_others_use_of_the_quota_is_left_to_them(workers: Workers) -> None:
    gate = workers.gate(replace(TWO, limit=10))
    workers.call(gate, replace(GOOD, headers={"X-Discogs-Ratelimit": "10", "X-Discogs-Ratelimit-Remaining": "1"}))
    workers.pass_by(2)
    assert workers.told()["takers"].count("") == 8
    assert [workers.call(gate), workers.call(gate)] == [0, pytest.approx(58, abs=1)]


@pytest.mark.parametrize(("retry_after", "seconds"), [(None, 60), (30.0, 30)])
def test_after_a_429_nobody_calls_for_a_while(workers: Workers, retry_after: float | None, seconds: float) -> None:
    gate = workers.gate(replace(TWO, limit=10))
    busy = UpstreamDown("discogs", "GET /", "Too many.", status=429, retry_after=retry_after, outage=False, quota=True)
    workers.call(gate, Ended(0.2, 429, error=busy))
    assert workers.call(gate) == seconds
    assert workers.told()["last_error"] == "Too many."


def test_a_breaker_stops_every_worker_and_one_call_tries(workers: Workers) -> None:
    first, second = workers.gate(FREE), workers.gate(FREE)
    workers.call(second)
    for _ in range(5):
        workers.call(first, Ended(0.2, error=DOWN))
    workers.pass_by(3)
    for gate in (first, second):
        with pytest.raises(UpstreamDown, match="The Cover Art Archive does not answer") as caught:
            workers.enter(gate)
        assert 0 < (caught.value.retry_after or 0) <= 5
    told = workers.told(Service.COVERART)
    assert (told["breaker"], told["failures"]) == ("open", 5)
    workers.pass_by(3)
    probe = workers.enter(second)
    assert probe.probing
    with pytest.raises(UpstreamDown):
        workers.enter(first)
    assert workers.told(Service.COVERART)["breaker"] == "probing"
    second.leave(probe, GOOD)
    workers.pass_by(1)
    workers.pass_by(2)
    assert workers.call(first) == 0
    assert workers.told(Service.COVERART)["breaker"] == "closed"


def test_a_worker_that_dies_while_it_tries_blocks_nobody_for_long(workers: Workers) -> None:
    dead, other = workers.gate(FREE), workers.gate(FREE)
    for _ in range(5):
        workers.call(dead, Ended(0.2, error=DOWN))
    workers.pass_by(6)
    assert workers.enter(dead).probing
    workers.gates.remove(dead)
    workers.pass_by(3)
    with pytest.raises(UpstreamDown):
        workers.enter(other)
    workers.pass_by(30)
    assert workers.enter(other).probing


def test_a_breaker_that_is_open_costs_no_slot(workers: Workers) -> None:
    gate = workers.gate(replace(TWO, limit=10))
    for _ in range(5):
        workers.call(gate, Ended(0.2, error=DOWN))
    for _ in range(5):
        with pytest.raises(UpstreamDown):
            workers.enter(gate)
    workers.pass_by(2)
    assert len(workers.told()["slots"]) == 5


def test_refused_credentials_are_told_at_once_to_who_was_about_to_call(workers: Workers) -> None:
    gate = workers.gate(KEYED)
    workers.call(gate, Ended(0.2, 401, error=REFUSED))
    for _ in range(3):
        with pytest.raises(CredentialsRefused, match="Look at DISCOGS_TOKEN"):
            workers.enter(gate)
    workers.pass_by(2)
    told = workers.told()
    assert (told["credentials"], told["credentials_said"]) == ("refused", "Look at DISCOGS_TOKEN.")
    workers.pass_by(4)
    assert workers.call(gate) == 0
    workers.pass_by(2)
    assert workers.told()["credentials"] == "accepted"


def test_until_credentials_are_accepted_one_call_shows_it(workers: Workers) -> None:
    gate = workers.gate(KEYED)
    trial = workers.enter(gate)
    row = workers.row(meanwhile=lambda: gate.leave(trial, GOOD))
    workers.enter(gate, row)
    assert row.reasons == ["waits to hear whether Discogs accepts our credentials"]
    workers.enter(gate)
    workers.pass_by(2)
    assert workers.call(workers.gate(KEYED), row=workers.row(patience=0)) == 0, "another worker has no doubt either"


def test_other_credentials_are_tried_anew(workers: Workers) -> None:
    workers.call(workers.gate(KEYED))
    workers.pass_by(2)
    other = workers.gate(replace(KEYED, key=fingerprint("another token")))
    assert workers.enter(other).trial
    with pytest.raises(GivenBack):
        workers.enter(other, workers.row(patience=1))


def test_a_trial_that_shows_nothing_is_followed_by_another(workers: Workers) -> None:
    gate = workers.gate(KEYED)
    gate.leave(workers.enter(gate), Ended(0.2, error=DOWN))
    assert workers.enter(gate).trial
    with pytest.raises(GivenBack):
        workers.enter(gate, workers.row(patience=0.5))


def test_a_daily_quota_is_shared_and_tells_when_it_begins_anew(workers: Workers) -> None:
    daily = Allowance(Service.EBAY_BROWSE, daily_limit=2 * DAY_BLOCK + 5)
    store = Metered(workers.store)
    first, second = workers.gate(daily, store), workers.gate(daily, store)
    for _ in range(DAY_BLOCK):
        workers.call(first)
    for _ in range(DAY_BLOCK + 5):
        workers.call(second)
    assert store.commits == 4, "the document is made, and three blocks are taken"
    for gate in (first, second):
        with pytest.raises(UpstreamDown, match="the 45 calls of the day are used up until 08:00:00 UTC") as caught:
            workers.enter(gate)
    assert caught.value.retry_after == pytest.approx(midnight(START.timestamp()) - workers.clock.now().timestamp())
    workers.clock.moved += caught.value.retry_after or 0
    assert workers.call(first) == 0
    assert workers.told(Service.EBAY_BROWSE)["daily_used"] == DAY_BLOCK
    first.close()
    assert workers.told(Service.EBAY_BROWSE)["daily_used"] == 1


def test_without_a_quota_calls_cost_next_to_no_writes(workers: Workers) -> None:
    store = Metered(workers.store)
    gate = workers.gate(FREE, store)
    for _ in range(200):
        workers.call(gate, Ended(0.1, 200))
        workers.keep()
    assert store.commits <= 4
    assert store.reads <= 21
    gate.close()
    told = workers.told(Service.COVERART)
    assert (told["calls"], round(told["latency_ms"])) == (200, 100)


def test_nobody_calls_unpaced_while_the_store_is_away(workers: Workers) -> None:
    gate, new = workers.gate(TWO), workers.gate(FREE)
    taken = workers.enter(gate)
    workers.store.close()
    aside = workers.place.rename(workers.place.with_suffix(".aside"))
    workers.place.mkdir()
    gate.leave(taken, GOOD)
    for one in (gate, new):
        with pytest.raises(StoreAway):
            workers.enter(one)
    workers.clock.moved += 6
    with pytest.raises(StoreAway):
        gate.keep()
    workers.place.rmdir()
    aside.rename(workers.place)
    gate.keep()
    assert workers.told()["calls"] == 1


@pytest.mark.parametrize("backend", ["store", "firestore"])
def test_threads_of_two_processes_never_fill_a_window_too_much(request: pytest.FixtureRequest, backend: str) -> None:
    store: Store = request.getfixturevalue(backend)
    limit, window, calls, clock = 30, 1.0, 100, SystemClock()
    made: list[tuple[float, float]] = []
    lock = threading.Lock()

    def lane(gate: StoredGate) -> None:
        while len(made) < calls:
            taken = gate.enter()
            begun = clock.monotonic()
            threading.Event().wait(0.01)
            with lock:
                made.append((begun, clock.monotonic()))
            gate.leave(taken, GOOD)

    with Gates(store, clock) as gates, ThreadPoolExecutor(8) as threads:
        both = [gates.before(Allowance(Service.DISCOGS, limit, window)) for _ in range(2)]
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
        with session(4) as connections, Gates(self.store, clock) as gates, ThreadPoolExecutor(4) as threads:
            line = Line(connections, "DraftMaker/0.1 +tests@example.org")
            discogs = Discogs(line, f"{self.sandbox.url}/discogs", token="sandbox", gate=gates.before(KEYED))

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


def test_a_dead_service_is_let_alone_after_five_outages(sandbox: Sandbox, store: Store) -> None:
    lanes = Service4(sandbox, store)
    sandbox.fault("discogs", "server_error")
    errors = lanes.errors(40)
    assert {type(error) for error in errors} == {UpstreamDown}
    assert lanes.calls == sandbox.fired() == 5, "while nobody knows the token to be good, one call at a time is made"
    (found,) = store.get("budgets/discogs")
    assert found
    assert found.fields["breaker"] == "open"
