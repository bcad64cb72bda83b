"""Whole batches on Firestore and Cloud Storage: killed workers, a cut line, and many workers at one queue."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from engine.batches.claims import AT_ONCE
from engine.batches.documents import SHARDS
from engine.bootstrap import open_engine, open_worker
from engine.clock import SystemClock
from engine.codec import encode
from engine.domain.batch.shards import Shard, ShardKind
from engine.errors import Conflict, IllegalTransition
from engine.files.gcs import CloudFiles
from engine.sandbox.emulators import a_bucket, a_project
from engine.sandbox.meter import Metered
from engine.settings import Settings
from engine.store.base import Expect, Order, Put, Where
from engine.store.firestore import FirestoreStore
from engine.worker.run import Limits
from engine.worker.shard_lease import ShardLease
from tests.support.batch_runs import FIXED, ONE_ROW, Batches, Chosen, barcodes, fails
from tests.support.clocks import until
from tests.support.emulators import Wire
from tests.support.sandbox_server import Sandbox
from tests.support.working import Work

ROWS = 42
ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "samples" / "exu2.txt"
SHORT_LEASE = timedelta(seconds=2)
MOST_BYTES = 100 * 1024

WORKER = """
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event
from engine.bootstrap import open_files, open_store
from engine.clock import SystemClock
from tests.support.batch_runs import Batches, Chosen
from tests.contract.test_firestore_stories import Ledger

store, files, ledger = sys.argv[1:]
batches = Batches(open_store(store, SystemClock()), open_files(files))
batches.run(Ledger(Path(ledger)), lease=timedelta(seconds=2), lanes=2)
"""


class Ledger(Chosen):
    """A pipeline that takes a moment for a row, and writes down each row that it is through with."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def change(self, work: Work) -> None:
        threading.Event().wait(0.04)
        super().change(work)
        with self._path.open("a") as file:
            file.write(f"{work.row.index}\n")


@pytest.fixture
def store(firestore: FirestoreStore) -> FirestoreStore:
    return firestore


@pytest.fixture
def files(cloud_files: CloudFiles) -> CloudFiles:
    return cloud_files


def through(ledger: Path) -> Counter[int]:
    """Return how often each row was gone through."""
    return Counter(map(int, ledger.read_text().split())) if ledger.exists() else Counter()


def complete(batches: Batches, job_id: str, rows: int = ROWS) -> bool:
    """Whether a batch is completed, every row of it once, and its document exact."""
    job = batches.ended(job_id)
    items = batches.items(job_id)
    return (
        (job.total_upcs, job.successful_upcs, job.last_processed_index) == (rows, rows, rows - 1)
        and sorted(items) == list(range(rows))
        and {item.attempts for item in items.values()} == {1}
        and batches.exact(job_id)
    )


def test_a_batch_goes_from_file_to_export(batches: Batches) -> None:
    job_id = batches.upload(barcodes(ROWS))
    pipeline = Chosen()
    batches.run(pipeline)
    assert complete(batches, job_id)
    assert set(pipeline.runs.values()) == {1}
    assert len(list(batches.exports.results_csv(job_id))) == ROWS + 1
    assert [view.job.job_id for view in batches.queries.batches()] == [job_id]


def test_the_real_engine_drafts_a_file_once_each_row(
    firestore_emulator: str, storage_emulator: str, sandbox: Sandbox
) -> None:
    settings = Settings(
        _env_file=None,
        DM_STORE=f"firestore://{a_project()}/(default)",
        DM_FILES=f"gs://{a_bucket()}/files",
        DM_SANDBOX_URL=sandbox.url,
    )
    engine = open_engine(settings)
    job_id = engine.submission.upload(EXAMPLE.read_bytes(), EXAMPLE.name, FIXED).job_id
    with open_worker(settings, threading.Event()) as worker:
        worker.run(until_idle=True)
    job = engine.queries.job(job_id)
    offers = sandbox.ledger(calls=False)["offers"].values()
    assert (job.status, job.total_upcs, job.processed_upcs) == ("completed", ROWS, ROWS)
    assert [offer["created"] for offer in offers] == [1] * job.successful_upcs
    assert engine.health.check().connected


def test_a_worker_killed_after_the_ninth_row_is_followed_by_another_that_finishes(
    batches: Batches, store: FirestoreStore, files: CloudFiles, tmp_path: Path
) -> None:
    job_id = batches.upload(barcodes(ROWS))
    ledger = tmp_path / "ledger"
    places = [f"firestore://{store._project}/(default)", files.home, str(ledger)]
    killed = subprocess.Popen([sys.executable, "-c", WORKER, *places])
    until(lambda: batches.job(job_id).processed_upcs >= 9)
    killed.kill()
    killed.wait()
    done = {index for index, item in batches.items(job_id).items() if item.done}
    with batches.working(Ledger(ledger), lease=SHORT_LEASE):
        assert complete(batches, job_id)
    assert 9 <= len(done) < ROWS
    assert all(through(ledger)[index] == 1 for index in done)
    assert "taken over" in batches.events(job_id)


def test_a_line_cut_in_mid_batch_loses_nothing_and_the_worker_goes_on_by_itself(
    firestore_emulator: str, files: CloudFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, wire, ledger = a_project(), Wire(firestore_emulator), tmp_path / "ledger"
    direct = Batches(FirestoreStore(project, "(default)"), files)
    job_id = direct.upload(barcodes(ROWS))
    assert direct.stored(job_id).total_upcs == ROWS
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", wire.address)
    behind = FirestoreStore(project, "(default)")
    with Batches(behind, files).working(Ledger(ledger), limits=ONE_ROW):
        until(lambda: len(through(ledger)) >= 9)
        wire.mute()
        threading.Event().wait(0.3)
        wire.cut()
        during = until(lambda: direct.job(job_id)).processed_upcs
        threading.Event().wait(1.5)
        assert direct.job(job_id).processed_upcs == during
        wire.mend()
        assert complete(direct, job_id)
    assert 0 < during < ROWS
    assert set(through(ledger).values()) == {1}
    assert "taken over" not in direct.events(job_id)
    behind.close()
    direct.store.close()
    wire.cut()


@pytest.mark.parametrize(("limits", "lanes", "most"), [(ONE_ROW, 4, 2.1), (Limits(), 16, 1.2)], ids=["each", "grouped"])
def test_a_row_costs_few_writes(
    store: FirestoreStore, files: CloudFiles, limits: Limits, lanes: int, most: float
) -> None:
    rows, counting = 400, Metered(store)
    batches = Batches(counting, files)
    job_id = batches.upload(barcodes(rows))
    batches.run(limits=limits, lanes=lanes)
    assert batches.stored(job_id).successful_upcs == rows
    assert counting.writes <= most * rows


def test_sixty_pending_jobs_are_claimed_once_each_by_six_workers(store: FirestoreStore) -> None:
    clock = SystemClock()
    now = clock.now()
    queued = [Shard(f"job_{n}", 0, ShardKind.ROWS, 0, 1, 0, created_at=now, available_at=now) for n in range(60)]
    store.commit(*(Put(f"{SHARDS}/{shard.name}", encode(shard), Expect.ABSENT) for shard in queued))

    def work(number: int) -> Iterator[str]:
        mine = FirestoreStore(store._project, "(default)")
        while found := mine.find(SHARDS, [Where("available_at", "<=", clock.now())], Order("available_at"), 16):
            try:
                held = ShardLease.claim(
                    mine,
                    clock,
                    found[number % len(found)],
                    worker=f"w{number}",
                    lanes=1,
                    lease=timedelta(minutes=5),
                    stop=threading.Event(),
                )
            except (Conflict, IllegalTransition):
                continue
            yield held.shard.job_id
        mine.close()

    with ThreadPoolExecutor(6) as threads:
        claimed = [job_id for jobs in threads.map(lambda number: list(work(number)), range(6)) for job_id in jobs]
    assert Counter(claimed) == Counter({shard.job_id: 1 for shard in queued})


def test_four_workers_share_a_batch_while_two_are_killed_and_one_is_frozen_past_its_lease(
    firestore_emulator: str, storage_emulator: str
) -> None:
    command = [sys.executable, "-m", "benchmarks.scale", "--rows", "5100", "--no-answers"]
    told = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    assert told["wrong"] == []
    assert (told["shards"], told["killed"]) == (3, 2)
    assert told["frozen_lost_its_shard"]
    assert told["frozen_lives"]
    assert told["largest_document_bytes"] < MOST_BYTES


def test_many_failed_rows_are_handed_over_on_firestore(batches: Batches) -> None:
    count = AT_ONCE + 20
    job_id = batches.upload(barcodes(count))
    batches.run(Chosen(dict.fromkeys(range(count), fails)))
    new = batches.engine.retry_as_new(job_id)
    with pytest.raises(IllegalTransition):
        batches.commands.retry_failed(job_id)
    again = Chosen({0: fails})
    batches.run(again)
    assert set(again.runs.values()) == {1}
    assert (batches.stored(job_id).failed_upcs, batches.stored(job_id).skipped_upcs) == (0, count)
    batches.commands.again(job_id, {0: {}})
    with pytest.raises(IllegalTransition):
        batches.commands.retry_failed(new.job_id)
    batches.run()
    assert batches.exact(job_id)
    assert batches.exact(new.job_id)
    assert batches.stored(job_id).successful_upcs == 1
