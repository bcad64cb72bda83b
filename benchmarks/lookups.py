"""What look-ups cost in calls and seconds at the services' true limits, against the sandbox.

    python -m benchmarks.lookups [--rows 1000] [--latency 0.3]

Prints one JSON line. `musicbrainz_alone`: barcodes, a quarter of them known, without a Discogs token, at one call a
second. `both`: the 42 rows of `samples/exu2.txt` at 60 calls a minute and one a second, every answer `latency` seconds
late; `discogs_budget_used` is the share of the calls that a moving window of 60 in 60 s allowed until the last one was
made. `again`: the same file a second time. `one_by_one` is a loop over the same barcodes as the service before this one
had it: search, search and release, each followed by a second of sleep.
"""

from __future__ import annotations

import argparse
import itertools
import json
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from benchmarks.engine import barcodes, known_barcodes, sandbox
from benchmarks.folders import on_disk
from engine.bootstrap import open_engine, open_worker
from engine.domain.batch.options import Options
from engine.domain.identify.barcodes import read
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.sandbox.emulators import free_port
from engine.settings import Settings
from engine.upstream.discogs import Discogs
from engine.upstream.http import HttpTransport
from engine.upstream.musicbrainz import MusicBrainz

SAMPLE = Path(__file__).parents[1] / "samples" / "exu2.txt"
RULE = Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 999}}))
LOOK_UPS = ("musicbrainz", "discogs", "coverart")
WINDOW = timedelta(seconds=60)
A_MINUTE = 60
SLEEP_SECONDS = 1.0


def live(folder: Path, address: str, *, token: str) -> Settings:
    """Return settings as of a live system, with the services' true limits, that speaks to the sandbox."""
    urls: dict[str, Any] = {f"{name.upper()}_URL": f"{address}/{name}" for name in (*LOOK_UPS, "ebay")}
    return Settings(
        _env_file=None,
        DM_PROFILE="live",
        DM_STORE=f"sqlite:///{folder}/store.db",
        DM_FILES=f"file:{folder}/files",
        DISCOGS_TOKEN=token,
        EBAY_CLIENT_ID="sandbox",
        EBAY_CLIENT_SECRET="sandbox",
        EBAY_REFRESH_TOKEN="sandbox",
        DISCOGS_PER_MINUTE=A_MINUTE,
        MUSICBRAINZ_PER_SECOND=1,
        **urls,
    )


def run(settings: Settings, content: bytes) -> dict[str, Any]:
    """Run one batch with one worker; return its rows, its drafts and its seconds."""
    engine = open_engine(settings)
    job = engine.submission.upload(content, "rows.txt", RULE)
    with open_worker(settings, threading.Event()) as worker:
        start = time.perf_counter()
        worker.run(until_idle=True)
        seconds = time.perf_counter() - start
    after = engine.queries.job(job.job_id)
    if after.status != "completed":
        raise SystemExit(f"the batch did not complete: {after}")
    return {"rows": after.processed_upcs, "drafted": after.successful_upcs, "seconds": round(seconds, 1)}


def calls(address: str) -> dict[str, list[datetime]]:
    """Return when each look-up service was called, and have the sandbox forget it."""
    asked = requests.get(f"{address}/sandbox/ledger", timeout=10).json()["calls"]
    requests.delete(f"{address}/sandbox/ledger", timeout=10)
    refused = [call for call in asked if call["status"] == 429]
    if refused:
        raise SystemExit(f"{len(refused)} calls too many")
    return {
        name: [datetime.fromisoformat(call["at"]) for call in asked if call["service"] == name] for name in LOOK_UPS
    }


def counted(address: str) -> dict[str, int]:
    return {name: len(times) for name, times in calls(address).items()}


def used(times: list[datetime]) -> float:
    """Return the share of the calls that were made of those which the window allowed until the last."""
    freed = sum(at + WINDOW <= times[-1] for at in times)
    return len(times) / (min(A_MINUTE, len(times)) + freed)


def one_by_one(address: str) -> dict[str, Any]:
    """Look the sample up one row after the other, with a second of sleep after each call."""
    gtins = [gtin for line in SAMPLE.read_text().split() if (gtin := read(line).gtin)]
    asleep = threading.Event()
    start = time.perf_counter()
    with requests.Session() as session:
        line = HttpTransport(session, "DraftMaker/1.0 +bench@example.com")
        musicbrainz = MusicBrainz(line, f"{address}/musicbrainz")
        discogs = Discogs(line, f"{address}/discogs", token="sandbox")
        for gtin in gtins:
            musicbrainz.search([gtin])
            asleep.wait(SLEEP_SECONDS)
            found = discogs.search(gtin)
            asleep.wait(SLEEP_SECONDS)
            if found:
                discogs.release(found[0].id)
                asleep.wait(SLEEP_SECONDS)
    seconds = time.perf_counter() - start
    return {"rows": len(gtins), "seconds": round(seconds, 1), "calls": counted(address)}


def alone(folder: Path, rows: int, latency: float) -> dict[str, Any]:
    """Run a batch with MusicBrainz alone; known and unknown barcodes take turns."""
    known = known_barcodes()[: rows // 4]
    unknown = barcodes(rows - len(known)).decode().split()
    turns = itertools.zip_longest(known, *(unknown[place::3] for place in range(3)))
    codes = [code for turn in turns for code in turn if code]
    with sandbox(free_port(), latency) as address:
        result = run(live(folder, address, token=""), "".join(f"{code}\n" for code in codes).encode())
        return {**result, "calls": counted(address)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--latency", type=float, default=0.3)
    asked = parser.parse_args()
    result: dict[str, Any] = {"latency": asked.latency}
    with on_disk() as name:
        folder = Path(name)
        result["musicbrainz_alone"] = alone(folder / "alone", asked.rows, asked.latency)
        with sandbox(free_port(), asked.latency) as address:
            settings = live(folder / "both", address, token="sandbox")
            content = SAMPLE.read_bytes()
            both = run(settings, content)
            times = calls(address)
            both["calls"] = {name: len(when) for name, when in times.items()}
            both["discogs_budget_used"] = round(used(sorted(times["discogs"])), 3)
            result["both"] = both
            result["again"] = {**run(settings, content), "calls": counted(address)}
            result["one_by_one"] = one_by_one(address)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
