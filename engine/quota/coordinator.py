"""One process's side of a budget: calls that wait and calls that ended, synced with the store together."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from engine.clock import Clock
from engine.errors import StoreAway
from engine.quota.budgets import AHEAD_SECONDS, Allowance, Budget, Consumer, Slot, with_allowance
from engine.quota.calls import CallOutcome, CompletedCall, after_call, of_other_credentials
from engine.quota.documents import FRESH_SECONDS, BudgetDocument
from engine.quota.slots import Grant, Reservation, give_back, reserve
from engine.store.base import Store

LOOK_SECONDS = 0.25
URGENT_SECONDS = 1.0  # a slot that is free so soon is taken now
RECORD_SECONDS = 5.0  # how long an ended call waits for the next slots that are taken, to be stored with them
STATUS_SECONDS = 10.0  # what is only worth knowing is stored this often
OLD_SECONDS = 3.0
ANNOUNCED_SECONDS = 0.7  # a waiting call that counts for less is announced anew
TRIES = 20

Change = Callable[[Budget, float], Budget]


@dataclass(eq=False, slots=True)
class SlotRequest:
    """A call that waits for a slot. `start` is the monotonic moment from which it may be made."""

    consumer: Consumer
    slot: Slot | None = None
    start: float = 0.0


class BudgetCoordinator:
    """One process's side of a budget. One thread syncs with the store at a time, for all of them.

    `view` is the budget as it was last seen, with all that was recorded since; reading it costs no call of the store.
    """

    def __init__(self, store: Store, clock: Clock, allowance: Allowance) -> None:
        self._allowance = allowance
        self._clock = clock
        self._document = BudgetDocument(store, clock, allowance)
        self._syncing = threading.RLock()
        self._lock = threading.RLock()  # over what follows
        self._view: Budget | None = None
        self._stored: Budget | None = None
        self._later: tuple[float, ...] = ()
        self._requests: list[SlotRequest] = []
        self._completed: list[CompletedCall] = []
        self._unused: list[Slot] = []
        self._look_at = self._synced_at = self._active_at = self._oldest = float("-inf")
        self._renewed = False
        self._pause = threading.Event()

    @property
    def now(self) -> float:
        """Return the store's time, never ahead of it."""
        return self._document.now()

    @property
    def latest(self) -> float:
        """Return the store's time, never behind it."""
        return self._document.latest()

    @property
    def view(self) -> Budget:
        """Return the budget as this process knows it; `refresh` comes first."""
        with self._lock:
            if self._view is None:
                raise StoreAway(f"the budget of {self._allowance.service} was never read")
            return self._view

    def renew(self, allowance: Allowance) -> None:
        """Go on under another allowance, and have it stored soon: the console shows what is known of it."""
        with self._syncing, self._lock:
            if allowance.key != self._allowance.key:
                self._completed = list(map(of_other_credentials, self._completed))
            self._allowance = self._document.allowance = allowance
            self._renewed = True
            self._active_at = self._clock.monotonic()
            if self._view is not None:
                self._view = with_allowance(allowance, self._view)

    def refresh(self) -> None:
        """Prepare for a call: what was seen long ago, or was bad news, is read again."""
        self._active_at = self._clock.monotonic()
        if self._old():
            with self._syncing:
                if self._old():
                    self.sync()

    def request(self, consumer: Consumer) -> SlotRequest:
        """Return a request for one slot; `allocate` grants it, and `finish` ends it."""
        request = SlotRequest(consumer)
        with self._lock:
            self._requests.append(request)
        return request

    def finish(self, request: SlotRequest, *, used: bool) -> None:
        """Forget a request; a slot that was granted and not used is given back."""
        with self._lock:
            self._requests.remove(request)
            if request.slot and not used:
                self._unused.append(request.slot)

    def give_back(self, slot: Slot) -> None:
        """Give back a slot that was not used."""
        with self._lock:
            self._unused.append(slot)

    def allocate(self, request: SlotRequest) -> None:
        """Take slots for all requests that wait, as far as there are any to take now."""
        with self._syncing:
            due = self._clock.monotonic() >= self._look_at or self._document.age >= FRESH_SECONDS
            if request.slot is None and due:
                self.sync()

    def estimate(self, request: SlotRequest) -> tuple[float, float]:
        """Return the seconds until it is worth looking again, and the store's time when the request may be granted."""
        with self._lock:
            if request.slot is not None:
                return 0.0, self.now
            place = [other for other in self._requests if other.slot is None].index(request)
            start = self._later[min(place, len(self._later) - 1)] if self._later else self.now
            return min(max(self._look_at - self._clock.monotonic(), 0.01), FRESH_SECONDS), start

    def free_share(self) -> float:
        """Return `Budget.free_share`, less what calls of this process wait for; `refresh` comes first."""
        with self._lock:
            budget = self.view
            waiting = sum(request.slot is None for request in self._requests)
            return max(0.0, budget.free_share(self.now) - waiting / (budget.limit or float("inf")))

    def record(self, call: CompletedCall) -> None:
        """Take in an ended call. Nothing is stored yet."""
        moment = self._clock.monotonic()
        with self._lock:
            if not self._completed:
                self._oldest = moment
            self._completed.append(call)
            self._view = after_call(self.view, call, self._allowance, self.now)
            self._active_at = moment
            if self._allowance.window_seconds <= 2 * URGENT_SECONDS:
                self._look_at = moment

    def sync_due(self) -> bool:
        """Store what is due, and read what others stored; return whether there is more to come."""
        active = self._clock.monotonic() < self._active_at + 2 * FRESH_SECONDS
        due = self._due()
        if due or (active and self._document.age >= FRESH_SECONDS * (2 if self._allowance.limit is None else 1)):
            self.sync(store=due)
        with self._lock:
            return active or bool(self._completed or self._unused or self._renewed)

    def flush(self) -> None:
        """Store what is left."""
        if self._completed or self._unused or self._renewed:
            self.sync(store=True)

    def sync(self, change: Change | None = None, *, store: bool = False, fresh: bool = False) -> None:
        """Bring to the store what was recorded, and take slots for the calls that wait; apply `change` as well.

        Where nothing must be stored, the budget is only read. `store` has everything stored that was recorded, `fresh`
        has the budget read first.
        """
        with self._syncing:
            for attempt in range(TRIES):
                if self._document.stale or fresh or attempt:
                    self._document.read()
                if self._try_sync(change, store=store):
                    change = None
                    if not self._document.stepped:
                        return
                self._pause.wait(random.uniform(0, 0.005 * min(2**attempt, 16)))  # noqa: S311 - not a secret
        raise StoreAway(f"the budget of {self._allowance.service} was changed by others {TRIES} times in a row")

    def _try_sync(self, change: Change | None, *, store: bool) -> bool:
        """Try once; return False when another process was faster."""
        with self._lock:
            completed, unused = list(self._completed), list(self._unused)
            waiting = Counter(request.consumer for request in self._requests if request.slot is None)
        now, moment = self.now, self._clock.monotonic()
        before = budget = self._document.budget(now)
        for call in completed:
            budget = after_call(budget, call, self._allowance, now)
        for slot in unused:
            budget = give_back(budget, slot)
        if change:
            budget = change(budget, now)
        reserved = reserve(budget, waiting, now)
        announce = _must_announce(reserved, before, now)
        write = store or change or unused or self._document.stepped or reserved.grants or announce
        if write and not self._document.write(reserved.budget, now):
            return False
        with self._lock:
            rest = self._completed[len(completed) :]
            if write:
                self._completed, self._unused, self._synced_at = rest, self._unused[len(unused) :], moment
                self._renewed = False
                self._assign(reserved.grants, now, moment)
            self._stored = reserved.budget if write else before
            self._view = reserved.budget
            for call in rest:
                self._view = after_call(self._view, call, self._allowance, now)
            self._schedule(reserved, now, moment)
        return True

    def _assign(self, grants: tuple[Grant, ...], now: float, moment: float) -> None:
        """Give each slot to a request; one that nobody waits for any more is given back."""
        for grant in grants:
            for request in self._requests:
                if request.consumer == grant.consumer and request.slot is None:
                    request.slot, request.start = grant.slot, moment + grant.start - now
                    break
            else:
                self._unused.append(grant.slot)

    def _schedule(self, reserved: Reservation, now: float, moment: float) -> None:
        """Decide when it is worth looking for slots again."""
        self._later = reserved.later
        ahead = reserved.later[0] - now if reserved.later else URGENT_SECONDS
        if ahead <= AHEAD_SECONDS and any(request.slot is None for request in self._requests):
            self._look_at = moment + LOOK_SECONDS  # the next slots are left to others, or a call in flight has them
        else:
            self._look_at = moment + max(ahead - URGENT_SECONDS, min(LOOK_SECONDS, ahead / 4))

    def _old(self) -> bool:
        closed = self._view is not None and self._view.breaker == "closed"
        return self._document.age > (OLD_SECONDS if closed else FRESH_SECONDS)

    def _due(self) -> bool:
        """Whether what was recorded is to be stored now."""
        moment = self._clock.monotonic()
        with self._lock:
            if self._renewed:
                return True
            if not (self._completed or self._unused) or self._view is None or self._stored is None:
                return False
            refused = any(call.outcome is CallOutcome.QUOTA for call in self._completed)
            if self._unused or refused or _urgent(self._view) != _urgent(self._stored):
                return True
            if self._allowance.limit is None:
                return moment >= self._synced_at + STATUS_SECONDS
            return moment >= self._oldest + min(RECORD_SECONDS, self._allowance.window_seconds / 4)


def _urgent(budget: Budget) -> tuple[object, ...]:
    """Return what other workers must know at once."""
    foreign = sum(not slot.holder for slot in budget.slots)
    return budget.breaker, budget.credentials, budget.granted, foreign


def _must_announce(reserved: Reservation, before: Budget, now: float) -> bool:
    """Whether a call waits that other processes must know of and do not."""
    known = before.waiting
    return any(consumer not in known or known[consumer].until < now + ANNOUNCED_SECONDS for consumer in reserved.unmet)
