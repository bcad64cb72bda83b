"""A budget of calls within one process."""

from __future__ import annotations

import threading
from collections import deque

from engine.clock import Clock
from engine.upstream.asking import asker
from engine.upstream.http import Ended

_LOOK_AGAIN_SECONDS = 0.05


class Pace:
    """At most `calls` calls in any `window_seconds`; 0 calls means no limit.

    A slot is free again one window after its call *ended*: the service counts arrivals, and two calls that start a
    window apart may arrive closer together. A broken `calls` below one widens the window instead. Safe to share between
    threads.
    """

    def __init__(self, calls: float, window_seconds: float, *, clock: Clock) -> None:
        self._limit = max(1, int(calls)) if calls else 0
        self._window = window_seconds * self._limit / calls if calls else 0.0
        self._clock = clock
        self._lock = threading.Lock()
        self._in_flight = 0
        self._ended: deque[float] = deque()

    def enter(self) -> None:
        """Wait for a slot and take it."""
        while True:
            with self._lock:
                delay = self._delay(self._clock.monotonic())
                if delay <= 0:
                    self._in_flight += 1
                    return
            asker().wait(delay, "waits for its turn")

    def leave(self, taken: None, ended: Ended) -> None:  # noqa: ARG002
        """Tell that the call which took a slot has ended, well or badly."""
        with self._lock:
            self._in_flight -= 1
            if self._limit:
                self._ended.append(self._clock.monotonic())

    def _delay(self, now: float) -> float:
        """Return the seconds until a slot may be free, 0 when one is."""
        while self._ended and self._ended[0] + self._window <= now:
            self._ended.popleft()
        if not self._limit or self._in_flight + len(self._ended) < self._limit:
            return 0.0
        return self._ended[0] + self._window - now if self._ended else _LOOK_AGAIN_SECONDS
