"""An installation that is watched: its metrics are scraped over HTTP, and alarms are evaluated on what was scraped."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from engine.clock import SystemClock
from engine.monitoring.alarms import ALARMS
from engine.sandbox.emulators import free_ports
from engine.settings import Settings
from tests.support.clocks import PATIENCE_SECONDS, until
from tests.support.demo import surroundings
from tests.support.promql import Samples
from tests.support.serving import Served, serving, settings

EXPRESSIONS = {alarm.name: alarm.expression for alarm in ALARMS}


def watched_settings(folder: Path, **more: Any) -> Settings:
    """Return settings under which everything lies in `folder`, and Prometheus is told."""
    return settings(folder, OTEL_METRICS_EXPORTER="prometheus", **more)


@dataclass
class Watched:
    """What is scraped: targets by name, each an address, or what to call for its text."""

    targets: dict[str, str | Callable[[], str]] = field(default_factory=dict)
    samples: Samples = field(default_factory=Samples)

    def scrape(self) -> Samples:
        """Ask every target once; one that does not answer tells nothing."""
        texts = {}
        for name, target in self.targets.items():
            with contextlib.suppress(requests.ConnectionError):
                texts[name] = target() if callable(target) else _text(target)
        self.samples.add(SystemClock().monotonic(), texts)
        return self.samples

    def ringing(self) -> set[str]:
        """Scrape, and return the alarms whose condition holds."""
        samples = self.scrape()
        return {name for name, expression in EXPRESSIONS.items() if samples.holds(expression)}

    def until_ringing(self, *names: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Scrape until the condition of all these alarms holds."""
        until(lambda: set(names) <= self.ringing(), seconds=seconds, every=0.3)

    def until_quiet(self, *names: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Scrape until the condition of none of these alarms holds."""
        until(lambda: not set(names) & self.ringing(), seconds=seconds, every=0.3)


def _text(address: str) -> str:
    answer = requests.get(address, timeout=20)
    answer.raise_for_status()
    return answer.text


@contextlib.contextmanager
def watching(chosen: Settings) -> Iterator[tuple[Served, Watched]]:
    """Serve the API and scrape it; other targets may be added."""
    with serving(chosen) as served:
        yield served, Watched({"console": f"{served.url}/api/metrics"})


@dataclass
class Process:
    """A process that tells metrics at a port of its own."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path

    def tells(self) -> bool:
        """Return whether it answers yet."""
        assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
        try:
            return requests.get(self.address, timeout=5).ok
        except requests.ConnectionError:
            return False

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)


@contextlib.contextmanager
def telling(chosen: Settings, *command: str, **environment: str) -> Iterator[Process]:
    """Run `python -m COMMAND` under these settings until the end of the block; it tells metrics by then."""
    (port,) = free_ports(1)
    own = {
        "DM_STORE": chosen.store,
        "DM_FILES": chosen.files,
        "DM_SANDBOX_URL": chosen.sandbox_url,
        "OTEL_METRICS_EXPORTER": "prometheus",
        "OTEL_EXPORTER_PROMETHEUS_PORT": str(port),
        **environment,
    }
    folder = Path(chosen.files.removeprefix("file:")).parent
    log = folder / f"{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=folder,
            env=surroundings(**own),
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
        )
    running = Process(process, f"http://localhost:{port}/metrics", log)
    try:
        until(running.tells, seconds=60.0)
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGKILL)
        process.communicate()
