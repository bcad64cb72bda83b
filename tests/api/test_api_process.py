"""`POST /api/batch/process`: what is taken, what is refused, what is answered."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.serving import Served, compact, lines, serving, settings, upcs

PROCESS = "/api/batch/process"


def test_a_batch_is_queued_with_the_defaults_of_the_published_call(served: Served) -> None:
    job = served.post(PROCESS, {"gcs_path": "gs://bucket/file.txt"})
    assert re.fullmatch(r"batch_\d{8}_\d{6}_\d+", job["job_id"])
    assert (job["status"], job["gcs_path"]) == ("pending", "gs://bucket/file.txt")
    assert (job["create_drafts"], job["test_mode"]) == (True, False)
    assert (job["processed_upcs"], job["last_processed_index"]) == (0, -1)


def test_the_booleans_are_kept_as_they_are_sent(served: Served) -> None:
    job = served.post(PROCESS, {"gcs_path": "gs://bucket/file.txt", "create_drafts": False, "test_mode": True})
    assert (job["create_drafts"], job["test_mode"]) == (False, True)
    again = served.status(job["job_id"])
    assert (again["create_drafts"], again["test_mode"]) == (False, True)


def test_a_field_that_nobody_knows_is_refused_by_name(served: Served) -> None:
    body = {"gcs_path": "gs://bucket/file.txt", "create_draft": False, "strategy": "fast"}
    response = served.call("POST", PROCESS, json=body)
    assert response.status_code == 422
    detail = response.json()["detail"]
    assert detail.startswith("create_draft, strategy: no such field; there are ambiguous, columns, condition, ")
    assert served.get("/api/batch/jobs")["total"] == 0


def test_a_field_inside_another_is_named_with_it(served: Served) -> None:
    body = {"gcs_path": "gs://bucket/file.txt", "price_rule": {"margin": 3}}
    detail = served.call("POST", PROCESS, json=body).json()["detail"]
    assert detail.startswith("price_rule: margin: no such field; there are basis, ")


def test_a_refusal_names_every_field_and_tells_no_value(served: Served) -> None:
    body = {"gcs_path": 7, "test_mode": "s3cr3t", "condition": "Excellent"}
    response = served.call("POST", PROCESS, json=body)
    assert set(response.json()) == {"detail"}
    named = [part.partition(":")[0] for part in response.json()["detail"].split("; ")]
    assert named == ["test_mode", "condition", "gcs_path"]
    assert "s3cr3t" not in response.text


def test_a_body_with_many_mistakes_names_the_first_five(served: Served) -> None:
    prices = {name: {"*": 0} for name in "ABCDEFG"}
    response = served.call("POST", PROCESS, json={"gcs_path": "gs://b/f", "price_rule": {"fixed": prices}})
    assert response.json()["detail"].endswith("; and 2 more")


def test_our_own_options_are_taken(served: Served) -> None:
    options = {"condition": "USED_GOOD", "duplicates": "quantity", "name": "Shelf 4"}
    job = served.post(PROCESS, {"gcs_path": "gs://bucket/file.txt", **options})
    assert job["name"] == "Shelf 4"
    assert job["options"]["condition"] == "USED_GOOD"
    assert job["options"]["duplicates"] == "quantity"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "file.txt",
        "/etc/passwd",
        "s3://bucket/file.txt",
        "GS://bucket/file.txt",
        "gs://",
        "gs://bucket",
        "gs://bucket/",
        "gs:///file.txt",
        "gs://bucket/folder/",
        "gs://bucket/../../etc/passwd",
        "gs://bucket/a/./b",
    ],
)
def test_a_path_that_is_no_address_of_an_object_is_a_bad_request(served: Served, path: str) -> None:
    response = served.call("POST", PROCESS, json={"gcs_path": path})
    assert response.status_code == 400
    assert "gs://bucket/object" in response.json()["detail"]
    assert served.get("/api/batch/jobs")["total"] == 0


def test_a_bucket_that_jobs_may_not_be_read_from_is_forbidden(tmp_path: Path) -> None:
    with serving(settings(tmp_path, DM_BUCKETS="ours, theirs")) as served:
        response = served.call("POST", PROCESS, json={"gcs_path": "gs://secret/file.txt"})
        assert response.status_code == 403
        assert "secret" in response.json()["detail"]
        assert served.post(PROCESS, {"gcs_path": "gs://theirs/file.txt"})["status"] == "pending"
        assert served.get("/api/batch/jobs")["total"] == 1


def test_photos_are_looked_for_in_the_allowed_buckets_only(tmp_path: Path) -> None:
    with serving(settings(tmp_path, DM_BUCKETS="ours")) as served:
        sent = {"gcs_path": "gs://ours/file.txt", "photos": "gs://secret/{upc}.jpg"}
        response = served.call("POST", PROCESS, json=sent)
        assert response.status_code == 403
        assert "photos may not be read from the bucket secret" in response.json()["detail"]
        assert served.post(PROCESS, {**sent, "photos": "gs://ours/{upc}.jpg"})["status"] == "pending"


def test_our_own_uploads_need_no_place_among_the_allowed_buckets(tmp_path: Path) -> None:
    with serving(settings(tmp_path, DM_BUCKETS="ours")) as served:
        sent = served.call("POST", "/api/batch/upload", files={"file": ("rows.txt", lines(upcs(2)))})
        assert sent.status_code == 200, sent.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"gs://bucket/file.txt"',
        b"{}",
        b'{"gcs_path": 7}',
        b'{"gcs_path": null}',
        b'{"gcs_path": "gs://b/f", "create_drafts": "perhaps"}',
        b'{"gcs_path": "gs://b/f", "create_drafts": "false"}',
        b'{"gcs_path": "gs://b/f", "create_drafts": 0}',
        b'{"gcs_path": "gs://b/f", "test_mode": []}',
        b'{"gcs_path": "gs://b/f", "duplicates": "never"}',
        b'{"gcs_path": "gs://b/f", "condition": "Excellent"}',
    ],
)
def test_a_malformed_body_cannot_be_processed(served: Served, body: bytes) -> None:
    response = served.call("POST", PROCESS, data=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422, response.text
    assert isinstance(response.json()["detail"], str)
    assert served.get("/api/batch/jobs")["total"] == 0


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
def test_a_body_that_a_foreign_web_page_could_send_is_refused(served: Served, kind: str) -> None:
    body = b'{"gcs_path": "gs://bucket/file.txt"}'
    response = served.call("POST", PROCESS, data=body, headers={"Content-Type": kind})
    assert response.status_code == 415
    assert response.json()["detail"] == (
        f"The body must be application/json, not {kind}: set the header Content-Type: application/json."
    )
    assert served.get("/api/batch/jobs")["total"] == 0


def test_a_missing_file_fails_the_job_with_a_clear_error(served: Served) -> None:
    job_id = served.post(PROCESS, {"gcs_path": "gs://bucket/missing.txt"})["job_id"]
    served.work()
    job = served.status(job_id)
    assert job["status"] == "failed"
    assert job["error"] == "gs://bucket/missing.txt was not found"
    assert job["total_upcs"] is None


def test_a_file_of_which_nothing_can_be_used_fails_the_job_with_its_reason(served: Served) -> None:
    job_id = served.finished("not a barcode\n")
    job = served.status(job_id)
    assert job["status"] == "failed"
    assert "not a barcode" in job["error"]


def test_the_answer_is_compact_so_that_grep_finds_the_job(served: Served) -> None:
    response = served.call("POST", PROCESS, json={"gcs_path": "gs://bucket/file.txt"})
    assert compact(response.text)
    grep = ["grep", "-o", '"job_id":"[^"]*']
    found = subprocess.run(grep, input=response.content, capture_output=True, check=True).stdout.decode()
    assert found.splitlines() == [f'"job_id":"{response.json()["job_id"]}']


def test_batches_of_one_second_are_numbered(served: Served) -> None:
    names = [served.post(PROCESS, {"gcs_path": "gs://bucket/file.txt"})["job_id"] for _ in range(8)]
    assert len(set(names)) == 8
    stamps = [name.rpartition("_") for name in names]
    first = [int(number) for stamp, _, number in stamps if stamp == stamps[-1][0]]
    assert first == list(range(len(first)))
