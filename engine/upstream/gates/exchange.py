"""What the calls of one process wish of a service's budget and tell of it, brought to the store together."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from engine.clock import Clock
from engine.domain.budgets import AHEAD_SECONDS, Allowance, Budget, Slot, Taker
from engine.domain.calls import Call, Verdict, told
from engine.domain.slots import Grant, Reserved, give_back, reserve
from engine.errors import StoreAway
from engine.store.base import Store
from engine.upstream.gates.shared import FRESH_SECONDS, Shared

LOOK_SECONDS = 0.25
URGENT_SECONDS = 1.0  # a slot that is free so soon is taken now
TOLD_SECONDS = 5.0  # how long an ended call waits for the next slots that are taken, to be stored with them
STATUS_SECONDS = 10.0  # what is only worth knowing is stored this often
OLD_SECONDS = 3.0
WISH_SECONDS = 0.7  # a wish that counts for less is told anew
TRIES = 20

Rule = Callable[[Budget, float], Budget]


@dataclass(eq=False, slots=True)
class Wish:
    """A call that waits for a slot. `start` is the monotonic moment from which it may be made."""

    taker: Taker
    slot: Slot | None = None
    start: float = 0.0


class Exchange:
    """One process's side of a budget. One thread speaks with the store at a time, for all of them.

    `view` is the budget as it was seen last with all that was told since; nothing is asked of the store for it.
    """

    def __init__(self, store: Store, clock: Clock, allowance: Allowance) -> None:
        self._allowance = allowance
        self._clock = clock
        self._shared = Shared(store, clock, allowance)
        self._turn = threading.RLock()
        self._lock = threading.RLock()  # over what follows
        self._view: Budget | None = None
        self._stored: Budget | None = None
        self._later: tuple[float, ...] = ()
        self._wishes: list[Wish] = []
        self._ended: list[Call] = []
        self._unused: list[Slot] = []
        self._look_at = self._told_at = self._active_at = self._oldest = float("-inf")
        self._pause = threading.Event()

    @property
    def now(self) -> float:
        """Return the store's time, never ahead of it."""
        return self._shared.now()

    @property
    def latest(self) -> float:
        """Return the store's time, never behind it."""
        return self._shared.latest()

    @property
    def view(self) -> Budget:
        """Return the budget as this process knows it; `begin` comes first."""
        with self._lock:
            if self._view is None:
                raise StoreAway(f"the budget of {self._allowance.service} was never read")
            return self._view

    def begin(self) -> None:
        """Tell that somebody is about to call; what was seen long ago, or was bad news, is looked at again."""
        self._active_at = self._clock.monotonic()
        if self._old():
            with self._turn:
                if self._old():
                    self.speak()

    def wish(self, taker: Taker) -> Wish:
        """Return a wish for one slot; it is met by `meet`, and ends with `end`."""
        wish = Wish(taker)
        with self._lock:
            self._wishes.append(wish)
        return wish

    def end(self, wish: Wish, *, used: bool) -> None:
        """Forget a wish; what it was given is given back unless it was used."""
        with self._lock:
            self._wishes.remove(wish)
            if wish.slot and not used:
                self._unused.append(wish.slot)

    def unused(self, slot: Slot) -> None:
        """Give back a slot."""
        with self._lock:
            self._unused.append(slot)

    def meet(self, wish: Wish) -> None:
        """Take slots for all who wait, as far as there are any to take now."""
        with self._turn:
            if wish.slot is None and (self._clock.monotonic() >= self._look_at or self._shared.age >= FRESH_SECONDS):
                self.speak()

    def outlook(self, wish: Wish) -> tuple[float, float]:
        """Return the seconds until it is worth looking again, and the store's time when the wish may be met."""
        with self._lock:
            if wish.slot is not None:
                return 0.0, self.now
            place = [other for other in self._wishes if other.slot is None].index(wish)
            start = self._later[min(place, len(self._later) - 1)] if self._later else self.now
            return min(max(self._look_at - self._clock.monotonic(), 0.01), FRESH_SECONDS), start

    def tell(self, call: Call) -> None:
        """Take in an ended call. Nothing is stored yet."""
        moment = self._clock.monotonic()
        with self._lock:
            if not self._ended:
                self._oldest = moment
            self._ended.append(call)
            self._view = told(self.view, call, self._allowance, self.now)
            self._active_at = moment
            if self._allowance.window_seconds <= 2 * URGENT_SECONDS:
                self._look_at = moment

    def keep(self) -> bool:
        """Store what is due, and look at what others stored; return whether there is more to come."""
        active = self._clock.monotonic() < self._active_at + 2 * FRESH_SECONDS
        due = self._due()
        if due or (active and self._shared.age >= FRESH_SECONDS * (2 if self._allowance.limit is None else 1)):
            self.speak(store=due)
        with self._lock:
            return active or bool(self._ended or self._unused)

    def flush(self) -> None:
        """Store what is left."""
        if self._ended or self._unused:
            self.speak(store=True)

    def speak(self, rule: Rule | None = None, *, store: bool = False, fresh: bool = False) -> None:
        """Bring to the store what was told, and take slots for those who wait; `rule` changes the budget as well.

        Where nothing must be stored, the budget is only looked at. `store` has all be stored that was told, `fresh` has
        the budget read first.
        """
        with self._turn:
            for attempt in range(TRIES):
                if self._shared.stale or fresh or attempt:
                    self._shared.read()
                if self._spoken(rule, store=store):
                    rule = None
                    if not self._shared.stepped:
                        return
                self._pause.wait(random.uniform(0, 0.005 * min(2**attempt, 16)))  # noqa: S311 - not a secret
        raise StoreAway(f"the budget of {self._allowance.service} was changed by others {TRIES} times in a row")

    def _spoken(self, rule: Rule | None, *, store: bool) -> bool:
        """Try once; return False when somebody else was faster."""
        with self._lock:
            ended, unused = list(self._ended), list(self._unused)
            waiting = Counter(wish.taker for wish in self._wishes if wish.slot is None)
        now, moment = self.now, self._clock.monotonic()
        before = budget = self._shared.budget(now)
        for call in ended:
            budget = told(budget, call, self._allowance, now)
        for slot in unused:
            budget = give_back(budget, slot)
        if rule:
            budget = rule(budget, now)
        reserved = reserve(budget, waiting, now)
        news = store or rule or unused or self._shared.stepped or reserved.grants or _unheard(reserved, before, now)
        if news and not self._shared.write(reserved.budget, now):
            return False
        with self._lock:
            rest = self._ended[len(ended) :]
            if news:
                self._ended, self._unused, self._told_at = rest, self._unused[len(unused) :], moment
                self._hand_out(reserved.grants, now, moment)
            self._stored = reserved.budget if news else before
            self._view = reserved.budget
            for call in rest:
                self._view = told(self._view, call, self._allowance, now)
            self._plan(reserved, now, moment)
        return True

    def _hand_out(self, grants: tuple[Grant, ...], now: float, moment: float) -> None:
        """Give each slot to a wish; where nobody waits for it any more, it is given back."""
        for grant in grants:
            for wish in self._wishes:
                if wish.taker == grant.taker and wish.slot is None:
                    wish.slot, wish.start = grant.slot, moment + grant.start - now
                    break
            else:
                self._unused.append(grant.slot)

    def _plan(self, reserved: Reserved, now: float, moment: float) -> None:
        """Settle when it is worth looking for slots again."""
        self._later = reserved.later
        ahead = reserved.later[0] - now if reserved.later else URGENT_SECONDS
        if ahead <= AHEAD_SECONDS and any(wish.slot is None for wish in self._wishes):
            self._look_at = moment + LOOK_SECONDS  # the next slots are left to others, or a call in flight has them
        else:
            self._look_at = moment + max(ahead - URGENT_SECONDS, min(LOOK_SECONDS, ahead / 4))

    def _old(self) -> bool:
        closed = self._view is not None and self._view.breaker == "closed"
        return self._shared.age > (OLD_SECONDS if closed else FRESH_SECONDS)

    def _due(self) -> bool:
        """Whether what was told is to be stored now."""
        moment = self._clock.monotonic()
        with self._lock:
            if not (self._ended or self._unused) or self._view is None or self._stored is None:
                return False
            refused = any(call.verdict is Verdict.QUOTA for call in self._ended)
            if self._unused or refused or _news(self._view) != _news(self._stored):
                return True
            if self._allowance.limit is None:
                return moment >= self._told_at + STATUS_SECONDS
            return moment >= self._oldest + min(TOLD_SECONDS, self._allowance.window_seconds / 4)


def _news(budget: Budget) -> tuple[object, ...]:
    """Return what other workers are to hear of at once."""
    strange = sum(not slot.holder for slot in budget.slots)
    return budget.breaker, budget.credentials, budget.granted, strange


def _unheard(reserved: Reserved, before: Budget, now: float) -> bool:
    """Tell whether there is a wish that others must know of and do not."""
    known = before.waiting
    return any(taker not in known or known[taker].until < now + WISH_SECONDS for taker in reserved.unmet)
