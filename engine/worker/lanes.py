"""The threads that run rows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from contextvars import Context, copy_context
from math import ceil
from queue import SimpleQueue
from typing import Protocol

ANSWER_SECONDS = 0.25  # rows that are worked on for longer, on average, wait for the answers of services

Task = Callable[[], None]
Ended = Callable[[Exception | None], None]


class RowOnLane(Protocol):
    """A row that was begun at the monotonic moment `begun_at`, and is not stored yet.

    It is on a lane while it is worked on, or waits for an answer: not while it waits for anything else, and not once it
    has ended.
    """

    @property
    def begun_at(self) -> float:
        """Return when it was begun."""
        ...

    @property
    def on_lane(self) -> bool:
        """Whether it is on a lane."""
        ...


class Lanes:
    """Threads that run one task each at a time: as many as are wanted at once. They end with the process.

    A stop does not wait for them. `count` rows are worked on at once; rows that wait for something take threads beside.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0  # threads that are done with their tasks, and no other is meant for
        self._tasks: SimpleQueue[tuple[Context, Task, Ended] | None] = SimpleQueue()

    def start(self, task: Task, ended: Ended) -> None:
        """Run `task` on a lane, then `ended` with what it raised, None when it went through.

        Both run in a copy of the caller's context: what it has bound to its log lines stands on theirs.
        """
        with self._lock:
            grows = not self._idle
            self._idle -= not grows
            self._threads += grows
            number = self._threads
        self._tasks.put((copy_context(), task, ended))
        if grows:
            threading.Thread(target=self._work, name=f"lane-{number}", daemon=True).start()

    def close(self) -> None:
        """Let the threads end after the tasks that are queued."""
        for _ in range(self._threads):
            self._tasks.put(None)

    def _work(self) -> None:
        while queued := self._tasks.get():
            context, task, ended = queued
            context.run(self._do, task, ended)

    def _do(self, task: Task, ended: Ended) -> None:
        raised: Exception | None = None
        try:
            task()
        except Exception as error:  # noqa: BLE001 - handed over whole: the receiver judges it
            raised = error
        with self._lock:
            self._idle += 1  # before its end is heard of, so that the row that follows finds a thread
        ended(raised)


class Width:
    """How many rows are worked on at once: `least`, and up to `most` while it is answers that they wait for.

    A row that waits for anything but an answer, such as a quota or the commit that stores its end, holds no lane:
    another is begun beside it. No more than `most` are in flight in all.
    """

    def __init__(self, least: int, most: int) -> None:
        self.most = max(least, most)
        self._rows = least

    def room(self, rows: Collection[RowOnLane], now: float) -> int:
        """Return how many more may be begun beside `rows`, at the monotonic moment `now`."""
        on_lanes = [row for row in rows if row.on_lane]
        waited = sum([now - row.begun_at for row in on_lanes])
        if waited > ANSWER_SECONDS * max(self._rows, len(on_lanes)):
            self._rows = min(self.most, ceil(waited / ANSWER_SECONDS))
        return max(0, min(self._rows - len(on_lanes), self.most - len(rows)))
