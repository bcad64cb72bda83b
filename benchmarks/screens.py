"""How long each screen takes until its data is there, with 10,000 batches and one of 100,000 rows.

    python -m benchmarks.screens [--batches 10000] [--rows 100000]

Prints one JSON line: milliseconds from asking for a screen to the last message of its first drawing, over Streamlit's
protocol: at its first opening in the console's process, and the median of three later ones by other tabs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
from collections.abc import Mapping
from pathlib import Path

from benchmarks.batches import fill
from benchmarks.console import console
from benchmarks.exports import batch
from benchmarks.folders import on_disk
from benchmarks.tab import Tab
from console import navigation
from engine.bootstrap import open_store
from engine.clock import SystemClock

LATER = 3


async def painted(address: str, path: str, query: str) -> float:
    """Return the milliseconds that one tab waits for a screen."""
    tab = Tab(address, path, query)
    await tab.open()
    await tab.close()
    return round(1_000 * tab.painted[0])


async def screens(address: str, queries: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, float]]:
    """Return the milliseconds of each screen by its name; `queries` are paths and queries."""
    found = {}
    for name, (path, query) in queries.items():
        first = await painted(address, path, query)
        later = [await painted(address, path, query) for _ in range(LATER)]
        found[name] = {"first": first, "later": statistics.median(later)}
    return found


def main() -> None:
    """Measure, and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--batches", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=100_000)
    asked = parser.parse_args()
    with on_disk() as name:
        _, job_id = batch(Path(name), asked.rows, workbook=False)
        address = f"sqlite:///{name}/{asked.rows}.db"
        store = open_store(address, SystemClock())
        fill(store, asked.batches)
        store.close()
        queries = {path: (path, "") for path in navigation.ADDRESSES.values() if path != "batch"}
        queries["batches"] = ("", "")
        shown = {
            "all": "",
            "attention": "&show=attention",
            "last page": f"&page={asked.rows // 50}",
            "a word that no row has": "&q=song",
        }
        queries |= {f"batch, {kind}": ("batch", f"job_id={job_id}{more}") for kind, more in shown.items()}
        places = {"DM_STORE": address, "DM_FILES": f"file:{name}/files", "DM_CATALOG": f"{name}/c.db"}
        with console(places) as running:
            found = asyncio.run(screens(running.address, queries))
    print(json.dumps({"benchmark": "screens", "batches": asked.batches, "rows": asked.rows, "ms": found}))


if __name__ == "__main__":
    main()
