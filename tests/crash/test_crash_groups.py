"""A worker killed or frozen at every moment of rows that share their calls to eBay: each row has one draft in the end.

    python -m tests.crash.test_crash_groups [--seconds N]

kills a worker at every point from the first shared call on, the one that recovers at every point of its own, and has a
third finish, for so long at most; it prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, count
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.domain.batch.items import Outcome
from engine.domain.batch.jobs import JobStatus
from engine.evidence.watching import points
from engine.evidence.workers import is_stopped
from engine.files.folder import FolderFiles
from engine.store.sqlite import SQLiteStore
from tests.crash.test_crash_points import LATER, at_second
from tests.support.batch_runs import Batches
from tests.support.clocks import until
from tests.support.fault_runs import barcodes
from tests.support.sandbox_server import Sandbox, running
from tests.support.worker_process import Plan, ended, started, work

ROWS = 4
BULK = ("ebay.items", "ebay.put_items", "ebay.create_offers")
_seconds = count(10_000)


class Group:
    """A batch of a few rows that are ready together, in a folder of its own."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        folder.mkdir(exist_ok=True)
        self.sandbox = sandbox
        self.plan = Plan(folder, sandbox.url, lanes=ROWS, moment=10.0)
        files = FolderFiles(folder / "files")
        self.batches = Batches(SQLiteStore(folder / "store.db"), files, at_second(next(_seconds)))
        self.job_id = self.batches.upload(b"\n".join(barcodes().split()[:ROWS]))

    def planned(self, **more: object) -> Plan:
        return Plan(**{**vars(self.plan), **more})

    def killed(self, at: int | str, *, deaths: int = 0) -> bool:
        return ended(self.planned(kill_at=at, ahead=deaths * LATER)) == -signal.SIGKILL

    def finish(self, deaths: int = 1) -> None:
        work(self.planned(ahead=deaths * LATER))

    def check(self) -> None:
        """Check that every row is one draft, that nothing is left to do, and that the numbers are right."""
        batches, job = self.batches, self.batches.stored(self.job_id)
        assert (job.status, job.processed_upcs, job.successful_upcs) == (JobStatus.COMPLETED, ROWS, ROWS)
        assert batches.exact(self.job_id)
        made = self.sandbox.ledger(calls=False)["offers"]
        for item in batches.items(self.job_id).values():
            assert (item.outcome, item.attempts) == (Outcome.DRAFTED, 1)
            assert (made[item.sku]["created"], made[item.sku]["offer_id"]) == (1, item.offer_id)
        assert batches.queries.queued() == 0
        batches.store.close()


def test_rows_killed_at_any_point_of_the_calls_that_they_share_have_one_draft_each(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    whole = Group(tmp_path / "whole", sandbox)
    assert not whole.killed(10_000)
    whole.check()
    (names,) = points(tmp_path / "whole")
    assert {f"{call}:{when}" for call in BULK for when in ("before", "after")} <= set(names)

    def killed_at(number: int) -> bool:
        group = Group(tmp_path / str(number), sandbox)
        died = group.killed(number)
        group.finish()
        group.check()
        return died

    with ThreadPoolExecutor(3) as threads:
        died = list(threads.map(killed_at, range(1, len(names) + 1)))
    print(f"crash points of {ROWS} rows that share calls: {died.count(True)}, violations: 0")
    assert died.count(False) <= 6, "rows that end together share commits, and another run ends before that point"


PAIRS = [
    ("ebay.create_offers:after", "ebay.offers:after"),
    ("ebay.create_offers:before", "ebay.put_item:after"),
    ("ebay.put_items:after", "ebay.create_offer:after"),
    ("ebay.items:after", "ebay.create_offer:before"),
]


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_rows_killed_again_during_the_recovery_have_one_draft_each(
    tmp_path: Path, sandbox: Sandbox, pair: tuple[str, str]
) -> None:
    group = Group(tmp_path, sandbox)
    assert group.killed(pair[0])
    group.killed(pair[1], deaths=1)
    group.finish(2)
    group.check()


@pytest.mark.parametrize("moment", [f"{call}:{when}" for call in BULK for when in ("before", "after")])
def test_a_worker_that_thaws_after_a_takeover_makes_no_second_offer(
    tmp_path: Path, sandbox: Sandbox, moment: str
) -> None:
    group = Group(tmp_path, sandbox)
    frozen = started(group.planned(freeze_at=moment))
    until(lambda: is_stopped(frozen.pid))
    group.finish()
    assert frozen.pid
    os.kill(frozen.pid, signal.SIGCONT)
    frozen.join(20)
    assert frozen.exitcode == 0
    group.check()


@pytest.mark.parametrize("fault", ["created_but_500", "repeated", "server_error", "rate_limited", "refused"])
def test_rows_killed_behind_a_call_that_half_failed_have_one_draft_each(
    tmp_path: Path, sandbox: Sandbox, fault: str
) -> None:
    group = Group(tmp_path, sandbox)
    refused = {"number": 25001, "said": "A system error has occurred."} if fault == "refused" else {}
    sandbox.fault("ebay", fault, match="bulk_create_offer", half=True, times=1, **refused)
    assert group.killed("ebay.create_offers:after")
    assert sandbox.fired() == 1
    sandbox.heal()
    group.finish()
    group.check()


def test_a_batch_that_is_cancelled_while_its_rows_share_a_call_ends_them_and_begins_no_other(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    group = Group(tmp_path, sandbox)
    sandbox.fault("ebay", "latency", match="bulk_create_offer", seconds=1.0)
    running_worker = started(group.planned())
    until(sandbox.fired)
    group.batches.commands.cancel(group.job_id)
    running_worker.join(20)
    sandbox.heal()
    items = group.batches.items(group.job_id).values()
    made = sandbox.ledger(calls=False)["offers"]
    assert {item.sku: item.offer_id for item in items if item.outcome} == {
        item.sku: made[item.sku]["offer_id"] for item in items if item.sku in made
    }


def pairs(folder: Path, sandbox: Sandbox, first: int, end: float) -> Iterator[str]:
    """Kill a worker at its point `first`, the next one at each of its points in turn, and have a third finish.

    Yield what is wrong with each pair, "" for nothing.
    """
    for second in count(1):
        group = Group(folder / f"{first}-{second}", sandbox)
        if SystemClock().monotonic() > end or not group.killed(first):
            return
        died = group.killed(second, deaths=1)
        group.finish(2)
        try:
            group.check()
        except AssertionError as error:
            yield f"{first}, {second}: {error}".splitlines()[0]
        else:
            yield ""
        if not died:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    end = SystemClock().monotonic() + parser.parse_args().seconds
    with running() as sandbox, tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(3) as threads:
        whole = Group(Path(name) / "whole", sandbox)
        whole.killed(10_000)
        (names,) = points(Path(name) / "whole")
        firsts = range(len(names), names.index(f"{BULK[0]}:before"), -1)
        found = threads.map(lambda first: list(pairs(Path(name), sandbox, first, end)), firsts)
        told = list(chain.from_iterable(found))
    print(json.dumps({"first_points": len(firsts), "pairs": len(told), "wrong": [one for one in told if one]}))


if __name__ == "__main__":
    main()
