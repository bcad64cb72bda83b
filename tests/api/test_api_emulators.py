"""The API on Firestore and Cloud Storage: a batch from file to recovery, and what it answers while they are away."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from engine.clock import SystemClock
from engine.files.gcs import CloudFiles
from engine.sandbox.emulators import a_bucket, a_project
from engine.settings import Settings
from tests.api.test_api_health import CALLS
from tests.support.clocks import until
from tests.support.emulators import Wire
from tests.support.serving import Scripted, Served, lines, serving, upcs

LONGEST_SECONDS = 5.0


@pytest.fixture
def wire(firestore_emulator: str) -> Iterator[Wire]:
    wire = Wire(firestore_emulator)
    yield wire
    wire.cut()


@pytest.fixture
def served(wire: Wire, storage_emulator: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Serve the API on both emulators, with a wire to Firestore's."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", wire.address)
    places = {"DM_STORE": f"firestore://{a_project()}/(default)", "DM_FILES": f"gs://{a_bucket()}/files"}
    with serving(Settings(_env_file=None, **places)) as running:  # type: ignore[arg-type]
        yield running


def started(served: Served, rows: list[str]) -> str:
    """Put a file into the bucket, and start a batch over it; return its name."""
    path = f"{bucket(served)}/rows.txt"
    CloudFiles(bucket(served)).create(path, lines(rows).encode())
    job_id: str = served.post("/api/batch/process", {"gcs_path": path})["job_id"]
    return job_id


def bucket(served: Served) -> str:
    return served.settings.files.removesuffix("/files")


def health(served: Served) -> tuple[str, str]:
    answer = served.get("/health")
    return answer["status"], answer["firestore"]


def test_a_batch_is_processed_read_exported_retried_and_recovered(served: Served) -> None:
    rows = upcs(12)
    job_id = started(served, rows)
    assert served.status(job_id)["status"] == "pending"
    served.work(Scripted(failing=rows[3:5]))
    job = served.status(job_id)
    assert (job["status"], job["successful"], job["failed"], job["last_processed_index"]) == ("completed", 10, 2, 11)
    assert [entry["upc"] for entry in job["results"]["failed_upc_list"]] == rows[3:5]
    items = served.get(f"/api/batch/{job_id}/items")["items"]
    assert [(item["index"], item["upc"]) for item in items] == list(enumerate(rows))
    table = served.call("GET", f"/api/batch/{job_id}/results.csv").content.decode("utf-8-sig")
    assert [record["upc"] for record in csv.DictReader(io.StringIO(table))] == rows
    assert served.post(f"/api/batch/{job_id}/retry-failed")["status"] == "pending"
    served.post(f"/api/batch/{job_id}/cancel")
    assert served.post(f"/api/batch/recover/{job_id}")["status"] == "pending"
    again = Scripted()
    served.work(again)
    assert sorted(again.runs) == [3, 4]
    job = served.status(job_id)
    assert (job["status"], job["successful"], job["failed"]) == ("completed", 12, 0)
    assert served.get("/api/batch/jobs")["total"] == 1


@pytest.mark.parametrize("fault", [Wire.cut, Wire.freeze])
def test_while_firestore_is_away_every_call_says_so_within_five_seconds(
    served: Served, wire: Wire, fault: Callable[[Wire], None]
) -> None:
    assert health(served) == ("healthy", "connected")
    assert served.get("/api/batch/jobs")["total"] == 0
    fault(wire)
    clock = SystemClock()

    def ended(call: tuple[str, str]) -> tuple[requests.Response, float]:
        body = {"gcs_path": f"{bucket(served)}/rows.txt"} if call[0] == "POST" else None
        before = clock.monotonic()
        response = requests.request(call[0], f"{served.url}{call[1]}", json=body, timeout=30)
        return response, clock.monotonic() - before

    wanted = [*CALLS, ("POST", "/api/batch/process"), ("GET", "/health")]
    with ThreadPoolExecutor(len(wanted)) as beside:
        ends = dict(zip(wanted, beside.map(ended, wanted), strict=True))
    told, seconds = ends.pop(("GET", "/health"))
    assert (told.json()["firestore"], seconds < LONGEST_SECONDS) == ("disconnected", True)
    for call, (response, seconds) in ends.items():
        assert response.status_code == 503, call
        assert "does not answer" in response.json()["detail"], call
        assert seconds < LONGEST_SECONDS, call
    wire.cut()
    wire.mend()
    until(lambda: health(served) == ("healthy", "connected"), seconds=LONGEST_SECONDS)
    assert served.get("/api/batch/jobs")["total"] == 0


def test_a_worker_that_starts_while_firestore_is_away_waits_and_goes_on(served: Served, wire: Wire) -> None:
    rows, pipeline = upcs(6), Scripted()
    job_id = started(served, rows)
    wire.cut()
    with served.working(pipeline):
        assert health(served) == ("degraded", "disconnected")
        assert not pipeline.runs
        wire.mend()
        until(lambda: health(served) == ("healthy", "connected"))
        job = until(lambda: (found := served.status(job_id))["status"] == "completed" and found)
    assert (job["processed_upcs"], sorted(pipeline.runs)) == (6, list(range(6)))


EXPORTS = ("results.csv", "results.jsonl", "failed.txt", "ebay-drafts.csv", "discogs-inventory.csv")


@pytest.fixture
def storage_wire(storage_emulator: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    wire = Wire(storage_emulator)
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://{wire.address}")
    yield wire
    wire.cut()


@pytest.mark.parametrize("fault", [Wire.cut, Wire.freeze])
def test_while_cloud_storage_is_away_health_batches_and_exports_say_so_in_time(
    tmp_path: Path, storage_wire: Wire, fault: Callable[[Wire], None]
) -> None:
    bucket = f"gs://{a_bucket()}"
    places = {"DM_STORE": f"sqlite:///{tmp_path / 'store.db'}", "DM_FILES": f"{bucket}/files"}
    with serving(Settings(_env_file=None, **places)) as served:  # type: ignore[arg-type]
        done, waiting = started(served, upcs(12)), started(served, upcs(3, 71_000_000_000))
        served.post(f"/api/batch/{waiting}/pause")
        served.work(Scripted())
        served.post(f"/api/batch/{waiting}/resume")
        assert served.get("/health")["files"] == "connected"
        fault(storage_wire)
        with ThreadPoolExecutor(len(EXPORTS) + 1) as beside:
            health = beside.submit(_timed, served, "/health")
            exports = [beside.submit(_timed, served, f"/api/batch/{done}/{name}") for name in EXPORTS]
        told, seconds = health.result()
        assert (told.json()["status"], told.json()["files"], seconds < LONGEST_SECONDS) == (
            "degraded",
            "disconnected",
            True,
        )
        for response, seconds in (export.result() for export in exports):
            assert (response.status_code, response.headers["Retry-After"]) == (503, "5"), response.text
            assert "Cloud Storage does not answer" in response.json()["detail"]
            assert seconds < 2 * LONGEST_SECONDS
        until(lambda: any("The file store cannot be used" in line for line in served.status(waiting)["waits_for"]))
        storage_wire.cut()
        storage_wire.mend()
        until(lambda: served.get("/health")["status"] == "healthy")
        assert served.call("GET", f"/api/batch/{done}/results.csv").status_code == 200
        until(lambda: not any("file store" in line for line in served.status(waiting)["waits_for"]))


def _timed(served: Served, path: str) -> tuple[requests.Response, float]:
    before = SystemClock().monotonic()
    response = requests.get(f"{served.url}{path}", timeout=30)
    return response, SystemClock().monotonic() - before
