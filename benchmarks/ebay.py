"""What drafts cost at eBay, in calls and seconds: rows one at a time, and by the dozen, in one run.

    python -m benchmarks.ebay [--rows 1000] [--latency 0.3] [--no-one-by-one]

Rows that the offline catalogue knows, so that eBay alone is asked; every answer comes `latency` seconds late. The
dump is the sample of `benchmarks.catalog`, multiplied. Prints one JSON line: for each way seconds, calls to eBay a row
by kind, and whether each row has one offer. `priced` is the same by the dozen with prices by eBay's asking prices,
`priced_again` a second batch of the same barcodes after it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import requests

from benchmarks.catalog import DAY, SAMPLE, SILENT, barcode, multiplied
from benchmarks.engine import sandbox
from benchmarks.lookups import RULE, live
from engine.bootstrap import open_engine, open_worker
from engine.catalog.dump import Dump
from engine.catalog.imports import Importer
from engine.clock import SystemClock
from engine.domain.batch.options import Options
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.sandbox.emulators import free_port
from engine.upstream.ebay_bulk import MOST

COMPARED = Options(price_rule=PriceRule(PriceBasis.COMPARABLE, fixed={"*": {"*": 999}}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--latency", type=float, default=0.3)
    parser.add_argument("--one-by-one", action=argparse.BooleanOptionalAction, default=True)
    asked = parser.parse_args()
    if not SAMPLE.exists():
        print(json.dumps({"benchmark": "ebay", "skipped": f"the sample of a dump {SAMPLE} is not on this machine"}))
        return
    with tempfile.TemporaryDirectory() as place, sandbox(free_port(), asked.latency) as address:
        folder = Path(place)
        dump = folder / "dump.xml.gz"
        codes = multiplied(dump, 5 * asked.rows)
        Importer(folder / "catalog.db", SystemClock(), threading.Event(), **SILENT).run(Dump.at(dump, DAY))
        content = "".join(f"{barcode(number)}\n" for number in range(min(codes, asked.rows))).encode()
        rows_a_call = {"one_by_one": 1} if asked.one_by_one else {}
        rows_a_call |= {"by_the_dozen": MOST}
        ways = {name: run(folder / name, address, content, rows) for name, rows in rows_a_call.items()}
        for name in ("priced", "priced_again"):
            ways[name] = run(folder / "priced", address, content, MOST, COMPARED)
    found = {"benchmark": "ebay", "latency": asked.latency, **ways}
    if asked.one_by_one:
        found["times_as_fast"] = round(ways["one_by_one"]["seconds"] / ways["by_the_dozen"]["seconds"], 1)
    print(json.dumps(found))


def run(folder: Path, address: str, content: bytes, rows_a_call: int, options: Options = RULE) -> dict[str, Any]:
    """Draft the rows with one worker; return seconds and calls."""
    requests.delete(f"{address}/sandbox/ledger", timeout=10).raise_for_status()
    settings = live(folder, address, token="sandbox").model_copy(
        update={"catalog": str(folder.parent / "catalog.db"), "ebay_rows_a_call": rows_a_call}
    )
    engine = open_engine(settings)
    job_id = engine.submission.upload(content, "rows.txt", options).job_id
    with open_worker(settings, threading.Event()) as worker:
        start = time.perf_counter()
        worker.run(until_idle=True)
        seconds = time.perf_counter() - start
    job = engine.queries.job(job_id)
    ledger = requests.get(f"{address}/sandbox/ledger", timeout=30).json()
    made = [offer["created"] for offer in ledger["offers"].values()]
    kinds = Counter(_kind(call) for call in ledger["calls"] if call["service"] == "ebay")
    return {
        "rows": job.processed_upcs,
        "drafted": job.successful_upcs,
        "one_offer_a_row": made == [1] * job.successful_upcs,
        "seconds": round(seconds, 1),
        "calls_a_row": round(sum(kinds.values()) / job.processed_upcs, 3),
        "calls": dict(kinds),
        "others": sum(call["service"] != "ebay" for call in ledger["calls"]),
    }


def _kind(call: dict[str, Any]) -> str:
    """Return a call without what it is about."""
    parts = call["path"].split("/")
    names = [part for part in parts if part.startswith(("bulk", "offer", "inventory_item", "token"))]
    return f"{call['method']} {names[0] if names else parts[-1]}"


if __name__ == "__main__":
    main()
