"""Sessions that watch one running batch: how long a fragment's rerun takes, and what the console uses meanwhile.

    python -m benchmarks.console [--sessions 50] [--minutes 2] [--rows-a-second 10]

Prints one JSON line. Console and worker are processes of their own over one SQLite store; each session speaks
Streamlit's protocol over a websocket of its own, as a browser's tab does. First one session watches for half a minute,
then all of them: milliseconds from asking for a fragment to its last message, and from the commit of a checkpoint to
the message that shows it; the share of a core that the console uses; reads of the store a minute by one session and by
all; the console's memory at the beginning and the end.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.console_processes import NOTES, PACE
from benchmarks.engine import barcodes
from benchmarks.folders import on_disk
from benchmarks.tab import Tab
from engine.bootstrap import open_engine
from engine.domain.batch.options import Options
from engine.sandbox.emulators import free_port
from engine.settings import Settings

WARM_UP, ALONE = 10.0, 30.0  # seconds
DRAFTED = re.compile(r"<b>([\d,]+)</b> drafted")


@dataclass
class Console:
    """A console in a process of its own, and where it answers."""

    process: subprocess.Popen[str]
    address: str

    def used(self) -> dict[str, float]:
        """Return what it has used so far: `reads`, seconds of `cpu`, `mb` of memory, `at` which time."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        found: dict[str, float] = json.loads(self.process.stdout.readline())
        return found


@contextlib.contextmanager
def process(kind: str, variables: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run one of the processes beside this one for as long as the block lasts."""
    command = [sys.executable, "-m", "benchmarks.console_processes", kind]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    started = subprocess.Popen(command, env={**os.environ, **variables}, text=True, **pipes)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


@contextlib.contextmanager
def console(variables: dict[str, str]) -> Iterator[Console]:
    """Run a console, and wait until it answers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with process("console", {**variables, "PORT": str(port)}) as started:
        for _ in range(300):
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"{address}/health", timeout=5)
                break
            time.sleep(0.1)
        yield Console(started, address)


class Watching:
    """A tab with the batch open, and when it showed how many drafts first."""

    def __init__(self, address: str, job_id: str) -> None:
        self.tab = Tab(address, "batch", f"job_id={job_id}", self._seen)
        self.shown: list[tuple[float, int]] = []

    def _seen(self, message: ForwardMsg) -> None:
        if found := DRAFTED.search(message.delta.new_element.html.body):
            self.shown.append((time.monotonic(), int(found[1].replace(",", ""))))

    def delays(self, commits: Sequence[tuple[float, int]], since: float, until: float) -> Iterator[float]:
        """Return how long each checkpoint committed in a span of time took to be shown."""
        shown = iter(self.shown)
        at, drafts = next(shown, (0.0, 0))
        for committed, count in commits:
            while drafts < count or at < committed:
                if (following := next(shown, None)) is None:
                    return
                at, drafts = following
            if since <= committed < until:
                yield at - committed


async def watch(console: Console, job_id: str, sessions: int, minutes: float) -> dict[str, Any]:
    """Open one tab, then the others; return what was measured, `since` and `until` when."""
    watching = [Watching(console.address, job_id) for _ in range(sessions)]
    await watching[0].tab.open()
    await asyncio.sleep(WARM_UP)
    alone = [console.used()]
    await asyncio.sleep(ALONE)
    alone.append(console.used())
    for one in watching[1:]:
        await one.tab.open()
        await asyncio.sleep(0.1)
    await asyncio.sleep(WARM_UP)
    for one in watching:
        one.tab.reruns.clear()
        one.tab.idle.clear()
        one.tab.received = 0
    used = [console.used()]
    for _ in range(round(minutes * 6)):
        await asyncio.sleep(10)
        used.append(console.used())
    for one in watching:
        await one.tab.close()
    return {"watching": watching, "alone": alone, "used": used}


def told(found: dict[str, Any], commits: Sequence[tuple[float, int]]) -> dict[str, Any]:
    """Return the figures of a run."""
    (before, after), used = found["alone"], found["used"]
    first, last = used[0], used[-1]
    seconds = last["at"] - first["at"]
    reruns = sorted(1_000 * taken for one in found["watching"] for taken in one.tab.reruns)
    idle = sorted(1_000 * taken for one in found["watching"] for taken in one.tab.idle)
    delays = sorted(delay for one in found["watching"] for delay in one.delays(commits, first["at"], last["at"] - 5.0))
    return {
        "sessions": len(found["watching"]),
        "seconds": round(seconds),
        "rerun_ms": spread(reruns),
        "reruns_s": round(len(reruns) / seconds, 1),
        "idle_ticks_ms": spread(idle),
        "idle_ticks_s": round(len(idle) / seconds, 1),
        "checkpoint_shown_s": {name: round(value, 2) for name, value in spread(delays, 2).items()},
        "core": round((last["cpu"] - first["cpu"]) / seconds, 2),
        "kb_s_a_session": round(
            sum(one.tab.received for one in found["watching"]) / seconds / 1e3 / len(found["watching"]), 1
        ),
        "reads_a_minute_alone": round(60 * (after["reads"] - before["reads"]) / (after["at"] - before["at"])),
        "reads_a_minute": round(60 * (last["reads"] - first["reads"]) / seconds),
        "mb": [round(first["mb"]), round(last["mb"])],
    }


def spread(values: Sequence[float], digits: int = 0) -> dict[str, float]:
    """Return the median, the 95th percentile and the highest of sorted values."""
    if not values:
        return {}
    last = len(values) - 1
    parts = {"median": values[last // 2], "p95": values[int(last * 0.95)], "max": values[last]}
    return {name: round(value, digits) for name, value in parts.items()}


def main() -> None:
    """Measure, and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--rows-a-second", type=float, default=10.0)
    asked = parser.parse_args()
    rows = round(asked.rows_a_second * (asked.minutes * 60 + WARM_UP * 3 + ALONE + asked.sessions))
    with on_disk() as name:
        notes = Path(name) / "notes"
        places = {
            "DM_STORE": f"sqlite:///{name}/store.db",
            "DM_FILES": f"file:{name}/files",
            "DM_CATALOG": f"{name}/c.db",
        }
        given: dict[str, Any] = places
        engine = open_engine(Settings(_env_file=None, **given))
        job_id = engine.submission.upload(barcodes(rows), "rows.txt", Options()).job_id
        variables = {**places, PACE: str(asked.rows_a_second), NOTES: str(notes)}
        with console(variables) as running, process("worker", variables):
            found = asyncio.run(watch(running, job_id, asked.sessions, asked.minutes))
        lines = (line.split() for line in notes.read_text().splitlines())
        commits = [(float(at), int(drafts)) for at, drafts in lines]
        print(json.dumps({"benchmark": "console", **told(found, commits)}))


if __name__ == "__main__":
    main()
