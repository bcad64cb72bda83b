"""A worker killed or frozen at every moment of a row that adds its copy to an earlier draft: it counts once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest

from engine import codec
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.options import DraftedBefore
from engine.errors import Cause
from engine.evidence.workers import is_stopped
from engine.files.folder import FolderFiles
from engine.store.sqlite import SQLiteStore
from tests.crash.test_crash_points import LATER, UPC, at_second
from tests.support.batch_runs import FIXED, Batches
from tests.support.clocks import until
from tests.support.sandbox_server import Sandbox
from tests.support.worker_process import Plan, ended, started, work

ADDING = codec.replace(FIXED, drafted_before=DraftedBefore.QUANTITY)
_seconds = count()


@dataclass
class Two:
    """Two batches of one row with the same barcode; the first is drafted."""

    folder: Path
    sandbox: Sandbox

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.batches, self.first = self._upload("first.txt")
        work(self.plan)
        _, self.second = self._upload("second.txt")

    @property
    def plan(self) -> Plan:
        return Plan(self.folder, self.sandbox.url)

    def _upload(self, name: str) -> tuple[Batches, str]:
        files = FolderFiles(self.folder / "files")
        batches = Batches(SQLiteStore(self.folder / "store.db"), files, at_second(next(_seconds)))
        return batches, batches.upload(f"{UPC}\n".encode(), ADDING, name)

    def rows(self) -> tuple[Item, Item]:
        return self.batches.items(self.first)[0], self.batches.items(self.second)[0]

    def idle(self) -> None:
        """Do nothing: the second batch waits."""

    def killed(self, number: int | str, *, times: int = 0) -> bool:
        return ended(replace(self.plan, kill_at=number, ahead=times * LATER)) == -signal.SIGKILL

    def finish(self, times: int = 1) -> None:
        work(replace(self.plan, ahead=times * LATER))

    def held(self, row: Item) -> int:
        """Return how many copies eBay holds for a row, by its offer and its inventory item; 0 without any."""
        held = self.sandbox.ledger(calls=False)["held"].get(row.sku)
        if not held or not held["offer"]:
            return 0
        quantity: int = held["offer"]["availableQuantity"]
        assert held["item"]["availability"]["shipToLocationAvailability"]["quantity"] == quantity
        return quantity

    def whole(self) -> bool:
        """Check that both batches are completed, that their numbers are right, and that no offer was made twice."""
        for job_id in (self.first, self.second):
            assert self.batches.stored(job_id).status is JobStatus.COMPLETED
            assert self.batches.exact(job_id)
        made = self.sandbox.ledger(calls=False)["offers"]
        assert self.batches.queries.queued() == 0
        return all(made[row.sku]["created"] == 1 for row in self.rows() if row.sku)

    def added(self) -> None:
        """Check that the earlier draft offers both copies, and that there is no other."""
        earlier, item = self.rows()
        assert (item.status, item.cause, item.sku) == (ItemStatus.SKIPPED, Cause.ADDED, "")
        assert (self.held(earlier), earlier.draft.quantity, earlier.error) == (2, 2, None)
        assert self.whole()

    def apart(self) -> None:
        """Check that each row has a draft of its own with its own copy."""
        earlier, item = self.rows()
        assert (self.held(earlier), self.held(item)) == (1, 1)
        assert (item.status, earlier.decided.added) == (ItemStatus.SUCCEEDED, {})
        assert self.whole()

    def given_back(self) -> None:
        """Check that the earlier draft, a live listing by now, was left alone and says so."""
        self.apart()
        earlier, _ = self.rows()
        assert any("1 copy of row 1 of second.txt" in (past.error or "") for past in earlier.history)
        assert (earlier.status, earlier.draft.quantity) == (ItemStatus.SUCCEEDED, 1)


def every_point(
    folder: Path, sandbox: Sandbox, prepare: Callable[[Two], None], check: Callable[[Two], None], *, deaths: int = 0
) -> int:
    """Kill a worker at each of its points, have another finish, and check; return how many points there were.

    `deaths` is how many workers have died already when all is prepared.
    """
    whole = Two(folder / "whole", sandbox)
    prepare(whole)
    before = set(whole.folder.glob("points-*"))
    assert not whole.killed(10_000, times=deaths)
    check(whole)
    (path,) = set(whole.folder.glob("points-*")) - before
    died = []
    for number in range(1, len(path.read_text().splitlines()) + 1):
        two = Two(folder / str(number), sandbox)
        prepare(two)
        died.append(two.killed(number, times=deaths))
        two.finish(deaths + 1)
        check(two)
        two.batches.store.close()
    assert died.count(False) <= 2, "a slow run commits once or twice more, and another one then ends before that point"
    print(f"crash points: {died.count(True)}, violations: 0")
    return died.count(True)


def test_a_worker_killed_at_any_point_of_an_addition_leaves_one_draft_of_two(tmp_path: Path, sandbox: Sandbox) -> None:
    assert every_point(tmp_path, sandbox, Two.idle, Two.added) > 20


def test_a_worker_killed_at_any_point_of_taking_it_back_leaves_two_drafts(tmp_path: Path, sandbox: Sandbox) -> None:
    def prepare(two: Two) -> None:
        work(two.plan)
        two.batches.commands.again(two.second, {0: {}})

    assert every_point(tmp_path, sandbox, prepare, Two.apart) > 20


def test_a_worker_killed_at_any_point_of_giving_a_copy_back_leaves_two_drafts(tmp_path: Path, sandbox: Sandbox) -> None:
    def prepare(two: Two) -> None:
        assert two.killed("ebay.put_item:before")
        earlier, item = two.rows()
        assert (earlier.status, item.cause) == (ItemStatus.WORKING, Cause.ADDED)
        sandbox.sell(earlier.sku)

    assert every_point(tmp_path, sandbox, prepare, Two.given_back, deaths=1) > 20


PAIRS = [
    ("ebay.offers:after", "ebay.put_item:after"),
    ("ebay.put_item:after", "ebay.update_offer:before"),
    ("ebay.update_offer:after", "ebay.update_offer:after"),
    ("ebay.put_item:before", "ebay.offers:after"),
]


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_a_worker_killed_again_during_recovery_leaves_one_draft_of_two(
    tmp_path: Path, sandbox: Sandbox, pair: tuple[str, str]
) -> None:
    two = Two(tmp_path, sandbox)
    deaths = [two.killed(name, times=times) for times, name in enumerate(pair)]
    assert deaths[0]
    two.finish(2)
    two.added()


def test_a_copy_that_had_reached_ebay_when_it_was_sold_stays_there(tmp_path: Path, sandbox: Sandbox) -> None:
    two = Two(tmp_path, sandbox)
    assert two.killed("ebay.update_offer:after")
    sandbox.sell(two.rows()[0].sku)
    two.finish()
    two.added()


def test_a_draft_that_ends_three_workers_gives_the_copy_back(tmp_path: Path, sandbox: Sandbox) -> None:
    two = Two(tmp_path, sandbox)
    for times, name in enumerate(("ebay.update_offer:after", "ebay.put_item:after", "ebay.put_item:after")):
        assert two.killed(name, times=times)
    assert two.held(two.rows()[0]) == 2
    two.finish(3)
    two.apart()


@pytest.mark.parametrize("sold", [False, True], ids=["draft", "sold"])
def test_a_worker_that_thaws_after_a_takeover_adds_nothing(tmp_path: Path, sandbox: Sandbox, sold: bool) -> None:
    two = Two(tmp_path, sandbox)
    check = two.apart if sold else two.added
    frozen = started(replace(two.plan, freeze_at="ebay.offers:after"))
    try:
        until(lambda: is_stopped(frozen.pid))
        if sold:
            sandbox.sell(two.batches.items(two.first)[0].sku)
        two.finish()
        check()
        rows = two.rows()
        assert frozen.pid
        os.kill(frozen.pid, signal.SIGCONT)
        frozen.join(20)
        assert frozen.exitcode == 0
        check()
        assert two.rows() == rows
    finally:
        frozen.kill()
