"""The metrics that are read from the job store: what each of them is in a look at the fleet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from opentelemetry.metrics import Meter

from engine.batches.fleet import Fleet
from engine.batches.upstream_views import UpstreamState, UpstreamView
from engine.telemetry import metrics
from engine.telemetry.metrics import Labels, Metric

Values = Iterable[tuple[float, Labels]]


def tell(meter: Meter, look: Callable[[], Fleet]) -> None:
    """Have what `look` sees be told whenever metrics are collected."""

    def values_of(values: Callable[[Fleet], Values]) -> Callable[[], Values]:
        return lambda: values(look())

    for metric, values in OF_A_FLEET.items():
        metrics.observe(meter, metric, values_of(values))


def _value(value: float | None) -> Values:
    return [] if value is None else [(value, {})]


def _each(label: str, counts: Mapping[str, float]) -> Values:
    return [(count, {label: name}) for name, count in counts.items()]


def _services(fleet: Fleet, value: Callable[[UpstreamView], float]) -> Values:
    return _each("service", {str(view.service): value(view) for view in fleet.services})


def _budgets(fleet: Fleet) -> Iterator[tuple[float, Labels]]:
    for view in fleet.services:
        for per, left in (("window", view.quota.remaining), ("day", view.quota.daily_left)):
            if left is not None:
                yield left, {"service": str(view.service), "per": per}


OF_A_FLEET: Mapping[Metric, Callable[[Fleet], Values]] = {
    metrics.STORE_UP: lambda fleet: _each("store", fleet.stores),
    metrics.QUEUE_AGE: lambda fleet: _value(fleet.queue_age),
    metrics.ROWS_LEFT: lambda fleet: _value(fleet.rows_left),
    metrics.ROWS_FAILED: lambda fleet: _each("cause", fleet.failed),
    metrics.BATCHES: lambda fleet: _each("state", fleet.batches),
    metrics.WORKERS: lambda fleet: _each("state", fleet.workers),
    metrics.SERVICE_CALLS: lambda fleet: _services(fleet, lambda view: view.calls),
    metrics.BREAKER_OPEN: lambda fleet: _services(fleet, lambda view: not view.breaker.closed),
    metrics.CREDENTIALS_REFUSED: lambda fleet: _services(fleet, lambda view: view.state is UpstreamState.REFUSED),
    metrics.BUDGET_LEFT: _budgets,
}
