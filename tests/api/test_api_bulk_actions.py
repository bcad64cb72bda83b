"""`POST /api/drafts/bulk`: one decision on several drafts, answered row by row."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.serving import Drafting, Served, lines, upcs

ROWS = upcs(3)


@pytest.fixture
def job_id(served: Served) -> str:
    return served.finished(lines(ROWS), Drafting())


def named(job_id: str, *indices: int) -> list[dict[str, Any]]:
    return [{"job_id": job_id, "index": index} for index in indices]


def test_several_drafts_are_approved_but_for_one_that_was_changed_since(served: Served, job_id: str) -> None:
    rows = [
        {"job_id": draft["job_id"], "index": draft["index"], "seen_at": draft["changed_at"]}
        for draft in sorted(served.get("/api/drafts")["drafts"], key=lambda draft: draft["index"])
    ]
    served.post(f"/api/batch/{job_id}/items/1/review", {"state": "held"})
    assert served.post("/api/drafts/bulk", {"action": "approve", "rows": rows}) == {
        "done": 2,
        "left_alone": 1,
        "rows": [
            {"job_id": job_id, "index": 0, "done": True, "reason": ""},
            {"job_id": job_id, "index": 1, "done": False, "reason": "changed in the meantime"},
            {"job_id": job_id, "index": 2, "done": True, "reason": ""},
        ],
    }
    assert served.get("/api/drafts", review="approved")["total"] == 2


def test_several_drafts_are_removed_and_put_back(served: Served, job_id: str) -> None:
    for action, total in (("remove", 2), ("put_back", 0), ("send_again", 0)):
        assert served.post("/api/drafts/bulk", {"action": action, "rows": named(job_id, 0, 2)})["done"] == 2
        served.work(Drafting())
        assert served.get("/api/drafts", review="removed")["total"] == total
    assert served.get(f"/api/batch/{job_id}/items/0")["attempts"] == 3


def test_rows_that_are_not_there_are_answered_each(served: Served, job_id: str) -> None:
    rows = [*named(job_id, 7), *named("batch_none", 0), *named(job_id, 0)]
    answer = served.post("/api/drafts/bulk", {"action": "hold", "rows": rows})
    assert [row["done"] for row in answer["rows"]] == [False, False, True]
    assert answer["rows"][0]["reason"] == "no such row"
    assert "batch_none" in answer["rows"][1]["reason"]


@pytest.mark.parametrize(
    "body",
    [
        {"action": "publish", "rows": named("batch_1", 0)},
        {"action": "approve", "rows": []},
        {"action": "approve", "rows": named("batch_1", *range(201))},
        {"action": "approve", "rows": named("batch_1", -1)},
        {"action": "approve", "rows": [{"job_id": "batch_1", "index": 0, "seen": "2026-11-23T00:00:00Z"}]},
        {"action": "approve", "rows": named("batch_1", 0), "force": True},
    ],
)
def test_a_request_that_means_nothing_is_refused(served: Served, body: dict[str, Any]) -> None:
    assert served.call("POST", "/api/drafts/bulk", json=body).status_code == 422


def test_the_answer_is_a_documented_type(served: Served) -> None:
    call = served.get("/api/openapi.json")["paths"]["/api/drafts/bulk"]["post"]
    answer = call["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/BulkAnswer"}
