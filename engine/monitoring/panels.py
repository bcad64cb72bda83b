"""What a dashboard shows, from what is needed first to what is needed seldom."""

from __future__ import annotations

from dataclasses import dataclass

from engine.monitoring.alarm import of
from engine.telemetry import metrics
from engine.telemetry.metrics import Metric


@dataclass(frozen=True, slots=True)
class Panel:
    """A chart: its `query` in PromQL, the label by which its lines are named ("" for one line), and its unit."""

    title: str
    query: str
    by: str = ""
    unit: str = "short"


def _rate(by: str, metric: Metric, suffix: str = "", **labels: str) -> str:
    series = of(metric, **labels) if not suffix else f"{metric.series}{suffix}"
    return f"sum by ({by}) (rate({series}[5m]))"


def _slowest(by: str, metric: Metric) -> str:
    """Return within how many seconds nineteen of twenty are done."""
    return f"histogram_quantile(0.95, sum by (le, {by}) (rate({metric.series}_bucket[5m])))"


PANELS = (
    Panel("Age of the queue", f"max({of(metrics.QUEUE_AGE)})", unit="s"),
    Panel("Rows left", f"max({of(metrics.ROWS_LEFT)})"),
    Panel("Rows a second, by how they end", _rate("status", metrics.ROWS_ENDED), "status"),
    Panel("Failing rows a second, by cause", _rate("cause", metrics.ROWS_ENDED, status="failed"), "cause"),
    Panel("Workers", f"max by (state) ({of(metrics.WORKERS)})", "state"),
    Panel("Batches", f"max by (state) ({of(metrics.BATCHES)})", "state"),
    Panel("Failed rows that need somebody", f"max by (cause) ({of(metrics.ROWS_FAILED)})", "cause"),
    Panel("Breakers that are open", f"max by (service) ({of(metrics.BREAKER_OPEN)})", "service"),
    Panel("Credentials refused", f"max by (service) ({of(metrics.CREDENTIALS_REFUSED)})", "service"),
    Panel("Calls left now", f"min by (service) ({of(metrics.BUDGET_LEFT, per='window')})", "service"),
    Panel("Calls left today", f"min by (service) ({of(metrics.BUDGET_LEFT, per='day')})", "service"),
    Panel("Calls a second, as budgets count them", _rate("service", metrics.SERVICE_CALLS), "service"),
    Panel("Calls a second, by outcome", _rate("outcome", metrics.CALL_DURATION, "_count"), "outcome"),
    Panel("Time of calls (95 %)", _slowest("service", metrics.CALL_DURATION), "service", "s"),
    Panel("Commits a second, by outcome", _rate("outcome", metrics.COMMITS), "outcome"),
    Panel("Time of the job store (95 %)", _slowest("operation", metrics.STORE_DURATION), "operation", "s"),
    Panel("Leases lost", f"sum(increase({of(metrics.LEASES_LOST)}[15m]))"),
    Panel("Parts of batches taken over", f"sum(increase({of(metrics.SHARDS_TAKEN_OVER)}[15m]))"),
    Panel("Stores that answer", f"min by (store) ({of(metrics.STORE_UP)})", "store"),
    Panel("Free on disk", f"min({of(metrics.DISK_FREE)})", unit="bytes"),
    Panel("Screens that are open", f"sum({of(metrics.SESSIONS)})"),
)
