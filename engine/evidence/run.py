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
from engine.evidence.trials import Ground, Trial, trial
from engine.store.base import Store

AT_ONCE = 3  # trials on stores of this machine


@dataclass
class Count:
    """What was tried of one scenario: points reached with a kill, pairs of which both were, and freezes."""

    points: int = 0
    killed: int = 0
    pairs: int = 0
    frozen: int = 0
    planned_pairs: int = 0


@dataclass
class Evidence:
    """What was tried on one kind of store, how long it took, and everything that was wrong."""

    store: str
    seed: int
    counts: dict[str, Count] = field(default_factory=dict)
    wrong: list[Trial] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Wanted:
    scenario: Scenario
    kills: tuple[int, ...] = ()
    frozen: int = 0


Told = Callable[[Evidence, Trial], None]


def evidence(grounds: Sequence[Ground], *, seed: int, seconds: float, told: Told = lambda *_: None) -> Evidence:
    """Try every point of every scenario, a freeze at each, then pairs: all of the first scenario, then of the others.

    A ground with a store of its own carries one trial at a time. After `seconds` no trial begins any more.
    """
    begun, kind = monotonic(), "Firestore" if grounds[0].own_clock else "SQLite"
    found, labels = Evidence(kind, seed), itertools.count(1)
    free: SimpleQueue[Ground] = SimpleQueue()
    for ground in grounds:
        free.put(ground)

    def one(wanted: _Wanted) -> Trial | None:
        if monotonic() - begun > seconds:
            return None
        ground = free.get()
        try:
            return trial(ground, wanted.scenario, f"E{seed:x}{kind[0]}{next(labels)}", wanted.kills, wanted.frozen)
        finally:
            free.put(ground)

    scenarios = [scenario for scenario in SCENARIOS if not (grounds[0].own_clock and scenario.asked_in_peace)]
    with ThreadPoolExecutor(len(grounds)) as threads:
        for stage in (_whole, _points, _freezes, _pairs):
            for result in threads.map(one, list(stage(scenarios, found))):
                if result is not None:
                    _count(found, result)
                    told(found, result)
    found.seconds = monotonic() - begun
    return found


def _whole(scenarios: Sequence[Scenario], found: Evidence) -> Iterator[_Wanted]:
    """Yield each scenario without a kill, which tells its points."""
    for scenario in scenarios:
        found.counts[scenario.name] = Count()
        yield _Wanted(scenario)


def _points(scenarios: Sequence[Scenario], found: Evidence) -> Iterator[_Wanted]:
    for scenario in scenarios:
        yield from (_Wanted(scenario, (at,)) for at in range(1, found.counts[scenario.name].points + 1))


def _freezes(scenarios: Sequence[Scenario], found: Evidence) -> Iterator[_Wanted]:
    for scenario in scenarios:
        yield from (_Wanted(scenario, frozen=at) for at in range(1, found.counts[scenario.name].points + 1))


def _pairs(scenarios: Sequence[Scenario], found: Evidence) -> Iterator[_Wanted]:
    """Yield all pairs of the first scenario, then those of the others in an order that the seed decides."""
    by_scenario = []
    for scenario in scenarios:
        numbers = range(1, found.counts[scenario.name].points + 1)
        pairs = [_Wanted(scenario, pair) for pair in itertools.product(numbers, repeat=2)]
        found.counts[scenario.name].planned_pairs = len(pairs)
        by_scenario.append(pairs)
    first, *others = by_scenario
    mixed = list(itertools.chain.from_iterable(others))
    random.Random(found.seed).shuffle(mixed)  # noqa: S311 - an order that can be had again
    yield from first
    yield from mixed


def _count(found: Evidence, result: Trial) -> None:
    count = found.counts[result.scenario]
    if not result.kills and not result.frozen:
        count.points = len(result.points)
    count.killed += len(result.kills) == 1 == result.died
    count.pairs += len(result.kills) == 2 == result.died
    count.frozen += bool(result.frozen)
    if result.wrong:
        found.wrong.append(result)


def ensure_empty(store: Store, address: str) -> None:
    """Refuse a store that holds anything.

    Raises:
        BadRequest: it does.
    """
    if kept := next(store.snapshot(), None):
        raise BadRequest(f"{address} is not empty (it holds {kept.path}): name a database that nothing else uses")
