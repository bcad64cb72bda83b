"""The budget of a service as it is stored: `budgets/{service}`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from engine.codec import Document, Value, decode, encode
from engine.domain.services import Service
from engine.quota.budgets import Budget, Consumer, PendingCalls, Slot


class StoredPending(Value, frozen=True, omit_defaults=False):
    """The calls of one consumer that wait; times are seconds since the epoch."""

    batch: str
    holder: str
    calls: int
    since: float
    until: float


class StoredBudget(Document, frozen=True):
    """The fields mean what those of `Budget` mean; its slots are three lists of one length.

    `slots` holds when each is free again, in seconds since the epoch, `takers` its batch and `holders` its process.
    """

    service: Service
    limit: int | None = None
    window_seconds: float = 60.0
    slots: tuple[float, ...] = ()
    takers: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    waiting: tuple[StoredPending, ...] = ()
    granted: int | None = None
    daily_limit: int | None = None
    daily_used: int = 0
    daily_resets_at: datetime | None = None
    breaker: str = "closed"
    failures: int = 0
    opened_at: datetime | None = None
    open_until: datetime | None = None
    open_seconds: float = 0.0
    probe_until: datetime | None = None
    last_error: str = ""
    last_error_at: datetime | None = None
    last_ok_at: datetime | None = None
    credentials: str = "unknown"
    credentials_said: str = ""
    credentials_at: datetime | None = None
    key: str = ""
    latency_ms: float | None = None
    calls: int = 0
    updated_at: datetime | None = None


def encode_budget(budget: Budget) -> dict[str, object]:
    """Return the stored form of a budget."""
    stored = StoredBudget(
        slots=tuple(slot.free_at for slot in budget.slots),
        takers=tuple(slot.batch for slot in budget.slots),
        holders=tuple(slot.holder for slot in budget.slots),
        waiting=tuple(
            StoredPending(one.batch, one.holder, pending.calls, pending.since, pending.until)
            for one, pending in budget.waiting.items()
        ),
        service=budget.service,
        limit=budget.limit,
        window_seconds=budget.window_seconds,
        granted=budget.granted,
        daily_limit=budget.daily_limit,
        daily_used=budget.daily_used,
        breaker=budget.breaker,
        failures=budget.failures,
        open_seconds=budget.open_seconds,
        last_error=budget.last_error,
        credentials=budget.credentials,
        credentials_said=budget.credentials_said,
        key=budget.key,
        latency_ms=budget.latency_ms,
        calls=budget.calls,
        daily_resets_at=_moment(budget.daily_resets_at),
        opened_at=_moment(budget.opened_at),
        open_until=_moment(budget.open_until),
        probe_until=_moment(budget.probe_until),
        last_error_at=_moment(budget.last_error_at),
        last_ok_at=_moment(budget.last_ok_at),
        credentials_at=_moment(budget.credentials_at),
        updated_at=_moment(budget.updated_at),
    )
    return encode(stored)


def decode_budget(fields: Mapping[str, object], path: str = "") -> Budget:
    """Return the budget that `encode_budget` wrote. `path` names the document in an error.

    Raises:
        DocumentBroken: a field has a value of the wrong type.
    """
    stored = decode(StoredBudget, fields, path)
    return Budget(
        slots=tuple(map(Slot, stored.slots, stored.takers, stored.holders)),
        waiting={
            Consumer(one.batch, one.holder): PendingCalls(one.calls, one.since, one.until) for one in stored.waiting
        },
        service=stored.service,
        limit=stored.limit,
        window_seconds=stored.window_seconds,
        granted=stored.granted,
        daily_limit=stored.daily_limit,
        daily_used=stored.daily_used,
        breaker=stored.breaker,
        failures=stored.failures,
        open_seconds=stored.open_seconds,
        last_error=stored.last_error,
        credentials=stored.credentials,
        credentials_said=stored.credentials_said,
        key=stored.key,
        latency_ms=stored.latency_ms,
        calls=stored.calls,
        daily_resets_at=_seconds(stored.daily_resets_at),
        opened_at=_seconds(stored.opened_at),
        open_until=_seconds(stored.open_until),
        probe_until=_seconds(stored.probe_until),
        last_error_at=_seconds(stored.last_error_at),
        last_ok_at=_seconds(stored.last_ok_at),
        credentials_at=_seconds(stored.credentials_at),
        updated_at=_seconds(stored.updated_at),
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
