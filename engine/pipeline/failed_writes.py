"""Drafts that eBay fails to take: how often each was tried, and when it is the row that fails. Safe for threads.

eBay's licence allows two automatic repeats of a write on a fault of its own. So a row writes `TRIES` times at most, a
wave, and each further wave begins after a pause.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

TRIES = 3  # of a write in one wave
WAVES = 3  # in vain while other drafts go through: then it is the row
FIRST_SECONDS, LONGEST_SECONDS = 15.0, 300.0  # between waves
ALONE = timedelta(hours=6)  # a row that nothing else goes through beside is given up after so long


@dataclass(frozen=True, slots=True)
class FailedWrites:
    """The writes of one draft that failed in a row: how many, since when, and the pause before the next.

    `pause` is None within a wave, where the pauses of every row that waits count. `given_up` says that it is the row.
    """

    count: int
    since: datetime
    pause: float | None
    given_up: bool


@dataclass(slots=True)
class _Draft:
    """A draft in trouble; `passed` is how many drafts had gone through when its writes began to fail."""

    since: datetime
    passed: int
    count: int = 0


class WriteLog:
    """The failed writes of all rows of one process, by SKU; a draft that goes through is forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passed = 0
        self._drafts: dict[str, _Draft] = {}

    def went_through(self, sku: str) -> None:
        """Note that eBay holds what the row wanted."""
        with self._lock:
            self._passed += 1
            self._drafts.pop(sku, None)

    def failed(self, sku: str, now: datetime) -> FailedWrites:
        """Note a write that eBay failed to take, and return what follows; a draft that is given up is forgotten."""
        with self._lock:
            draft = self._drafts.setdefault(sku, _Draft(now, self._passed))
            draft.count += 1
            waves, rest = divmod(draft.count, TRIES)
            others = self._passed > draft.passed
            given_up = not rest and ((waves >= WAVES and others) or now - draft.since >= ALONE)
            if given_up:
                del self._drafts[sku]
            pause = None if rest else min(FIRST_SECONDS * 2.0 ** min(waves - 1, 8), LONGEST_SECONDS)
            return FailedWrites(draft.count, draft.since, pause, given_up)
