"""The one way to try again: a step is repeated after certain errors, with pauses, until a limit or a stop."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from threading import Event
from typing import TypeVar

from engine.clock import Clock, SystemClock

T = TypeVar("T")
E = TypeVar("E", bound=Exception)

_CLOCK = SystemClock()

Wait = Callable[[float, E], bool]
"""Lets so many seconds pass after an error; returns whether to give up, because a stop came or no try can help."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to pause between tries, in seconds, and how long to go on.

    The first pause is `first`; each further one is `factor` times as long, and none is longer than `longest`. Up to the
    share `jitter` of it is added, so that many who failed together do not try again together. The limit is `tries` in
    all, or `seconds` since the beginning: no pause leads beyond them.
    """

    first: float = 0.0
    factor: float = 1.0
    longest: float = inf
    jitter: float = 0.0
    tries: float = inf
    seconds: float = inf

    def pauses(self) -> Iterator[float]:
        """Yield the pauses, without end."""
        seconds = self.first
        while True:
            jittered = seconds * random.uniform(1.0, 1.0 + self.jitter)  # noqa: S311 - not a secret
            yield min(jittered, self.longest)
            seconds = min(seconds * self.factor, self.longest)


def until(stop: Event) -> Wait[Exception]:
    """Return a wait that gives up when `stop` is set."""
    return lambda seconds, _error: stop.wait(seconds)


def retry(
    step: Callable[[], T],
    policy: RetryPolicy,
    on: type[E],
    *,
    wait: Wait[E] | None = None,
    clock: Clock | None = None,
) -> T:
    """Return what `step` returns, repeated by `policy` while it raises `on`; another error passes through.

    Without `wait` nothing stops it before its limit.

    Raises:
        E: that of the last try.
    """
    clock = clock or _CLOCK
    end, tries = clock.monotonic() + policy.seconds, 0
    pauses: Iterator[float] | None = None
    while True:
        try:
            return step()
        except on as error:
            pauses, wait = pauses or policy.pauses(), wait or until(Event())
            tries, pause = tries + 1, next(pauses)
            if tries >= policy.tries or clock.monotonic() + pause >= end or wait(pause, error):
                raise
