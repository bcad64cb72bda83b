"""Whom metrics and traces are told: a Prometheus that asks for them, a collector that they are sent to by OTLP.

The settings say which. What is sent is sent by threads of the SDK, from bounded queues: while a collector is away, what
it misses is dropped, no row waits, and the log says so once.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Self

from opentelemetry import metrics
from opentelemetry.metrics import Meter, NoOpMeter

from engine.errors import BadSetting
from engine.log import get_logger
from engine.settings import Settings
from engine.telemetry import tracing
from engine.telemetry.metrics import SCOPE, Teller, begin

if TYPE_CHECKING:  # loaded only where something is told
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider
    from prometheus_client import CollectorRegistry

log = get_logger(__name__)

CLOSE_SECONDS = 1.0  # for what is still to be sent when a process ends: it has ten in all, of which rows take seven


class Telemetry:
    """What a process tells: nothing, unless it is given something to tell it by."""

    def __init__(
        self,
        meters: MeterProvider | None = None,
        tracers: TracerProvider | None = None,
        registry: CollectorRegistry | None = None,
    ) -> None:
        self._meters = meters
        self._tracers = tracers
        self._registry = registry
        self._one_by_one = threading.Lock()

    @property
    def meter(self) -> Meter:
        """Return where the instruments are made that are asked for their values."""
        return self._meters.get_meter(SCOPE) if self._meters else NoOpMeter(SCOPE)

    def install(self, teller: Teller) -> None:
        """Have the counters and spans of this process be told; a process does so once."""
        if self._meters:
            metrics.set_meter_provider(self._meters)
            begin(teller)
        if self._tracers:
            tracing.install(self._tracers.get_tracer(SCOPE))

    def text(self) -> bytes | None:
        """Return all metrics as Prometheus reads them; None where it is not among those who are told."""
        if self._registry is None:
            return None
        from prometheus_client import generate_latest

        with self._one_by_one:  # the reader keeps what it has collected until it is written
            return generate_latest(self._registry)

    def listen(self, host: str, port: int) -> None:
        """Answer Prometheus at a port; where that cannot be, the log says so and all else goes on."""
        if self._registry is None:
            return
        from prometheus_client import start_http_server

        try:
            start_http_server(port, host, self._registry)
        except OSError as error:
            log.warning("metrics_not_served", host=host, port=port, error=error.strerror)
        else:
            log.info("metrics_served", host=host, port=port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Send what is left, for `CLOSE_SECONDS` at most."""
        parts = [part for part in (self._meters, self._tracers) if part]
        threads = [threading.Thread(target=part.shutdown, name="telemetry", daemon=True) for part in parts]
        for thread in threads:
            thread.start()
        until = time.monotonic() + CLOSE_SECONDS
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))


def open_telemetry(settings: Settings, process: str) -> Telemetry:
    """Return what a process tells, by what the settings name; it is not installed.

    Raises:
        BadSetting: a variable of OpenTelemetry cannot be used.
    """
    told = settings.metrics_exporter
    if told == settings.traces_exporter == "none":
        return Telemetry()
    from engine.telemetry import exporters

    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # what it repeats at every try is said once by us
    registry = exporters.prometheus_registry() if "prometheus" in told else None
    try:
        about = exporters.resource(process)
        meters = exporters.meter_provider(about, otlp="otlp" in told, registry=registry) if told != "none" else None
        tracers = exporters.tracer_provider(about) if settings.traces_exporter != "none" else None
    except ValueError as error:
        raise BadSetting(f"A variable of OpenTelemetry (OTEL_…) cannot be used: {error}") from None
    return Telemetry(meters, tracers, registry)
