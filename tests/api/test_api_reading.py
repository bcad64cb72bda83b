"""`GET /api/batch/status/{job_id}` and `GET /api/batch/jobs`: the published job."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.clocks import until
from tests.support.serving import Scripted, Served, compact, lines, upcs

DOCUMENT = {  # contracts/API.md, "The document"
    "job_id",
    "status",
    "gcs_path",
    "total_upcs",
    "processed_upcs",
    "successful_upcs",
    "failed_upcs",
    "last_processed_index",
    "created_at",
    "started_at",
    "completed_at",
    "updated_at",
    "last_heartbeat",
    "error",
    "create_drafts",
    "test_mode",
    "results",
    "failed_upc_list",
    "checkpoints",
}
TIMES = ("created_at", "started_at", "completed_at", "updated_at", "last_heartbeat")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def times(value: Any) -> list[str]:
    """Return every time anywhere in an answer."""
    if isinstance(value, dict):
        own = [text for name, text in value.items() if name == "timestamp" or name.endswith("_at")]
        return [*filter(None, own), *(text for part in value.values() for text in times(part))]
    return [text for part in value for text in times(part)] if isinstance(value, list) else []


def test_an_unknown_job_is_not_found_in_the_published_words(served: Served) -> None:
    response = served.call("GET", "/api/batch/status/batch_20250821_145610_0")
    assert response.status_code == 404
    assert response.json() == {"detail": "Job batch_20250821_145610_0 not found"}


@pytest.mark.parametrize("name", ["nonsense", "a b", "%25", "batch_1'--", "..", "ä"])
def test_a_name_that_no_job_can_have_is_not_found(served: Served, name: str) -> None:
    assert served.call("GET", f"/api/batch/status/{name}").status_code == 404


def test_a_queued_job_has_every_published_field(served: Served) -> None:
    job = served.status(served.start(lines(upcs(2))))
    assert set(job) >= DOCUMENT
    assert (job["successful"], job["failed"]) == (0, 0)
    assert (job["started_at"], job["completed_at"], job["error"]) == (None, None, None)


def test_a_finished_job_has_every_published_field_with_its_count(served: Served) -> None:
    rows = upcs(5)
    job = served.status(served.finished(lines(rows), Scripted(failing=rows[1:3])))
    assert set(job) >= DOCUMENT
    assert job["status"] == "completed"
    assert (job["total_upcs"], job["processed_upcs"], job["last_processed_index"]) == (5, 5, 4)
    assert (job["successful_upcs"], job["failed_upcs"]) == (3, 2)
    assert (job["successful"], job["failed"]) == (3, 2)


def test_every_time_is_utc_in_the_published_form(served: Served) -> None:
    rows = upcs(5)
    before = datetime.now(UTC)
    job = served.status(served.finished(lines(rows), Scripted(failing=rows[1:3])))
    for name in TIMES:
        assert TIME.fullmatch(job[name]), name
        assert before - timedelta(seconds=1) < datetime.fromisoformat(job[name]) < datetime.now(UTC)
    assert all(TIME.fullmatch(text) for text in times(job))
    order = [job[name] for name in ("created_at", "started_at", "completed_at")]
    assert order == sorted(order)


def test_failed_rows_are_listed_with_barcode_index_reason_and_time(served: Served) -> None:
    rows = upcs(5)
    job = served.status(served.finished(lines(rows), Scripted(failing=rows[1:3])))
    listed = job["results"]["failed_upc_list"]
    assert [(entry["upc"], entry["index"]) for entry in listed] == [(rows[1], 1), (rows[2], 2)]
    assert all(set(entry) == {"upc", "index", "error", "timestamp"} for entry in listed)
    assert all(entry["error"] == f"Nobody knows {entry['upc']}." for entry in listed)
    assert job["failed_upc_list"] == listed


def test_the_results_say_how_it_went(served: Served) -> None:
    rows = upcs(3)
    results = served.status(served.finished(lines(rows), Scripted(failing=rows[:1])))["results"]
    assert results["success_rate"] == 66.7
    assert 0 <= results["processing_time_seconds"] < 20
    assert results["failed_upc_list_complete"] is True


def test_the_newest_outcomes_are_told_oldest_first_and_a_cursor_follows_where_there_are_more(served: Served) -> None:
    job_id = served.finished(lines(upcs(120)))
    results = served.status(job_id)["results"]
    ends = [outcome["timestamp"] for outcome in results["results"]]
    assert ends == sorted(ends)
    items = served.get(f"/api/batch/{job_id}/items", limit=200)["items"]
    assert ends == sorted(item["finished_at"] for item in items)[-len(ends) :]
    seen = {outcome["index"] for outcome in results["results"]}
    assert len(seen) == len(ends) < 120
    following = served.get(results["next"])
    assert following["items"]


def test_all_outcomes_of_a_small_batch_are_on_the_first_page(served: Served) -> None:
    results = served.status(served.finished(lines(upcs(4))))["results"]
    assert {outcome["index"] for outcome in results["results"]} == {0, 1, 2, 3}
    assert results["next"] is None


def test_the_list_of_failed_rows_is_whole_though_the_document_is_bounded(served: Served) -> None:
    rows = upcs(230)
    job_id = served.finished(lines(rows), Scripted(failing=rows))
    job = served.status(job_id)
    assert [entry["upc"] for entry in job["results"]["failed_upc_list"]] == rows
    assert job["results"]["failed_upc_list_complete"] is True
    assert (job["results"]["failed_upc_list_left_out"], job["results"]["failed_upc_list_all"]) == (0, None)
    stored = served.store.get(f"batch_jobs/{job_id}")[0]
    assert stored is not None
    assert len(stored.fields["failed_upc_list"]) <= 100
    assert max(len(stored.fields["results"]), len(stored.fields["checkpoints"])) <= 20


def test_the_status_of_a_large_batch_is_no_larger_and_says_that_its_lists_are_not_whole(served: Served) -> None:
    rows = upcs(2_600)
    job = served.status(served.finished(lines(rows), Scripted(failing=rows[:150])))
    results = job["results"]
    assert (job["processed_upcs"], job["failed"]) == (2_600, 150)
    assert [entry["upc"] for entry in results["failed_upc_list"]] == rows[50:150]
    assert results["failed_upc_list_complete"] is False
    assert results["failed_upc_list_left_out"] == 50
    assert len(served.call("GET", results["failed_upc_list_all"]).text.split()) == 150
    assert {outcome["status"] for outcome in results["results"]} == {"succeeded"}
    assert len(served.call("GET", f"/api/batch/{job['job_id']}/failed.txt").text.split()) == 150


def test_the_newest_checkpoints_and_results_are_the_last_ones(served: Served) -> None:
    with served.stopped_at(30, count=32) as (job_id, _):
        until(lambda: len(served.status(job_id)["checkpoints"]) == 10)
        until(lambda: served.status(job_id)["checkpoints"][-1]["upc_index"] == 29)
        job = served.get("/api/batch/jobs")["jobs"][0]
    for entries in (job["checkpoints"], job["results"]["results"]):
        ends = [entry["timestamp"] for entry in entries]
        assert ends == sorted(ends)
    assert {entry["upc_index"] for entry in job["checkpoints"]} == set(range(20, 30))


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (
            "/api/batch/jobs?stauts=failed",
            "stauts: no such parameter; there are archived, before, limit, q, since, status, until",
        ),
        ("/api/batch/status/batch_1?verbose=1&a=", "a, verbose: no such parameter; there are none"),
        ("/api/workers?x", "x: no such parameter; there are none"),
        ("/api/drafts?state=held", "state: no such parameter; there are before, "),
        ("/api/batch/batch_1/ebay-drafts.csv?parts=2", "parts: no such parameter; there are only, part"),
    ],
)
def test_a_parameter_that_nobody_knows_is_refused_by_name(served: Served, path: str, sentence: str) -> None:
    response = served.call("GET", path.replace("?x", "?x=1"))
    assert response.status_code == 422
    assert response.json()["detail"].startswith(sentence)


def test_whoever_probes_the_health_may_add_to_the_address(served: Served) -> None:
    assert served.call("GET", "/health?probe=1").status_code == 200


def test_a_running_job_tells_its_progress(served: Served) -> None:
    with served.stopped_at(3) as (job_id, _):
        job = served.status(job_id)
        assert (job["status"], job["processed_upcs"], job["last_processed_index"]) == ("running", 3, 2)
        assert job["started_at"]
        assert job["completed_at"] is None
        assert [each["job_id"] for each in served.get("/api/batch/jobs", status="running")["jobs"]] == [job_id]


def test_jobs_come_newest_first_with_their_numbers(served: Served) -> None:
    names = [served.start(lines(upcs(1))) for _ in range(5)]
    found = served.get("/api/batch/jobs")
    assert [job["job_id"] for job in found["jobs"]] == names[::-1]
    assert (found["total"], found["filtered"]) == (5, 5)


def test_jobs_are_ten_unless_a_limit_says_otherwise(served: Served) -> None:
    names = [served.post("/api/batch/process", {"gcs_path": "gs://b/f"})["job_id"] for _ in range(12)]
    assert [job["job_id"] for job in served.get("/api/batch/jobs")["jobs"]] == names[:1:-1]
    some = served.get("/api/batch/jobs", limit=3)
    assert [job["job_id"] for job in some["jobs"]] == names[:-4:-1]
    assert (some["total"], some["filtered"]) == (12, 12)
    assert len(served.get("/api/batch/jobs", limit=100_000)["jobs"]) == 12


def test_jobs_are_filtered_by_status(served: Served) -> None:
    done = served.finished(lines(upcs(1)))
    waiting = [served.start(lines(upcs(1))) for _ in range(2)]
    found = served.get("/api/batch/jobs", limit=10, status="pending")
    assert [job["job_id"] for job in found["jobs"]] == waiting[::-1]
    assert (found["total"], found["filtered"]) == (3, 2)
    assert [job["job_id"] for job in served.get("/api/batch/jobs", status="completed")["jobs"]] == [done]
    assert served.get("/api/batch/jobs", status="failed") == {"total": 3, "filtered": 0, "next": None, "jobs": []}


def test_jobs_are_found_by_name_and_time_page_by_page(served: Served) -> None:
    older, newer = (served.start(lines(upcs(1)), name=f"Box {number}") for number in (1, 2))
    served.start(lines(upcs(1)), name="Crate")
    first = served.get("/api/batch/jobs", q="box", limit=1)
    assert ([job["job_id"] for job in first["jobs"]], first["total"], first["filtered"]) == ([newer], 3, 2)
    second = served.get("/api/batch/jobs", q="box", limit=1, before=first["next"])
    assert ([job["job_id"] for job in second["jobs"]], second["next"]) == ([older], None)
    assert served.get("/api/batch/jobs", until="2026-01-01T00:00:00Z")["filtered"] == 0
    assert served.get("/api/batch/jobs", q="crate", since="2026-01-01T00:00:00Z")["filtered"] == 1


@pytest.mark.parametrize(
    "query",
    ["status=nonsense", "status=", "since=yesterday", "until=2026-01-01T00:00:00", "limit=0", "limit=-1", "limit=ten"],
)
def test_a_filter_that_means_nothing_is_refused(served: Served, query: str) -> None:
    assert served.call("GET", f"/api/batch/jobs?{query}").status_code == 422


def test_a_listed_job_has_the_fields_of_a_single_one(served: Served) -> None:
    rows = upcs(3)
    job_id = served.finished(lines(rows), Scripted(failing=rows[:1]))
    listed, single = served.get("/api/batch/jobs")["jobs"][0], served.status(job_id)
    assert set(listed) == set(single) - {"needs_price"} >= DOCUMENT  # which costs a query for each batch
    assert set(listed["results"]) == set(single["results"])
    assert [entry["upc"] for entry in listed["results"]["failed_upc_list"]] == rows[:1]


def test_no_answer_shows_what_is_the_engines_own(served: Served) -> None:
    job = served.status(served.finished(lines(upcs(1))))
    assert "engine" not in job


def test_every_answer_is_compact(served: Served) -> None:
    job_id = served.finished(lines(upcs(3)))
    for path in ("/api/batch/jobs", f"/api/batch/status/{job_id}", f"/api/batch/{job_id}/items", "/health"):
        assert compact(served.call("GET", path).text), path
    assert compact(served.call("GET", "/api/batch/status/unknown").text)


def test_an_unknown_address_is_answered_in_the_same_style(served: Served) -> None:
    response = served.call("GET", "/api/nothing")
    assert response.status_code == 404
    assert isinstance(response.json()["detail"], str)
