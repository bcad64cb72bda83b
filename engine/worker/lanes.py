"""The threads that run rows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue


class Lanes:
    """So many threads that run one task each at a time. They end with the process: a stop does not wait for them."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._tasks: SimpleQueue[tuple[Callable[[], None], Callable[[Exception | None], None]] | None] = SimpleQueue()
        for number in range(count):
            threading.Thread(target=self._work, name=f"lane-{number + 1}", daemon=True).start()

    def start(self, task: Callable[[], None], ended: Callable[[Exception | None], None]) -> None:
        """Run `task` on a lane, then `ended` with what it raised, None when it went through."""
        self._tasks.put((task, ended))

    def close(self) -> None:
        """Let the threads end after the tasks that are queued."""
        for _ in range(self.count):
            self._tasks.put(None)

    def _work(self) -> None:
        while queued := self._tasks.get():
            task, ended = queued
            raised: Exception | None = None
            try:
                task()
            except Exception as error:  # noqa: BLE001 - handed over whole: who is told judges it
                raised = error
            ended(raised)
