"""From settings to running parts: the one place that knows which backend an address means."""

from engine.bootstrap.operations import open_engine, open_existing
from engine.bootstrap.services import open_connections
from engine.bootstrap.stores import open_files, open_secrets, open_store
from engine.bootstrap.telemetry import console_telemetry, worker_telemetry
from engine.bootstrap.workers import open_pipeline, open_worker

__all__ = [
    "console_telemetry",
    "open_connections",
    "open_engine",
    "open_existing",
    "open_files",
    "open_pipeline",
    "open_secrets",
    "open_store",
    "open_worker",
    "worker_telemetry",
]
