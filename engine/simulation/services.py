"""The services as a simulation asks them: true quotas, answers that take their time, and calls that rows share."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from heapq import heapify, heappop, heappush

from engine.domain.services import Service
from engine.pipeline.grouped_calls import BEHIND_SECONDS, moment_for
from engine.quota.forecast import DAY_SECONDS, Quota
from engine.simulation.agenda import Agenda, Process, Signal
from engine.upstream.ebay_bulk import MOST

LOOK_SECONDS = 0.02  # so often a row that waits for others looks whether it may go
_BY_START = frozenset({Service.MUSICBRAINZ})  # whose calls are counted by their start, see `Allowance.by_start`


class Slots:
    """The slots of a service's quota: each is free again a window, and `answer_seconds`, after its call began."""

    def __init__(self, quota: Quota, answer_seconds: float) -> None:
        self._window = quota.window_seconds + answer_seconds
        self._free = [*quota.busy[-quota.limit :], *[0.0] * (quota.limit - quota.used)] if quota.limit else []
        heapify(self._free)
        self._daily = quota.daily_limit
        self._left = quota.daily_left
        self._day_ends = quota.day_ends_seconds

    def take(self, now: float) -> float:
        """Take one; return when the call may start."""
        start = now
        if self._daily is not None and self._left is not None:
            if self._left <= 0:
                self._left, self._day_ends = self._daily, self._day_ends + DAY_SECONDS
            self._left -= 1
            start = max(start, self._day_ends - DAY_SECONDS)
        if self._free:
            start = max(start, heappop(self._free))
            heappush(self._free, start + self._window)
        return start


class Services:
    """All services. `calls` counts what was asked of each, `waited` holds for how long any row waited for its quota."""

    def __init__(self, agenda: Agenda, quotas: Mapping[Service, Quota], seconds: Mapping[Service, float]) -> None:
        self.calls: Counter[Service] = Counter()
        self.waited: defaultdict[Service, float] = defaultdict(float)
        self._agenda = agenda
        self._seconds = seconds
        self._slots = {
            service: Slots(quota, 0.0 if service in _BY_START else seconds[service])
            for service, quota in quotas.items()
        }
        self._waits_end: defaultdict[Service, float] = defaultdict(float)

    def start(self, service: Service) -> float:
        """Take a slot for one call; return the seconds until it may start."""
        now = self._agenda.now
        start = self._slots[service].take(now) if service in self._slots else now
        self.waited[service] += max(0.0, start - max(now, self._waits_end[service]))
        self._waits_end[service] = max(start, self._waits_end[service])
        return start - now

    def answer(self, service: Service) -> float:
        """Count one call; return the seconds until its answer comes."""
        self.calls[service] += 1
        return self._seconds[service]


class SharedCall:
    """One kind of bulk call to eBay, by the times of `engine.pipeline.grouped_calls`; `most` rows share one.

    `rows` tells how many rows are in flight, `coming` how many of them are still to call eBay.
    """

    def __init__(
        self,
        agenda: Agenda,
        services: Services,
        rows: Callable[[], int],
        coming: Callable[[], int],
        most: int = MOST,
    ) -> None:
        self._agenda = agenda
        self._services = services
        self._rows = rows
        self._coming = coming
        self._most = most
        self._waiting: deque[Signal] = deque()
        self._came_at = 0.0
        self._under_way = 0
        self._gathering = False

    def ask(self) -> Process:
        """Wait for company, and for the answer to the call that carries this row."""
        answered = Signal(self._agenda)
        self._waiting.append(answered)
        self._came_at = self._agenda.now
        if self._full() or (self._complete() and not self._under_way):
            self._send()
        elif not self._gathering:
            self._gathering = True
            self._agenda.start(self._gather())
        yield answered

    def _gather(self) -> Process:
        """Send those that wait once nobody has come for a moment, and then no call is under way, or it takes long."""
        while self._waiting:
            while not self._complete() and self._agenda.now < self._came_at + moment_for(self._coming()):
                yield LOOK_SECONDS
            longest = self._agenda.now + BEHIND_SECONDS
            while self._under_way and not self._full() and self._agenda.now < longest:
                yield LOOK_SECONDS
            if self._waiting:
                self._send()
        self._gathering = False

    def _full(self) -> bool:
        return len(self._waiting) >= self._most

    def _complete(self) -> bool:
        return len(self._waiting) >= min(self._most, self._rows())

    def _send(self) -> None:
        group = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        self._under_way += 1
        self._agenda.after(self._services.answer(Service.EBAY), lambda: self._answered(group))

    def _answered(self, group: list[Signal]) -> None:
        self._under_way -= 1
        for answered in group:
            answered.give()
