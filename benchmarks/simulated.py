"""How near a simulation comes to what a batch then takes.

    python -m benchmarks.simulated

Prints one JSON line. Each batch is simulated first, as `python -m engine simulate` does it, and then run by one worker
process against the sandbox behind true quotas (`benchmarks.limited_sandbox`), to drafts at eBay: rows that both
services know, at 60 calls a minute and at 240, rows that MusicBrainz alone is asked about, and rows of the catalogue.
`seconds` are those from the batch's start to its end.
"""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.budgets import started
from benchmarks.catalog import DAY, SAMPLE, SILENT, multiplied
from benchmarks.catalog import barcode as of_catalog
from benchmarks.engine import await_answer
from benchmarks.folders import on_disk
from benchmarks.limited_sandbox import barcode
from benchmarks.lookups import RULE
from benchmarks.rows_budgets import environment, worker
from engine.bootstrap import open_engine
from engine.bootstrap.simulations import Simulator
from engine.catalog.dump import Dump
from engine.catalog.imports import Importer
from engine.clock import SystemClock
from engine.public import Engine, Job
from engine.settings import Settings


@dataclass(frozen=True)
class Case:
    """A batch of `rows`, at a sandbox that grants `limit` calls of Discogs a minute and answers after `latency` s."""

    name: str
    rows: int
    latency: float = 0.3
    limit: int = 60
    discogs: bool = True
    catalog: bool = False


CASES = (
    Case("both services", 150),
    Case("both services, 240 calls a minute, answers after 1 s", 400, latency=1.0, limit=240),
    Case("MusicBrainz alone", 400, discogs=False),
    Case("the catalogue", 2_000, catalog=True),
)


def measured(case: Case) -> dict[str, Any]:
    """Simulate a batch, then run it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(on_disk()))
        order = ["--latency", str(case.latency), "--limit", str(case.limit)]
        server = started(stack, "limited_sandbox", *order)
        assert server.stdout
        address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        await_answer(f"{address}/sandbox/health")
        variables = environment(folder, address) | {"DISCOGS_PER_MINUTE": str(case.limit)}
        if not case.discogs:
            del variables["DISCOGS_TOKEN"]
        if case.catalog:
            variables["DM_CATALOG"] = str(_catalog(folder, case.rows))
        code = of_catalog if case.catalog else barcode
        content = "".join(f"{code(number)}\n" for number in range(case.rows)).encode()
        settings = Settings(_env_file=None, **variables)  # type: ignore[arg-type]
        engine = open_engine(settings)
        rows = list(engine.submission.open(content, "rows.txt").rows())
        found = Simulator(settings, engine, SystemClock(), workers=1, answer_seconds=case.latency).compare(rows, RULE)
        simulated = (found.with_catalog or found.without).result.seconds
        job = engine.submission.upload(content, "rows.txt", RULE)
        worker(stack, variables)
        after = _ended(engine, job.job_id)
    assert after.started_at
    assert after.completed_at
    real = (after.completed_at - after.started_at).total_seconds()
    off = round(simulated / real - 1, 3)
    return {
        "run": case.name,
        "rows": case.rows,
        "simulated": round(simulated, 1),
        "seconds": round(real, 1),
        "off": off,
    }


def _catalog(folder: Path, rows: int) -> Path:
    """Return a catalogue that knows so many barcodes at least."""
    dump, made = folder / "dump.xml.gz", folder / "catalog.db"
    multiplied(dump, 5 * rows)
    Importer(made, SystemClock(), threading.Event(), **SILENT).run(Dump.at(dump, DAY))
    return made


def _ended(engine: Engine, job_id: str) -> Job:
    """Return the batch once it is done."""
    pause = threading.Event().wait
    while not (job := engine.queries.job(job_id)).completed_at:
        pause(0.5)
    return job


def main() -> None:
    quotas = [case for case in CASES if not case.catalog]
    with ThreadPoolExecutor(len(quotas)) as threads:  # they wait nearly all the time
        runs = list(threads.map(measured, quotas))
    runs += [measured(case) for case in CASES if case.catalog and SAMPLE.exists()]
    print(json.dumps({"benchmark": "simulated", "runs": runs}))


if __name__ == "__main__":
    main()
