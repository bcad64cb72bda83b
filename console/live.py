"""One poller a process over what is in view, shared by all browser sessions.

A screen looks at a topic as often as it likes: it gets the last answer and costs the store nothing. The poller asks the
store for each topic that somebody looked at lately, goes on when the store is away, and forgets what nobody looks at.
What can only change when something else does is not polled: it is read at the first look after that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any, Generic, TypeVar, cast

from engine.clock import Clock
from engine.errors import EngineError, FilesAway, StoreError

log = logging.getLogger(__name__)

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

TICK_SECONDS = 0.25
IN_VIEW_SECONDS = 15.0  # a topic that nobody has looked at for so long is forgotten
LATE_SECONDS = 3.0  # what is so much older than it should be is told as old, also while a read still waits
QUIET_SECONDS = 6.0  # so long after a failure looks do not read; the poller's next failure comes sooner
AWAY = (StoreError, FilesAway)


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[T_co]):
    """What was read last: when, how long ago, and whether the store is `away`: it failed since, or is late."""

    value: T_co
    read_at: datetime
    age: timedelta
    away: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was read, and when: by the monotonic clock and by the one on the wall."""

    value: Any
    at: float
    read_at: datetime


@dataclass(slots=True)
class _Topic:
    """Something in view. Times are seconds of the monotonic clock."""

    wanted: tuple[Callable[[], Any], Hashable]  # how it is read, and what the answer will depend on
    every: float
    looked_at: float
    due_at: float = 0.0
    answer: _Answer | None = None
    read_of: Hashable = None  # what the answer depends on
    error: EngineError | None = None
    lock: Lock = field(default_factory=Lock)


class Live:
    """The last known state of all that is on somebody's screen."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._topics: dict[Hashable, _Topic] = {}
        self._stop = Event()
        self._thread: Thread | None = None
        self._away_until = float("-inf")  # after a failure, looks wait no more: they show what is known

    def start(self) -> None:
        """Begin to poll; without it every look reads when it is due."""
        self._stop.clear()
        self._thread = Thread(target=self._poll, name="live", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop polling."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
            self._thread = None

    def look(self, topic: Hashable, read: Callable[[], T], *, every: float = 1.0, of: Hashable = None) -> Snapshot[T]:
        """Return what `read` found last, at most about `every` seconds ago while the store answers.

        `of` is what the answer depends on: as long as it stays the same, nothing is read again, and when it changes,
        this look reads, at most every `every` seconds. With None the topic is polled. `read` belongs to the topic, not
        to who asks: it must not depend on the operator.

        Raises:
            StoreError, FilesAway: nothing was ever read, and the store does not answer.
            EngineError: what else `read` raised.
        """
        now = self._clock.monotonic()
        found = self._topics.setdefault(topic, _Topic((read, of), every, now))
        found.looked_at = now
        if of is not None:
            found.wanted = (read, of)
        asks = of is not None and now >= self._away_until
        if self._thread is None or found.due_at == 0.0 or found.answer is None or asks:
            self._refresh(found)
        elif not self._thread.is_alive() and not self._stop.is_set():
            self.start()  # a defect ended it
        return self._snapshot(found)

    def last(self, topic: Hashable) -> Any:
        """Return what was read of a topic last, None when nothing was."""
        found = self._topics.get(topic)
        return found.answer.value if found and found.answer else None

    def changed(self) -> None:
        """Have everything read again at the next look: somebody has just changed something."""
        for topic in list(self._topics.values()):
            topic.due_at, topic.read_of = 0.0, None

    def _poll(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            now = self._clock.monotonic()
            for key, topic in list(self._topics.items()):
                if now - topic.looked_at > IN_VIEW_SECONDS:
                    self._topics.pop(key, None)
                elif topic.due_at and topic.wanted[1] is None:
                    self._refresh(topic)

    def _refresh(self, topic: _Topic) -> None:
        """Read a topic if it is due; a second reader waits for the first and takes its answer."""
        with topic.lock:
            read, of = topic.wanted
            holds = of is not None and of == topic.read_of and topic.error is None
            if holds or self._clock.monotonic() < topic.due_at:
                return
            topic.due_at = self._clock.monotonic() + topic.every
            try:
                value = read()
                topic.answer, topic.error = _Answer(value, self._clock.monotonic(), self._clock.now()), None
                topic.read_of = of
                self._away_until = float("-inf")
            except EngineError as error:
                if isinstance(error, AWAY):
                    self._away_until = self._clock.monotonic() + QUIET_SECONDS
                if topic.error is None:
                    log.warning("view_not_read", extra={"error": type(error).__name__})
                topic.error = error
            topic.due_at = self._clock.monotonic() + topic.every

    def _snapshot(self, topic: _Topic) -> Snapshot[Any]:
        """Return the last answer; it does not wait for a read that is under way."""
        error, answer = topic.error, cast(_Answer, topic.answer)
        away = isinstance(error, AWAY)
        if error is not None and (answer is None or not away):
            raise error
        age = max(0.0, self._clock.monotonic() - answer.at)
        late = topic.wanted[1] is None and age > topic.every + LATE_SECONDS
        return Snapshot(answer.value, answer.read_at, timedelta(seconds=age), away or late)
