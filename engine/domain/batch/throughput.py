"""How many rows of a batch ended in each of the last minutes, as the job document keeps it in `engine.pace`. Pure.

It misses what a worker had not reported when it died: about a second of its rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from engine.codec import Value

MINUTE = timedelta(minutes=1)
MINUTES = 15  # that are kept
ENOUGH_ROWS = 5
ENOUGH_TIME = timedelta(seconds=10)  # of a batch that is still running
RECENT = 5  # minutes that a speed is taken over, the running one among them


class Throughput(Value, frozen=True):
    """The rows that ended in each of the last minutes: in the running `minute`, then in those before; () at first."""

    minute: datetime | None = None
    rows: tuple[int, ...] = ()


def add(known: Throughput, ends: Iterable[datetime], now: datetime) -> Throughput:
    """Return `known` with rows that ended at `ends`."""
    counts = Counter(map(_minute, ends))
    counts.update(_by_minute(known))
    return Throughput(_minute(now), tuple(counts[at] for at in _last(now)))


def minutes(known: Throughput, until: datetime) -> tuple[int, ...]:
    """Return the rows of each of `MINUTES` whole minutes, the oldest first, that of `until` last."""
    counts = _by_minute(known)
    return tuple(counts.get(at, 0) for at in reversed(_last(until)))


def speed(known: Throughput, started_at: datetime, now: datetime) -> float | None:
    """Return the recent rows a minute, None until there is enough to estimate it."""
    since = max(started_at, _last(now)[RECENT - 1])
    return per_minute(sum(minutes(known, now)[-RECENT:]), now - since)


def per_minute(rows: int, length: timedelta, enough: timedelta = ENOUGH_TIME) -> float | None:
    """Return the speed of `rows` rows done in `length`, None when that is too little to estimate it."""
    if rows < ENOUGH_ROWS or length < enough:
        return None
    return rows / (length / timedelta(minutes=1))


def _by_minute(known: Throughput) -> dict[datetime, int]:
    return dict(zip(_last(known.minute), known.rows, strict=False)) if known.minute else {}


def _last(until: datetime) -> list[datetime]:
    """Return the beginnings of the last minutes, the newest first."""
    return [_minute(until) - back * MINUTE for back in range(MINUTES)]


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
