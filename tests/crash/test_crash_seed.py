"""The story that this engine was built for: 42 barcodes, and the worker is killed after the ninth."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.bootstrap import open_engine
from engine.domain.batch.items import ItemStatus
from engine.domain.batch.jobs import JobStatus
from engine.settings import Settings, environment
from tests.support.batch_runs import FIXED
from tests.support.clocks import until
from tests.support.sandbox_server import Sandbox

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def worker(variables: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run the worker of the command line."""
    command = [sys.executable, "-m", "engine", "worker"]
    with subprocess.Popen(command, cwd=ROOT, env=environment() | variables, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def test_forty_two_rows_survive_kill_9_after_the_ninth(tmp_path: Path, sandbox: Sandbox) -> None:
    variables: dict[str, Any] = {
        "DM_STORE": f"sqlite:///{tmp_path}/store.db",
        "DM_FILES": f"file:{tmp_path}/files",
        "DM_SANDBOX_URL": sandbox.url,
        "DM_LEASE_SECONDS": "2",
        "DM_LANES": "1",
    }
    engine = open_engine(Settings(_env_file=None, **variables))
    content = (ROOT / "samples" / "exu2.txt").read_bytes()
    sandbox.latency(musicbrainz=0.1, discogs=0.1)

    with worker(variables) as first:
        job_id = engine.submission.upload(content, "exu2.txt", FIXED).job_id
        until(lambda: engine.queries.job(job_id).processed_upcs >= 9)
        first.kill()
        first.wait()
    killed = engine.queries.job(job_id)
    assert 9 <= killed.processed_upcs < killed.total_upcs
    done = {item.index: item for item in engine.queries.items(job_id, limit=200).items if item.done}
    last = sandbox.ledger(calls=False)["last"]

    with worker(variables) as second:
        sandbox.latency()
        until(lambda: engine.queries.job(job_id).status is JobStatus.COMPLETED)
        second.terminate()
        assert second.wait(10) == 0

    job = engine.queries.job(job_id)
    assert (job.total_upcs, job.processed_upcs, job.last_processed_index) == (42, 42, 41)
    items = engine.queries.items(job_id, limit=200).items
    assert [item for item in items if item.index in done] == list(done.values())
    drafted = {item.sku: item.offer_id for item in items if item.status is ItemStatus.SUCCEEDED}
    ledger = sandbox.ledger(since=last)
    assert {sku: offer["offer_id"] for sku, offer in ledger["offers"].items()} == drafted
    assert all(offer["created"] == 1 for offer in ledger["offers"].values())
    assert len(drafted) == job.successful_upcs > 30
    asked = " ".join(call["key"] for call in ledger["calls"])
    repeated = {item.upc for item in done.values()} & {item.upc for item in items if item.index not in done}
    assert not [item.upc for item in done.values() if item.upc in asked and item.upc not in repeated]
    assert not [item.sku for item in done.values() if item.sku and item.sku in asked]
