"""Clocks that a test moves, and the one way to wait for something that happens in another thread or process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from engine.clock import AheadClock, SystemClock

__all__ = ["START", "AheadClock", "FakeClock", "until"]

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
PATIENCE_SECONDS = 20.0

Answer = TypeVar("Answer")


@dataclass
class FakeClock:
    """A clock that stands still until a test adds to `seconds`; `set_by` is by how much only its calendar was set."""

    start: datetime = START
    seconds: float = 0.0
    set_by: float = 0.0

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds + self.set_by)

    def monotonic(self) -> float:
        return 1_000.0 + self.seconds


def until(question: Callable[[], Answer], *, seconds: float = PATIENCE_SECONDS, every: float = 0.02) -> Answer:
    """Ask again and again until the answer is true, and return it; fail after `seconds`."""
    clock, pause = SystemClock(), threading.Event()
    deadline = clock.monotonic() + seconds
    while not (answer := question()):
        assert clock.monotonic() < deadline, f"not true within {seconds:g} s"
        pause.wait(every)
    return answer
