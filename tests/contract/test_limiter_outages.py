"""Breakers and credentials that workers share: by a clock that is moved by hand, and at the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.domain.services import Service
from engine.errors import CredentialsRefused, Requeued, Trouble, UpstreamDown, UpstreamError
from engine.quota.beside import Bystander, Spare
from engine.quota.budgets import Allowance
from engine.quota.limiters import Limiters, fingerprint
from engine.store.base import Store
from engine.upstream.caller import UNATTENDED
from engine.upstream.discogs import Discogs
from engine.upstream.http import CallResult, HttpTransport, session
from tests.support.limited_workers import DOWN, FREE, GOOD, KEYED, ONE_A_SECOND, REFUSED, TWO, Workers
from tests.support.sandbox_server import Sandbox


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    made = Workers(tmp_path)
    yield made
    made.store.close()


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
