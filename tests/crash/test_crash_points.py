"""A worker killed or frozen at every moment of a row: another one finishes, and nothing is lost or made twice."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.domain.batch.items import Item, Outcome
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.identify.barcodes import display
from engine.evidence.watching import points
from engine.evidence.workers import is_stopped
from engine.files.folder import FolderFiles
from engine.store.sqlite import SQLiteStore
from tests.support.batch_runs import LEASE, Batches, Chosen, barcodes, fails
from tests.support.clocks import AheadClock, FakeClock, until
from tests.support.sandbox_server import Sandbox
from tests.support.worker_process import Plan, ended, started, work

UPC = display("07961220922684")  # known to both services
LATER = LEASE + timedelta(seconds=30)
SHORT_LEASE = timedelta(seconds=3)
_seconds = count()


def at_second(second: int) -> FakeClock:
    """Return a clock that stands: the SKU of a batch holds the second of its submission, and the sandbox is shared."""
    return FakeClock(datetime(2026, 1, 1, tzinfo=UTC), second)


LABELLED = f"UPC,SKU,Shelf\n{UPC},A12-7,Crate 4\n".encode()  # the seller's number stands in front of ours


def submitted(folder: Path, content: bytes = LABELLED) -> tuple[Batches, str]:
    folder.mkdir(exist_ok=True)
    batches = Batches(SQLiteStore(folder / "store.db"), FolderFiles(folder / "files"), at_second(next(_seconds)))
    return batches, batches.upload(content)


def one_draft(batches: Batches, job_id: str, sandbox: Sandbox) -> tuple[Job, Item]:
    """Check that the one row of a batch is one draft, that nothing is left to do, and that the numbers are right."""
    job, items = batches.stored(job_id), batches.items(job_id)
    assert (job.status, job.processed_upcs, job.successful_upcs) == (JobStatus.COMPLETED, 1, 1)
    assert batches.exact(job_id)
    (item,) = items.values()
    assert (item.outcome, item.attempts) == (Outcome.DRAFTED, 1)
    offer = sandbox.ledger(calls=False)["offers"][item.sku]
    assert (offer["created"], offer["offer_id"]) == (1, item.offer_id)
    assert batches.queries.queued() == 0
    assert batches.events(job_id).count("completed") == 1
    return job, item


def killed_at(number: int, folder: Path, sandbox: Sandbox) -> bool:
    """Kill a worker at its `number`-th point and have another finish; return whether it came so far."""
    batches, job_id = submitted(folder)
    died = ended(Plan(folder, sandbox.url, kill_at=number)) == -signal.SIGKILL
    before = batches.items(job_id)
    work(Plan(folder, sandbox.url, ahead=LATER))
    _, item = one_draft(batches, job_id, sandbox)
    assert item.sku.startswith("A12-7-DM")
    if 0 in before and before[0].done:
        assert item == before[0]
    if 0 in before and before[0].intent:
        assert item.intent == before[0].intent
    batches.store.close()
    return died


def test_a_worker_killed_at_any_point_of_a_row_leaves_one_draft(tmp_path: Path, sandbox: Sandbox) -> None:
    assert not killed_at(10_000, tmp_path / "whole", sandbox)
    (first,) = points(tmp_path / "whole")
    with ThreadPoolExecutor(3) as threads:
        numbers = range(1, len(first) + 1)
        died = list(threads.map(lambda number: killed_at(number, tmp_path / str(number), sandbox), numbers))
    assert died.count(False) <= 2, "a slow run commits once or twice more, and another one then ends before that point"
    print(f"crash points of one row: {died.count(True)}, violations: 0")
    assert {name.partition(":")[0] for name in first} == {
        "commit",
        "musicbrainz.search",
        "discogs.search",
        "discogs.release",
        "coverart.front",
        "ebay.token",
        "ebay.offers",
        "ebay.put_item",
        "ebay.create_offer",
    }


@pytest.mark.parametrize(
    "pair",
    [("ebay.create_offer:after", "ebay.offers:after"), ("ebay.put_item:after", "ebay.create_offer:after")],
    ids=str,
)
def test_a_worker_killed_again_during_recovery_leaves_one_draft(
    tmp_path: Path, sandbox: Sandbox, pair: tuple[str, str]
) -> None:
    batches, job_id = submitted(tmp_path)
    for death, name in enumerate(pair):
        assert ended(Plan(tmp_path, sandbox.url, kill_at=name, ahead=death * LATER)) == -signal.SIGKILL
    work(Plan(tmp_path, sandbox.url, ahead=2 * LATER))
    one_draft(batches, job_id, sandbox)
    batches.store.close()


FROZEN = (
    "ebay.offers:after",
    "ebay.put_item:before",
    "ebay.put_item:after",
    "ebay.create_offer:before",
    "ebay.create_offer:after",
)


@pytest.mark.parametrize("moment", FROZEN)
def test_a_worker_that_thaws_after_a_takeover_writes_nothing(tmp_path: Path, sandbox: Sandbox, moment: str) -> None:
    batches, job_id = submitted(tmp_path)
    frozen = started(Plan(tmp_path, sandbox.url, freeze_at=moment, lease=SHORT_LEASE))
    until(lambda: is_stopped(frozen.pid))
    ends = SystemClock().monotonic() + SHORT_LEASE.total_seconds()
    until(lambda: SystemClock().monotonic() > ends)
    work(Plan(tmp_path, sandbox.url, ahead=LATER))
    job, item = one_draft(batches, job_id, sandbox)
    last = sandbox.ledger(calls=False)["last"]
    assert frozen.pid
    os.kill(frozen.pid, signal.SIGCONT)
    frozen.join(20)
    assert frozen.exitcode == 0
    assert one_draft(batches, job_id, sandbox) == (job, item)
    late = [call for call in sandbox.ledger("ebay", since=last)["calls"] if call["method"] in {"PUT", "POST"}]
    assert len(late) == (moment in {"ebay.put_item:before", "ebay.create_offer:before"}), (
        "what was about to be sent, alone"
    )
    assert batches.events(job_id).count("taken over") == 1
    batches.store.close()


def test_a_row_that_ends_three_workers_is_set_aside_and_the_batch_goes_on(tmp_path: Path) -> None:
    batches, job_id = submitted(tmp_path, barcodes(30))
    deaths, ahead = 0, timedelta(0)
    while ended(Plan(tmp_path, deadly=11, lanes=4, ahead=ahead)) == 9:
        deaths, ahead = deaths + 1, ahead + LATER
    job, item = batches.stored(job_id), batches.items(job_id)[11]
    assert deaths == 3
    assert (job.status, job.successful_upcs, job.failed_upcs) == (JobStatus.COMPLETED, 29, 1)
    assert (item.cause, item.error) == (
        "set_aside",
        "Set aside: the engine stopped 3 times while it worked on this row.",
    )
    assert batches.exact(job_id)


def test_a_retried_row_that_ends_three_workers_is_set_aside_however_far_apart_the_rows_are(tmp_path: Path) -> None:
    batches, job_id = submitted(tmp_path, barcodes(700))
    batches.run(Chosen(dict.fromkeys(range(0, 700, 100), fails)))
    batches.commands.retry_failed(job_id)
    deaths, ahead = 0, LATER
    while ended(Plan(tmp_path, deadly=300, lanes=4, ahead=ahead)) == 9:
        deaths, ahead = deaths + 1, ahead + LATER
    job = batches.stored(job_id)
    assert deaths == 3
    assert (job.status, job.successful_upcs, job.failed_upcs) == (JobStatus.COMPLETED, 699, 1)
    assert batches.exact(job_id)


def test_a_row_done_again_that_ends_three_workers_is_left_as_it_was(tmp_path: Path) -> None:
    batches, job_id = submitted(tmp_path, barcodes(6))
    batches.run()
    batches.commands.again(job_id, {3: {}, 4: {}})
    deaths, ahead = 0, LATER
    while ended(Plan(tmp_path, deadly=3, lanes=4, ahead=ahead)) == 9:
        deaths, ahead = deaths + 1, ahead + LATER
    job, item = batches.stored(job_id), batches.items(job_id)[3]
    assert deaths == 3
    assert (job.status, job.successful_upcs, job.failed_upcs) == (JobStatus.COMPLETED, 6, 0)
    assert item.error
    assert item.error.startswith("The draft was left as it was: Set aside")
    assert batches.items(job_id)[4].attempts == 2
    assert batches.exact(job_id)


def test_a_batch_whose_worker_died_can_be_recovered_at_once(tmp_path: Path) -> None:
    batches, job_id = submitted(tmp_path, barcodes(30))
    assert ended(Plan(tmp_path, deadly=11)) == 9
    later = Batches(SQLiteStore(tmp_path / "store.db", AheadClock(11)), batches.files)
    assert later.queries.batch(job_id).interrupted
    assert later.commands.recover(job_id).status is JobStatus.PENDING
    later.run(clock=AheadClock(11))
    assert batches.stored(job_id).successful_upcs == 30
    assert batches.events(job_id).count("taken over") == 1


def test_a_stop_lets_go_within_ten_seconds_although_a_service_hangs(tmp_path: Path, sandbox: Sandbox) -> None:
    batches, job_id = submitted(tmp_path)
    sandbox.fault("ebay", "timeout", match="POST /sell/inventory/v1/offer")
    process = started(Plan(tmp_path, sandbox.url, until_idle=False))
    until(sandbox.fired)
    at = SystemClock().now()
    process.terminate()
    process.join(12)
    assert process.exitcode == 0
    assert SystemClock().now() - at < timedelta(seconds=10)
    sandbox.heal()
    work(Plan(tmp_path, sandbox.url))
    one_draft(batches, job_id, sandbox)
    assert "taken over" not in batches.events(job_id)
