"""Workers on a clock that only counts: they begin rows by the rule of `engine.worker.lanes`, shard by shard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.domain.batch.shards import SHARD_ROWS, WINDOW
from engine.domain.services import Service
from engine.simulation.agenda import Agenda, Process, Signal
from engine.simulation.rows import RowCost
from engine.simulation.services import Services, SharedCall
from engine.upstream.musicbrainz import one_search
from engine.worker.lanes import Width
from engine.worker.run import LISTEN_SECONDS, Limits
from engine.worker.source import AHEAD

ROW_SECONDS = 0.009  # that Python takes for a row; one row of a process at a time
EBAY_CALLS = 3  # a look, an item, an offer


@dataclass(eq=False, slots=True)
class Flight:
    """A row in flight, as `engine.worker.lanes.RowOnLane`; `sending` while it is with eBay."""

    begun_at: float
    waits_for: str = ""
    sending: bool = False

    @property
    def on_lane(self) -> bool:
        """Whether it is worked on, or waits for an answer."""
        return not self.waits_for


class Searches:
    """What MusicBrainz was asked: one search for rows that come next too, each of them once."""

    def __init__(self, agenda: Agenda, rows: Sequence[RowCost]) -> None:
        self._agenda = agenda
        self._rows = rows
        self._asked: dict[int, Signal] = {}

    def of(self, index: int, foreseen: int) -> tuple[Signal, bool]:
        """Return the signal of the search for a row, and whether it is a new one that is to be made.

        Rows before `foreseen` are known to come.
        """
        if known := self._asked.get(index):
            return known, False
        rows = self._rows
        behind = (place for place in range(index + 1, foreseen) if rows[place].searched and place not in self._asked)
        places = [index, *behind]
        found = Signal(self._agenda)
        together = len(one_search([rows[place].gtin for place in places])) if rows[index].gtin else 1
        self._asked |= dict.fromkeys(places[:together], found)
        return found, True


class SimulatedWorker:
    """A worker that takes one shard after the other with `take`, which returns None when there is none left."""

    def __init__(
        self,
        agenda: Agenda,
        services: Services,
        rows: Sequence[RowCost],
        take: Callable[[], range | None],
        *,
        lanes: int,
        limits: Limits,
    ) -> None:
        self.done = False
        self._agenda = agenda
        self._services = services
        self._rows = rows
        self._searches = Searches(agenda, rows)
        self._take = take
        self._width = Width(lanes, limits.lanes_most)
        self._limits = limits
        self._ebay = [SharedCall(agenda, services, lambda: len(self._flights), self._coming) for _ in range(EBAY_CALLS)]
        self._python_free = 0.0
        self._next_shard()
        agenda.start(self._beat())

    def _next_shard(self) -> None:
        shard = self._take()
        self.done = shard is None
        self._shard = shard or range(0)
        self._upcoming = self._shard.start
        self._flights: dict[int, Flight] = {}

    def _beat(self) -> Process:
        """Look for rows that may be begun as often as a worker does whom no row reports anything."""
        while not self.done:
            self._begin()
            yield LISTEN_SECONDS

    def _begin(self) -> None:
        while self._upcoming < self._shard.stop and self._may_begin():
            flight = self._flights[self._upcoming] = Flight(self._agenda.now)
            self._agenda.start(self._run(self._upcoming, flight))
            self._upcoming += 1
        if not self._flights and self._upcoming == self._shard.stop:
            self._next_shard()
            if not self.done:
                self._begin()

    def _may_begin(self) -> bool:
        if len(self._flights) >= self._width.most + self._limits.rows_sending:
            return False
        on_lanes = [flight for flight in self._flights.values() if not flight.sending]
        first = next(iter(self._flights), self._upcoming)
        return self._width.room(on_lanes, self._agenda.now) > 0 and self._upcoming < first + WINDOW

    def _coming(self) -> int:
        """Return how many rows are still to call eBay."""
        return sum(not flight.sending for flight in self._flights.values())

    def _run(self, index: int, flight: Flight) -> Process:
        row = self._rows[index]
        yield self._python()
        if row.searched:
            yield from self._searched(index, flight)
        for service, calls in row.calls.items():
            for _ in range(calls):
                yield from self._called(service, flight)
        if row.drafted:
            flight.sending = True
            self._begin()
            for call in self._ebay:
                yield from call.ask()
        del self._flights[index]
        self._begin()

    def _searched(self, index: int, flight: Flight) -> Process:
        shard = self._shard
        foreseen = shard.start + -(-(self._upcoming + 1 - shard.start) // AHEAD) * AHEAD
        found, new = self._searches.of(index, min(foreseen, shard.stop))
        if new:
            yield from self._called(Service.MUSICBRAINZ, flight)
            found.give()
        yield found

    def _called(self, service: Service, flight: Flight) -> Process:
        wait = self._services.start(service)
        flight.waits_for = service if wait > 0.0 else ""
        yield wait
        flight.waits_for = ""
        yield self._services.answer(service)

    def _python(self) -> float:
        """Return the seconds until Python has done its part of a row, behind the rows before it."""
        self._python_free = max(self._python_free, self._agenda.now) + ROW_SECONDS
        return self._python_free - self._agenda.now


def shards(rows: int) -> list[range]:
    """Return the shards of a batch of so many rows."""
    return [range(start, min(start + SHARD_ROWS, rows)) for start in range(0, rows, SHARD_ROWS)]
