"""Who may call a service when: slots of its quota, taken ahead of time and shared fairly between batches. Pure.

A slot is taken before a call, stamped when the call has *ended*, and free again one window later. So the service, which
counts arrivals, sees no window with more calls than its limit, whatever the network does: the call that reuses a slot
starts a window after the end of the one before it, so it arrives more than a window after that one arrived. A slot
whose call was never told of counts as used for a fixed time and a window more.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.domain.budgets import (
    AHEAD_SECONDS,
    HOLD_SECONDS,
    PAST_SECONDS,
    STEP_SECONDS,
    Budget,
    Slot,
    Taker,
    Wish,
    full,
)

_FORESEEN = 64  # starts that are told to those who have to wait


@dataclass(frozen=True, slots=True)
class Grant:
    """A slot that was taken for a call which may start at `start`, not before."""

    taker: Taker
    slot: Slot
    start: float


@dataclass(frozen=True, slots=True)
class Reserved:
    """What became of wishes: grants, and when further slots will be free as far as is known, the soonest first.

    `unmet` are the wishes that others must know of, because they had more slots and the next one is soon free.
    """

    budget: Budget
    grants: tuple[Grant, ...]
    later: tuple[float, ...]
    unmet: Mapping[Taker, int]


def reserve(budget: Budget, wishes: Mapping[Taker, int], now: float) -> Reserved:
    """Take slots for as many of the wished calls as may start within `AHEAD_SECONDS`, for each taker so many.

    A slot goes to whose batch has the fewest in the window, then to which of its processes has, then to who has waited
    longest. Where that is somebody else, it is left to them. `wishes` are all those of the caller, and replace what the
    budget knows of them.
    """
    if budget.limit is None:
        grants = tuple(Grant(taker, Slot(now, *taker), now) for taker, calls in wishes.items() for _ in range(calls))
        return Reserved(budget, grants, (now,), {})
    counts = _Counts(budget, now)
    open_ = {taker: calls for taker, calls in wishes.items() if calls}
    others = {taker: wish for taker, wish in budget.waiting.items() if taker not in wishes}
    wanted = {taker: wish.calls for taker, wish in others.items()} | open_
    since = {taker: wish.since for taker, wish in budget.waiting.items()}
    grants_made: list[Grant] = []
    used = sorted(slot.free_at for slot in budget.slots if slot.free_at > now)
    while any(open_.values()):
        start = _start(used, budget.limit, now)
        if start > now + AHEAD_SECONDS:
            break
        taker = min(
            (one for one, calls in wanted.items() if calls),
            key=lambda one: (*counts.of(one), since.get(one, now), one in others),
        )
        held = start + HOLD_SECONDS + budget.window_seconds
        insort(used, held)
        counts.add(taker)
        since[taker] = now
        wanted[taker] -= 1
        if taker in open_:
            open_[taker] -= 1
            grants_made.append(Grant(taker, Slot(held, *taker), start))
    after = replace(budget, slots=tuple(sorted((*budget.slots, *(grant.slot for grant in grants_made)))))
    later = tuple(_starts(after, now))
    soon = not later or later[0] <= now + 2 * AHEAD_SECONDS
    unmet = {taker: calls for taker, calls in open_.items() if calls and soon and counts.behind(taker)}
    told = {taker: Wish(calls, since.get(taker, now), now + STEP_SECONDS) for taker, calls in unmet.items()}
    return Reserved(replace(after, waiting=others | told), tuple(grants_made), later, unmet)


def stamp(budget: Budget, slot: Slot, ended: float) -> Budget:
    """Return the budget after the call that held `slot` has ended."""
    if budget.limit is None:
        return budget
    kept = give_back(budget, slot)
    return replace(kept, slots=tuple(sorted((*kept.slots, slot._replace(free_at=ended + budget.window_seconds)))))


def give_back(budget: Budget, slot: Slot) -> Budget:
    """Return the budget after `slot` was not used; one that is no longer there is gone already."""
    slots = list(budget.slots)
    if slot in slots:
        slots.remove(slot)
    return replace(budget, slots=tuple(slots))


def others_use(budget: Budget, used: int, *, started: float, ended: float, now: float) -> Budget:
    """Return the budget after the service said that `used` calls were used when it counted one of ours.

    It counted between `started` and `ended`. What it counts beyond all that may have arrived of ours by then is
    somebody else's, and is used for a window from then at most. Told so late that slots of that time are forgotten, it
    says nothing.
    """
    if budget.limit is None or started < now - PAST_SECONDS:
        return budget
    window = budget.window_seconds
    ours = sum(started < slot.free_at <= ended + HOLD_SECONDS + window for slot in budget.slots)
    strange = [Slot(ended + window)] * (min(used, budget.limit) - ours)
    return replace(budget, slots=tuple(sorted((*budget.slots, *strange)))) if strange else budget


def refuse(budget: Budget, ended: float, seconds: float | None) -> Budget:
    """Return the budget after a call was refused for its quota: all of it is used, for a window if nothing is told."""
    return full(budget, ended + (budget.window_seconds if seconds is None else seconds))


class _Counts:
    """How many slots of the window each batch and each process has."""

    def __init__(self, budget: Budget, now: float) -> None:
        self._takers = Counter(Taker(slot.batch, slot.holder) for slot in budget.slots if slot.free_at > now)
        del self._takers[Taker("", "")]
        self._batches: Counter[str] = Counter()
        for taker, count in self._takers.items():
            self._batches[taker.batch] += count

    def of(self, taker: Taker) -> tuple[int, int]:
        return self._batches[taker.batch], self._takers[taker]

    def add(self, taker: Taker) -> None:
        self._takers[taker] += 1
        self._batches[taker.batch] += 1

    def behind(self, taker: Taker) -> bool:
        """Tell whether another batch, or another process of the batch, has more by over a fifth."""
        batch, own = self.of(taker)
        most = max((count for one, count in self._takers.items() if one.batch == taker.batch), default=0)
        return max(self._batches.values(), default=0) - batch > batch // 5 or most - own > own // 5


def _start(used: list[float], limit: int, now: float) -> float:
    """Return when the next slot is free; `used` is sorted, and holds nothing that is free at `now`."""
    return now if len(used) < limit else used[len(used) - limit]


def _starts(budget: Budget, now: float) -> Iterator[float]:
    """Yield when the next calls may start, as far as is known; one in flight is taken to end at once."""
    limit = budget.limit or 0
    latest = now + budget.window_seconds
    soonest = sorted(
        slot.free_at if slot.free_at <= latest else max(now, slot.free_at - HOLD_SECONDS)
        for slot in budget.slots
        if slot.free_at > now
    )
    free = limit - len(soonest)
    yield from [now] * min(free, _FORESEEN)
    yield from soonest[max(0, -free) : max(0, -free) + _FORESEEN]
