"""What metrics and traces leave by; the one module that loads OpenTelemetry's SDK, and only where something is told.

The SDK reads the standard variables (endpoint, headers, interval, sampler) from the environment by itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    MetricExportResult,
    MetricReader,
    MetricsData,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.metrics.view import DropAggregation, View
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from prometheus_client import CollectorRegistry, ProcessCollector

from engine import __version__
from engine.log import get_logger
from engine.telemetry.metrics import SCOPE

log = get_logger(__name__)


class _Told:
    """Says in the log when a collector stops taking what it is sent, and when it takes it again; once each."""

    def __init__(self, signal: str) -> None:
        self._signal = signal
        self._lost = False

    def note(self, *, taken: bool) -> None:
        """Take in how one more try ended."""
        if taken and self._lost:
            log.info("telemetry_sent_again", signal=self._signal)
        elif not taken and not self._lost:
            log.warning("telemetry_not_sent", signal=self._signal, reason="the collector does not take it")
        self._lost = not taken


class _Metrics(OTLPMetricExporter):
    """Sends metrics to a collector."""

    def __init__(self) -> None:
        super().__init__()
        self._told = _Told("metrics")

    def export(
        self, metrics_data: MetricsData, timeout_millis: float | None = 10_000, **kwargs: Any
    ) -> MetricExportResult:
        """Send what was collected; see `MetricExporter.export`."""
        result = super().export(metrics_data, timeout_millis, **kwargs)
        self._told.note(taken=result is MetricExportResult.SUCCESS)
        return result


class _Spans(OTLPSpanExporter):
    """Sends spans to a collector."""

    def __init__(self) -> None:
        super().__init__()
        self._told = _Told("traces")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans; see `SpanExporter.export`."""
        result = super().export(spans)
        self._told.note(taken=result is SpanExportResult.SUCCESS)
        return result


def resource(process: str) -> Resource:
    """Return what all that is told says of its source; OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win."""
    own = {
        "service.name": f"draft-maker-{process}",
        "service.version": __version__,
        "service.instance.id": str(uuid.uuid4()),
    }
    return Resource(own).merge(OTELResourceDetector().detect())


def meter_provider(about: Resource, *, otlp: bool, registry: CollectorRegistry | None) -> MeterProvider:
    """Return what collects metrics: for a collector, and for a Prometheus that asks at `registry`."""
    readers: list[MetricReader] = [PeriodicExportingMetricReader(_Metrics())] if otlp else []
    if registry is not None:
        readers.append(PrometheusMetricReader(scope_info_enabled=False, registry=registry))
    ours_alone = (View(instrument_name="*", aggregation=DropAggregation()), View(instrument_name="*", meter_name=SCOPE))
    return MeterProvider(readers, about, shutdown_on_exit=False, views=ours_alone)


def prometheus_registry() -> CollectorRegistry:
    """Return where Prometheus finds metrics, and beside them memory, time and open files of the process."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    return registry


def tracer_provider(about: Resource) -> TracerProvider:
    """Return what collects spans and sends them to a collector."""
    provider = TracerProvider(resource=about, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(_Spans()))
    return provider
