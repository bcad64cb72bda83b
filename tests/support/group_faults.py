"""Faults in parts of the calls that rows share, alone and in pairs: one offer a row, and one end for every row.

    python -m tests.support.group_faults [--processes N]

runs a batch for each fault and for every pair of them, a fault and the same again among the pairs, and prints one JSON
line. A fault befalls one bulk call, the look, the items or the offers: the whole of it, or every second request in it.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

import requests

from engine.bootstrap import open_pipeline
from engine.clock import SystemClock
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.jobs import JobStatus
from engine.errors import Cause
from engine.files.folder import FolderFiles
from engine.log import configure
from engine.pipeline import grouped_calls
from engine.pipeline.work import Pipeline
from engine.quota import limiter
from engine.settings import Settings
from engine.store.sqlite import SQLiteStore
from engine.worker.row import InFlight
from engine.worker.run import ShardRun
from tests.support.batch_runs import Batches
from tests.support.fault_runs import barcodes, nameless
from tests.support.sandbox_server import Sandbox, running

ROWS = 6
READ_SECONDS = 0.4
WAIT_SECONDS = 0.02  # at a time, for a service
MOMENT = 0.1  # that rows wait for each other
PROCESSES = 2
LOOK, ITEMS, OFFERS = "bulk_get_inventory_item", "bulk_create_or_replace_inventory_item", "bulk_create_offer"

_CONTENT = b"\n".join(barcodes().split()[:ROWS])
_wait = ShardRun.wait
_TROUBLE = ("server_error", "busy", "rate_limited", "refused")
_HALVES = {
    LOOK: (*_TROUBLE, "left_out"),
    ITEMS: (*_TROUBLE, "left_out", "created_but_500"),
    OFFERS: (*_TROUBLE, "left_out", "created_but_500", "repeated", "not_indexed"),
}
_WHOLE = (*_TROUBLE, "forbidden_html", "timeout", "cut_body", "created_but_500")
_REFUSAL = {"number": 25021, "said": "The request has errors."}


@dataclass(frozen=True, order=True)
class GroupFault:
    """A fault that befalls one bulk call `match`, every second request in it or the whole."""

    match: str
    fault: str
    half: bool

    def __str__(self) -> str:
        return f"{'half of ' if self.half else ''}{self.match}: {self.fault}"

    @property
    def fails_rows(self) -> bool:
        """Whether rows fail for it: eBay refuses them by themselves."""
        return self.half and self.fault == "refused"


FAULTS = [GroupFault(match, fault, True) for match, faults in _HALVES.items() for fault in faults]
FAULTS += [GroupFault(match, fault, False) for match in _HALVES for fault in _WHOLE]
PAIRS = list(itertools.combinations_with_replacement(FAULTS, 2))
Faults = tuple[GroupFault, ...]


@dataclass
class Found:
    """How many runs there were, in how many of them every fault befell a call, and what was wrong."""

    runs: int = 0
    befallen: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Ground:
    """A sandbox, a store that holds what the services say of the rows, and what eBay holds for each on a good day."""

    sandbox: Sandbox
    folder: Path
    held: list[Any]

    def run(self, faults: Faults) -> bool:
        """Run the rows under `faults`, try those again that eBay refused, and check them; whether all faults fired."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copy(self.folder / "store.db", folder / "store.db")
        self.sandbox.reset()
        for fault in faults:
            refusal = _REFUSAL if fault.fault == "refused" else {}
            self.sandbox.fault("ebay", fault.fault, match=fault.match, half=fault.half, times=1, **refusal)
        with _working(self.sandbox, folder) as (batches, pipeline):
            job_id = batches.upload(_CONTENT)
            batches.run(pipeline, lanes=ROWS)
            self._check_end(batches, job_id, faults)
            befallen = all(fault["fired"] for fault in self.sandbox.faults())
            self.sandbox.heal()
            if batches.stored(job_id).failed_upcs:
                batches.commands.retry_failed(job_id)
                batches.run(pipeline, lanes=ROWS)
            self._check_drafts(batches, job_id)
        shutil.rmtree(folder)
        return befallen

    def _check_end(self, batches: Batches, job_id: str, faults: Faults) -> None:
        """Hold that every row has one end, at the first try: its draft, or eBay's refusal of it."""
        _check_whole(batches, job_id)
        for item in batches.items(job_id).values():
            assert item.attempts == 1, (item.index, item.attempts)
            if not any(fault.fails_rows for fault in faults):
                assert item.status is ItemStatus.SUCCEEDED, (item.index, item.error)
            else:
                assert item.status is ItemStatus.SUCCEEDED or item.cause is Cause.REFUSED, (item.index, item.error)

    def _check_drafts(self, batches: Batches, job_id: str) -> None:
        """Hold that each row has one offer, which it knows, with what it has on a good day."""
        _check_whole(batches, job_id)
        ledger = self.sandbox.ledger(calls=False)
        items = [item for _, item in sorted(batches.items(job_id).items())]
        assert {item.sku for item in items} == set(ledger["offers"]), "no other offers"
        for item in items:
            offer = ledger["offers"][item.sku]
            assert item.outcome is Outcome.DRAFTED, (item.index, item.error)
            assert (offer["created"], offer["offer_id"]) == (1, item.offer_id), (item.index, offer)
        assert held_of(ledger, items) == self.held


def _check_whole(batches: Batches, job_id: str) -> None:
    job = batches.stored(job_id)
    assert (job.status, job.processed_upcs) == (JobStatus.COMPLETED, ROWS), (job.status, job.error)
    assert batches.exact(job_id)
    assert batches.queries.queued() == 0


def held_of(ledger: dict[str, Any], items: Sequence[Item]) -> list[Any]:
    """Return what eBay holds for each row, without the names of this batch."""
    return [nameless(ledger["held"][item.sku]) for item in items]


@contextlib.contextmanager
def _working(sandbox: Sandbox, folder: Path) -> Iterator[tuple[Batches, Pipeline]]:
    """Lend batches in a folder, and a pipeline to the sandbox; rows wait for services as they do, only shorter."""
    clock = SystemClock()
    store = SQLiteStore(folder / "store.db", clock)
    settings = Settings(_env_file=None, DM_SANDBOX_URL=sandbox.url)
    with (
        requests.Session() as session,
        contextlib.closing(store),
        patch.object(limiter, "REFUSED_SECONDS", 0.05),
        patch.object(ShardRun, "wait", _wait_shorter),
        patch.object(grouped_calls, "moment_for", lambda _coming: MOMENT),
        open_pipeline(settings, session, store, clock, read_seconds=READ_SECONDS) as pipeline,
    ):
        yield Batches(store, FolderFiles(folder / "files")), pipeline


def _wait_shorter(run: ShardRun, flight: InFlight, seconds: float, reason: str) -> None:
    _wait(run, flight, min(seconds, WAIT_SECONDS), reason)


@contextlib.contextmanager
def ground() -> Iterator[Ground]:
    """Lend a sandbox and a store that has asked the services about the rows once."""
    with running() as sandbox, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _working(sandbox, folder) as (batches, pipeline):
            job_id = batches.upload(_CONTENT)
            batches.run(pipeline, lanes=ROWS)
            items = [item for _, item in sorted(batches.items(job_id).items())]
            held = held_of(sandbox.ledger(calls=False), items)
            assert len(held) == ROWS
        yield Ground(sandbox, folder, held)


def found_in(shard: int, shards: int, runs: Sequence[Faults]) -> Found:
    """Run one of `shards` parts of the runs."""
    configure("text", logging.CRITICAL)  # what fails here is meant to
    found = Found()
    with ground() as place:
        for faults in runs[shard::shards]:
            found.runs += 1
            try:
                found.befallen += place.run(faults)
            except AssertionError as error:
                found.wrong.append(f"{' + '.join(map(str, faults))}: {error}")
    return found


def found_of(runs: Sequence[Faults], processes: int = PROCESSES) -> Found:
    """Run all, shared among processes."""
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        parts = list(pool.map(partial(found_in, shards=processes, runs=runs), range(processes)))
    return Found(
        sum(part.runs for part in parts),
        sum(part.befallen for part in parts),
        list(itertools.chain.from_iterable(part.wrong for part in parts)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=PROCESSES)
    processes = parser.parse_args().processes
    clock, told = SystemClock(), {}
    for name, runs in (("faults", [(fault,) for fault in FAULTS]), ("pairs", PAIRS)):
        began = clock.monotonic()
        found = found_of(runs, processes)
        seconds = round(clock.monotonic() - began)
        told[name] = {"run": found.runs, "all_befell": found.befallen, "wrong": found.wrong, "seconds": seconds}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
