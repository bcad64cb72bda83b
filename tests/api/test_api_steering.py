"""Pause, resume, cancel, retry in place and as a new batch: what each does, and in which state it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.support.clocks import until
from tests.support.serving import Scripted, Served, lines, upcs

ROWS = upcs(6)
ACTIONS = ("pause", "resume", "cancel", "retry-failed", "retry-as-new")


def pending(served: Served) -> str:
    return served.start(lines(ROWS))


def paused(served: Served) -> str:
    job_id = pending(served)
    served.post(f"/api/batch/{job_id}/pause")
    return job_id


def cancelled(served: Served) -> str:
    job_id = pending(served)
    served.post(f"/api/batch/{job_id}/cancel")
    return job_id


def failed(served: Served) -> str:
    job_id: str = served.post("/api/batch/process", {"gcs_path": "gs://bucket/missing.txt"})["job_id"]
    served.work()
    return job_id


def completed(served: Served) -> str:
    return served.finished(lines(ROWS))


def in_part(served: Served) -> str:
    return served.finished(lines(ROWS), Scripted(failing=ROWS[:2]))


ALLOWED: dict[Callable[[Served], str], dict[str, str]] = {
    pending: {"pause": "paused", "cancel": "cancelled"},
    paused: {"resume": "pending", "cancel": "cancelled"},
    cancelled: {},
    failed: {"cancel": "cancelled"},
    completed: {},
    in_part: {"retry-failed": "pending", "retry-as-new": "pending"},
}


@pytest.mark.parametrize("state", ALLOWED, ids=lambda state: state.__name__)
@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_is_done_in_the_states_that_allow_it_and_a_conflict_in_all_others(
    served: Served, state: Callable[[Served], str], action: str
) -> None:
    job_id = state(served)
    before = served.status(job_id)["status"]
    response = served.call("POST", f"/api/batch/{job_id}/{action}")
    wanted = ALLOWED[state].get(action)
    if wanted:
        assert response.status_code == 200, response.text
        assert response.json()["status"] == wanted
    else:
        assert response.status_code == 409, response.text
        assert job_id in response.json()["detail"]
        assert served.status(job_id)["status"] == before


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_on_an_unknown_job_finds_nothing(served: Served, action: str) -> None:
    response = served.call("POST", f"/api/batch/batch_1/{action}")
    assert response.status_code == 404
    assert response.json() == {"detail": "Job batch_1 not found"}


@contextmanager
def resting(served: Served, action: str) -> Iterator[tuple[str, Scripted]]:
    """Stop a running batch by `action`, and yield once its worker has let go of it."""
    with served.stopped_at(2) as (job_id, pipeline):
        assert served.post(f"/api/batch/{job_id}/{action}")["status"] != "running"
        pipeline.go.set()
        until(lambda: not any(worker["job_id"] for worker in served.get("/api/workers")["workers"]))
        yield job_id, pipeline


@pytest.mark.parametrize(("action", "status"), [("pause", "paused"), ("cancel", "cancelled")])
def test_a_running_batch_finishes_the_rows_in_hand_and_begins_no_other(
    served: Served, action: str, status: str
) -> None:
    with resting(served, action) as (job_id, pipeline):
        job = served.status(job_id)
        assert job["status"] == status
        assert job["processed_upcs"] == len(pipeline.runs) < 6
        ended = [item["index"] for item in served.get(f"/api/batch/{job_id}/items", status="succeeded")["items"]]
        assert ended == sorted(pipeline.runs)


def test_a_paused_batch_goes_on_when_it_is_resumed(served: Served) -> None:
    with resting(served, "pause") as (job_id, pipeline):
        assert served.post(f"/api/batch/{job_id}/resume")["status"] == "pending"
        until(lambda: served.status(job_id)["status"] == "completed")
        assert sorted(pipeline.runs) == list(range(6))


def test_failed_rows_are_retried_in_place_and_done_ones_are_not_touched(served: Served) -> None:
    job_id = in_part(served)
    again = Scripted()
    assert served.post(f"/api/batch/{job_id}/retry-failed")["job_id"] == job_id
    served.work(again)
    job = served.status(job_id)
    assert sorted(again.runs) == [0, 1]
    assert (job["status"], job["successful_upcs"], job["failed_upcs"]) == ("completed", 6, 0)
    assert job["results"]["failed_upc_list"] == []


def test_a_retry_that_is_under_way_is_not_begun_again(served: Served) -> None:
    job_id = in_part(served)
    served.post(f"/api/batch/{job_id}/retry-failed")
    response = served.call("POST", f"/api/batch/{job_id}/retry-failed")
    assert response.status_code == 409
    again = Scripted()
    served.work(again)
    assert sorted(again.runs) == [0, 1]


def test_failed_rows_become_a_new_batch_that_names_the_old_one(served: Served) -> None:
    job_id = in_part(served)
    new = served.post(f"/api/batch/{job_id}/retry-as-new")
    assert (new["retry_of"], new["status"]) == (job_id, "pending")
    assert new["job_id"] != job_id
    served.work()
    items = served.get(f"/api/batch/{new['job_id']}/items")["items"]
    assert [item["upc"] for item in items] == ROWS[:2]
    old = served.status(job_id)
    assert (old["failed_upcs"], old["skipped_upcs"], old["failed_upc_list"]) == (0, 2, [])
    moved = served.get(f"/api/batch/{job_id}/items?cause=handed_over")["items"]
    assert [item["handed_to"]["index"] for item in moved] == [0, 1]
    assert {item["handed_to"]["job_id"] for item in moved} == {new["job_id"]}
    assert served.post(f"/api/batch/{job_id}/retry-as-new")["job_id"] == new["job_id"]
    assert served.call("POST", f"/api/batch/{job_id}/retry-failed").status_code == 409


def test_a_new_batch_of_failed_rows_keeps_options_and_columns(served: Served) -> None:
    table = "upc,price,shelf\n" + "".join(f"{upc},{index}.50,A{index}\n" for index, upc in enumerate(ROWS, start=1))
    path = served.place(table, "gs://bucket/rows.csv")
    body = {"gcs_path": path, "test_mode": True, "condition": "LIKE_NEW"}
    job_id = served.post("/api/batch/process", body)["job_id"]
    served.work(Scripted(failing=ROWS[4:]))
    new = served.post(f"/api/batch/{job_id}/retry-as-new")
    assert new["test_mode"] is True
    assert new["options"]["condition"] == "LIKE_NEW"
    served.work()
    exported = served.call("GET", f"/api/batch/{new['job_id']}/results.csv").text.splitlines()
    assert exported[0].startswith("upc,price,shelf,row,")
    assert [line.split(",")[:3] for line in exported[1:]] == [[ROWS[4], "5.50", "A5"], [ROWS[5], "6.50", "A6"]]


def test_a_batch_whose_failed_rows_no_retry_can_mend_is_not_retried(served: Served) -> None:
    job_id = served.finished(lines([*ROWS[:2], "12345"]))
    assert served.status(job_id)["failed_upcs"] == 1
    for action in ("retry-failed", "retry-as-new"):
        assert served.call("POST", f"/api/batch/{job_id}/{action}").status_code == 409
