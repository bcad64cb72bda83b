"""Who may call a service when: slots of its quota, taken ahead of time and shared fairly between batches. Pure.

A slot is taken before a call, stamped when the call has *ended*, and free again one window later. So the service, which
counts arrivals, sees no window with more calls than its limit, whatever the network does: the call that reuses a slot
starts a window after the end of the one before it, so it arrives more than a window after that one arrived. A slot
whose call was never recorded counts as used for a fixed time and a window more.

Of a service that counts `by_start` a slot is free a window after the start of its call: calls begin so far apart, and
with late answers several are on their way at once.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.quota.budgets import (
    AHEAD_SECONDS,
    HOLD_SECONDS,
    PAST_SECONDS,
    Budget,
    Consumer,
    PendingCalls,
    Slot,
    full,
)
from engine.store.clock import STEP_SECONDS

_FORESEEN = 64  # starts that are named to callers who have to wait


@dataclass(frozen=True, slots=True)
class Grant:
    """A slot that was taken for a call which may start at `start`, not before."""

    consumer: Consumer
    slot: Slot
    start: float


@dataclass(frozen=True, slots=True)
class Reservation:
    """What became of requests: grants, and when further slots will be free as far as is known, the soonest first.

    `unmet` are the requests that other processes must know of: those had more slots, and the next one is soon free.
    """

    budget: Budget
    grants: tuple[Grant, ...]
    later: tuple[float, ...]
    unmet: Mapping[Consumer, int]


def reserve(budget: Budget, requests: Mapping[Consumer, int], now: float) -> Reservation:
    """Take slots for as many of the requested calls as may start within `AHEAD_SECONDS`, in fair shares.

    `requests` are the calls that each consumer of this process waits for; they replace what the budget knows of them. A
    slot goes to the batch that has the fewest in the window, in it to the process that has the fewest, then to the one
    that has waited longest. Where that is another process, the slot is left to it.
    """
    if budget.limit is None:
        free = tuple(Grant(one, Slot(now, *one), now) for one, calls in requests.items() for _ in range(calls))
        return Reservation(budget, free, (now,), {})
    shares = _Shares(budget, now)
    others = {one: pending for one, pending in budget.waiting.items() if one not in requests}
    grants = _grants(budget, shares, requests, others, now)
    after = replace(budget, slots=tuple(sorted((*budget.slots, *(grant.slot for grant in grants)))))
    later = tuple(_starts(after, now))
    soon = not later or later[0] <= now + 2 * AHEAD_SECONDS
    left = Counter(requests) - Counter(grant.consumer for grant in grants)
    unmet = {one: calls for one, calls in left.items() if soon and shares.behind(one)}
    announced = {one: PendingCalls(calls, shares.since(one), now + STEP_SECONDS) for one, calls in unmet.items()}
    return Reservation(replace(after, waiting=others | announced), grants, later, unmet)


def _grants(
    budget: Budget,
    shares: _Shares,
    requests: Mapping[Consumer, int],
    others: Mapping[Consumer, PendingCalls],
    now: float,
) -> tuple[Grant, ...]:
    """Return the slots that this process takes, and count them in `shares` with those that are left to `others`."""
    grants: list[Grant] = []
    wanted = Counter(requests) + Counter({one: pending.calls for one, pending in others.items()})
    used = sorted(slot.free_at for slot in budget.slots if slot.free_at > now)
    while any(wanted[one] for one in requests):
        start = _start(used, budget.limit or 0, now)
        if start > now + AHEAD_SECONDS:
            break
        consumer = min((one for one in wanted if wanted[one]), key=lambda one: (*shares.order(one), one in others))
        held = start + budget.held_seconds
        insort(used, held)
        shares.add(consumer)
        wanted[consumer] -= 1
        if consumer in requests:
            grants.append(Grant(consumer, Slot(held, *consumer), start))
    return tuple(grants)


def stamp(budget: Budget, slot: Slot, ended: float) -> Budget:
    """Return the budget after the call that held `slot` has ended."""
    if budget.limit is None or budget.by_start:
        return budget
    kept = give_back(budget, slot)
    return replace(kept, slots=tuple(sorted((*kept.slots, slot._replace(free_at=ended + budget.window_seconds)))))


def give_back(budget: Budget, slot: Slot) -> Budget:
    """Return the budget after `slot` was not used; one that is no longer there is gone already."""
    slots = list(budget.slots)
    if slot in slots:
        slots.remove(slot)
    return replace(budget, slots=tuple(slots))


def add_foreign_use(budget: Budget, used: int, *, started: float, ended: float, now: float) -> Budget:
    """Return the budget after the service said that `used` calls were used when it counted one of ours.

    It counted between `started` and `ended`. What it counts beyond all that may have arrived of ours by then is
    somebody else's, and is used for a window from then at most. Recorded so late that slots of that time are forgotten,
    it says nothing.
    """
    if budget.limit is None or started < now - PAST_SECONDS:
        return budget
    window = budget.window_seconds
    ours = sum(started < slot.free_at <= ended + HOLD_SECONDS + window for slot in budget.slots)
    foreign = [Slot(ended + window)] * (min(used, budget.limit) - ours)
    return replace(budget, slots=tuple(sorted((*budget.slots, *foreign)))) if foreign else budget


def exhaust(budget: Budget, ended: float, seconds: float | None) -> Budget:
    """Return the budget after a call was refused for its quota: all of it is used, for a window if no time is given."""
    return full(budget, ended + (budget.window_seconds if seconds is None else seconds))


class _Shares:
    """How many slots of the window each batch and each process has, and since when it waits for the next."""

    def __init__(self, budget: Budget, now: float) -> None:
        self._now = now
        self._since = {consumer: pending.since for consumer, pending in budget.waiting.items()}
        self._consumers = Counter(Consumer(slot.batch, slot.holder) for slot in budget.slots if slot.free_at > now)
        del self._consumers[Consumer("", "")]
        self._batches: Counter[str] = Counter()
        for consumer, count in self._consumers.items():
            self._batches[consumer.batch] += count

    def since(self, consumer: Consumer) -> float:
        """Return since when it waits."""
        return self._since.get(consumer, self._now)

    def order(self, consumer: Consumer) -> tuple[int, int, float]:
        """Return its place in the queue; the lowest is next."""
        return self._batches[consumer.batch], self._consumers[consumer], self.since(consumer)

    def add(self, consumer: Consumer) -> None:
        """Count one slot more."""
        self._consumers[consumer] += 1
        self._batches[consumer.batch] += 1
        self._since[consumer] = self._now

    def behind(self, consumer: Consumer) -> bool:
        """Return whether another batch, or another process of the batch, has more by over a fifth."""
        batch, own = self._batches[consumer.batch], self._consumers[consumer]
        most = max((count for one, count in self._consumers.items() if one.batch == consumer.batch), default=0)
        return max(self._batches.values(), default=0) - batch > batch // 5 or most - own > own // 5


def _start(used: list[float], limit: int, now: float) -> float:
    """Return when the next slot is free; `used` is sorted, and holds nothing that is free at `now`."""
    return now if len(used) < limit else used[len(used) - limit]


def _starts(budget: Budget, now: float) -> Iterator[float]:
    """Yield when the next calls may start, as far as is known; one in flight is taken to end at once."""
    limit = budget.limit or 0
    latest = now + budget.window_seconds
    soonest = sorted(
        slot.free_at if budget.by_start or slot.free_at <= latest else max(now, slot.free_at - HOLD_SECONDS)
        for slot in budget.slots
        if slot.free_at > now
    )
    free = limit - len(soonest)
    yield from [now] * min(free, _FORESEEN)
    yield from soonest[max(0, -free) : max(0, -free) + _FORESEEN]
