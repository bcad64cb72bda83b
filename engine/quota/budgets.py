"""What all workers together know of a service: its quota, who uses it, and whether it answers. Pure.

Times are seconds since the epoch by the store's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.domain.services import Service
from engine.store.clock import STEP_SECONDS

AHEAD_SECONDS = 2.0  # how long before a slot is free it may be reserved
HOLD_SECONDS = 10.0  # so long after its start a call has arrived, or never will: no connection takes over five
PAST_SECONDS = 10.0  # slots are kept so long after they are free, to compare with what a late answer says
CREDENTIALS_SECONDS = 3600.0
_PACIFIC = ZoneInfo("America/Los_Angeles")  # where the days of eBay's quotas begin


class Slot(NamedTuple):
    """One call's share of the quota: when it is free again, and which batch and which process (holder) took it."""

    free_at: float
    batch: str = ""
    holder: str = ""


class Consumer(NamedTuple):
    """What takes slots: a process (holder), for rows of one batch."""

    batch: str
    holder: str


@dataclass(frozen=True, slots=True)
class PendingCalls:
    """Calls that have waited for a slot since `since` while others got more of them; it counts until `until`."""

    calls: int
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """What we may do at a service, as the settings say: `limit` calls in any `window_seconds`, None for no limit.

    `key` is a fingerprint that is another for other credentials, "" where there are none. A service that `needs_key`
    and grants only `keyless_limit` has not accepted them. Where a service counts calls on average, a slot is free again
    a window after its call was made (`by_start`), however late the answer comes.
    """

    service: Service
    limit: int | None = None
    window_seconds: float = 60.0
    daily_limit: int | None = None
    key: str = ""
    needs_key: bool = False
    keyless_limit: int = 0
    by_start: bool = False

    @property
    def credentials(self) -> str:
        """Return what is known of our credentials before the first call."""
        return "unneeded" if not self.needs_key else "unknown" if self.key else "missing"


@dataclass(frozen=True, slots=True)
class Budget:
    """What is known of one service.

    `limit` is the number of calls that may be made in any `window_seconds`, None for no limit; `granted` is the limit
    that the service named last. `slots` are the used ones, the soonest free first; one that is free already counts no
    more, and one without a holder is used by somebody else who shares our quota. `waiting` are the calls that wait, by
    consumer. `daily_used` counts until `daily_resets_at`.

    `by_start` is as in `Allowance`.

    `breaker` is closed, open until `open_until`, or probing: one call is on its way, and until `probe_until` no other.
    `failures` counts outages in a row, `open_seconds` is how long it was opened last. `latency_ms` is a moving average;
    `calls` counts all that were ever made.
    """

    service: Service
    limit: int | None = None
    window_seconds: float = 60.0
    by_start: bool = False
    slots: tuple[Slot, ...] = ()
    waiting: Mapping[Consumer, PendingCalls] = field(default_factory=dict)
    granted: int | None = None
    daily_limit: int | None = None
    daily_used: int = 0
    daily_resets_at: float | None = None
    breaker: str = "closed"
    failures: int = 0
    opened_at: float | None = None
    open_until: float | None = None
    open_seconds: float = 0.0
    probe_until: float | None = None
    last_error: str = ""
    last_error_at: float | None = None
    last_ok_at: float | None = None
    credentials: str = "unknown"
    credentials_said: str = ""
    credentials_at: float | None = None
    key: str = ""
    latency_ms: float | None = None
    calls: int = 0
    updated_at: float | None = None

    @property
    def held_seconds(self) -> float:
        """Return how long after the start of a call its slot is held, unless the end of the call is recorded before."""
        return self.window_seconds + (0.0 if self.by_start else HOLD_SECONDS)

    @property
    def out_at(self) -> float | None:
        """Return when the daily quota begins anew if it is used up, else None."""
        return self.daily_resets_at if self.daily_limit is not None and self.daily_used >= self.daily_limit else None

    def free_share(self, now: float) -> float:
        """Return which share of the window's calls may be made now, from 0 to 1; 0 while no call may be made at all."""
        if self.breaker != "closed" or (self.out_at is not None and now < self.out_at):
            return 0.0
        if self.limit is None:
            return 1.0
        return max(0.0, 1 - sum(slot.free_at > now for slot in self.slots) / self.limit)

    def accepted(self, now: float) -> bool:
        """Whether the credentials need no trial: the service accepted them within the last hour, or needs none."""
        if self.credentials != "accepted":
            return self.credentials == "unneeded"
        return self.credentials_at is not None and now < self.credentials_at + CREDENTIALS_SECONDS


def with_allowance(allowance: Allowance, stored: Budget | None) -> Budget:
    """Return the budget with this allowance; what was said of other credentials does not count."""
    budget = stored or Budget(allowance.service)
    limit = allowance.limit
    if limit is not None and budget.granted is not None:
        limit = max(1, min(limit, budget.granted))
    budget = replace(
        budget,
        limit=limit,
        window_seconds=allowance.window_seconds,
        by_start=allowance.by_start,
        daily_limit=allowance.daily_limit,
        key=allowance.key,
    )
    if stored is not None and stored.key == allowance.key and allowance.credentials != "missing":
        return budget
    return replace(budget, credentials=allowance.credentials, credentials_said="", credentials_at=None)


def at(budget: Budget, now: float, *, stepped: bool = False) -> Budget:
    """Return the budget as it stands at `now`.

    Nothing lies further ahead than it could have been put. When the clock has `stepped`, nobody knows what is used:
    everything counts as used for one window.
    """
    window = budget.window_seconds
    farthest = now + AHEAD_SECONDS + HOLD_SECONDS + window
    slots = (slot if slot.free_at <= farthest else slot._replace(free_at=now + window) for slot in budget.slots)
    budget = replace(
        budget,
        slots=tuple(sorted(slot for slot in slots if slot.free_at > now - PAST_SECONDS)),
        waiting={
            consumer: pending
            for consumer, pending in budget.waiting.items()
            if now < pending.until <= now + STEP_SECONDS * 2
        },
        open_until=_within(budget.open_until, now + budget.open_seconds),
        probe_until=_within(budget.probe_until, now + HOLD_SECONDS * 4),
    )
    return _today(full(budget, now + window) if stepped else budget, now)


def was_set_back(budget: Budget, now: float) -> bool:
    """Whether the budget was stored later than `now`: the clock was set back since."""
    return budget.updated_at is not None and budget.updated_at > now + STEP_SECONDS


def full(budget: Budget, until: float) -> Budget:
    """Return the budget with every slot used until then at least."""
    if budget.limit is None:
        return budget
    slots = [slot if slot.free_at >= until else slot._replace(free_at=until) for slot in budget.slots]
    slots += [Slot(until)] * (budget.limit - len(slots))
    return replace(budget, slots=tuple(sorted(slots)))


def take_today(budget: Budget, calls: int) -> tuple[Budget, int]:
    """Return the budget after up to `calls` calls of the daily quota were taken, and how many there were."""
    left = calls if budget.daily_limit is None else max(0, budget.daily_limit - budget.daily_used)
    taken = min(calls, left)
    return replace(budget, daily_used=max(0, budget.daily_used + taken)), taken


def midnight(now: float) -> float:
    """Return when the next day begins on the US Pacific coast."""
    today = datetime.fromtimestamp(now, _PACIFIC)
    return datetime.combine(today.date() + timedelta(days=1), datetime.min.time(), _PACIFIC).timestamp()


def _today(budget: Budget, now: float) -> Budget:
    """Return the budget with the day's count, from 0 on the first look at a new day."""
    if budget.daily_limit is None:
        return budget
    over = budget.daily_resets_at is None or now >= budget.daily_resets_at
    return replace(budget, daily_used=0 if over else budget.daily_used, daily_resets_at=midnight(now))


def _within(time: float | None, latest: float) -> float | None:
    return None if time is None else min(time, latest)
