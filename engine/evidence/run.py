"""All trials, in an order that tells most first, for as long as there is time."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from time import monotonic

from engine.errors import BadRequest
from engine.evidence.scenarios import SCENARIOS, Scenario
from engine.evidence.trials import NONE, Ground, Strikes, Trial, trial
from engine.store.base import Store

AT_ONCE = 12  # trials, for they wait half of their time
WAITING_AT_ONCE = 24  # those in which the store is away, for they wait most of their time
MINUTES_AWAY = 150.0  # seconds


@dataclass
class Count:
    """What was tried of one scenario: points reached with a kill, pairs of which both were, freezes, and outages.

    `recoveries` has, by the point at which a process was killed, to how many points the next one came.
    """

    points: int = 0
    killed: int = 0
    pairs: int = 0
    frozen: int = 0
    away: int = 0
    recoveries: dict[int, int] = field(default_factory=dict)

    @property
    def pairs_planned(self) -> list[tuple[int, int]]:
        """Return each point with each of the recovery from a kill there."""
        return [(first, then) for first, points in self.recoveries.items() for then in range(1, points + 1)]


@dataclass
class Evidence:
    """What was tried on one kind of store, how long it took, and everything that was wrong."""

    store: str
    seed: int
    counts: dict[str, Count] = field(default_factory=dict)
    wrong: list[Trial] = field(default_factory=list)
    seconds: float = 0.0


Told = Callable[[Evidence, Trial], None]
Wanted = tuple[Scenario, Strikes]


def evidence(
    grounds: Sequence[Ground],
    *,
    seed: int,
    seconds: float,
    told: Told = lambda *_: None,
    only: Sequence[Scenario] = SCENARIOS,
) -> Evidence:
    """Try every point of every scenario, an outage of the store and a freeze at each, then pairs of kills.

    All pairs of the first scenario come before those of the others. A ground carries one trial at a time. `AT_ONCE` are
    used, all of them while the store is away. After `seconds` no trial begins any more.
    """
    begun, kind = monotonic(), grounds[0].kind
    found, labels = Evidence(kind, seed), itertools.count(1)
    scenarios = [scenario for scenario in only if not (grounds[0].own_clock and scenario.asked_in_peace)]
    for stage in (_whole, _points, _outages, _freezes, _pairs):
        if stage is _outages and not grounds[0].can_be_away:
            continue
        free: SimpleQueue[Ground] = SimpleQueue()
        places = grounds if stage is _outages else grounds[:AT_ONCE]
        for ground in places:
            free.put(ground)

        def one(wanted: Wanted, free: SimpleQueue[Ground] = free) -> Trial | None:
            if monotonic() - begun > seconds:
                return None
            ground = free.get()
            try:
                return trial(ground, wanted[0], f"E{seed:x}{kind[0]}{next(labels)}", wanted[1])
            finally:
                free.put(ground)

        with ThreadPoolExecutor(len(places)) as threads:
            for result in threads.map(one, list(stage(scenarios, found))):
                if result is not None:
                    _count(found, result)
                    told(found, result)
    found.seconds = monotonic() - begun
    return found


def _whole(scenarios: Sequence[Scenario], found: Evidence) -> Iterator[Wanted]:
    """Yield each scenario in peace, which tells its points."""
    for scenario in scenarios:
        found.counts[scenario.name] = Count()
        yield scenario, NONE


def _points(scenarios: Sequence[Scenario], found: Evidence) -> Iterator[Wanted]:
    yield from ((scenario, Strikes(kills=(at,))) for scenario, at in _each(scenarios, found))


def _freezes(scenarios: Sequence[Scenario], found: Evidence) -> Iterator[Wanted]:
    yield from ((scenario, Strikes(frozen=at)) for scenario, at in _each(scenarios, found))


def _outages(scenarios: Sequence[Scenario], found: Evidence) -> Iterator[Wanted]:
    """Yield an outage of minutes in the middle of each scenario's work, and a short one at every point."""
    for scenario in scenarios:
        yield scenario, Strikes(away=found.counts[scenario.name].points // 2, away_seconds=MINUTES_AWAY)
    yield from ((scenario, Strikes(away=at)) for scenario, at in _each(scenarios, found))


def _each(scenarios: Sequence[Scenario], found: Evidence) -> Iterator[tuple[Scenario, int]]:
    """Yield every point of every scenario."""
    for scenario in scenarios:
        yield from ((scenario, at) for at in range(1, found.counts[scenario.name].points + 1))


def _pairs(scenarios: Sequence[Scenario], found: Evidence) -> Iterator[Wanted]:
    """Yield all pairs of the first scenario, then those of the others in an order that the seed decides."""
    by_scenario = []
    for scenario in scenarios:
        planned = found.counts[scenario.name].pairs_planned
        by_scenario.append([(scenario, Strikes(kills=pair)) for pair in planned])
    first, *others = by_scenario
    mixed = list(itertools.chain.from_iterable(others))
    random.Random(found.seed).shuffle(mixed)  # noqa: S311 - an order that can be had again
    yield from first
    yield from mixed


def _count(found: Evidence, result: Trial) -> None:
    count, strikes = found.counts[result.scenario], result.strikes
    if strikes == NONE:
        count.points = len(result.points)
    if len(strikes.kills) == 1 == result.died:
        count.killed += 1
        count.recoveries[strikes.kills[0]] = result.points_after
    count.pairs += len(strikes.kills) == 2 == result.died
    count.frozen += bool(strikes.frozen)
    count.away += bool(strikes.away) and result.unanswered
    if result.wrong:
        found.wrong.append(result)


def ensure_empty(store: Store, address: str) -> None:
    """Refuse a store that holds anything.

    Raises:
        BadRequest: it does.
    """
    if kept := next(store.snapshot(), None):
        raise BadRequest(f"{address} is not empty (it holds {kept.path}): name a database that nothing else uses")
