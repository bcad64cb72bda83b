"""Drafts without a price: counted, asked for, priced later, and exported with what they need."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from engine.codec import encode
from tests.support.serving import Served, lines, upcs
from tests.support.unpriced import HELD, UNPRICED, Unpriced

RULE = encode(UNPRICED)["price_rule"]


@pytest.fixture
def job_id(served: Served) -> str:
    return served.finished(lines(upcs(3)), Unpriced(), price_rule=RULE)


def priced(served: Served, job_id: str) -> list[int | None]:
    served.work(Unpriced())
    rows = served.get(f"/api/batch/{job_id}/items")["items"]
    return [row["draft"].get("price_cents") for row in rows]


def test_they_are_drafted_counted_and_asked_for(served: Served, job_id: str) -> None:
    job = served.status(job_id)
    assert (job["successful"], job["failed"], job["needs_price"]) == (3, 0, 3)
    assert job["options"]["no_price"] == "draft"
    assert [entry["needs"][0] for entry in job["results"]["results"]] == ["price"] * 3
    found = served.get("/api/drafts", job_id=job_id, needs="price")
    assert found["total"] == 3
    assert found["drafts"][0]["needs"][0] == "price"
    assert served.get("/api/drafts", needs="specifics")["total"] == 0
    assert len(served.get(f"/api/batch/{job_id}/items", needs="price", limit=2)["items"]) == 2
    row = served.get(f"/api/batch/{job_id}/items/0")
    assert (row["price"]["source"], row["price"]["cents"]) == ("none", 0)
    assert row["price"]["reason"].startswith("Your price rule has no price for CD")


def test_all_of_a_batch_are_priced_by_the_operators_own_prices(served: Served, job_id: str) -> None:
    answer = served.post(f"/api/batch/{job_id}/price", {"prices": {"CD": {"*": 399}}})
    assert (answer["status"], answer["options"]["price_rule"]["fixed"]["CD"]) == ("pending", {"*": 399})
    assert served.call("POST", f"/api/batch/{job_id}/price").status_code == 409, "it is under way"
    assert priced(served, job_id) == [399] * 3
    assert served.status(job_id)["needs_price"] == 0
    assert "lacks a price" in served.call("POST", f"/api/batch/{job_id}/price").json()["detail"]


def test_several_are_given_one_price(served: Served, job_id: str) -> None:
    rows = [{"job_id": job_id, "index": index} for index in (0, 2)]
    assert served.post("/api/drafts/bulk", {"action": "price", "price_cents": 450, "rows": rows})["done"] == 2
    assert priced(served, job_id) == [450, None, 450]


def test_held_rows_are_completed_as_drafts(served: Served) -> None:
    job_id = served.finished(lines(upcs(2)), Unpriced(), price_rule=RULE, no_price="hold")
    assert served.status(job_id)["failed"] == 2
    assert HELD.no_price == served.status(job_id)["options"]["no_price"]
    served.post(f"/api/batch/{job_id}/price", {"no_price": "draft"})
    assert priced(served, job_id) == [None, None]
    job = served.status(job_id)
    assert (job["successful"], job["failed"], job["needs_price"]) == (2, 0, 2)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("price", {"prices": {"CD": {"*": 0}}}),
        ("price", {"prices": {"CD": {"GREAT": 499}}}),
        ("price", {"no_price": "guess"}),
        ("price", {"price": 499}),
        ("bulk", {"action": "price"}),
        ("bulk", {"action": "price", "price_cents": 0}),
        ("bulk", {"action": "approve", "price_cents": 499}),
    ],
)
def test_what_is_no_price_is_refused(served: Served, job_id: str, path: str, body: dict[str, Any]) -> None:
    rows = [{"job_id": job_id, "index": 0}]
    call = "/api/drafts/bulk" if path == "bulk" else f"/api/batch/{job_id}/price"
    answer = served.call("POST", call, json={**body, **({"rows": rows} if path == "bulk" else {})})
    assert answer.status_code == 422
    assert served.call("GET", "/api/drafts", params={"needs": "luck"}).status_code == 422


def test_files_say_what_they_need(served: Served, job_id: str) -> None:
    results = list(csv.DictReader(served.call("GET", f"/api/batch/{job_id}/results.csv").text.splitlines()))
    assert {(row["price"], row["needs"].partition(",")[0]) for row in results} == {("", "price")}
    drafts = served.call("GET", f"/api/batch/{job_id}/ebay-drafts.csv")
    assert drafts.headers["X-Lacking"] == "condition=3, photo=3, price=3"
    inventory = served.call("GET", f"/api/batch/{job_id}/discogs-inventory.csv").text
    assert {row["needs"] for row in csv.DictReader(inventory.splitlines())} == {"needs grading, needs price"}
