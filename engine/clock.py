"""The one place that reads the machine's clocks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Two clocks: the calendar, which may jump, and one that only moves forward."""

    def now(self) -> datetime:
        """Return the time of day as aware UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds since some fixed moment; never goes back."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> datetime:
        """Return the time of day as aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since some fixed moment; never goes back."""
        return time.monotonic()


@dataclass
class AheadClock:
    """The clocks of this machine, `seconds` ahead, which may be added to, as for a process that was frozen."""

    seconds: float = 0.0

    def now(self) -> datetime:
        """Return the time of day, so much later."""
        return SystemClock().now() + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """Return seconds since some moment, so many more."""
        return SystemClock().monotonic() + self.seconds
