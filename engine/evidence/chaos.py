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

from engine.evidence.scenarios import CHAOS
from engine.evidence.trials import SHORT_LEASE, Ground, Stage, wrong_at_end
from engine.evidence.workers import left_to_end, started

WORKERS = 3
ROWS = 1_000
BETWEEN = (0.02, 0.2)  # seconds from one strike to the next
FROZEN = (1.5 * SHORT_LEASE, 2.5 * SHORT_LEASE)  # seconds, past the end of a lease
ENDS_WITHIN = 300.0  # seconds after the last strike


@dataclass(frozen=True, slots=True)
class Chaos:
    """What was done, and what was wrong at the end of it."""

    seed: int
    rows: int
    kills: int
    freezes: int
    seconds: float
    wrong: tuple[str, ...]


@dataclass
class _Field:
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
        label = f"C{self.seed:x}B{len(self.batches)}x"
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


def chaos(sandbox: str, *, seed: int, kills: int, freezes: int, rows: int = ROWS) -> Chaos:
    """Strike workers at random until all strikes are spent, on `rows` rows and as many more as that takes."""
    begun, chance = monotonic(), random.Random(seed)  # noqa: S311 - an order that can be had again
    with TemporaryDirectory(prefix="chaos-") as place:
        ground = _Field(Ground("", sandbox), Path(place), seed)
        for _ in range(-(-rows // CHAOS.rows)):
            ground.begin_batch()
        ground.workers = [ground.worker() for _ in range(WORKERS)]
        strikes = [signal.SIGKILL] * kills + [signal.SIGSTOP] * freezes
        chance.shuffle(strikes)
        for strike in strikes:
            if ground.done():
                ground.begin_batch()
            _strike(ground, chance, strike)
        wrong = list(_ended(ground))
        for batch in ground.batches:
            with batch.engine() as (engine, store):
                wrong += [f"batch {batch.label}: {found}" for found in wrong_at_end(batch, engine, store)]
    return Chaos(seed, len(ground.batches) * CHAOS.rows, kills, freezes, monotonic() - begun, tuple(wrong))


def _strike(ground: _Field, chance: random.Random, strike: signal.Signals) -> None:
    """Wait a moment, and kill or freeze one worker; one that was killed has a successor at once."""
    Event().wait(chance.uniform(*BETWEEN))
    ground.thaw(monotonic())
    if strike is signal.SIGSTOP:
        _freeze(ground, chance)
        return
    place = chance.randrange(WORKERS)
    ground.frozen.pop(place, None)
    ground.workers[place].kill()
    ground.workers[place].join()
    ground.workers[place] = ground.worker()


def _freeze(ground: _Field, chance: random.Random) -> None:
    """Stop a worker that runs for longer than its lease lasts."""
    while not (running := [at for at, one in enumerate(ground.workers) if at not in ground.frozen and one.is_alive()]):
        ground.thaw(float("inf"))
        ground.workers = [one if one.is_alive() else ground.worker() for one in ground.workers]
    place = chance.choice(running)
    _signal(ground.workers[place], signal.SIGSTOP)
    ground.frozen[place] = monotonic() + chance.uniform(*FROZEN)


def _ended(ground: _Field) -> Iterator[str]:
    """Let everything end in peace, with a worker more where all have ended; yield what hangs."""
    ground.thaw(float("inf"))
    until = monotonic() + ENDS_WITHIN
    while not ground.done() and monotonic() < until:
        Event().wait(0.2)
        if not any(worker.is_alive() for worker in ground.workers):
            ground.workers[0] = ground.worker()
    if monotonic() >= until:
        yield f"not done {ENDS_WITHIN:g} s after the last strike"
    for worker in ground.workers:
        if left_to_end(worker) is None:
            yield f"process {worker.pid} does not end"


def _signal(worker: BaseProcess, number: signal.Signals) -> None:
    if worker.pid and worker.is_alive():
        os.kill(worker.pid, number)
