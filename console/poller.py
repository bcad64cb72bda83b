"""One poller a process over what is in view, shared by all browser sessions.

A screen may look at a topic as often as it likes: it gets the last answer, and the store is not read. The poller reads
each topic that a screen looked at recently, and continues when the store is away. A topic without a look is read again
at the next one; its last answer is kept, for an operator who comes back to it while the store is away.
A topic that depends on another value is not polled: it is read at the first look after that value has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any, Generic, TypeVar, cast

from engine.log import get_logger
from engine.public import Clock, EngineError, FilesAway, Outage, StoreError

log = get_logger(__name__)

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

TICK_SECONDS = 0.25
IN_VIEW_SECONDS = 15.0  # a topic is not polled after so long without a look
KEPT = 200  # topics out of view whose last answer is kept
LATE_SECONDS = 3.0  # an answer is shown as old when it is so much later than it should be, also while a read waits
QUIET_SECONDS = 6.0  # for so long after a failure looks do not read; the poller tries again by then, or sooner
AWAY = (StoreError, FilesAway)


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[T_co]):
    """What was read last: when, how long ago, and whether the store is `away`.

    It is when it failed since, at whatever was read of it, or is late.
    """

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
    outage: Outage
    due_at: float = 0.0
    answer: _Answer | None = None
    read_of: Hashable = None  # what the answer depends on
    error: EngineError | None = None
    lock: Lock = field(default_factory=Lock)


class Poller:
    """The last known state of everything that is on a screen."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._topics: dict[Hashable, _Topic] = {}
        self._stop = Event()
        self._thread: Thread | None = None
        self._away_until = float("-inf")  # after a failure, looks show what is known and do not wait
        self._answered_at = float("-inf")  # when anything was read last
        self._gone: StoreError | None = None  # why the store did not answer what was read last

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

    def look(
        self,
        topic: Hashable,
        read: Callable[[], T],
        *,
        every: float = 1.0,
        of: Hashable = None,
        otherwise: T | None = None,
    ) -> Snapshot[T]:
        """Return what `read` found last, at most about `every` seconds ago while the store answers.

        `of` is what the answer depends on: as long as it stays the same, nothing is read again, and when it changes,
        this look reads, at most every `every` seconds. With None the topic is polled. All sessions share a topic, so
        what is read must not depend on the operator; it is read as whoever looked last, who may still do so.
        `otherwise` stands for an answer that was never read while the store is away.

        Raises:
            StoreError, FilesAway: nothing was ever read, the store does not answer, and there is no `otherwise`.
            EngineError: what else `read` raised.
        """
        now = self._clock.monotonic()
        found = self._topics.setdefault(topic, _Topic((read, of), every, now, Outage(self._clock, "console")))
        quiet = self._gone is not None and now < self._away_until
        unseen = now - found.looked_at > IN_VIEW_SECONDS
        if unseen and not quiet:
            found.due_at, found.read_of = 0.0, None
        found.looked_at, found.wanted = now, (read, of)
        asks = of is not None and now >= self._away_until
        if found.answer is None and quiet:
            found.error = self._gone
        elif self._thread is None or found.due_at == 0.0 or found.answer is None or asks:
            self._refresh(found)
        elif not self._thread.is_alive() and not self._stop.is_set():
            self.start()  # a defect ended it
        return self._snapshot(found, otherwise)

    def last(self, topic: Hashable) -> Any:
        """Return what was read of a topic last, None when nothing was."""
        found = self._topics.get(topic)
        return found.answer.value if found and found.answer else None

    def changed(self) -> None:
        """Have everything read again at the next look, after a change."""
        for topic in list(self._topics.values()):
            topic.due_at, topic.read_of = 0.0, None

    def _poll(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            now = self._clock.monotonic()
            for topic in list(self._topics.values()):
                in_view = now - topic.looked_at <= IN_VIEW_SECONDS
                if in_view and topic.due_at and topic.wanted[1] is None:
                    self._refresh(topic)
            self._forget(now)

    def _forget(self, now: float) -> None:
        """Forget the topics that were looked at the longest ago."""
        gone = [key for key, topic in list(self._topics.items()) if now - topic.looked_at > IN_VIEW_SECONDS]
        for key in sorted(gone, key=lambda key: self._topics[key].looked_at, reverse=True)[KEPT:]:
            self._topics.pop(key, None)

    def _refresh(self, topic: _Topic) -> None:
        """Read a topic if it is due; a second reader waits for the first and takes its answer."""
        with topic.lock:
            read, of = topic.wanted
            holds = of is not None and of == topic.read_of and topic.error is None
            if holds or self._clock.monotonic() < topic.due_at:
                return
            asked_at = self._clock.monotonic()
            topic.due_at, every = asked_at + topic.every, topic.every
            try:
                value = read()
                self._answered_at = self._clock.monotonic()
                topic.answer, topic.error = _Answer(value, self._answered_at, self._clock.now()), None
                topic.read_of = of
                topic.outage.over()
                self._away_until, self._gone = float("-inf"), None
            except EngineError as error:
                if isinstance(error, AWAY):
                    every = min(every, QUIET_SECONDS)  # what is read seldom is not shown as away for so long
                    if self._answered_at <= asked_at:  # else something else was answered since
                        self._away_until = self._clock.monotonic() + QUIET_SECONDS
                        self._gone = error if isinstance(error, StoreError) else self._gone
                    topic.outage.failed(error)
                elif topic.error is None:
                    log.warning("view_not_read", error=type(error).__name__)
                topic.error = error
            topic.due_at = self._clock.monotonic() + every

    def _snapshot(self, topic: _Topic, otherwise: Any) -> Snapshot[Any]:
        """Return the last answer; it does not wait for a read that is under way."""
        error, answer = topic.error, cast(_Answer, topic.answer)
        away = isinstance(error, AWAY)
        if away and answer is None and otherwise is not None:
            return Snapshot(otherwise, self._clock.now(), timedelta(0), away)
        if error is not None and (answer is None or not away):
            raise error
        age = max(0.0, self._clock.monotonic() - answer.at)
        late = topic.wanted[1] is None and age > topic.every + LATE_SECONDS
        old = self._gone is not None  # another topic was not answered: this one has only not been read since
        return Snapshot(answer.value, answer.read_at, timedelta(seconds=age), away or late or old)
