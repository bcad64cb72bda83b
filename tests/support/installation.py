"""Console, workers and sandbox as processes of their own, each started and killed by itself."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.evidence.absence import log_locked
from tests.support.clocks import until
from tests.support.demo import Served, served, surroundings
from tests.support.sandbox_server import Sandbox, running

LEASE_SECONDS = 4
STOP_SECONDS = 20.0


@dataclass
class Installation:
    """A console over a SQLite store and a sandbox.

    `workers` are those that were started, `consoles` the one in the place of a first one that was killed.
    """

    console: Served
    sandbox: Sandbox
    environment: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    consoles: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_worker(self, **environment: str) -> None:
        """Start a worker with these settings beside the installation's own."""
        self.workers.append(self._start("engine", "worker", **environment))

    def kill_workers(self) -> None:
        """`kill -9` every worker."""
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.workers.clear()

    def kill_console(self) -> None:
        """`kill -9` the console."""
        running = self.consoles.pop() if self.consoles else self.console.process
        running.kill()
        running.wait()

    def start_console(self) -> None:
        """Start a console in the place of one that was killed, and wait until it answers."""
        self.consoles.append(self._start("console", PORT=self.console.url.rpartition(":")[2]))
        until(self.console.healthy, seconds=60.0)

    def store_away(self) -> contextlib.AbstractContextManager[None]:
        """Keep every process from reading and writing the store, as a store does that does not answer."""
        return log_locked(self.console.folder / "store.db")

    def stop_workers(self) -> None:
        """Stop every worker as an operator does."""
        self._stop(self.workers)

    def close(self) -> None:
        """Stop what was started."""
        self._stop(self.workers)
        self._stop(self.consoles)

    def _stop(self, processes: list[subprocess.Popen[bytes]]) -> None:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            process.kill()
            process.wait()
        processes.clear()

    def _start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        with (self.console.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=self.console.folder,
                env=surroundings(**self.environment, **environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


@contextlib.contextmanager
def installation(folder: Path, **environment: str) -> Iterator[Installation]:
    """Run a console and a sandbox, without a worker, for as long as the block lasts."""
    with running() as sandbox:
        own = {
            "DM_SANDBOX_URL": sandbox.url,
            "DM_STORE": f"sqlite:///{folder / 'store.db'}",
            "DM_FILES": f"file:{folder / 'files'}",
            "DM_LEASE_SECONDS": str(LEASE_SECONDS),
            **environment,
        }
        with served(folder, "console", **own) as console:
            started = Installation(console, sandbox, own)
            try:
                yield started
            finally:
                started.close()
