"""A clock that only counts, and what happens on it: processes are generators, resumed when their time has come."""

from __future__ import annotations

from collections.abc import Callable, Generator
from heapq import heappop, heappush
from itertools import count

Process = Generator["float | Signal", None, None]
"""What yields the seconds until it goes on, or the signal that it waits for."""


class Signal:
    """Something that processes wait for; once it is given it counts for ever."""

    def __init__(self, agenda: Agenda) -> None:
        self.given = False
        self.waiting: list[Process] = []
        self._agenda = agenda

    def give(self) -> None:
        """Let all go on that wait for it."""
        self.given = True
        for process in self.waiting:
            self._agenda.start(process)
        self.waiting.clear()


class Agenda:
    """Processes and actions in the order of their times; `now` is in seconds from the beginning."""

    def __init__(self) -> None:
        self.now = 0.0
        self._numbers = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Have `action` called in so many seconds; what is due at the same time is done in the order it came."""
        heappush(self._due, (self.now + seconds, next(self._numbers), action))

    def start(self, process: Process, seconds: float = 0.0) -> None:
        """Have a process go on in so many seconds."""
        self.after(seconds, lambda: self._resume(process))

    def run(self, until: Callable[[], bool]) -> None:
        """Let time pass until `until`, or until nothing is due any more."""
        while self._due and not until():
            self.now, _, action = heappop(self._due)
            action()

    def _resume(self, process: Process) -> None:
        for wanted in process:
            if isinstance(wanted, Signal):
                if not wanted.given:
                    wanted.waiting.append(process)
                    return
            elif wanted > 0.0:
                self.start(process, wanted)
                return
