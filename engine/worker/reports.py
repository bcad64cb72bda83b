"""What the lanes report to the thread that commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from engine.clock import Clock
from engine.domain.batch.items import Item
from engine.worker.row import InFlight

AT_ONCE_SECONDS = 0.01  # a row that takes no longer waits for others to be stored with it, for each of them as long


@dataclass(frozen=True, slots=True)
class Intent:
    """An item that a lane wants stored before it goes on; `stored` is set once it is, or with what prevented it."""

    item: Item
    stored: Future[None]


class Reports:
    """The rows that are over and the intents to be stored, in the order in which the lanes report them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue: SimpleQueue[InFlight | Intent] = SimpleQueue()

    def add(self, reported: InFlight | Intent) -> None:
        """Report a row or an intent, from its lane."""
        self._queue.put(reported)

    def gather(self, *, wait: float, most: int, begin: Callable[[], int]) -> Iterator[InFlight | Intent]:
        """Yield up to `most` reports that share a commit; the first of them is waited for, `wait` seconds at most.

        Rows that end at once wait for those after them: `begin` begins as many as it may, and returns how many are in
        flight, those included that were gathered.
        """
        at_once = True
        for gathered in range(1, most + 1):
            try:
                reported = self._queue.get(timeout=wait)
            except Empty:
                return
            yield reported
            at_once = at_once and self._ended_at_once(reported)
            more = at_once and (not self._queue.empty() or begin() > gathered)
            wait = AT_ONCE_SECONDS if more else 0

    def _ended_at_once(self, reported: InFlight | Intent) -> bool:
        if isinstance(reported, Intent) or reported.item is None:
            return False
        return self._clock.monotonic() - reported.begun_at < AT_ONCE_SECONDS
