"""The gate before a service: its quota, its breaker and its credentials, shared by all workers through the job store.

Who enters waits for a slot, hears at once that the service is let alone, or goes through.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.clock import Clock
from engine.domain import breakers
from engine.domain.budgets import Allowance, Budget, Slot, Taker, take_today
from engine.domain.services import NAMES, Service
from engine.errors import CredentialsRefused, UpstreamDown
from engine.store.base import Store
from engine.upstream.asking import Asker, asker
from engine.upstream.gates.exchange import Exchange
from engine.upstream.gates.verdicts import call_of
from engine.upstream.http import Ended

DAY_BLOCK = 20  # calls of a daily quota that a process takes at once
REFUSED_SECONDS = 5.0
TRIAL_LOOK_SECONDS = 0.1
_CALL = "no call"
_INSTANT = 1e-6  # seconds since the epoch are no finer


@dataclass(frozen=True, slots=True)
class Pass:
    """What a call was let through with, at a monotonic moment.

    `trial` tells that it is to show whether our credentials are accepted, `probing` that it tries a service that did
    not answer.
    """

    slot: Slot | None
    at: float
    trial: bool
    probing: bool


class StoredGate:
    """The gate of one service in one process; its threads share it, and all workers share what it knows.

    `wake` is called when something is to be stored by and by: `keep` is then to be called about four times a second
    until it says that nothing is left.
    """

    def __init__(self, store: Store, clock: Clock, allowance: Allowance, wake: Callable[[], None]) -> None:
        self._allowance = allowance
        self._clock = clock
        self._wake = wake
        self._name = NAMES[allowance.service]
        self._holder = secrets.token_hex(3)
        self._exchange = Exchange(store, clock, allowance)
        self._lock = threading.Lock()
        self._trying = False
        self._refused: CredentialsRefused | None = None
        self._refused_at = 0.0
        self._day = threading.Lock()
        self._today = 0  # calls of the daily quota in hand

    def enter(self) -> Pass:
        """Wait until one call may be made; see `Gate.enter`.

        Raises:
            StoreAway: the store does not answer; no call is made unpaced.
        """
        self._exchange.begin()
        self._wake()
        who, trial = asker(), False
        slot: Slot | None = None
        try:
            trial = self._on_trial(who)
            self._check()
            if self._allowance.limit is not None:
                slot = self._slot(who)
            self._check()
            if self._allowance.daily_limit is not None:
                self._take_today()
            probing = self._probes()
        except BaseException:
            if trial:
                self._trying = False
            if slot:
                self._exchange.unused(slot)
            self._wake()
            raise
        return Pass(slot, self._clock.monotonic(), trial, probing)

    def leave(self, taken: Pass, ended: Ended) -> None:
        """Take in how a call ended; see `Gate.leave`. Nothing is stored yet."""
        moment, exchange = self._clock.monotonic(), self._exchange
        started, latest = exchange.now - (moment - taken.at), exchange.latest
        if isinstance(ended.error, CredentialsRefused):
            self._refused, self._refused_at = ended.error, moment
        exchange.tell(call_of(ended, started=started, latest=latest, slot=taken.slot, probing=taken.probing))
        if taken.trial:
            self._trying = False
        self._wake()

    def keep(self) -> bool:
        """Store what is due, and look at what others stored; return whether there is more to come.

        Raises:
            StoreAway: the store does not answer; nothing is forgotten.
        """
        return self._exchange.keep()

    def close(self) -> None:
        """Store what is left, and give back what was taken of the daily quota."""
        with self._day:
            left, self._today = self._today, 0
        if left:
            self._exchange.speak(lambda budget, _now: take_today(budget, -left)[0])
        self._exchange.flush()

    def _check(self) -> None:
        """Raise what stands against a call, as far as this process knows."""
        refused = self._refused
        if refused and self._clock.monotonic() < self._refused_at + REFUSED_SECONDS:
            raise CredentialsRefused(self._allowance.service, refused.call, refused.reason, status=refused.status)
        budget, now = self._exchange.view, self._exchange.now
        shut_until = breakers.next_try(budget, now)
        if shut_until is not None:
            the = "The " if self._allowance.service is Service.COVERART else ""
            raise self._down(f"{the}{self._name} does not answer.", shut_until - now)
        if budget.out_at is not None and now < budget.out_at and not self._today:
            raise self._used_up(budget, now)

    def _down(self, reason: str, seconds: float, *, quota: bool = False) -> UpstreamDown:
        return UpstreamDown(
            self._allowance.service,
            _CALL,
            reason,
            retry_after=max(0.0, seconds),
            outage=False,
            quota=quota,
            let_alone=not quota,
        )

    def _used_up(self, budget: Budget, now: float) -> UpstreamDown:
        until = budget.out_at or now
        reason = f"{self._name}: the {budget.daily_limit:,} calls of the day are used up until {_time(until)}."
        return self._down(reason, until - now, quota=True)

    def _on_trial(self, who: Asker) -> bool:
        """Return whether the call is to show if our credentials are accepted; while another one does, wait for it."""
        while self._allowance.credentials == "unknown":
            with self._lock:
                if self._exchange.view.accepted(self._exchange.now):
                    return False
                if not self._trying:
                    self._trying = True
                    return True
            self._check()
            who.wait(TRIAL_LOOK_SECONDS, f"waits to hear whether {self._name} accepts our credentials")
        return False

    def _slot(self, who: Asker) -> Slot | None:
        """Wait for a slot, then for its time."""
        wish = self._exchange.wish(Taker(who.batch, self._holder))
        used = False
        try:
            self._exchange.meet(wish)
            while wish.slot is None:
                seconds, start = self._exchange.outlook(wish)
                who.wait(seconds, self._waits(start))
                self._check()
                self._exchange.meet(wish)
            while (seconds := wish.start - self._clock.monotonic()) > _INSTANT:
                who.wait(seconds, self._waits(self._exchange.now + seconds))
            used = True
        finally:
            self._exchange.end(wish, used=used)
        return wish.slot

    def _waits(self, start: float) -> str:
        """Return what an operator reads of a wait until `start`."""
        return f"{self._name} quota" + (f" until {_time(start)}" if start > self._exchange.now + 1 else "")

    def _probes(self) -> bool:
        """Return whether the call is to try a service that did not answer; over all workers, one at a time does."""
        if self._exchange.view.breaker == "closed":
            return False
        probing = False

        def rule(budget: Budget, now: float) -> Budget:
            nonlocal probing
            tried = breakers.probe(budget, now)
            probing = tried is not None
            return tried or budget

        self._exchange.speak(rule, fresh=True)
        if not probing:
            self._check()
        return probing

    def _take_today(self) -> None:
        """Take one call of the daily quota; a few are taken from the store at once.

        Raises:
            UpstreamDown: it is used up.
        """
        with self._day:
            if not self._today:

                def rule(budget: Budget, _now: float) -> Budget:
                    after, self._today = take_today(budget, DAY_BLOCK)
                    return after

                self._exchange.speak(rule)
            if not self._today:
                raise self._used_up(self._exchange.view, self._exchange.now)
            self._today -= 1


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M:%S} UTC"
