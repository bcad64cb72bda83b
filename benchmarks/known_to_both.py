"""What a batch costs at Discogs whose barcodes Discogs and MusicBrainz both know, without a catalogue.

    python -m benchmarks.known_to_both [--rows 1000] [--latency 0.3] [--way as_it_is ...]

The sandbox has the releases of its own that both services know by the printed barcode, multiplied: every copy with a
number and a barcode of its own, genres as they come (one in fifteen is classical music). A server in front keeps the
true limits by arrival: Discogs 60 in any 60 s, MusicBrainz one a second on average (22 in any 20 s, as callers have
reported); what is more is answered 429 or 503, and counted as `refused`. Every answer comes `latency` seconds late.
Each way is run by processes of its own, all at the same time:

* `as_it_is`: the options of a batch as they are;
* `every_release`: Discogs is asked about every release, as a price by its lowest offer needs it;
* `when_needed`: Discogs is asked only where MusicBrainz does not decide.

Prints one JSON line. `allowed_seconds` are the fewest in which 60 in any 60 s let the calls through that were made,
`at_one_a_second` those of one call a row, from the first one on. Rows with classical music, of some of which Discogs
alone tells the composers and conductors, are counted on their own too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import requests
import uvicorn
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.engine import barcodes
from benchmarks.lookups import RULE, live
from engine.bootstrap import open_engine, open_worker
from engine.codec import replace
from engine.domain.batch.options import Need
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.quota.forecast import Quota
from engine.sandbox.app import create_app
from engine.sandbox.catalogue import Entry, load, printed
from engine.sandbox.emulators import free_port

LOWEST = PriceRule(PriceBasis.DISCOGS_LOWEST, fixed={"*": {"*": 999}})
WAYS = ("as_it_is", "every_release", "when_needed")
LIMITS = {"discogs": (60, 60.0, 429), "musicbrainz": (22, 20.0, 503)}
FIRST_NUMBER = 800_000_000


class Limited:
    """The sandbox behind the limits of the services, by the time at which calls arrive."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._arrived: dict[str, deque[float]] = {name: deque() for name in LIMITS}
        self._refused: Counter[str] = Counter(dict.fromkeys(LIMITS, 0))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call, or refuse it as one too many; `/refused` tells how often it did."""
        service = scope["path"].split("/")[1] if scope["type"] == "http" else ""
        if service == "refused":
            await JSONResponse(dict(self._refused))(scope, receive, send)
            return
        limit, window, status = LIMITS.get(service, (0, 0.0, 0))
        if limit and self._is_too_many(service, limit, window):
            await JSONResponse({"message": "You are making requests too quickly."}, status)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_too_many(self, service: str, limit: int, window: float) -> bool:
        now, arrived = time.monotonic(), self._arrived[service]
        while arrived and arrived[0] <= now - window:
            arrived.popleft()
        if len(arrived) >= limit:
            self._refused[service] += 1
            return True
        arrived.append(now)
        return False


def known(rows: int) -> list[Entry]:
    """Return releases that both services know, one for each row, by the barcodes of `barcodes`."""
    plain = [
        entry
        for entry in load().discogs.values()
        if len(entry["known_to"]) == 2 and entry["search"] == "plain" and len(entry["barcodes"]) == 1
    ]
    codes = barcodes(rows).decode().split()
    return [
        {**entry, "id": FIRST_NUMBER + number, "barcodes": [code.zfill(14)], "identifiers": [["Barcode", code]]}
        for number, (entry, code) in enumerate(zip(islice(cycle(plain), rows), codes, strict=True))
    ]


def serve(port: int, rows: int, latency: float) -> None:
    app = Limited(create_app(latency=latency, more=known(rows)))
    uvicorn.run(app, port=port, http="httptools", access_log=False, log_level="critical", timeout_keep_alive=60)


@contextmanager
def sandbox(rows: int, latency: float) -> Iterator[str]:
    """Run the limited sandbox in a process of its own; its address."""
    port = free_port()
    order = ["--serve", str(port), "--rows", str(rows), "--latency", str(latency)]
    with subprocess.Popen([sys.executable, "-m", "benchmarks.known_to_both", *order]) as server:
        try:
            while server.poll() is None:
                try:
                    requests.get(f"http://127.0.0.1:{port}/sandbox/health", timeout=1)
                    break
                except requests.ConnectionError:
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def run(way: str, rows: int, latency: float) -> dict[str, Any]:
    """Run one batch with one worker; return what it came to."""
    options = {
        "as_it_is": RULE,
        "every_release": replace(RULE, price_rule=LOWEST),
        "when_needed": replace(RULE, discogs=Need.WHEN_NEEDED),
    }[way]
    with tempfile.TemporaryDirectory() as name, sandbox(rows, latency) as address:
        settings = live(Path(name), address, token="sandbox")
        engine = open_engine(settings)
        job_id = engine.submission.upload(barcodes(rows), "rows.txt", options).job_id
        with open_worker(settings, threading.Event()) as worker:
            start = time.perf_counter()
            worker.run(until_idle=True)
            seconds = time.perf_counter() - start
        job = engine.queries.job(job_id)
        calls = requests.get(f"{address}/sandbox/ledger", timeout=30).json()["calls"]
        refused = requests.get(f"{address}/refused", timeout=30).json()
    count = Counter(call["service"] for call in calls)
    kinds = Counter(call["path"].split("/")[1] for call in calls if call["service"] == "discogs")
    return {
        "rows": job.processed_upcs,
        "drafted": job.successful_upcs,
        "seconds": round(seconds, 1),
        "allowed_seconds": Quota(60, 60.0).seconds_for(count["discogs"]),
        "at_one_a_second": rows,
        "discogs_a_row": round(count["discogs"] / rows, 3),
        "discogs_a_row_by_kind": by_kind(known(rows), [call["key"] for call in calls if call["service"] == "discogs"]),
        "discogs": dict(kinds),
        "calls": dict(count),
        "refused": refused,
    }


def by_kind(entries: list[Entry], asked: list[str]) -> dict[str, float]:
    """Return the calls a row of classical music, and of all other; `asked` is what each call is about."""
    times = Counter(asked)
    costs: dict[str, list[int]] = {"classical": [], "other": []}
    for entry in entries:
        kind = "classical" if "Classical" in entry["genres"] else "other"
        costs[kind].append(times[str(entry["id"])] + sum(times[printed(code)] for code in entry["barcodes"]))
    return {kind: round(sum(calls) / len(calls), 3) for kind, calls in costs.items() if calls}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--latency", type=float, default=0.3)
    parser.add_argument("--way", choices=WAYS, nargs="*", default=WAYS)
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve, asked.rows, asked.latency)
        return
    if asked.one:
        print(json.dumps(run(asked.one, asked.rows, asked.latency)))
        return
    command = [sys.executable, "-m", "benchmarks.known_to_both", "--rows", str(asked.rows)]
    command += ["--latency", str(asked.latency), "--one"]
    ways = {way: subprocess.Popen([*command, way], stdout=subprocess.PIPE, text=True) for way in asked.way}
    results = {way: json.loads(process.communicate()[0]) for way, process in ways.items()}
    print(json.dumps({"benchmark": "known_to_both", "latency": asked.latency, **results}))


if __name__ == "__main__":
    main()
