"""How long ten rows take alone, and submitted behind five thousand, with one worker and with four.

    python -m benchmarks.fair [--rows 5000] [--latency 0.1]

Prints one JSON line. Real barcodes against the sandbox over HTTP, each answer `latency` seconds late, workers in
processes of their own. Seconds count from the submission to the end of the short batch.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.engine import known_barcodes, sandbox
from benchmarks.folders import on_disk
from engine.bootstrap import open_engine
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.options import Options
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.public import Engine
from engine.sandbox.emulators import free_port
from engine.settings import Settings

SHORT = 10
BEGUN = 100
RULE = Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 999}}))


def seconds(engine: Engine, codes: list[str]) -> float:
    """Return how long a batch of these barcodes takes from its submission to its end."""
    start = time.perf_counter()
    job_id = submit(engine, codes)
    until_done(engine, job_id)
    return time.perf_counter() - start


def submit(engine: Engine, codes: list[str]) -> str:
    return engine.submission.upload("".join(f"{code}\n" for code in codes).encode(), "rows.txt", RULE).job_id


def until_done(engine: Engine, job_id: str) -> None:
    while engine.queries.job(job_id).status is not JobStatus.COMPLETED:
        time.sleep(0.02)


@contextlib.contextmanager
def workers(count: int, variables: dict[str, str]) -> Iterator[None]:
    """Run so many workers for as long as the block lasts."""
    command = [sys.executable, "-m", "engine", "worker"]
    started = [
        subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(count)
    ]
    try:
        yield
    finally:
        for process in started:
            process.send_signal(signal.SIGKILL)
            process.wait()


def measured(count: int, rows: int, latency: float) -> dict[str, float]:
    """Return the seconds of ten rows alone and behind `rows` others, with `count` workers."""
    codes = known_barcodes()
    with on_disk() as name, sandbox(free_port(), latency) as address:
        variables = {
            **os.environ,
            "DM_STORE": f"sqlite:///{name}/store.db",
            "DM_FILES": f"file:{name}/files",
            "DM_SANDBOX_URL": address,
            "DM_LOG": "json",
        }
        chosen: dict[str, Any] = {key: variables[key] for key in ("DM_STORE", "DM_FILES", "DM_SANDBOX_URL")}
        engine = open_engine(Settings(**chosen))
        with workers(count, variables):
            seconds(engine, codes[:SHORT])  # everything is loaded and connected
            alone = seconds(engine, codes[SHORT : 2 * SHORT])
            long = submit(engine, (codes * (rows // len(codes) + 1))[2 * SHORT :][:rows])
            while engine.queries.job(long).processed_upcs < BEGUN:
                time.sleep(0.02)
            behind = seconds(engine, codes[-SHORT:])
            left = rows - engine.queries.job(long).processed_upcs
    return {"alone_s": round(alone, 2), "behind_s": round(behind, 2), "ratio": round(behind / alone, 2), "left": left}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--latency", type=float, default=0.1)
    asked = parser.parse_args()
    result = {f"workers_{count}": measured(count, asked.rows, asked.latency) for count in (1, 4)}
    print(json.dumps({"rows": asked.rows, "latency_s": asked.latency, **result}))


if __name__ == "__main__":
    main()
