"""The store's clock as one process knows it: within bounds, and watched for steps."""

from __future__ import annotations

from datetime import datetime

from engine.domain.budgets import STEP_SECONDS

_DRIFT = 0.0005  # seconds that clocks part from each other in a second, at most


class StoreTime:
    """Turns monotonic seconds into the store's time.

    The store tells its time between the moment it was asked and the moment its answer was there. Every answer narrows
    what is known, until clocks drift apart again.
    """

    def __init__(self) -> None:
        self._low = self._high = 0.0  # the store's time, less monotonic time
        self._heard_at: float | None = None

    def heard(self, at: datetime, asked: float, answered: float) -> bool:
        """Take in the store's time, told between two monotonic moments; return whether its clock was set since."""
        low, high = at.timestamp() - answered, at.timestamp() - asked
        before = self._heard_at
        self._heard_at = answered
        if before is None:
            self._low, self._high = low, high
            return False
        drift = (answered - before) * _DRIFT
        kept_low, kept_high = max(low, self._low - drift), min(high, self._high + drift)
        stepped = kept_low - kept_high > STEP_SECONDS
        self._low, self._high = (kept_low, kept_high) if kept_low <= kept_high else (low, high)
        return stepped

    def least(self, moment: float) -> float:
        """Return the store's time at a monotonic moment, at least; seconds since the epoch."""
        return moment + self._low

    def most(self, moment: float) -> float:
        """Return the store's time at a monotonic moment, at most; seconds since the epoch."""
        return moment + self._high
