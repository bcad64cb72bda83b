"""The offline catalogue: how fast it is made and read, what it takes, and what a batch gains by it.

    python -m benchmarks.catalog [--releases 20000 200000] [--duckdb] [--parsers] [--batch]

The sample of a dump is multiplied, every copy under numbers and barcodes of its own, and imported in a process of its
own. Prints one JSON line. `--duckdb` puts the same releases into DuckDB beside it, `--parsers` measures other ways to
read the XML (both want packages that the product does not: `pip install duckdb lxml`). `--batch` runs 250 rows of the
sample without the catalogue and with it, against the sandbox, whose services take 0.1 s an answer.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring, iterparse

import requests

from benchmarks.engine import sandbox
from engine.bootstrap import open_engine, open_worker
from engine.catalog import entries
from engine.catalog.dump import END, Dump
from engine.catalog.file import open_catalog, packed, unpacked
from engine.catalog.imports import Importer
from engine.clock import SystemClock
from engine.domain.batch.options import Options
from engine.domain.identify.barcodes import check_digit
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.sandbox.emulators import free_port
from engine.settings import Settings
from engine.upstream.barcodes import gtin14

DATA = Path(__file__).parents[2] / "shared" / "data"
SAMPLE = DATA / "dump" / "discogs_releases_sample.xml.gz"
BARCODES = DATA / "barcodes.csv"
DAY = date(2026, 11, 1)
LOOKUPS = 10_000
ROWS = 250
LATENCY = 0.1  # seconds that a service of the sandbox takes to answer
SILENT: Any = {"begin": lambda _: None, "report": lambda _: None}
CODE = re.compile(rb'(type="Barcode"[^>]*value=")([^"]*)')
NUMBER = re.compile(rb'(<release id=")(\d+)')


def multiplied(path: Path, count: int) -> int:
    """Write a dump of `count` releases; return how many barcodes it has, which are `barcode(0)` and on."""
    whole = gzip.decompress(SAMPLE.read_bytes())
    begin = whole.index(b"<release ")
    parts = whole[begin:].split(END)[:-1]
    codes = iter(range(10**9))
    used = 0

    def code(found: re.Match[bytes]) -> bytes:
        nonlocal used
        if not gtin14(found[2].decode()):
            return found[0]
        used += 1
        return found[1] + barcode(next(codes)).encode()

    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(whole[:begin])
        for number in range(count):
            part = NUMBER.sub(rb"\g<1>%d" % (number + 1), parts[number % len(parts)], count=1)
            file.write(CODE.sub(code, part) + END)
        file.write(b"\n</releases>")
    return used


def barcode(number: int) -> str:
    payload = f"50{number:010d}"
    return payload + check_digit(payload)


def sqlite(dump: Path, folder: Path, codes: int) -> dict[str, Any]:
    """Import with the product's own code and look barcodes up."""
    path = folder / "catalog.db"
    start = time.perf_counter()
    about = Importer(path, SystemClock(), threading.Event(), **SILENT).run(Dump.at(dump, DAY))
    seconds = time.perf_counter() - start
    peak = peak_mb()
    opened_at = time.perf_counter()
    catalog = open_catalog(path)
    assert catalog
    opening = time.perf_counter() - opened_at
    looked = lookups(codes, lambda gtin: catalog.find([gtin])[gtin])
    return {
        "releases_per_second": round(about.releases / seconds),
        "peak_mb": peak,
        "bytes_a_release_kept": round(path.stat().st_size / about.kept),
        "file_mb": round(path.stat().st_size / 1e6, 1),
        "opening_ms": round(opening * 1e3, 2),
        **looked,
        "peak_mb_after_lookups": peak_mb(),
    }


def duckdb(dump: Path, folder: Path, codes: int) -> dict[str, Any]:
    """Do the same with DuckDB: the same releases in the same form, rows handed over as Arrow tables."""
    import duckdb as duck
    import pyarrow as arrow

    path = folder / "catalog.duckdb"
    start = time.perf_counter()
    base = duck.connect(str(path))
    base.execute("CREATE TABLE releases (id BIGINT, body BLOB); CREATE TABLE barcodes (gtin BIGINT, release BIGINT)")
    count = kept = 0
    bodies: list[tuple[int, bytes]] = []
    links: list[tuple[int, int]] = []

    def store() -> None:
        for table, names, rows in (("releases", ("id", "body"), bodies), ("barcodes", ("gtin", "release"), links)):
            batch = arrow.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))  # noqa: F841
            base.execute(f"INSERT INTO {table} SELECT * FROM batch")
            rows.clear()

    for block in Dump.at(dump, DAY).blocks():
        for _, xml in block.releases:
            count += 1
            release = entries.parse(xml + END) if entries.may_have_barcode(xml) else None
            if release:
                kept += 1
                bodies.append((int(release.id), packed(release)))
                links.extend((int(gtin), int(release.id)) for gtin in release.barcodes)
        if len(bodies) > 5_000:
            store()
    if bodies:
        store()
    base.execute("CREATE INDEX by_barcode ON barcodes (gtin); CREATE UNIQUE INDEX by_id ON releases (id)")
    base.close()
    seconds = time.perf_counter() - start
    peak = peak_mb()
    opened_at = time.perf_counter()
    base = duck.connect(str(path), read_only=True)
    opening = time.perf_counter() - opened_at
    query = "SELECT body FROM barcodes JOIN releases ON releases.id = barcodes.release WHERE gtin = ? LIMIT 100"
    twice = "SELECT body FROM releases WHERE id IN (SELECT release FROM barcodes WHERE gtin = ?)"

    def bodies_of(sql: str, gtin: str) -> list[Any]:
        return [unpacked(row[0], DAY) for row in base.execute(sql, [int(gtin)]).fetchall()]

    joined = lookups(codes, lambda gtin: bodies_of(query, gtin), 500)
    nested = lookups(codes, lambda gtin: bodies_of(twice, gtin), 500)
    looked = joined | {f"{name}_nested": value for name, value in nested.items()}
    return {
        "releases_per_second": round(count / seconds),
        "peak_mb": peak,
        "bytes_a_release_kept": round(path.stat().st_size / kept),
        "file_mb": round(path.stat().st_size / 1e6, 1),
        "opening_ms": round(opening * 1e3, 2),
        **looked,
        "peak_mb_after_lookups": peak_mb(),
    }


def lookups(codes: int, find: Callable[[str], list[Any]], count: int = LOOKUPS) -> dict[str, float]:
    """Return median and 99th percentile, in ms, of looking barcodes up in any order; one in ten is not there."""
    chance = random.Random(1)
    took = []
    for turn in range(count):
        there = turn % 10 > 0
        gtin = barcode(chance.randrange(codes) + (0 if there else 10**9)).zfill(14)
        start = time.perf_counter()
        found = find(gtin)
        took.append((time.perf_counter() - start) * 1e3)
        assert bool(found) == there, gtin
    return {"p50_ms": round(statistics.median(took), 3), "p99_ms": round(statistics.quantiles(took, n=100)[98], 3)}


def parsers() -> dict[str, int]:
    """Return releases a second of ways to read the sample's XML, ten times over, from memory."""
    from lxml import etree

    whole = gzip.decompress(SAMPLE.read_bytes())
    begin, end = whole.index(b"<release "), whole.rindex(b"</releases>")
    text = whole[:begin] + whole[begin:end] * 10 + whole[end:]

    def everything(events: Any) -> int:
        return sum(element.clear() is None for _, element in events if element.tag == "release")

    def cut(read: Callable[[bytes], Any]) -> int:
        parts = text[begin:].split(END)[:-1]
        return sum(read(part + END) is not None for part in parts if entries.may_have_barcode(part))

    ways: dict[str, Callable[[], int]] = {
        "iterparse": lambda: everything(iterparse(io.BytesIO(text))),
        "lxml_iterparse": lambda: everything(etree.iterparse(io.BytesIO(text), tag="release")),
        "cut_then_stdlib": lambda: cut(fromstring),
        "cut_then_lxml": lambda: cut(etree.fromstring),
    }
    rates = {}
    for name, way in ways.items():
        start = time.perf_counter()
        way()
        rates[name] = round(10_000 / (time.perf_counter() - start))
    return rates


def batches() -> dict[str, Any]:
    """Run the same rows without the catalogue and with it, composed only and drafted at eBay."""
    with tempfile.TemporaryDirectory() as place, sandbox(free_port(), LATENCY) as address:
        folder = Path(place)
        Importer(folder / "catalog.db", SystemClock(), threading.Event(), **SILENT).run(Dump.at(SAMPLE, DAY))
        result: dict[str, Any] = {}
        for drafts in (False, True):
            runs = {}
            for name in ("none", "catalog"):
                runs[name] = batch(folder / f"{name}-{drafts}", folder / f"{name}.db", address, drafts=drafts)
            times_as_fast = round(runs["none"]["seconds"] / runs["catalog"]["seconds"], 1)
            result["drafted" if drafts else "composed"] = {**runs, "times_as_fast": times_as_fast}
        return result


def batch(folder: Path, catalog: Path, address: str, *, drafts: bool) -> dict[str, Any]:
    """Run the rows with a store of their own; return how long they took and the calls that each service had."""
    settings = Settings(
        DM_STORE=f"sqlite:///{folder}/store.db",
        DM_FILES=f"file:{folder}/files",
        DM_CATALOG=str(catalog),
        DM_SANDBOX_URL=address,
    )
    requests.delete(f"{address}/sandbox/ledger", timeout=5).raise_for_status()
    engine = open_engine(settings)
    options = Options(create_drafts=drafts, price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 999}}))
    job = engine.submission.upload("\n".join(sample_barcodes()[:ROWS]).encode(), "rows.txt", options)
    with open_worker(settings, threading.Event()) as worker:
        start = time.perf_counter()
        worker.run(until_idle=True)
        seconds = time.perf_counter() - start
    after = engine.queries.job(job.job_id)
    asked = requests.get(f"{address}/sandbox/ledger", timeout=5).json()["calls"]
    calls = Counter(call["service"] for call in asked)
    return {"seconds": round(seconds, 2), "succeeded": after.successful_upcs, "calls": dict(calls)}


def sample_barcodes() -> list[str]:
    with BARCODES.open(encoding="utf-8", newline="") as file:
        return list(dict.fromkeys(row["upc_or_ean"] for row in csv.DictReader(file)))


def peak_mb() -> float:
    """Return the most memory this process has had; `getrusage` would tell its parent's when that had more."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return round(int(status.split("VmHWM:")[1].split()[0]) / 1024, 1)


def apart(kind: str, dump: Path, folder: Path, codes: int) -> Any:
    """Measure in a process of its own, because the peak of a process never falls."""
    arguments = ["--kind", kind, "--dump", str(dump), "--folder", str(folder), "--codes", str(codes)]
    command = [sys.executable, "-m", "benchmarks.catalog", *arguments]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--releases", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--duckdb", action="store_true")
    parser.add_argument("--parsers", action="store_true")
    parser.add_argument("--batch", action="store_true")
    for name in ("--kind", "--dump", "--folder", "--codes"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.kind:
        measure = sqlite if asked.kind == "sqlite" else duckdb
        print(json.dumps(measure(Path(asked.dump), Path(asked.folder), int(asked.codes))))
        return
    if not SAMPLE.exists():
        print(json.dumps({"benchmark": "catalog", "skipped": f"the sample of a dump {SAMPLE} is not on this machine"}))
        return
    if asked.batch:
        print(json.dumps({"benchmark": "catalog", "batch": batches()}))
        return
    result: dict[str, Any] = {"parsers": parsers()} if asked.parsers else {}
    for count in asked.releases:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            dump = folder / "dump.xml.gz"
            codes = multiplied(dump, count)
            kinds = ["sqlite", *(["duckdb"] if asked.duckdb else [])]
            result[str(count)] = {kind: apart(kind, dump, folder, codes) for kind in kinds}
    print(json.dumps({"benchmark": "catalog", **result}))


if __name__ == "__main__":
    main()
