"""The limiter of a service: its quota, its breaker and its credentials, shared by all workers through the job store."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.clock import Clock
from engine.domain.services import NAMES, Service
from engine.errors import CredentialsRefused, Trouble, UpstreamDown
from engine.quota import breakers
from engine.quota.budgets import PAST_SECONDS, Allowance, Budget, Consumer, Slot, take_today
from engine.quota.calls import of_other_credentials
from engine.quota.coordinator import BudgetCoordinator
from engine.quota.outcomes import completed_call
from engine.store.base import Store
from engine.upstream.caller import Caller
from engine.upstream.http import CallResult

DAY_BLOCK = 20  # calls of a daily quota that a process takes at once
REFUSED_SECONDS = 5.0
TRIAL_LOOK_SECONDS = 0.1
_CALL = "no call"
_INSTANT = 1e-6  # seconds since the epoch are no finer


@dataclass(frozen=True, slots=True)
class Permit:
    """What allows one call, made with the credentials of which `key` is the fingerprint.

    `acquired_at` is a monotonic moment. `trial` says that the call shows whether our credentials are accepted,
    `probing` that it probes a service that did not answer.
    """

    slot: Slot | None
    acquired_at: float
    trial: bool
    probing: bool
    key: str = ""


class ServiceLimiter:
    """The limiter of one service in one process; its threads share it, and all workers share what it knows.

    `wake` is called when something must be stored soon: `sync_due` must then be called about four times a second until
    it says that nothing is left.
    """

    def __init__(self, store: Store, clock: Clock, allowance: Allowance, wake: Callable[[], None]) -> None:
        self._allowance = allowance
        self._clock = clock
        self._wake = wake
        self._name = NAMES[allowance.service]
        self._holder = secrets.token_hex(3)
        self._coordinator = BudgetCoordinator(store, clock, allowance)
        self._lock = threading.Lock()
        self._trying = False
        self._refused: CredentialsRefused | None = None
        self._refused_at = 0.0
        self._day = threading.Lock()
        self._today = 0  # calls of the daily quota that this process has taken and not made

    def acquire(self, caller: Caller, *, write: bool = False) -> Permit:
        """Wait until one call may be made; see `Limiter.acquire`.

        Raises:
            StoreAway: the store does not answer; no call is made unpaced.
        """
        self._coordinator.refresh()
        self._wake()
        trial, key = False, self._allowance.key
        slot: Slot | None = None
        try:
            trial = self._on_trial(caller)
            self._check()
            if self._allowance.limit is not None:
                slot = self._slot(caller)
            self._check()
            if self._allowance.daily_limit is not None:
                self._take_today()
            probing = self._is_probe(write=write)
        except BaseException:
            if trial:
                self._trying = False
            if slot:
                self._coordinator.give_back(slot)
            self._wake()
            raise
        return Permit(slot, self._clock.monotonic(), trial, probing, key)

    def release(self, permit: Permit, result: CallResult) -> None:
        """Record how a call ended; see `Limiter.release`. Nothing is stored yet."""
        moment, coordinator = self._clock.monotonic(), self._coordinator
        started, latest = coordinator.now - (moment - permit.acquired_at), coordinator.latest
        call = completed_call(result, started=started, latest=latest, slot=permit.slot, probing=permit.probing)
        if permit.key != self._allowance.key:
            call = of_other_credentials(call)
        elif isinstance(result.error, CredentialsRefused):
            self._refused, self._refused_at = result.error, moment
        coordinator.record(call)
        if permit.trial:
            self._trying = False
        self._wake()

    def recovered(self, since: datetime) -> bool:
        """Whether the service has answered a call well since `since`, by the store's clock, and may be called.

        Raises:
            StoreAway: the store does not answer.
        """
        self._coordinator.refresh()
        budget = self._coordinator.view
        return budget.breaker == "closed" and (budget.last_ok_at or 0.0) > since.timestamp()

    def free_share(self) -> float:
        """Return which share of its quota the service would grant now, from 0 to 1, as far as is known.

        Raises:
            StoreAway: the store does not answer.
        """
        self._coordinator.refresh()
        return self._coordinator.free_share()

    def ensure_closed(self) -> None:
        """Refuse a call while the breaker is not closed.

        Raises:
            UpstreamDown: it is not.
            StoreAway: the store does not answer.
        """
        self._coordinator.refresh()
        if self._coordinator.view.breaker != "closed":
            raise self._silent(0.0)

    def ensure_unused(self) -> None:
        """Refuse a call while anybody uses the service, or has within its window and `PAST_SECONDS` before that.

        Raises:
            UpstreamDown: somebody does, or the breaker is not closed.
            StoreAway: the store does not answer.
        """
        self._coordinator.sync(fresh=True)
        budget = self._coordinator.view
        if budget.breaker != "closed":
            raise self._silent(0.0)
        if budget.slots or budget.waiting:
            raise self._down(f"{self._name} is in use.", PAST_SECONDS, Trouble.QUOTA)

    def renew(self, allowance: Allowance) -> None:
        """Go on under another allowance. Of other credentials nothing is known, whatever becomes of calls in flight."""
        if allowance == self._allowance:
            return
        other = allowance.key != self._allowance.key
        self._allowance = allowance
        self._coordinator.renew(allowance)
        if other:
            self._refused, self._trying = None, False
        self._wake()

    def sync_due(self) -> bool:
        """Store what is due, and read what others stored; return whether there is more to come.

        Raises:
            StoreAway: the store does not answer; nothing is forgotten.
        """
        return self._coordinator.sync_due()

    def close(self) -> None:
        """Store what is left, and give back what was taken of the daily quota."""
        with self._day:
            left, self._today = self._today, 0
        if left:
            self._coordinator.sync(lambda budget, _now: take_today(budget, -left)[0])
        self._coordinator.flush()

    def _check(self) -> None:
        """Raise the error that keeps a call from being made, as far as this process knows."""
        refused = self._refused
        if refused and self._clock.monotonic() < self._refused_at + REFUSED_SECONDS:
            raise CredentialsRefused(self._allowance.service, refused.call, refused.reason, status=refused.status)
        budget, now = self._coordinator.view, self._coordinator.now
        open_until = breakers.next_try(budget, now)
        if open_until is not None:
            raise self._silent(open_until - now)
        if budget.out_at is not None and now < budget.out_at and not self._today:
            raise self._used_up(budget, now)

    def _silent(self, seconds: float) -> UpstreamDown:
        the = "The " if self._allowance.service is Service.COVERART else ""
        return self._down(f"{the}{self._name} does not answer.", seconds, Trouble.BREAKER_OPEN)

    def _down(self, reason: str, seconds: float, trouble: Trouble) -> UpstreamDown:
        return UpstreamDown(
            self._allowance.service,
            _CALL,
            reason,
            retry_after=max(0.0, seconds),
            trouble=trouble,
        )

    def _used_up(self, budget: Budget, now: float) -> UpstreamDown:
        until = budget.out_at or now
        reason = f"{self._name}: the {budget.daily_limit:,} calls of the day are used up until {_time(until)}."
        return self._down(reason, until - now, Trouble.QUOTA)

    def _on_trial(self, caller: Caller) -> bool:
        """Return whether the call is the trial of our credentials; while another call is, wait for its result."""
        while self._allowance.credentials == "unknown":
            with self._lock:
                if self._coordinator.view.accepted(self._coordinator.now):
                    return False
                if not self._trying:
                    self._trying = True
                    return True
            self._check()
            caller.wait(TRIAL_LOOK_SECONDS, f"waits to hear whether {self._name} accepts our credentials")
        return False

    def _slot(self, caller: Caller) -> Slot | None:
        """Wait for a slot, then for its time."""
        request = self._coordinator.request(Consumer(caller.batch, self._holder))
        used = False
        try:
            self._coordinator.allocate(request)
            while request.slot is None:
                seconds, start = self._coordinator.estimate(request)
                caller.wait(seconds, self._waits(start))
                self._check()
                self._coordinator.allocate(request)
            while (seconds := request.start - self._clock.monotonic()) > _INSTANT:
                caller.wait(seconds, self._waits(self._coordinator.now + seconds))
            used = True
        finally:
            self._coordinator.finish(request, used=used)
        return request.slot

    def _waits(self, start: float) -> str:
        """Return what an operator reads of a wait until `start`."""
        return f"{self._name} quota" + (f" until {_time(start)}" if start > self._coordinator.now + 1 else "")

    def _is_probe(self, *, write: bool) -> bool:
        """Return whether the call probes a service that did not answer; over all workers, one call at a time does.

        Raises:
            UpstreamDown: another call probes it, or this one is a write.
        """
        if self._coordinator.view.breaker == "closed":
            return False
        if write:
            raise self._silent(0.0)
        probing = False

        def begin(budget: Budget, now: float) -> Budget:
            nonlocal probing
            begun = breakers.begin_probe(budget, now)
            probing = begun is not None
            return begun or budget

        self._coordinator.sync(begin, fresh=True)
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

                def take(budget: Budget, _now: float) -> Budget:
                    after, self._today = take_today(budget, DAY_BLOCK)
                    return after

                self._coordinator.sync(take)
            if not self._today:
                raise self._used_up(self._coordinator.view, self._coordinator.now)
            self._today -= 1


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M:%S} UTC"
