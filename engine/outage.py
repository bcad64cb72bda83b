"""What the log says of a store that does not answer: one line at first, an error when it lasts, one when it is over."""

from __future__ import annotations

from datetime import timedelta
from math import inf
from threading import Event

from engine.clock import Clock
from engine.log import get_logger
from engine.retry import Wait

log = get_logger(__name__)

LONG_SECONDS = 30.0
RECOVERY_SECONDS = 5.0  # after an outage in which others may not have written yet either


class Outage:
    """The outage that one reader or writer of a store is in, if any; one thread at a time uses it.

    `noticed_by` names it in the log. An outage that is over within `LONG_SECONDS` is a warning, a longer one an error,
    repeated as often as it has lasted that long again.
    """

    def __init__(self, clock: Clock, noticed_by: str) -> None:
        self._clock = clock
        self._noticed_by = noticed_by
        self._since: float | None = None
        self._error_at = 0.0
        self._last = (inf, -inf)  # when the one before began and ended

    def failed(self, error: Exception) -> None:
        """Note that the store did not answer."""
        now = self._clock.monotonic()
        if self._since is None:
            self._since, self._error_at = now, now + LONG_SECONDS
            log.warning("store_away", noticed_by=self._noticed_by, error=str(error))
        elif now >= self._error_at:
            self._error_at = now + LONG_SECONDS
            log.error("store_away", noticed_by=self._noticed_by, error=str(error), seconds=round(now - self._since))

    def wait(self, stop: Event) -> Wait[Exception]:
        """Return a wait for `retry` that notes each failure, and gives up when `stop` is set."""

        def note(seconds: float, error: Exception) -> bool:
            self.failed(error)
            return stop.wait(seconds)

        return note

    def over(self) -> None:
        """Note that the store answered."""
        if self._since is not None:
            seconds = round(self._clock.monotonic() - self._since)
            log.info("store_back", noticed_by=self._noticed_by, seconds=seconds)
            self._last, self._since = (self._since, self._clock.monotonic()), None

    def covered(self, ago: timedelta) -> bool:
        """Return whether the store did not answer so long ago, in this outage or the last, or had only just begun to.

        Who was to write to it then may be well all the same.
        """
        now = self._clock.monotonic()
        began, ended = self._last if self._since is None else (self._since, now)
        return began <= now - ago.total_seconds() <= ended + RECOVERY_SECONDS
