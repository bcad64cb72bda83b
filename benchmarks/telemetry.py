"""What metrics and traces cost a worker: off, asked for by Prometheus, and sent to a collector that is away.

    python -m benchmarks.telemetry [--rounds 3]

Prints one JSON line: milliseconds of the processor a row that is drafted at the sandbox over HTTP, the median of rounds
that take turns, each in a process of its own; and nanoseconds of what is counted and traced while all is off.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.engine import with_sandbox
from benchmarks.folders import on_disk
from engine.bootstrap import worker_telemetry
from engine.sandbox.emulators import free_port
from engine.settings import load
from engine.telemetry import metrics, tracing

TIMES = 100_000
TOLD = {"OTEL_METRICS_EXPORTER": "otlp,prometheus", "OTEL_TRACES_EXPORTER": "otlp"}
MODES = {"off": {}, "prometheus": {"OTEL_METRICS_EXPORTER": "prometheus"}, "otlp_away": TOLD}


def one_run() -> float:
    """Return the milliseconds of the processor that each row took, the sandbox not counted."""
    with on_disk() as name, worker_telemetry(load()):
        begun = time.process_time()
        result = with_sandbox(Path(name), copies=1)
        return (time.process_time() - begun) * 1000 / result["rows"]


def of_mode(mode: str) -> float:
    """Return what a run in a process of its own measures."""
    own = {"OTEL_EXPORTER_PROMETHEUS_PORT": str(free_port()), "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    command = [sys.executable, "-m", "benchmarks.telemetry", "--one"]
    run = subprocess.run(
        command, env={**os.environ, **own, **MODES[mode]}, check=True, stdout=subprocess.PIPE, text=True
    )
    return float(run.stdout.splitlines()[-1])


def nanoseconds(do: Callable[[], object]) -> int:
    """Return how long one call of `do` takes."""
    begun = time.perf_counter_ns()
    for _ in range(TIMES):
        do()
    return round((time.perf_counter_ns() - begun) / TIMES)


def row() -> None:
    """Trace a row."""
    with tracing.row("batch", 1, "0123456789012") as span:
        pass
    tracing.end_row(span, "succeeded", "")


def call() -> None:
    """Trace and count a call."""
    tracing.end_call(tracing.begin_call("discogs", "search"), "ok", 200)
    metrics.call_duration.record(0.1, {"service": "discogs", "call": "search", "outcome": "ok"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(one_run())
        return
    off = {"row_off_ns": nanoseconds(row), "call_off_ns": nanoseconds(call)}
    rounds = [{mode: of_mode(mode) for mode in MODES} for _ in range(asked.rounds)]
    print(json.dumps({f"{mode}_ms_a_row": round(median(one[mode] for one in rounds), 2) for mode in MODES} | off))


if __name__ == "__main__":
    main()
