"""`/api/scans`: copies scanned one by one over HTTP."""

from __future__ import annotations

import base64
from typing import Any

from tests.support.batch_runs import barcode
from tests.support.serving import Served
from tests.unit.test_pictures import EAN, picture


def begun(served: Served, **body: str) -> str:
    name: str = served.post("/api/scans", body)["session_id"]
    return name


def taken(served: Served, session: str, *texts: tuple[str, str]) -> list[Any]:
    lines = [{"id": f"l{number}", "text": text, "of": of} for number, (text, of) in enumerate(texts)]
    answer: list[Any] = served.post(f"/api/scans/{session}/lines", {"lines": lines})["lines"]
    return answer


def test_a_session_is_begun_filled_closed_and_started(served: Served) -> None:
    session = begun(served, name="Shelf 3", session_id="mine")
    assert begun(served, session_id="mine") == session == "mine"
    lines = taken(served, session, (barcode(1), ""), ("VG+", "l0"), (barcode(2), ""), ("12.50", "#2"), ("what", "l0"))
    assert [line["changed"] for line in lines] == [False, True, False, True, False]
    assert (lines[1]["scan"]["grade"], lines[3]["scan"]["price_cents"], lines[3]["scan"]["number"]) == ("VG+", 1250, 2)
    assert "“what” is not" in lines[4]["problem"]
    assert [one["name"] for one in served.get("/api/scans")["sessions"]] == ["Shelf 3"]
    filled = served.get(f"/api/scans/{session}", limit=1)
    assert (filled["scans"], sum(filled["counts"].values()), len(filled["newest"])) == (2, 2, 1)
    path = served.post(f"/api/scans/{session}/close")["gcs_path"]
    job_id = served.post("/api/batch/process", {"gcs_path": path})["job_id"]
    assert served.status(job_id)["status"] == "pending"
    assert served.get("/api/scans")["sessions"] == []


def test_refusals_say_what_is_wrong(served: Served) -> None:
    session = begun(served)
    assert served.call("POST", f"/api/scans/{session}/close").status_code == 409
    assert served.call("GET", "/api/scans/nothing").status_code == 404
    assert (
        served.call("POST", "/api/scans/nothing/lines", json={"lines": [{"id": "a", "text": "1"}]}).status_code == 404
    )
    assert served.call("POST", f"/api/scans/{session}/lines", json={"lines": []}).status_code == 422
    taken(served, session, (barcode(1), ""))
    served.post(f"/api/scans/{session}/close")
    closed = served.call("POST", f"/api/scans/{session}/lines", json={"lines": [{"id": "b", "text": barcode(2)}]})
    assert (closed.status_code, "closed" in closed.text) == (409, True)
    served.post(f"/api/scans/{session}/discard")
    assert served.call("GET", f"/api/scans/{session}").status_code == 404


def test_a_camera_has_its_picture_read(served: Served) -> None:
    image = base64.b64encode(picture(EAN)).decode()
    assert served.post("/api/barcodes/read", {"image": image}) == {"barcodes": [EAN], "problem": ""}
    for odd in ("", "%%%", base64.b64encode(b"no picture").decode()):
        answer = served.post("/api/barcodes/read", {"image": odd})
        assert (answer["barcodes"], bool(answer["problem"])) == ([], True)
