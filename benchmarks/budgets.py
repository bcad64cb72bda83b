"""How much of a quota is used, and how often the service says "too many", beside a limiter inside each process.

    python -m benchmarks.budgets [--scaled | --minute] [--jitter 0.3]

Prints one JSON transport. The server (`benchmarks.window_server`) counts arrivals in a true moving window: 60 calls a
minute, and 600 in 10 s. A call takes 0-300 ms there, part of them before it is counted and part after. One and four
client processes call it as fast as they are let, through the product's limiter over one SQLite store; again with one of
them killed (SIGKILL) in the middle of the run and started anew; and with a sliding window of calls *started* inside
each process.

`used` is the number of calls let through in whole windows, counted from the first call, over what the quota allows in
them. `pace` tells the same of the time: how long the last whole number of windows should have taken, over how long it
took from the first call to the first one after them; no more than a window over a window and a call is possible without
knowing when calls arrive. `refused` is the number of 429s; `writes` are commits of the budget for each call.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import requests

from benchmarks.folders import on_disk
from engine.clock import SystemClock
from engine.domain.services import Service
from engine.errors import UpstreamDown
from engine.quota.budgets import Allowance
from engine.quota.limiters import Limiters
from engine.sandbox.meter import Metered
from engine.store.sqlite import SQLiteStore
from engine.upstream.caller import Caller
from engine.upstream.http import CallResult, HttpTransport, Limiter, ServiceClient, session


@dataclass(frozen=True)
class Run:
    """One measurement: `processes` of `lanes` threads each, for `seconds`; `shared` through the store or not."""

    name: str
    limit: int
    window: float
    seconds: float
    processes: int
    lanes: int
    shared: bool = True
    killed: bool = False


def runs(name: str, limit: int, window: float, seconds: float, lanes: int) -> list[Run]:
    def run(what: str, processes: int, **more: bool) -> Run:
        lanes_each = max(4, lanes // processes)
        return Run(f"{name}: {what}", limit, window, seconds, processes, lanes_each, **more)

    return [
        run("one process", 1),
        run("four processes", 4),
        run("one process, killed and started anew", 1, killed=True),
        run("four processes, one killed and started anew", 4, killed=True),
        run("a limiter inside one process", 1, shared=False),
        run("a limiter inside each of four processes", 4, shared=False),
    ]


class Inside:
    """A limiter inside one process: no call starts while `limit` others started within the last `window`."""

    def __init__(self, limit: int, window: float) -> None:
        self._limit, self._window = limit, window
        self._started: deque[float] = deque()
        self._lock = threading.Lock()

    def acquire(self, caller: Caller, *, write: bool = False) -> None:  # noqa: ARG002 - it knows no breaker
        """Wait until a call may start."""
        while (wait := self._wait()) > 0:
            caller.wait(wait, "")

    def release(self, permit: Any, result: CallResult) -> None:
        """Forget it: only starts count."""

    def _wait(self) -> float:
        with self._lock:
            now = time.monotonic()
            while self._started and self._started[0] <= now - self._window:
                self._started.popleft()
            if len(self._started) < self._limit:
                self._started.append(now)
                return 0.0
            return self._started[0] + self._window - now


def call(run: Run, url: str, folder: Path) -> None:
    """Call the server with every lane, for ever; write down how many commits that costs."""
    clock = SystemClock()
    store = Metered(SQLiteStore(folder / "store.db", clock))
    with session(run.lanes) as connections, closing(store), Limiters(store, clock) as limiters:
        limiter: Limiter = Inside(run.limit, run.window)
        if run.shared:
            limiter = limiters.limiter(Allowance(Service.DISCOGS, run.limit, run.window))
        client = ServiceClient(
            "discogs", url, HttpTransport(connections, "Benchmark/0.1 +tests@example.org"), limiter=limiter
        )
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        made = [0] * run.lanes

        def lane(number: int) -> None:
            while not stop.is_set():
                try:
                    client.request("search", "GET", "/database/search")
                except UpstreamDown:
                    stop.wait(0.5)
                made[number] += 1

        for number in range(run.lanes):
            threading.Thread(target=lane, args=(number,), daemon=True).start()
        stop.wait()
        print(json.dumps({"calls": sum(made), "commits": store.commits}), flush=True)


def measured(run: Run, jitter: float) -> dict[str, Any]:
    """Return what one run comes to."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(on_disk()))
        server = started(
            stack, "window_server", "--limit", str(run.limit), "--window", str(run.window), "--jitter", str(jitter)
        )
        assert server.stdout
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        order = ["--client", json.dumps(asdict(run)), "--url", url, "--folder", str(folder)]
        clients = [started(stack, "budgets", *order) for _ in range(run.processes)]
        wait = threading.Event().wait
        if run.killed:
            wait(run.seconds / 2)
            clients.pop().kill()
            clients.append(started(stack, "budgets", *order))
            wait(run.seconds / 2)
        else:
            wait(run.seconds)
        told = requests.get(f"{url}/told", timeout=10).json()
        for client in clients:
            client.terminate()
        spent = [json.loads(client.communicate(timeout=20)[0]) for client in clients]
    result = {"run": run.name, **judged(told, run)}
    if run.shared and not run.killed:
        result["writes"] = round(sum(one["commits"] for one in spent) / sum(one["calls"] for one in spent), 2)
    return result


def judged(told: list[tuple[float, bool]], run: Run) -> dict[str, Any]:
    """Return the share of the quota that was used in whole windows, how many of them, and the calls refused."""
    passed = [at for at, ok in told if ok]
    windows = int((told[-1][0] - passed[0] + run.window / 20) / run.window)
    inside = sum(at < passed[0] + windows * run.window for at in passed)
    over = (len(passed) - 1) // run.limit
    took = passed[over * run.limit] - passed[0]
    return {
        "used": round(inside / (run.limit * windows), 4),
        "windows": windows,
        "pace": round(over * run.window / took, 4) if over else None,
        "refused": len(told) - len(passed),
    }


def started(stack: ExitStack, module: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    stack.callback(process.kill)
    return process


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minute", action="store_true", help="only 60 calls a minute, two and a half windows")
    parser.add_argument("--scaled", action="store_true", help="only 600 calls in 10 s, four windows")
    parser.add_argument("--jitter", type=float, default=0.3)
    parser.add_argument("--client", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.client:
        call(Run(**json.loads(asked.client)), asked.url, Path(asked.folder))
        return
    results: list[dict[str, Any]] = []
    if not asked.scaled:
        minute = runs("60 in 60 s", 60, 60.0, 155.0, 4)
        with ThreadPoolExecutor(len(minute)) as threads:  # they are idle nearly all the time
            results += threads.map(lambda run: measured(run, asked.jitter), minute)
    if not asked.minute:
        results += [measured(run, asked.jitter) for run in runs("600 in 10 s", 600, 10.0, 43.0, 32)]
    print(json.dumps({"jitter_ms": round(asked.jitter * 1000), "runs": results}))


if __name__ == "__main__":
    main()
