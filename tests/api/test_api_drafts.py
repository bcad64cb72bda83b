"""Drafts over the API: listed, looked at, edited, removed, reviewed; what cannot be is refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.serving import Drafting, Served, lines, upcs

ROWS = upcs(3)


@pytest.fixture
def job_id(served: Served) -> str:
    return served.finished(lines(ROWS), Drafting())


def again(served: Served, job_id: str, index: int, **body: Any) -> Any:
    response = served.call("POST", f"/api/batch/{job_id}/items/{index}/again", json=body)
    assert response.status_code == 202, response.text
    served.work(Drafting())
    return response.json()


def test_drafts_are_listed_page_by_page_and_narrowed_down(served: Served, job_id: str) -> None:
    page = served.get("/api/drafts", limit=2)
    assert (page["total"], len(page["drafts"])) == (3, 2)
    last = served.get("/api/drafts", limit=2, before=page["next"])
    assert (len(last["drafts"]), last["next"]) == (1, None)
    assert served.get("/api/drafts", look=True)["total"] == 2
    assert served.get("/api/drafts", job_id="batch_none")["drafts"] == []


def test_a_row_is_edited_and_done_again(served: Served, job_id: str) -> None:
    before = served.get(f"/api/batch/{job_id}/items/1")
    told = again(served, job_id, 1, edits={"title": "Mine", "price_cents": 700}, seen_at=before["changed_at"])
    assert told["wanted"] is not None
    after = served.get(f"/api/batch/{job_id}/items/1")
    assert (after["draft"]["title"], after["attempts"], after["wanted"]) == ("Mine", 2, None)
    assert again(served, job_id, 1, edits={"title": None})["decided"]["edits"] == {"price_cents": 700}
    assert served.get(f"/api/batch/{job_id}/items/1")["draft"]["title"] == "As found"


def test_a_draft_is_removed_and_put_back(served: Served, job_id: str) -> None:
    again(served, job_id, 0, removed=True)
    assert served.get("/api/drafts", review="removed")["total"] == 1
    assert served.get(f"/api/batch/{job_id}/items/0")["review"] == "removed"
    again(served, job_id, 0, removed=False)
    assert served.get("/api/drafts", review="removed")["total"] == 0


def test_several_rows_are_done_again_together(served: Served, job_id: str) -> None:
    body = {"rows": {"0": {"edits": {"quantity": 2}}, "2": {}}}
    response = served.call("POST", f"/api/batch/{job_id}/again", json=body)
    assert (response.status_code, response.json()["status"]) == (202, "pending")
    served.work(Drafting())
    assert [served.get(f"/api/batch/{job_id}/items/{index}")["attempts"] for index in range(3)] == [2, 1, 2]


def test_a_draft_is_reviewed_once_by_whoever_saw_it_last(served: Served, job_id: str) -> None:
    seen = served.get(f"/api/batch/{job_id}/items/1")["changed_at"]
    told = served.post(f"/api/batch/{job_id}/items/1/review", {"state": "approved", "seen_at": seen})
    assert (told["review"], told["decided"]["review"]["by"]) == ("approved", "api")
    late = served.call("POST", f"/api/batch/{job_id}/items/1/review", json={"state": "held", "seen_at": seen})
    assert late.status_code == 409
    assert "changed in the meantime" in late.json()["detail"]
    assert served.get("/api/drafts", review="approved")["total"] == 1


@pytest.mark.parametrize(
    ("index", "body", "status", "sentence"),
    [
        (0, {"edits": {"prize": 1}}, 422, "prize: no such edit"),
        (0, {"edits": {"title": ""}}, 422, "title is a text of 1 to 80 characters"),
        (0, {"publish": True}, 422, "publish: no such field; there are barcode, choice, edits, removed, seen_at"),
        (0, {"removed": "yes"}, 422, "removed is true or false"),
        (9, {}, 404, "has no row 10 that is done"),
    ],
)
def test_what_cannot_be_decided_is_refused_with_a_sentence(
    served: Served, job_id: str, index: int, body: dict[str, Any], status: int, sentence: str
) -> None:
    response = served.call("POST", f"/api/batch/{job_id}/items/{index}/again", json=body)
    assert response.status_code == status
    assert sentence in response.json()["detail"]


@pytest.mark.parametrize("moment", [1_700_000_000, "1700000000", "2026-11-28", "2026-11-28T14:52:10", "soon", True])
def test_a_moment_has_a_date_a_time_and_a_zone(served: Served, job_id: str, moment: Any) -> None:
    body = {"state": "held", "seen_at": moment}
    response = served.call("POST", f"/api/batch/{job_id}/items/0/review", json=body)
    assert (response.status_code, response.json()["detail"].partition(":")[0]) == (422, "seen_at")
    assert served.call("GET", f"/api/drafts?before={moment}").status_code == 422


@pytest.mark.parametrize("index", ["x", "-1", "01", "1.0", ""])
def test_rows_are_named_by_their_index(served: Served, job_id: str, index: str) -> None:
    response = served.call("POST", f"/api/batch/{job_id}/again", json={"rows": {index: {}}})
    assert response.status_code == 422


def test_a_row_that_is_being_done_again_is_a_conflict(served: Served, job_id: str) -> None:
    path = f"/api/batch/{job_id}/items/0/again"
    assert served.call("POST", path, json={}).status_code == 202
    response = served.call("POST", path, json={})
    assert (response.status_code, response.json()["detail"]) == (409, "Row 1 is being done again already")


@pytest.mark.parametrize("path", ["/items/3", "/items/-1"])
def test_a_row_that_is_not_there_is_unknown(served: Served, job_id: str, path: str) -> None:
    assert served.call("GET", f"/api/batch/{job_id}{path}").status_code == 404
    assert served.call("GET", f"/api/batch/batch_none{path}").status_code == 404


@pytest.mark.parametrize("before", ["again", "skip", "quantity"])
def test_the_options_of_a_batch_are_kept(served: Served, before: str) -> None:
    job_id = served.start(lines(ROWS), ambiguous="best", drafted_before=before)
    options = served.status(job_id)["options"]
    assert (options["ambiguous"], options["drafted_before"]) == ("best", before)
