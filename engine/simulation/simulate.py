"""A batch that is simulated: how long it takes, and what keeps it from being done sooner. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.domain.services import Service
from engine.quota.forecast import LIMITING_SHARE, Quota
from engine.simulation.agenda import Agenda
from engine.simulation.rows import RowCost
from engine.simulation.services import Services
from engine.simulation.workers import SimulatedWorker, shards
from engine.worker.run import Limits

ANSWER_SECONDS = 0.3  # of a service that was never asked


@dataclass(frozen=True, slots=True)
class Installation:
    """Who works on the batch, and with what: `workers` of `lanes` each, the quotas, and how long answers take."""

    quotas: Mapping[Service, Quota]
    seconds: Mapping[Service, float] = field(default_factory=dict)
    workers: int = 1
    lanes: int = 4
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Simulated:
    """The `seconds` that the batch takes, the `calls` it makes, the service whose quota limits it, None for none."""

    seconds: float
    calls: Mapping[Service, int]
    limited_by: Service | None


def simulate(rows: Sequence[RowCost], installation: Installation) -> Simulated:
    """Run `rows` on a clock that only counts."""
    agenda = Agenda()
    seconds = {service: installation.seconds.get(service, ANSWER_SECONDS) for service in Service}
    services = Services(agenda, installation.quotas, seconds)
    queue = iter(shards(len(rows)))
    workers = [
        SimulatedWorker(
            agenda,
            services,
            rows,
            lambda: next(queue, None),
            lanes=installation.lanes,
            limits=installation.limits,
        )
        for _ in range(installation.workers)
    ]
    agenda.run(until=lambda: all(worker.done for worker in workers))
    slowest = max(services.waited, key=services.waited.__getitem__, default=None)
    limits = slowest is not None and services.waited[slowest] >= LIMITING_SHARE * agenda.now
    return Simulated(agenda.now, dict(services.calls), slowest if limits else None)
