"""How many rows of a batch ended in each of the last minutes, as the job document keeps it in `engine.pace`. Pure.

It misses what a worker had not told yet when it died: about a second of its rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.domain.forecast import per_minute

MINUTE = timedelta(minutes=1)
MINUTES = 15  # that are kept
RECENT = 5  # minutes that a speed is taken over, the running one among them


def add(known: Mapping[str, Any], ends: Iterable[datetime], now: datetime) -> dict[str, Any]:
    """Return the stored form with rows that ended at `ends`: the running `minute`, and its `rows` and those before."""
    counts = Counter(map(_minute, ends))
    counts.update(_by_minute(known))
    return {"minute": _minute(now), "rows": [counts[at] for at in _last(now)]}


def minutes(known: Mapping[str, Any], until: datetime) -> tuple[int, ...]:
    """Return the rows of each of `MINUTES` whole minutes, the oldest first, that of `until` last."""
    counts = _by_minute(known)
    return tuple(counts.get(at, 0) for at in reversed(_last(until)))


def speed(known: Mapping[str, Any], started_at: datetime, now: datetime) -> float | None:
    """Return the rows a minute of late, None until there is enough to tell it from."""
    since = max(started_at, _last(now)[RECENT - 1])
    return per_minute(sum(minutes(known, now)[-RECENT:]), now - since)


def _by_minute(known: Mapping[str, Any]) -> dict[datetime, int]:
    return dict(zip(_last(known["minute"]), known["rows"], strict=True)) if known else {}


def _last(until: datetime) -> list[datetime]:
    """Return the beginnings of the last minutes, the newest first."""
    return [_minute(until) - back * MINUTE for back in range(MINUTES)]


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
