"""Several processes on one machine under one supervisor: start them, start again what dies, stop all together."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import requests
import typer

from engine.clock import Clock, SystemClock
from engine.log import get_logger
from engine.settings import environment

log = get_logger(__name__)

START_SECONDS = 60.0
STOP_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0
LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class Part:
    """A process: `python -m …`. `deaths` counts how often it ended by itself; it is started again after a pause."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    again_at: float = 0.0


WORKER = ("engine", "worker")
CONSOLE = ("console",)


class Supervisor:
    """Runs parts, the console on `port` among them; `settings` are put over the environment that they inherit."""

    def __init__(
        self,
        parts: Sequence[Part],
        settings: Mapping[str, str],
        port: int,
        stop: threading.Event,
        clock: Clock | None = None,
    ) -> None:
        self._parts = parts
        self._environment = {**environment(), **settings}
        self._address = f"http://{LOOPBACK}:{port}"
        self._stop = stop
        self._clock = clock or SystemClock()

    def run(self, ready: Callable[[str], None]) -> int:
        """Run until the stop event is set, and return the exit status; `ready` gets the console's address."""
        try:
            for part in self._parts:
                self._start(part)
            if self._answers(f"{self._address}/health"):
                ready(self._address)
            elif not self._stop.is_set():
                typer.echo(f"The console does not answer at {self._address}; its log lines above say why.", err=True)
                self._stop.set()
            while not self._stop.wait(0.5):
                self._revive()
        finally:
            self._end()
        return 0

    def _start(self, part: Part) -> None:
        command = [sys.executable, "-m", *part.arguments]
        part.process = subprocess.Popen(command, env=self._environment, start_new_session=True)  # noqa: S603

    def _revive(self) -> None:
        """Start again what ended by itself, each time after a longer pause."""
        now = self._clock.monotonic()
        for part in self._parts:
            if part.process is not None and part.process.poll() is not None:
                pause = min(2.0**part.deaths, LONGEST_PAUSE_SECONDS)
                log.warning("part_ended", part=part.name, status=part.process.returncode)
                part.process, part.deaths, part.again_at = None, part.deaths + 1, now + pause
            if part.process is None and now >= part.again_at:
                self._start(part)

    def _answers(self, url: str) -> bool:
        """Wait until the console answers; False when it does not in time, or a stop came first."""
        until = self._clock.monotonic() + START_SECONDS
        while self._clock.monotonic() < until and not self._stop.wait(0.2):
            try:
                if requests.get(url, timeout=5).ok:
                    return True
            except requests.RequestException:
                continue
        return False

    def _end(self) -> None:
        """Ask every part to stop, the console first; what does not is killed."""
        running = [part.process for part in reversed(self._parts) if part.process]
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
