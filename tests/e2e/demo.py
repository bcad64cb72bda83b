"""`python -m engine demo` as a user runs it: a process of its own, in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests

from engine.clock import SystemClock
from tests.sandbox_server import Sandbox

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 20.0
_CLOCK = SystemClock()
_NEVER = threading.Event()
_SETTINGS = ("DM_", "DISCOGS_", "MUSICBRAINZ_", "COVERART_", "EBAY_", "STREAMLIT_", "PORT")


def until(question: Callable[[], Any], *, seconds: float = 20.0, every: float = 0.1) -> Any:
    """Ask again and again until the answer is true, and return it; fail after `seconds`."""
    deadline = _CLOCK.monotonic() + seconds
    while not (answer := question()):
        assert _CLOCK.monotonic() < deadline, f"not true within {seconds:g} s"
        _NEVER.wait(every)
    return answer


@dataclass(frozen=True)
class Demo:
    """A running demo; `url` is the console's address, and `folder` holds its data and its `log`."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]
    session: requests.Session
    sandbox: Sandbox

    def get(self, path: str) -> Any:
        response = self.session.get(f"{self.url}{path}", timeout=10)
        response.raise_for_status()
        return response.json()

    def job(self, job_id: str) -> Any:
        return self.get(f"/api/batch/status/{job_id}")

    def upload(self, content: str, name: str = "rows.txt") -> str:
        """Start a batch over that file; return its name."""
        response = self.session.post(f"{self.url}/api/batch/upload", files={"file": (name, content)}, timeout=10)
        response.raise_for_status()
        job_id: str = response.json()["job_id"]
        return job_id

    def ended(self, job_id: str, seconds: float = 30.0) -> Any:
        """Wait for the end of a batch, and return it."""
        return until(lambda: (job := self.job(job_id))["status"] == "completed" and job, seconds=seconds)

    def healthy(self) -> bool:
        try:
            return bool(self.get("/health")["status"] == "healthy")
        except requests.RequestException:
            return False

    def kill(self, part: str) -> None:
        """`kill -9` the process of one part: `worker`, `console` or `sandbox`; the supervisor starts it again."""
        for child in psutil.Process(self.process.pid).children():
            if part in child.cmdline():
                child.kill()
                return
        raise AssertionError(f"the demo runs no {part}")

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def demo(folder: Path, **environment: str) -> Iterator[Demo]:
    """Run the demo for as long as the block lasts."""
    port, sandbox_port = free_ports(2)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
    own = {
        "PYTHONPATH": str(ROOT),
        "PORT": str(port),
        "DM_SANDBOX_URL": f"http://127.0.0.1:{sandbox_port}",
        "DM_STORE": f"sqlite:///{folder / 'store.db'}",
        "DM_FILES": f"file:{folder / 'files'}",
        "DM_SANDBOX_LATENCY": "0",
    }
    (folder / ".streamlit").symlink_to(ROOT / ".streamlit")
    with (folder / "log").open("wb") as log, requests.Session() as session:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine", "demo"],
            cwd=folder,
            env={**inherited, **own, **environment},
            stdout=log,
            stderr=log,
        )
        url = f"http://127.0.0.1:{port}"
        running = Demo(url, folder, process, session, Sandbox(f"http://127.0.0.1:{sandbox_port}", session))
        try:
            until(lambda: process.poll() is not None or running.healthy(), seconds=START_SECONDS)
            assert process.poll() is None, running.log
            yield running
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop the demo and make sure that nothing of it is left."""
    parts = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    finally:
        _, left = psutil.wait_procs(parts, timeout=2)
        for part in left:
            part.kill()
        process.kill()
        process.wait()


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    with contextlib.ExitStack() as open_sockets:
        found = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for each in found:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in found]
