"""A batch is renamed, started again and deleted over the API, in the states that allow it."""

from __future__ import annotations

import pytest

from tests.support.serving import Served, lines, upcs


def test_a_batch_that_is_done_is_deleted_and_unknown_from_then_on(served: Served) -> None:
    job_id = served.finished(lines(upcs(3)))
    answer = served.call("POST", f"/api/batch/{job_id}/delete")
    assert answer.status_code == 200
    fields = answer.json()
    assert (fields["job_id"], fields["rows"], fields["drafts_left"], fields["deleted_by"]) == (job_id, 3, 0, "api")
    assert served.call("GET", f"/api/batch/status/{job_id}").status_code == 404
    assert served.call("POST", f"/api/batch/{job_id}/delete").json() == fields


def test_a_batch_that_waits_is_a_conflict(served: Served) -> None:
    job_id = served.start(lines(upcs(3)))
    answer = served.call("POST", f"/api/batch/{job_id}/delete")
    assert answer.status_code == 409
    assert "pause or cancel it" in answer.json()["detail"]


def test_a_batch_that_never_was_is_not_found(served: Served) -> None:
    assert served.call("POST", "/api/batch/batch_1/delete").status_code == 404


def test_a_renamed_batch_is_found_by_its_new_name_and_no_more_by_the_old_one(served: Served) -> None:
    job_id = served.start(lines(upcs(3)))
    old = served.status(job_id)["name"]
    assert served.post(f"/api/batch/{job_id}/rename", {"name": " Spring,  box 14 "})["name"] == "Spring, box 14"
    assert [job["job_id"] for job in served.get("/api/batch/jobs", q="box 14")["jobs"]] == [job_id]
    assert served.get("/api/batch/jobs", q=old)["filtered"] == 0


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_what_is_no_name_is_refused(served: Served, name: str) -> None:
    job_id = served.start(lines(upcs(3)))
    assert served.call("POST", f"/api/batch/{job_id}/rename", json={"name": name}).status_code in {400, 422}


def test_a_batch_is_started_again_with_its_options(served: Served) -> None:
    job_id = served.finished(lines(upcs(3)))
    again = served.post(f"/api/batch/{job_id}/start-again")
    first = served.status(job_id)
    assert again["job_id"] != job_id
    assert (again["name"], again["gcs_path"], again["options"]) == (first["name"], first["gcs_path"], first["options"])
    served.work()
    assert served.status(again["job_id"])["total_upcs"] == 3


def test_a_batch_is_put_out_of_sight_and_brought_back(served: Served) -> None:
    job_id = served.finished(lines(upcs(2)))
    archived = served.call("POST", f"/api/batch/{job_id}/archive").json()
    assert archived["visibility"] == "archived"
    assert served.get("/api/batch/jobs")["jobs"] == []
    assert [job["job_id"] for job in served.get("/api/batch/jobs", archived="true")["jobs"]] == [job_id]
    assert served.call("POST", f"/api/batch/{job_id}/unarchive").json()["visibility"] == "visible"
    assert [job["job_id"] for job in served.get("/api/batch/jobs")["jobs"]] == [job_id]


def test_a_batch_that_waits_is_not_archived(served: Served) -> None:
    job_id = served.start(lines(upcs(2)))
    assert served.call("POST", f"/api/batch/{job_id}/archive").status_code == 409
