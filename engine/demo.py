"""Everything on one machine: sandbox, worker and console under one supervisor."""

from __future__ import annotations

import logging
import shutil
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import requests

from engine.clock import Clock, SystemClock
from engine.settings import Settings, environment

log = logging.getLogger(__name__)

SAMPLE = Path(__file__).parent.parent / "samples" / "exu2.txt"
START_SECONDS = 60.0
STOP_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0


@dataclass(slots=True)
class Child:
    """A process of the demo. `deaths` counts how often it ended by itself; it is started again after a pause."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    again_at: float = 0.0


class Demo:
    """The supervisor: starts the parts, starts again what dies, and stops all of them together."""

    def __init__(self, settings: Settings, stop: threading.Event, clock: Clock | None = None) -> None:
        self._settings = settings
        self._stop = stop
        self._clock = clock or SystemClock()
        python = sys.executable
        ledger = Path("var/sandbox.jsonl")
        self._children = [
            Child("sandbox", [python, "-m", "engine", "sandbox", "--ledger", str(ledger)]),
            Child("worker", [python, "-m", "engine", "worker"]),
            Child("console", [python, "-m", "console"]),
        ]
        self._environment = {**environment(), "PORT": str(settings.port), "DM_SANDBOX_URL": settings.sandbox_url}

    def run(self) -> int:
        """Run until the stop event is set; return the exit status."""
        for port in (self._settings.port, self._settings.sandbox_port):
            if _taken(port):
                print(f"Port {port} is in use. Choose another: PORT=9000 make run", file=sys.stderr)
                return 1
        Path("var").mkdir(exist_ok=True)
        _place_sample(self._settings)
        try:
            self._start_all()
            while not self._stop.wait(0.5):
                self._revive()
        finally:
            self._end()
        return 0

    def _start_all(self) -> None:
        address = f"http://127.0.0.1:{self._settings.port}"
        for child in self._children:
            self._start(child)
        if self._answers(f"{address}/health"):
            print(f"\n  Draft Maker is ready:  {address}\n", flush=True)
            print("  The services are a sandbox on this machine: nothing reaches Discogs, MusicBrainz or eBay.")
            print(f"  A file to try:  {SAMPLE.relative_to(SAMPLE.parent.parent)}      Stop with Ctrl-C\n", flush=True)
        elif not self._stop.is_set():
            print(f"The console does not answer at {address}; its log lines above say why.", file=sys.stderr)
            self._stop.set()

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(child.command, env=self._environment, start_new_session=True)  # noqa: S603

    def _revive(self) -> None:
        """Start again what ended by itself, each time after a longer pause."""
        now = self._clock.monotonic()
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                pause = min(2.0**child.deaths, LONGEST_PAUSE_SECONDS)
                log.warning("part_ended", extra={"part": child.name, "status": child.process.returncode})
                child.process, child.deaths, child.again_at = None, child.deaths + 1, now + pause
            if child.process is None and now >= child.again_at:
                self._start(child)

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
        running = [child.process for child in reversed(self._children) if child.process]
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _place_sample(settings: Settings) -> None:
    """Put the sample where `gs://draft-maker-bucket/exu2.txt` means it."""
    scheme, _, root = settings.files.partition(":")
    place = Path(root) / "draft-maker-bucket" / SAMPLE.name
    if scheme == "file" and SAMPLE.exists() and not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SAMPLE, place)
