"""The store's clock as one process knows it: within bounds, and watched for steps."""

from __future__ import annotations

from datetime import UTC, datetime

STEP_SECONDS = 2.0  # clocks that differ by more have been set
_DRIFT = 0.0005  # seconds that clocks part from each other in a second, at latest


class StoreClock:
    """Turns monotonic seconds into the store's time.

    The store reads its clock between the moment it was asked and the moment its answer was there. Every answer narrows
    the bounds, until the clocks drift apart again.
    """

    def __init__(self) -> None:
        self._low = self._high = 0.0  # the store's time, less monotonic time
        self._observed_at: float | None = None

    def observe(self, at: datetime, asked: float, answered: float) -> bool:
        """Take in the store's time, read between two monotonic moments; return whether its clock was set since."""
        low, high = at.timestamp() - answered, at.timestamp() - asked
        before = self._observed_at
        self._observed_at = answered
        if before is None:
            self._low, self._high = low, high
            return False
        drift = (answered - before) * _DRIFT
        kept_low, kept_high = max(low, self._low - drift), min(high, self._high + drift)
        stepped = kept_low - kept_high > STEP_SECONDS
        self._low, self._high = (kept_low, kept_high) if kept_low <= kept_high else (low, high)
        return stepped

    def earliest(self, moment: float) -> float:
        """Return the store's time at a monotonic moment, at earliest; seconds since the epoch."""
        return moment + self._low

    def latest(self, moment: float) -> float:
        """Return the store's time at a monotonic moment, at latest; seconds since the epoch."""
        return moment + self._high

    def earliest_at(self, moment: float) -> datetime:
        """Return the store's time at a monotonic moment, at least."""
        return datetime.fromtimestamp(self.earliest(moment), UTC)

    def latest_at(self, moment: float) -> datetime:
        """Return the store's time at a monotonic moment, at most."""
        return datetime.fromtimestamp(self.latest(moment), UTC)
