"""`GET /health` and `GET /api/workers`; what every call answers while the store is away."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest

from engine.clock import SystemClock
from engine.public import NO_ENGINE
from tests.support.clocks import until
from tests.support.serving import Served, lines, serving, settings, upcs

CALLS = [
    ("GET", "/api/batch/jobs"),
    ("GET", "/api/batch/status/batch_1"),
    ("GET", "/api/batch/batch_1/items"),
    ("GET", "/api/batch/batch_1/results.csv"),
    ("GET", "/api/batch/batch_1/results.jsonl"),
    ("GET", "/api/batch/batch_1/results.xlsx"),
    ("GET", "/api/batch/batch_1/as-uploaded"),
    ("GET", "/api/batch/batch_1/failed.txt"),
    ("GET", "/api/workers"),
    ("POST", "/api/batch/recover/batch_1"),
    ("POST", "/api/batch/batch_1/pause"),
    ("POST", "/api/batch/batch_1/resume"),
    ("POST", "/api/batch/batch_1/cancel"),
    ("POST", "/api/batch/batch_1/retry-failed"),
    ("POST", "/api/batch/batch_1/retry-as-new"),
]


def a_folder(place: Path) -> None:
    place.mkdir()


def not_a_database(place: Path) -> None:
    place.write_bytes(b"This is a letter, and a long one. " * 200)


def below_a_file(place: Path) -> None:
    place.parent.rmdir()
    place.parent.write_text("not a folder")


@pytest.fixture(params=[a_folder, not_a_database, below_a_file])
def away(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """Serve over a store that cannot be opened."""
    place = tmp_path / "stores" / "store.db"
    place.parent.mkdir()
    request.param(place)
    with serving(settings(tmp_path, DM_STORE=f"sqlite:///{place}")) as running:
        yield running


@contextlib.contextmanager
def locked(place: Path) -> Iterator[None]:
    """Hold the file so that nobody else can read it: a store that neither answers nor refuses."""
    connection = apsw.Connection(str(place))
    connection.pragma("locking_mode", "exclusive")
    connection.pragma("journal_mode", "wal")
    connection.execute("CREATE TABLE held (by TEXT); INSERT INTO held VALUES ('us')")
    try:
        yield
    finally:
        connection.close()


def test_a_running_service_is_healthy_and_connected(served: Served) -> None:
    answer = served.get("/health")
    assert (answer["status"], answer["firestore"], answer["environment"]) == ("healthy", "connected", "demo")
    assert answer["timestamp"].endswith("Z")
    assert abs(datetime.now(UTC) - datetime.fromisoformat(answer["timestamp"])) < timedelta(seconds=5)
    assert answer["version"]


def test_a_store_that_cannot_be_opened_degrades_the_service(away: Served) -> None:
    answer = away.get("/health")
    assert (answer["status"], answer["firestore"]) == ("degraded", "disconnected")
    assert {"timestamp", "environment"} <= set(answer)


def test_ready_is_refused_while_the_store_is_away(away: Served) -> None:
    refused = away.call("GET", "/api/ready")
    assert (refused.status_code, refused.json()["detail"]) == (503, "The job store does not answer.")


def test_ready_is_refused_while_the_files_are_away_and_answers_before_and_after(served: Served) -> None:
    served.start(lines(upcs(2)))
    assert served.get("/api/ready")["status"] == "healthy"
    aside = served.folder.rename(served.folder.with_suffix(".aside"))
    refused = served.call("GET", "/api/ready")
    aside.rename(served.folder)
    assert refused.status_code == 503
    assert refused.json()["detail"].startswith("The file store cannot be used: ")
    assert served.call("GET", "/api/ready").status_code == 200


def test_a_store_that_hangs_degrades_the_service_before_it_is_given_up(tmp_path: Path) -> None:
    clock = SystemClock()
    with serving(settings(tmp_path)) as served, locked(tmp_path / "store.db"), ThreadPoolExecutor(1) as beside:
        slow = beside.submit(served.call, "GET", "/api/batch/jobs")
        for _ in range(2):  # the second finds the first one's question still open
            start = clock.monotonic()
            answer = served.get("/health")
            assert clock.monotonic() - start < 7  # it is asked for eight seconds, and five are promised
            assert (answer["status"], answer["firestore"]) == ("degraded", "disconnected")
        refused = slow.result()
        assert refused.status_code == 503
        assert "does not answer" in refused.json()["detail"]


def test_the_service_is_healthy_again_when_the_store_is_back(tmp_path: Path) -> None:
    place = tmp_path / "store.db"
    place.mkdir()
    with serving(settings(tmp_path)) as served:
        assert served.get("/health")["firestore"] == "disconnected"
        place.rmdir()
        assert served.get("/health")["firestore"] == "connected"
        assert served.get("/api/batch/jobs")["total"] == 0


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_an_outage_of_the_store_is_said_in_a_sentence(away: Served, method: str, path: str) -> None:
    response = away.call(method, path)
    assert response.status_code == 503
    assert "does not answer" in response.json()["detail"]
    assert "Traceback" not in response.text
    assert "Error" not in response.text


def test_a_batch_cannot_be_started_while_the_store_is_away(away: Served) -> None:
    sent = [
        away.call("POST", "/api/batch/process", json={"gcs_path": "gs://bucket/file.txt"}),
        away.call("POST", "/api/batch/upload", files={"file": ("rows.txt", lines(upcs(2)))}),
    ]
    assert [response.status_code for response in sent] == [503, 503]


def test_an_upload_while_the_file_store_is_away_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("not a folder")
    with serving(settings(tmp_path)) as served:
        response = served.call("POST", "/api/batch/upload", files={"file": ("rows.txt", lines(upcs(2)))})
        assert response.status_code == 503
        assert "cannot be used" in response.json()["detail"]
        assert served.get("/api/batch/jobs")["total"] == 0


def test_files_that_are_away_are_told_in_health_in_batches_and_in_exports(served: Served) -> None:
    done = served.finished(lines(upcs(2)))
    waiting = served.start(lines(upcs(2, 71_000_000_000)))
    assert served.get("/health")["files_away"] == ""
    aside = served.folder.rename(served.folder.with_suffix(".aside"))
    answer = served.get("/health")
    assert (answer["status"], answer["firestore"], answer["files"]) == ("degraded", "connected", "disconnected")
    assert answer["files_away"].startswith("The file store cannot be used: the folder ")
    for name in (
        "results.csv",
        "results.jsonl",
        "results.xlsx",
        "as-uploaded",
        "failed.txt",
        "ebay-drafts.csv",
        "elsewhere.csv",
    ):
        response = served.call("GET", f"/api/batch/{done}/{name}")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
        assert "cannot be used" in response.json()["detail"]
    until(lambda: any("file store" in line for line in served.status(waiting)["waits_for"]))
    aside.rename(served.folder)
    assert served.get("/health")["status"] == "healthy"
    served.work()
    assert served.status(waiting)["status"] == "completed"


def test_no_worker_is_an_empty_list(served: Served) -> None:
    assert served.get("/api/workers") == {"workers": [], "alive": 0, "queued": 0, "waits_for": NO_ENGINE}
    served.start(lines(upcs(1)))
    assert served.get("/api/workers")["queued"] == 1


def test_a_batch_that_failed_or_was_stopped_is_not_queued(served: Served) -> None:
    served.finished("not a barcode\n")
    assert served.get("/api/workers")["queued"] == 0
    job_id = served.start(lines(upcs(1)))
    counts = []
    for action in ("pause", "resume", "cancel"):
        served.post(f"/api/batch/{job_id}/{action}")
        counts.append(served.get("/api/workers")["queued"])
    assert counts == [0, 1, 0]


def test_a_worker_tells_what_it_holds(served: Served) -> None:
    with served.stopped_at(2) as (job_id, _):
        rows = until(lambda: (found := served.get("/api/workers"))["workers"][0]["items"] and found)
        (worker,) = rows["workers"]
        assert (rows["alive"], rows["waits_for"]) == (1, "")
        assert (worker["state"], worker["job_id"]) == ("working", job_id)
        assert {row["index"] for row in worker["items"]} == {2, 3}
        assert worker["heartbeat_at"].endswith("Z")
        assert 0 <= worker["heartbeat_age_seconds"] < 5
        assert worker["host"]
        assert worker["worker"].startswith(worker["host"])


def test_a_worker_that_stopped_is_not_listed(served: Served) -> None:
    served.finished(lines(upcs(1)))
    assert served.get("/api/workers")["workers"] == []
