"""What a worker and a console tell of themselves, and the console of the whole fleet."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from engine.addresses import SqliteAddress, store_address
from engine.batches import fleet_metrics
from engine.batches.fleet import Fleet
from engine.settings import Settings
from engine.telemetry import metrics
from engine.telemetry.metrics import Labels
from engine.telemetry.providers import Telemetry, open_telemetry


def worker_telemetry(settings: Settings) -> Telemetry:
    """Return what a worker tells, installed; where Prometheus asks, at a port of its own.

    Raises:
        BadSetting: a variable of OpenTelemetry cannot be used.
    """
    telemetry = _own_telemetry(settings, metrics.Teller.WORKER)
    telemetry.listen(settings.prometheus_host, settings.prometheus_port)
    return telemetry


def console_telemetry(settings: Settings, look: Callable[[], Fleet]) -> Telemetry:
    """Return what a console tells, installed; `look` shows the fleet that it tells of.

    Raises:
        BadSetting: a variable of OpenTelemetry cannot be used.
    """
    telemetry = _own_telemetry(settings, metrics.Teller.CONSOLE)
    fleet_metrics.tell(telemetry.meter, look)
    return telemetry


def _own_telemetry(settings: Settings, teller: metrics.Teller) -> Telemetry:
    telemetry, place = open_telemetry(settings, teller), store_address(settings.store)
    telemetry.install(teller)
    folder = place.path.parent if isinstance(place, SqliteAddress) else Path()

    def free() -> list[tuple[float, Labels]]:
        return [(shutil.disk_usage(folder).free, {})] if folder.exists() else []

    metrics.observe(telemetry.meter, metrics.DISK_FREE, free)
    return telemetry
