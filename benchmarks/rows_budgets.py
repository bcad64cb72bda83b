"""How much of Discogs' quota real workers use while they run rows, whatever an answer takes.

    python -m benchmarks.rows_budgets [--latency 0.1 0.5 2] [--seconds 130]

Prints one JSON line. The sandbox behind the services' true quotas (`benchmarks.limited_sandbox`); every worker is a
process `python -m engine worker` with four lanes, all on one SQLite store. One worker runs one batch of rows that both
services know, four run five; and again with one of them killed (SIGKILL) in the middle of the run and started anew. One
worker runs five batches too.

`used`, `pace` and `refused` mean what they mean in `benchmarks.budgets`, here of Discogs; `refused_musicbrainz` are the
503s of MusicBrainz. `rows` are the rows that ended. A worker that is killed holds its rows until its lease is over (30
s), and nobody calls for them in that time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from benchmarks.budgets import Run, judged, started
from benchmarks.engine import await_answer
from benchmarks.folders import on_disk
from benchmarks.limited_sandbox import COPIES, barcode
from benchmarks.lookups import LOOK_UPS, RULE
from engine.bootstrap import open_engine
from engine.settings import Settings

LIMIT, WINDOW = 60, 60.0
WORKERS_AND_BATCHES = ((1, 1), (4, 5))
KILLED_AT = 0.6  # of the run: in the middle of the second window


@dataclass(frozen=True)
class Case:
    """So many `workers` and `batches`, services that take `latency` seconds, and whether one worker is `killed`."""

    latency: float
    workers: int
    batches: int
    killed: bool = False

    @property
    def name(self) -> str:
        """Return it in words."""
        workers = "one worker" if self.workers == 1 else f"{self.workers} workers"
        batches = "one batch" if self.batches == 1 else f"{self.batches} batches"
        return f"{self.latency:g} s: {batches}, {workers}" + (", one killed and started anew" if self.killed else "")


def environment(folder: Path, address: str) -> dict[str, str]:
    """Return the settings of a live system that speaks to the sandbox, as variables."""
    urls = {f"{name.upper()}_URL": f"{address}/{name}" for name in (*LOOK_UPS, "ebay")}
    keys = dict.fromkeys(("DISCOGS_TOKEN", "EBAY_CLIENT_ID", "EBAY_CLIENT_SECRET", "EBAY_REFRESH_TOKEN"), "sandbox")
    place = {"DM_STORE": f"sqlite:///{folder}/store.db", "DM_FILES": f"file:{folder}/files", "DM_PROFILE": "live"}
    return {**urls, **keys, **place, "DM_CATALOG": f"{folder}/none.db", "DM_CONTACT": "bench@example.com"}


def measured(case: Case, seconds: float) -> dict[str, Any]:
    """Return what one run comes to."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(on_disk()))
        server = started(stack, "limited_sandbox", "--latency", str(case.latency))
        assert server.stdout
        address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        await_answer(f"{address}/sandbox/health")
        variables = environment(folder, address)
        engine = open_engine(Settings(_env_file=None, **variables))  # type: ignore[arg-type]
        share = COPIES // case.batches
        for place in range(case.batches):
            codes = "".join(f"{barcode(number)}\n" for number in range(place * share, (place + 1) * share))
            engine.submission.upload(codes.encode(), f"rows-{place}.txt", RULE)
        workers = [worker(stack, variables) for _ in range(case.workers)]
        pause = threading.Event().wait
        while not any(told(address)["discogs"]):
            pause(0.1)
        pause(KILLED_AT * seconds)
        if case.killed:
            workers.pop().kill()
            workers.append(worker(stack, variables))
        pause((1 - KILLED_AT) * seconds)
        calls = told(address)
        rows = sum(job.processed_upcs for job in engine.queries.jobs(case.batches).jobs)
    refused = sum(not passed for _, passed in calls["musicbrainz"])
    run = Run(case.name, LIMIT, WINDOW, seconds, case.workers, 0)
    return {"run": case.name, **judged(calls["discogs"], run), "refused_musicbrainz": refused, "rows": rows}


def told(address: str) -> dict[str, list[tuple[float, bool]]]:
    """Return every call so far, as `benchmarks.limited_sandbox` tells them."""
    calls: dict[str, list[tuple[float, bool]]] = requests.get(f"{address}/told", timeout=10).json()
    return calls


def worker(stack: ExitStack, variables: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a worker; it is killed at the end."""
    command, environ = [sys.executable, "-m", "engine", "worker"], {**os.environ, **variables}
    process = stack.enter_context(
        subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    )
    stack.callback(process.kill)
    return process


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, nargs="+", default=[0.1, 0.5, 2.0])
    parser.add_argument("--seconds", type=float, default=130.0, help="from the first call on")
    asked = parser.parse_args()
    results: list[dict[str, Any]] = []
    for latency in asked.latency:
        cases = [Case(latency, *many, killed) for many in WORKERS_AND_BATCHES for killed in (False, True)]
        cases.append(Case(latency, 1, 5))
        with ThreadPoolExecutor(len(cases)) as threads:  # they wait nearly all the time
            results += threads.map(lambda case: measured(case, asked.seconds), cases)
    print(json.dumps({"benchmark": "rows_budgets", "limit": LIMIT, "window": WINDOW, "runs": results}))


if __name__ == "__main__":
    main()
