"""Each alarm rings by the fault it stands for, and no other does: real stores and processes, scraped over HTTP."""

from __future__ import annotations

import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from engine.bootstrap import open_connections, open_engine, open_store
from engine.clock import SystemClock
from engine.credentials.credentials import Credentials
from engine.domain.batch.options import Options
from engine.domain.services import Service
from engine.errors import CredentialsRefused, UpstreamDown, UpstreamError
from engine.quota.budgets import Allowance
from engine.quota.limiters import Limiters
from engine.settings import Settings
from engine.upstream.connections import Connections
from engine.upstream.http import session
from tests.support.clocks import AheadClock, until
from tests.support.promql import Samples
from tests.support.sandbox_server import running
from tests.support.serving import lines, upcs
from tests.support.watched import EXPRESSIONS, Process, Watched, telling, watched_settings, watching

BARCODE = upcs(1)[0]


def queued(chosen: Settings, ago: timedelta, rows: int = 4) -> None:
    """Start a batch, as somebody did a while ago."""
    engine = open_engine(chosen, AheadClock(-ago.total_seconds()))
    engine.submission.upload(lines(upcs(rows)).encode(), "rows.txt", Options())


@contextmanager
def calling(chosen: Settings, allowance: Allowance | None = None) -> Iterator[Connections]:
    """Lend the clients that a worker has, with what it stores of the services; `allowance` counts before the usual."""
    clock = SystemClock()
    store = open_store(chosen.store, clock)
    with closing(store), session(2) as http, Limiters(store, clock) as limiters:
        credentials = Credentials(discogs_token="sandbox")
        connections = open_connections(chosen, credentials, http, limiters)
        if allowance:
            limiters.limiter(allowance)
        yield connections


def test_nothing_rings_where_nothing_is_wrong(tmp_path: Path) -> None:
    with watching(watched_settings(tmp_path)) as (served, watched):
        assert watched.ringing() == set()
        served.finished(lines(upcs(3)))
        served.start(lines(upcs(3)))
        assert watched.ringing() == set()


def test_rows_wait_and_no_worker_is_alive(tmp_path: Path) -> None:
    chosen = watched_settings(tmp_path)
    with watching(chosen) as (served, watched):
        queued(chosen, timedelta(minutes=3))
        watched.until_ringing("NoWorker")
        assert watched.ringing() == {"NoWorker"}
        served.work()
        watched.until_quiet("NoWorker")


def test_workers_are_too_few_for_what_waits(tmp_path: Path) -> None:
    chosen = watched_settings(tmp_path)
    with watching(chosen) as (served, watched), served.stopped_at(1):
        queued(chosen, timedelta(minutes=20))
        watched.until_ringing("QueueWaits")
        assert watched.ringing() == {"QueueWaits"}


def test_a_job_store_that_does_not_answer(tmp_path: Path) -> None:
    stores = tmp_path / "stores"
    stores.write_text("not a folder")
    with watching(watched_settings(tmp_path, DM_STORE=f"sqlite:///{stores}/store.db")) as (_, watched):
        assert watched.ringing() == {"StoreAway"}
        assert "draftmaker_queue_age_seconds" not in watched.samples.scrapes[-1][1], "what nobody knows is not told"
        stores.unlink()
        watched.until_quiet("StoreAway")


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("not a folder")
    with watching(watched_settings(tmp_path)) as (_, watched):
        watched.until_ringing("StoreAway")
        away = watched.samples.value('draftmaker_store_up{store="files"}')
        assert list(away.values()) == [0.0]


def test_a_service_that_does_not_answer(tmp_path: Path) -> None:
    with running() as sandbox:
        chosen = watched_settings(tmp_path, DM_SANDBOX_URL=sandbox.url)
        with watching(chosen) as (_, watched):
            sandbox.fault("discogs", "server_error")
            with calling(chosen) as connections:
                asked(connections, UpstreamDown, times=5)
            watched.until_ringing("ServiceDown")
            assert watched.ringing() == {"ServiceDown"}
            (labels,) = watched.samples.value(EXPRESSIONS["ServiceDown"])
            assert dict(labels) == {"service": "discogs"}


def test_a_service_that_does_not_accept_our_credentials(tmp_path: Path) -> None:
    with running() as sandbox:
        chosen = watched_settings(tmp_path, DM_SANDBOX_URL=sandbox.url)
        with watching(chosen) as (_, watched):
            sandbox.fault("discogs", "unauthorized")
            with calling(chosen) as connections:
                asked(connections, CredentialsRefused, times=1)
            watched.until_ringing("ServiceRefuses")
            assert watched.ringing() == {"ServiceRefuses"}


def test_a_quota_of_the_day_that_is_used_up(tmp_path: Path) -> None:
    with running() as sandbox:
        chosen = watched_settings(tmp_path, DM_SANDBOX_URL=sandbox.url)
        with watching(chosen) as (_, watched):
            allowed = Allowance(Service.DISCOGS, daily_limit=3, key="mine", needs_key=True)
            with calling(chosen, allowed) as connections:
                asked(connections, UpstreamDown, times=4)
            watched.until_ringing("QuotaGone")
            assert watched.ringing() == {"QuotaGone"}


def test_a_batch_that_has_failed(tmp_path: Path) -> None:
    with watching(watched_settings(tmp_path)) as (served, watched):
        served.finished("nothing that is a barcode\n")
        watched.until_ringing("BatchFailed")
        assert watched.ringing() == {"BatchFailed"}


def test_a_console_that_is_gone() -> None:
    watched = Watched({"console": "http://127.0.0.1:9/api/metrics"})
    assert watched.ringing() == {"ConsoleGone"}


def test_commits_that_come_second(tmp_path: Path) -> None:
    with watching(watched_settings(tmp_path)) as (_, watched), troubled(tmp_path, "conflicts") as process:
        watched.targets["worker"] = process.address
        assert watched.ringing() == set()
        again(process)
        assert watched.ringing() == {"StoreConflicts"}


def test_a_defect_of_ours(tmp_path: Path) -> None:
    with watching(watched_settings(tmp_path)) as (served, watched), troubled(tmp_path, "defects") as process:
        watched.targets["worker"] = process.address
        served.start(lines(upcs(2)))
        assert watched.ringing() == set()
        again(process)
        watched.until_ringing("RowDefects")
        assert watched.ringing() == {"RowDefects"}


@pytest.mark.long
def test_a_worker_that_is_frozen_and_thaws(tmp_path: Path) -> None:
    with running() as sandbox:
        chosen = watched_settings(tmp_path, DM_SANDBOX_URL=sandbox.url)
        own = {"DM_LEASE_SECONDS": "2", "DM_SANDBOX_LATENCY": "0"}
        with watching(chosen) as (served, watched), telling(chosen, "engine", "worker", **own) as first:
            watched.targets["first"] = first.address
            sandbox.latency(discogs=1.0)
            job_id = served.start(lines(upcs(60)))
            until(lambda: served.status(job_id)["status"] == "running")
            assert not {"WorkerSilent", "WorkerDied", "LeaseLost"} & watched.ringing()
            first.signal(signal.SIGSTOP)
            del watched.targets["first"]  # it does not answer
            with telling(chosen, "engine", "worker", **own) as second:
                watched.targets["second"] = second.address
                watched.until_ringing("WorkerDied", "WorkerSilent", seconds=60)
                first.signal(signal.SIGCONT)
                watched.targets["first"] = first.address
                watched.until_ringing("LeaseLost", seconds=60)
                watched.until_quiet("WorkerSilent")


@pytest.mark.long
def test_a_store_that_takes_no_writes(tmp_path: Path) -> None:
    with running() as sandbox:
        chosen = watched_settings(tmp_path, DM_SANDBOX_URL=sandbox.url)
        with watching(chosen) as (served, watched), telling(chosen, "engine", "worker") as worker:
            watched.targets["worker"] = worker.address
            assert watched.ringing() == set()
            pid, endless = worker.process.pid, resource.RLIM_INFINITY
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, endless))
            job_id = served.start(lines(upcs(3)))
            watched.until_ringing("StoreNotWritten", seconds=60)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (endless, endless))
            until(lambda: served.status(job_id)["status"] == "completed", seconds=60)


def test_a_disk_that_is_nearly_full(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody make a small disk")
    try:
        chosen = watched_settings(tmp_path, DM_STORE=f"sqlite:///{small}/store.db")
        with watching(chosen) as (_, watched), troubled(tmp_path, "conflicts", DM_STORE=chosen.store) as process:
            watched.targets["worker"] = process.address
            assert watched.ringing() == {"DiskFull"}
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def test_every_alarm_has_a_fault_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert {name for name in EXPRESSIONS if f'"{name}"' not in text} == set()


def test_a_counter_that_begins_anew_has_not_shrunk() -> None:
    samples = Samples()
    for at, value in ((0.0, 7.0), (30.0, 9.0), (60.0, 1.0)):
        samples.add(at, {"one": f"# TYPE a counter\na_total {value}\n"})
    assert list(samples.value("sum(increase(a_total[5m]))").values()) == [3.0]
    assert samples.value("sum(increase(a_total[10s]))") == {}


def asked(connections: Connections, error: type[UpstreamError], *, times: int) -> None:
    """Search Discogs so often; the last time ends in that error."""
    for _ in range(times - 1):
        with suppress(error):
            connections.discogs.search(BARCODE)
    with pytest.raises(error):
        connections.discogs.search(BARCODE)


@contextmanager
def troubled(folder: Path, trouble: str, **more: str) -> Iterator[Process]:
    with telling(watched_settings(folder), "tests.support.in_trouble", trouble, **more) as process:
        if trouble == "conflicts":
            again(process)  # the first commit is applied
        yield process


def again(process: Process) -> None:
    """Have it get into trouble once more, and wait for the end of that."""
    done = process.log.read_bytes().count(b"done")
    assert process.process.stdin
    process.process.stdin.write(b"\n")
    process.process.stdin.flush()
    until(lambda: process.log.read_bytes().count(b"done") > done)
