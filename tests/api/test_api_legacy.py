"""Jobs of the service that this one replaces: lists in the document, times as text, no engine map, no items."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.store.base import Put
from tests.support.serving import Scripted, Served, lines, upcs

JOB_ID = "batch_20250821_145610_0"
FAILED = [
    {"upc": "724383244812", "index": 1, "error": "401 Client Error", "timestamp": "2025-08-21T14:56:21.110000"},
    {"upc": "075992422222", "index": 4, "error": "eBay error 500", "timestamp": "2025-08-21T14:56:44.250000"},
]
AWARE = datetime(2025, 8, 21, 14, 56, 10, tzinfo=UTC)


def document(**changed: Any) -> dict[str, Any]:
    """Return the example of the published contract, as the replaced service wrote it."""
    return {
        "job_id": JOB_ID,
        "status": "running",
        "gcs_path": "gs://draft-maker-bucket/exu2.txt",
        "total_upcs": 42,
        "processed_upcs": 9,
        "successful_upcs": 7,
        "failed_upcs": 2,
        "last_processed_index": 8,
        "created_at": "2025-08-21T14:56:10",
        "started_at": "2025-08-21T14:56:10.501000",
        "completed_at": None,
        "error": None,
        "results": [{"upc": "724383244812", "success": True, "listing_id": "1"}],
        "failed_upc_list": FAILED,
        "checkpoints": [{"upc_index": 8, "upc": "1", "success": True, "timestamp": "2025-08-21T14:57:01"}],
        **changed,
    }


def place(served: Served) -> None:
    """Put the file of the old job where its document says, with the rows that failed where it says."""
    rows = upcs(42)
    for entry in FAILED:
        rows[int(str(entry["index"]))] = str(entry["upc"])
    served.place(lines(rows), "gs://draft-maker-bucket/exu2.txt")


def put(served: Served, **changed: Any) -> None:
    served.store.commit(Put(f"batch_jobs/{changed.get('job_id', JOB_ID)}", document(**changed)))


@pytest.mark.parametrize(
    "created_at", ["2025-08-21T14:56:10", "2025-08-21T14:56:10Z", "2025-08-21T14:56:10+00:00", AWARE]
)
def test_an_old_job_is_shown_with_its_times_in_the_published_form(served: Served, created_at: Any) -> None:
    put(served, created_at=created_at)
    job = served.status(JOB_ID)
    assert job["created_at"] == "2025-08-21T14:56:10Z"
    assert job["started_at"] == "2025-08-21T14:56:10.501000Z"
    assert job["completed_at"] is None


def test_an_old_job_is_shown_with_its_counters_and_lists(served: Served) -> None:
    put(served)
    job = served.status(JOB_ID)
    assert (job["total_upcs"], job["processed_upcs"], job["last_processed_index"]) == (42, 9, 8)
    assert (job["successful"], job["failed"]) == (7, 2)
    assert [entry["upc"] for entry in job["results"]["failed_upc_list"]] == ["724383244812", "075992422222"]
    assert job["results"]["failed_upc_list_complete"] is True
    assert job["results"]["success_rate"] == 77.8


def test_an_old_job_is_listed_among_new_ones(served: Served) -> None:
    put(served)
    new = served.start(lines(upcs(1)))
    found = served.get("/api/batch/jobs")
    assert [job["job_id"] for job in found["jobs"]] == [new, JOB_ID]
    assert (found["total"], found["filtered"]) == (2, 2)
    running = served.get("/api/batch/jobs", status="running")
    assert [job["job_id"] for job in running["jobs"]] == [JOB_ID]


def test_an_old_job_with_no_more_than_its_name_and_state_is_shown(served: Served) -> None:
    bare = {"job_id": JOB_ID, "status": "failed", "gcs_path": "gs://b/f", "created_at": "2025-08-21T14:56:10"}
    served.store.commit(Put(f"batch_jobs/{JOB_ID}", bare))
    job = served.status(JOB_ID)
    assert (job["processed_upcs"], job["last_processed_index"]) == (0, -1)
    assert job["results"]["failed_upc_list"] == []


@pytest.mark.parametrize("missing", ["results", "failed_upc_list", "checkpoints"])
def test_a_list_that_is_null_is_an_empty_one(served: Served, missing: str) -> None:
    put(served, **{missing: None})
    assert served.status(JOB_ID)["status"] == "running"


def test_the_rows_of_an_old_job_are_an_empty_page_and_its_files_have_none(served: Served) -> None:
    put(served)
    assert served.get(f"/api/batch/{JOB_ID}/items") == {"items": [], "next": None}
    assert served.get(f"/api/batch/{JOB_ID}/items", status="failed", q="12345678")["items"] == []
    assert len(served.call("GET", f"/api/batch/{JOB_ID}/results.csv").text.splitlines()) == 1
    assert served.call("GET", f"/api/batch/{JOB_ID}/failed.txt").status_code == 200


def test_old_jobs_do_not_disturb_a_worker(served: Served) -> None:
    put(served)
    put(served, job_id="batch_20250821_145610_1", status="pending")
    done = served.finished(lines(upcs(3)))
    assert served.status(done)["status"] == "completed"
    assert served.status(JOB_ID)["status"] == "running"


@pytest.mark.parametrize("status", ["running", "failed", "pending"])
def test_an_old_job_is_recovered_and_goes_on_where_it_stopped(served: Served, status: str) -> None:
    put(served, status=status)
    place(served)
    recovered = served.post(f"/api/batch/recover/{JOB_ID}")
    assert (recovered["status"], recovered["processed_upcs"], recovered["last_processed_index"]) == ("pending", 9, 8)
    assert served.post(f"/api/batch/recover/{JOB_ID}")["status"] == "pending"
    pipeline = Scripted()
    served.work(pipeline)
    job = served.status(JOB_ID)
    assert sorted(pipeline.runs) == list(range(9, 42))
    assert (job["status"], job["processed_upcs"], job["last_processed_index"]) == ("completed", 42, 41)
    assert (job["successful"], job["failed"], job["skipped"]) == (40, 2, 0)
    assert [entry["index"] for entry in job["results"]["failed_upc_list"]] == [1, 4]


def test_a_recovered_old_job_is_exported_row_by_row_and_its_failures_are_retried(served: Served) -> None:
    put(served, failed_upc_list=[entry["upc"] for entry in FAILED])
    place(served)
    served.post(f"/api/batch/recover/{JOB_ID}")
    served.work()
    lines_of_results = served.call("GET", f"/api/batch/{JOB_ID}/results.csv").text.splitlines()
    assert len(lines_of_results) == 43
    assert served.call("GET", f"/api/batch/{JOB_ID}/failed.txt").text.split() == [entry["upc"] for entry in FAILED]
    assert served.post(f"/api/batch/{JOB_ID}/retry-failed")["status"] == "pending"
    served.work()
    assert (served.status(JOB_ID)["successful"], served.status(JOB_ID)["failed"]) == (42, 0)


def test_an_old_job_whose_file_is_gone_says_so(served: Served) -> None:
    put(served)
    served.post(f"/api/batch/recover/{JOB_ID}")
    served.work()
    job = served.status(JOB_ID)
    assert (job["status"], job["error"]) == ("failed", "gs://draft-maker-bucket/exu2.txt was not found")
    assert [entry["upc"] for entry in job["results"]["failed_upc_list"]] == [entry["upc"] for entry in FAILED]
    place(served)
    served.post(f"/api/batch/recover/{JOB_ID}")
    served.work()
    assert served.status(JOB_ID)["status"] == "completed"


def test_a_completed_old_job_is_not_recovered(served: Served) -> None:
    put(served, status="completed")
    assert served.call("POST", f"/api/batch/recover/{JOB_ID}").status_code == 400


@pytest.mark.parametrize(("action", "wanted"), [("cancel", 200), ("retry-failed", 409), ("retry-as-new", 409)])
def test_an_old_job_can_be_cancelled_and_is_not_retried_before_it_is_recovered(
    served: Served, action: str, wanted: int
) -> None:
    put(served)
    assert served.call("POST", f"/api/batch/{JOB_ID}/{action}").status_code == wanted
