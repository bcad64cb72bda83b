"""The threads that run rows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import Context, copy_context
from queue import SimpleQueue

Task = Callable[[], None]
Ended = Callable[[Exception | None], None]


class Lanes:
    """So many threads that run one task each at a time. They end with the process: a stop does not wait for them."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._tasks: SimpleQueue[tuple[Context, Task, Ended] | None] = SimpleQueue()
        for number in range(count):
            threading.Thread(target=self._work, name=f"lane-{number + 1}", daemon=True).start()

    def start(self, task: Task, ended: Ended) -> None:
        """Run `task` on a lane, then `ended` with what it raised, None when it went through.

        Both run in a copy of the caller's context: what it has bound to its log lines stands on theirs.
        """
        self._tasks.put((copy_context(), task, ended))

    def close(self) -> None:
        """Let the threads end after the tasks that are queued."""
        for _ in range(self.count):
            self._tasks.put(None)

    def _work(self) -> None:
        while queued := self._tasks.get():
            context, task, ended = queued
            raised: Exception | None = None
            try:
                context.run(task)
            except Exception as error:  # noqa: BLE001 - handed over whole: the receiver judges it
                raised = error
            context.run(ended, raised)
