"""`python -m engine demo` and `live`, and `python -m console`, as a user runs them: in a folder of their own."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests

from engine.sandbox.emulators import free_ports
from tests.support.clocks import until
from tests.support.sandbox_server import Sandbox

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 20.0
_SETTINGS = ("DM_", "DISCOGS_", "MUSICBRAINZ_", "COVERART_", "EBAY_", "STREAMLIT_", "OTEL_", "PORT")


@dataclass(frozen=True)
class Served:
    """What a supervisor runs; `url` is the console's address, and `folder` holds its data and its `log`."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]
    session: requests.Session

    def get(self, path: str) -> Any:
        response = self.session.get(f"{self.url}{path}", timeout=10)
        response.raise_for_status()
        return response.json()

    def post(self, path: str, **body: Any) -> Any:
        response = self.session.post(f"{self.url}{path}", json=body, timeout=10)
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
        """`kill -9` the process of one part: `worker`, `console` or `sandbox`; the supervisor starts it again.

        One that was killed a moment ago is waited for.
        """
        until(lambda: self._running(part), seconds=60).kill()  # it pauses for half a minute after several deaths

    def _running(self, part: str) -> psutil.Process | None:
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.status() != psutil.STATUS_ZOMBIE and part in child.cmdline():
                    return child
        return None

    def stored(self) -> tuple[dict[str, list[str]], list[tuple[str, int]]]:
        """Return what is kept in `store.db` and `files`, the sign of health left out: rows of all tables, and files."""
        with contextlib.closing(sqlite3.connect(self.folder / "store.db")) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = {name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for name in tables}
        rows["documents"] = [row for row in rows["documents"] if not row.startswith("('health'")]
        files = (self.folder / "files").rglob("*")
        return rows, sorted((str(file), file.stat().st_mtime_ns) for file in files)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True)
class Demo(Served):
    """A running demo, and its sandbox."""

    sandbox: Sandbox


@contextlib.contextmanager
def demo(folder: Path, **environment: str) -> Iterator[Demo]:
    """Run the demo, every part of it up, for as long as the block lasts."""
    (sandbox_port,) = free_ports(1)
    address = f"http://127.0.0.1:{sandbox_port}"
    own = {
        "DM_SANDBOX_URL": address,
        "DM_STORE": f"sqlite:///{folder / 'store.db'}",
        "DM_FILES": f"file:{folder / 'files'}",
        "DM_SANDBOX_LATENCY": "0",
    }
    with served(folder, "engine", "demo", **{**own, **environment}) as running:
        sandbox = Sandbox(address, running.session)
        until(sandbox.answers, seconds=START_SECONDS)  # the console is healthy without it
        yield Demo(**vars(running), sandbox=sandbox)


@contextlib.contextmanager
def served(folder: Path, *command: str, **environment: str) -> Iterator[Served]:
    """Run `python -m COMMAND`, a console or what runs one, in the folder for as long as the block lasts.

    In the values of the environment, `{url}` stands for its own address.
    """
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    own = {name: value.replace("{url}", url) for name, value in environment.items()}
    (folder / ".streamlit").symlink_to(ROOT / ".streamlit")
    with (folder / "log").open("wb") as log, requests.Session() as session:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=folder,
            env=surroundings(PORT=str(port), **own),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        running = Served(url, folder, process, session)
        try:
            until(lambda: process.poll() is not None or running.healthy(), seconds=START_SECONDS)
            assert process.poll() is None, running.log
            yield running
        finally:
            end(process)


def surroundings(**environment: str) -> dict[str, str]:
    """Return the environment of a process of ours that has these settings and no others."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
    return {**inherited, "PYTHONPATH": str(ROOT), **environment}


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop the supervisor and make sure that nothing of it is left."""
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
