"""A batch is deleted over the API, in the states that allow it."""

from __future__ import annotations

from tests.support.serving import Served, lines, upcs


def test_a_batch_that_is_done_is_deleted_and_unknown_from_then_on(served: Served) -> None:
    job_id = served.finished(lines(upcs(3)))
    answer = served.call("DELETE", f"/api/batch/{job_id}")
    assert answer.status_code == 200
    fields = answer.json()
    assert (fields["job_id"], fields["rows"], fields["drafts_left"], fields["deleted_by"]) == (job_id, 3, 0, "api")
    assert served.call("GET", f"/api/batch/status/{job_id}").status_code == 404
    assert served.call("DELETE", f"/api/batch/{job_id}").json() == fields


def test_a_batch_that_waits_is_a_conflict(served: Served) -> None:
    job_id = served.start(lines(upcs(3)))
    answer = served.call("DELETE", f"/api/batch/{job_id}")
    assert answer.status_code == 409
    assert "pause or cancel it" in answer.json()["detail"]


def test_a_batch_that_never_was_is_not_found(served: Served) -> None:
    assert served.call("DELETE", "/api/batch/batch_1").status_code == 404
