"""A batch of sixty rows with faults at the services, and what must be the same as without any.

    python -m tests.support.fault_runs [--processes N]

runs every pair of faults and prints one JSON line.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import logging
import re
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

import requests

from engine.bootstrap import open_pipeline
from engine.clock import SystemClock
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.services import Service
from engine.files.folder import FolderFiles
from engine.log import configure
from engine.pipeline.work import Pipeline, RowContext
from engine.quota import limiter
from engine.sandbox.catalogue import load
from engine.settings import Settings
from engine.store.sqlite import SQLiteStore
from tests.support.batch_runs import Batches
from tests.support.sandbox_server import Sandbox, running
from tests.support.working import Work

ROWS = 60
INVENTED = 900_000_000  # from here on the sandbox has releases that nobody sells
TIMES = 2
READ_SECONDS = 0.4
LANES = 4

_OUTAGES = ("latency", "forbidden_html", "rate_limited", "server_error", "busy", "timeout", "cut_body")
_OF = {
    "discogs": (*_OUTAGES, "unauthorized", "denied"),
    "musicbrainz": (*_OUTAGES, "denied"),
    "coverart": _OUTAGES,
    "ebay": (*_OUTAGES, "unauthorized", "denied", "created_but_500", "not_indexed"),
}
HALF = "half of bulk calls: "
_HALVES = ("created_but_500", "repeated", "rate_limited", "server_error", "busy", "not_indexed")
FAULTS = [(service, fault) for service, faults in _OF.items() for fault in faults]
FAULTS += [("ebay", f"{HALF}{fault}") for fault in _HALVES]
PAIRS = list(itertools.combinations(FAULTS, 2))
PERSONS = {"unauthorized", "denied"}  # what only a person can mend: the batch pauses
_COVER = re.compile(r"https?://\S*?/(?:release/|mbid-)([0-9a-f-]{36})[/-](\d+)(?:-|_thumb)?(\d*)\.\w+")
PROCESSES = 12  # most of a run is waiting: for a minute of Discogs, for a service that is left alone

Fault = tuple[str, str]


@dataclass
class Hurried:
    """A pipeline whose rows wait a moment where they should wait seconds; it notes for what."""

    pipeline: Pipeline
    waits: list[str] = field(default_factory=list)

    def foresee(self, gtins: Any) -> None:
        self.pipeline.foresee(gtins)

    def run(self, context: RowContext) -> Iterator[Item]:
        work = Work.of(context)
        work.wait = _Short(work.wait, self.waits)
        return self.pipeline.run(work.context)

    def recovered(self, service: Service, since: datetime) -> bool:
        return self.pipeline.recovered(service, since)

    def unchangeable(self, context: RowContext, sku: str) -> str:
        return self.pipeline.unchangeable(context, sku)


@dataclass
class _Short:
    wait: Any
    waits: list[str]

    def __call__(self, seconds: float, reason: str) -> None:
        self.waits.append(reason)
        self.wait(min(seconds, 0.02), reason)


@dataclass(frozen=True)
class Ended:
    """A batch at its end: its rows, what eBay holds for each, how often each fault fired, waits and pauses."""

    job: Job
    items: dict[int, Item]
    held: list[dict[str, Any]]
    created: set[int]
    fired: list[int]
    waits: list[str]
    pauses: list[str]

    @property
    def drafts(self) -> list[Any]:
        """Return all that is told of each draft, but for its SKU, which names the batch."""
        names = ("outcome", "release", "match", "picture", "price", "draft")
        documents = [item.document() for _, item in sorted(self.items.items())]
        facts = [[nameless(document[name]) for name in names] for document in documents]
        return [facts, [nameless(held) for held in self.held]]


def nameless(told: Any) -> Any:
    """Return what is told of a draft without the names of its batch, and with covers by their numbers.

    Nothing waits for the address of a cover that answers without a redirect: where that fails, the other one stays.
    """
    if isinstance(told, dict):
        return {name: nameless(value) for name, value in told.items() if name not in ("sku", "offerId", "asked_at")}
    if isinstance(told, str):
        return _COVER.sub(r"cover \1 \2 \3", told)
    return [nameless(value) for value in told] if isinstance(told, (list, tuple)) else told


def barcodes() -> bytes:
    """Return sixty barcodes of releases that both services know."""
    known = [
        entry for entry in load().musicbrainz.values() if len(entry["known_to"]) == 2 and entry["id"] < 900_000_000
    ]
    return "".join(f"{entry['barcodes'][0]}\n" for entry in known[:ROWS]).encode()


def run(sandbox: Sandbox, folder: Path, *faults: Fault) -> Ended:
    """Run the batch with each of `faults` befalling two calls; a paused batch is resumed until it is done."""
    sandbox.reset()
    settings = Settings(_env_file=None, DM_SANDBOX_URL=sandbox.url)
    clock = SystemClock()
    store = SQLiteStore(folder / "store.db", clock)
    batches = Batches(store, FolderFiles(folder / "files"))
    pauses: list[str] = []
    with requests.Session() as session, contextlib.closing(store), patch.object(limiter, "REFUSED_SECONDS", 0.05):
        with open_pipeline(settings, session, store, clock, read_seconds=READ_SECONDS) as pipeline:
            for service, fault in faults:
                half = fault.startswith(HALF)
                sandbox.fault(service, fault.removeprefix(HALF), times=TIMES, seconds=0.05, half=half)
            hurried = Hurried(pipeline)
            job_id = batches.upload(barcodes())
            batches.run(hurried, lanes=LANES)
            while (job := batches.stored(job_id)).status is JobStatus.PAUSED and len(pauses) < 100:
                pauses.append(job.error or "")
                batches.commands.resume(job_id)
                batches.run(hurried, lanes=LANES)
        fired = [fault["fired"] for fault in sandbox.faults()]
        ledger = sandbox.ledger(calls=False)
        items = batches.items(job_id)
        skus = [item.sku for _, item in sorted(items.items())]
        held = [ledger["held"][sku] for sku in skus]
        created = {offer["created"] for offer in ledger["offers"].values()}
        return Ended(job, items, held, created, fired, hurried.waits, pauses)


def check(ended: Ended, whole: Ended, *faults: Fault) -> None:
    """Hold what must be true whatever befell the services."""
    assert ended.job.status is JobStatus.COMPLETED, (faults, ended.job.error)
    ends = [(item.status, item.outcome) for item in ended.items.values()]
    assert ends == [(ItemStatus.SUCCEEDED, Outcome.DRAFTED)] * ROWS, "every row is drafted"
    assert {item.attempts for item in ended.items.values()} == {1}, "waiting spends no attempt"
    assert ended.created == {1}, "one offer a row"
    assert ended.drafts == whole.drafts, f"as on a good day, but rows {differing(ended, whole)}"
    assert min(ended.fired, default=TIMES) == TIMES, (faults, ended.fired)
    if not {fault for _, fault in faults} & PERSONS:
        assert not ended.pauses, ended.pauses


def differing(ended: Ended, whole: Ended) -> dict[int, str]:
    """Return the rows whose drafts differ from those of a good day, with what is said of their pictures."""
    both = list(zip(ended.drafts, whole.drafts, strict=True))
    rows = [row for row in range(ROWS) if any(one[row] != other[row] for one, other in both)]
    return {row: ended.items[row].picture.reason for row in rows}


@contextlib.contextmanager
def healthy() -> Iterator[tuple[Sandbox, Ended]]:
    """Lend a sandbox, and the batch as it ends without faults."""
    with running() as sandbox, tempfile.TemporaryDirectory() as folder:
        yield sandbox, run(sandbox, Path(folder))


def wrong_in(shard: int, shards: int) -> list[list[str]]:
    """Run one of `shards` parts of the pairs; return those that did not end as they should, with what was wrong."""
    configure("text", logging.CRITICAL)  # what fails here is meant to
    wrong = []
    with healthy() as (sandbox, whole):
        for pair in PAIRS[shard::shards]:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    check(run(sandbox, Path(folder), *pair), whole, *pair)
                except AssertionError as error:
                    wrong.append([*map("/".join, pair), str(error).splitlines()[0] if str(error) else repr(error)])
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=PROCESSES)
    shards = parser.parse_args().processes
    with ProcessPoolExecutor(shards, mp_context=get_context("spawn")) as pool:
        wrong = list(itertools.chain.from_iterable(pool.map(wrong_in, range(shards), [shards] * shards)))
    print(json.dumps({"faults": len(FAULTS), "pairs": len(PAIRS), "wrong": wrong}))


if __name__ == "__main__":
    main()
