"""Chaos: workers on several batches, killed and frozen at moments that a seed decides, until everything is done."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import monotonic

from engine.evidence.scenarios import BY, CHAOS
from engine.evidence.trials import SHORT_LEASE, Ground, Stage, clear, wrong_at_end
from engine.evidence.workers import left_to_end, started

WORKERS = 3
ROWS = 1_000
BETWEEN = (0.02, 0.2)  # seconds from one strike to the next
FROZEN = (1.5 * SHORT_LEASE, 2.5 * SHORT_LEASE)  # seconds, past the end of a lease
ENDS_WITHIN = 300.0  # seconds after the last strike


@dataclass(frozen=True, slots=True)
class Chaos:
    """What was done, and what was wrong at the end of it.

    `set_aside` rows had been in the hands of so many workers that died that they were given up, and were retried.
    """

    store: str
    seed: int
    rows: int
    kills: int
    freezes: int
    set_aside: int
    seconds: float
    wrong: tuple[str, ...]


@dataclass
class _Site:
    """The batches and workers of one run; `frozen` has the moments at which workers go on, by their place."""

    ground: Ground
    folder: Path
    seed: int
    batches: list[Stage] = field(default_factory=list)
    workers: list[BaseProcess] = field(default_factory=list)
    frozen: dict[int, float] = field(default_factory=dict)
    number: int = 0

    def begin_batch(self) -> None:
        """Start one more batch."""
        label = f"C{self.seed:x}{self.ground.kind[0]}B{len(self.batches)}x"
        stage = Stage(self.ground, CHAOS, label, self.folder)
        with stage.engine() as (engine, _):
            stage.job_id = engine.submission.upload(CHAOS.content(label), "rows.csv", CHAOS.options).job_id
        self.batches.append(stage)

    def worker(self) -> BaseProcess:
        """Start a worker, which ends once nothing is left to do."""
        self.number += 1
        return started(self.batches[-1].plan_of(self.number, lease=SHORT_LEASE))

    def done(self) -> bool:
        """Whether nothing is left to do."""
        with self.batches[-1].engine() as (engine, _):
            return not engine.queries.queued()

    def thaw(self, now: float) -> None:
        """Let workers go on whose time has come."""
        for place in [place for place, until in self.frozen.items() if until <= now]:
            del self.frozen[place]
            _signal(self.workers[place], signal.SIGCONT)


def chaos(ground: Ground, *, seed: int, kills: int, freezes: int, rows: int = ROWS) -> Chaos:
    """Strike workers at random until all strikes are spent, on `rows` rows and as many more as that takes."""
    begun, chance = monotonic(), random.Random(seed)  # noqa: S311 - an order that can be had again
    with TemporaryDirectory(prefix="chaos-") as place:
        site = _Site(ground, Path(place), seed)
        for _ in range(-(-rows // CHAOS.rows)):
            site.begin_batch()
        site.workers = [site.worker() for _ in range(WORKERS)]
        strikes = [signal.SIGKILL] * kills + [signal.SIGSTOP] * freezes
        chance.shuffle(strikes)
        for strike in strikes:
            if site.done():
                site.begin_batch()
            _strike(site, chance, strike)
        wrong = list(_ended(site))
        set_aside = _retried(site)
        wrong += _ended(site)
        for batch in site.batches:
            with batch.engine() as (engine, store):
                wrong += [f"batch {batch.label}: {found}" for found in wrong_at_end(batch, engine, store)]
        if ground.store:
            with site.batches[0].engine() as (_, store):
                clear(store)
    rows = len(site.batches) * CHAOS.rows
    return Chaos(ground.kind, seed, rows, kills, freezes, set_aside, monotonic() - begun, tuple(wrong))


def _strike(site: _Site, chance: random.Random, strike: signal.Signals) -> None:
    """Wait a moment, and kill or freeze one worker; one that was killed has a successor at once."""
    Event().wait(chance.uniform(*BETWEEN))
    site.thaw(monotonic())
    if strike is signal.SIGSTOP:
        _freeze(site, chance)
        return
    place = chance.randrange(WORKERS)
    site.frozen.pop(place, None)
    site.workers[place].kill()
    site.workers[place].join()
    site.workers[place] = site.worker()


def _freeze(site: _Site, chance: random.Random) -> None:
    """Stop a worker that runs for longer than its lease lasts."""
    while not (running := [at for at, one in enumerate(site.workers) if at not in site.frozen and one.is_alive()]):
        site.thaw(float("inf"))
        site.workers = [one if one.is_alive() else site.worker() for one in site.workers]
    place = chance.choice(running)
    _signal(site.workers[place], signal.SIGSTOP)
    site.frozen[place] = monotonic() + chance.uniform(*FROZEN)


def _ended(site: _Site) -> Iterator[str]:
    """Let everything end in peace, with a worker more where all have ended; yield what hangs."""
    site.thaw(float("inf"))
    until = monotonic() + ENDS_WITHIN
    while not site.done() and monotonic() < until:
        Event().wait(0.2)
        if not any(worker.is_alive() for worker in site.workers):
            site.workers[0] = site.worker()
    if monotonic() >= until:
        yield f"not done {ENDS_WITHIN:g} s after the last strike"
    for worker in site.workers:
        if left_to_end(worker) is None:
            yield f"process {worker.pid} does not end"


def _retried(site: _Site) -> int:
    """Have the rows that failed tried again, as a person would; return how many there are."""
    count = 0
    for batch in site.batches:
        with batch.engine() as (engine, _):
            if failed := engine.queries.job(batch.job_id).failed_upcs:
                engine.commands.retry_failed(batch.job_id, by=BY)
                count += failed
    return count


def _signal(worker: BaseProcess, number: signal.Signals) -> None:
    if worker.pid and worker.is_alive():
        os.kill(worker.pid, number)
