"""`/api/attention` and `/api/fixes`: what failed in all batches, and one fix for many rows."""

from __future__ import annotations

from typing import Any

import pytest

from engine.batches.fixes import FIXES
from engine.codec import replace
from engine.domain.identify.evidence import Match, ReleaseSummary, Verdict
from engine.errors import Cause, ItemError
from engine.store.base import Patch
from tests.support.batch_runs import Chosen, fails
from tests.support.serving import Served, lines, upcs
from tests.support.working import Work

FIX = {"kind": "retry", "cause": "no_match"}
CONCERNED = {"rows": 4, "fixed": 4, "left": {}, "judged": 4, "bars": {}, "facts": {}}


def doubtful(work: Work) -> None:
    """Find two releases, of which the first is known to both services."""
    found = (ReleaseSummary("A", discogs_id="1", musicbrainz_id="a"), ReleaseSummary("B", discogs_id="2"))
    work.item = replace(work.item, match=Match(Verdict.AMBIGUOUS, found=2, candidates=found))
    raise ItemError(Cause.AMBIGUOUS, "Two releases have this barcode.")


@pytest.fixture
def failed(served: Served) -> list[str]:
    """Return two batches of three rows, of which two failed in each."""
    return [served.finished(lines(upcs(3)), Chosen({0: fails, 2: fails})) for _ in range(2)]


def begun(served: Served, body: dict[str, Any]) -> str:
    response = served.call("POST", "/api/fixes", json=body)
    assert response.status_code == 202, response.text
    answer = response.json()
    assert (answer["state"], answer["done"]) == ("waiting", 0)
    name: str = answer["fix_id"]
    return name


def due(served: Served, fix_id: str) -> None:
    """Have a fix begin at once."""
    path = f"{FIXES}/{fix_id}"
    found = served.store.get(path)[0]
    assert found
    served.store.commit(Patch(path, {"due_at": found.fields["at"]}, None))


def test_what_failed_is_counted_and_listed_over_all_batches(served: Served, failed: list[str]) -> None:
    answer = served.get("/api/attention")
    assert answer == {
        "rows": 4,
        "causes": [{"cause": "no_match", "rows": 4, "fixes": ["retry", "choose", "barcode", "leave_out"]}],
    }
    page = served.get("/api/attention/rows", cause="no_match", limit=3)
    rest = served.get("/api/attention/rows", cause="no_match", before=page["next"])
    assert (page["total"], len(page["rows"]), rest["next"]) == (4, 3, None)
    assert {row["job_id"] for row in page["rows"] + rest["rows"]} == set(failed)
    of_one = served.get("/api/attention/rows", cause="no_match", job_id=failed[0])
    assert {row["row"]["index"] for row in of_one["rows"]} == {0, 2}


def test_a_fix_is_looked_at_first_then_asked_for_then_carried_out(served: Served, failed: list[str]) -> None:
    assert served.post("/api/attention/check", FIX) == CONCERNED
    fix_id = begun(served, FIX)
    due(served, fix_id)
    while served.engine.fixes.work():
        pass
    fix = served.get(f"/api/fixes/{fix_id}")
    assert (fix["state"], fix["total"], fix["done"], fix["left"]) == ("done", 4, 4, {})
    assert served.get("/api/fixes")["fixes"] == [fix]
    served.work(Chosen())
    assert [served.status(job_id)["successful_upcs"] for job_id in failed] == [3, 3]
    assert served.get("/api/attention") == {"rows": 0, "causes": []}


def test_a_bar_of_facts_is_looked_at_before_it_is_chosen(served: Served) -> None:
    served.finished(lines(upcs(2)), Chosen({0: doubtful, 1: doubtful}))
    best = {"kind": "take_best", "cause": "ambiguous"}
    answer = served.post("/api/attention/check", best | {"min_facts": 2})
    assert (answer["fixed"], answer["bars"]) == (0, {"1": 2})
    assert answer["left"] == {"fewer than 2 facts speak for their best candidate alone": 2}
    assert answer["facts"] == {"Discogs and MusicBrainz both know it": 2}
    fix_id = begun(served, best | {"min_facts": 1})
    assert served.engine.fixes.get(fix_id).remedy.min_facts == 1


@pytest.mark.usefixtures("failed")
def test_a_fix_is_undone_before_it_begins_and_stopped_after(served: Served) -> None:
    first = begun(served, FIX)
    again = served.call("POST", "/api/fixes", json=FIX)
    assert again.status_code == 409
    assert "is fixing such rows already" in again.json()["detail"]
    assert served.post(f"/api/fixes/{first}/undo")["state"] == "undone"
    second = begun(served, FIX | {"kind": "leave_out"})
    due(served, second)
    served.engine.fixes.step(second)
    assert served.call("POST", f"/api/fixes/{second}/undo").status_code == 409
    assert served.post(f"/api/fixes/{second}/stop")["state"] == "stopped"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (FIX | {"kind": "price", "price_cents": 5}, 400, "price cannot mend rows that failed for no_match"),
        ({"kind": "price", "cause": "no_price"}, 400, "price_cents"),
        ({"kind": "price", "cause": "no_price", "price_cents": 0}, 422, "price_cents"),
        (FIX | {"kind": "choose", "discogs_id": "1"}, 400, "gtin"),
        (FIX | {"gtin": "123"}, 422, "gtin"),
        (FIX | {"kind": "publish"}, 422, "kind"),
        (FIX | {"min_facts": 11}, 422, "min_facts"),
        (FIX | {"all": True}, 422, "all: no such field"),
        (FIX, 409, "No such row needs attention"),
    ],
)
def test_a_fix_that_cannot_be_is_refused_with_a_reason(
    served: Served, body: dict[str, Any], status: int, said: str
) -> None:
    answer = served.call("POST", "/api/fixes", json=body)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


def test_a_fix_that_nobody_asked_for_is_not_there(served: Served) -> None:
    for method, path in (("GET", ""), ("POST", "/undo"), ("POST", "/stop")):
        assert served.call(method, f"/api/fixes/fix_none{path}").status_code == 404
