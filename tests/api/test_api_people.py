"""The API of roles and of the audit, as a console on this machine answers it: everybody is admin there."""

from __future__ import annotations

import csv
import io

import pytest

from tests.support.serving import Served, lines, upcs


def test_a_role_is_given_listed_and_taken_away(served: Served) -> None:
    assert served.get("/api/people") == {"people": [], "admins": [], "groups": {}, "otherwise": "viewer"}
    served.post("/api/people", {"name": "ann@example.com", "role": "admin"})
    said = served.post("/api/people", {"name": "Ben@example.com", "role": "viewer"})
    assert [(one["name"], one["role"], one["by"]) for one in said["people"]] == [
        ("ann@example.com", "admin", "api"),
        ("Ben@example.com", "viewer", "api"),
    ]
    assert len(served.post("/api/people/remove", {"name": "ben@example.com"})["people"]) == 1


def test_the_last_admin_and_who_is_not_listed_stay_as_they_are(served: Served) -> None:
    served.post("/api/people", {"name": "ann@example.com", "role": "admin"})
    for path, body in (
        ("/api/people", {"name": "ann@example.com", "role": "viewer"}),
        ("/api/people/remove", {"name": "ann@example.com"}),
    ):
        said = served.call("POST", path, json=body)
        assert (said.status_code, "Nobody would be admin any more" in said.text) == (409, True)
    assert served.call("POST", "/api/people/remove", json={"name": "ben"}).status_code == 404


@pytest.mark.parametrize(
    "body", [{"name": " ann", "role": "viewer"}, {"name": "a\u202eb", "role": "viewer"}, {"name": "a"}]
)
def test_a_person_who_cannot_be_is_refused_by_the_field(served: Served, body: dict[str, str]) -> None:
    said = served.call("POST", "/api/people", json=body)
    assert (said.status_code, said.json()["detail"].partition(":")[0] in {"name", "role"}) == (422, True)


def test_the_audit_is_read_by_person_and_batch_in_pages_and_as_a_file(served: Served) -> None:
    text = served.post("/api/tokens", {"name": "nightly", "scope": "steer"})["token"]
    job_id = served.start(lines(upcs(2)))
    program = {"Authorization": f"Bearer {text}"}
    assert served.call("POST", f"/api/batch/{job_id}/pause", headers=program).status_code == 200
    refused = served.call("POST", "/api/people", headers=program, json={"name": "ann", "role": "admin"})
    assert refused.status_code == 403
    entries = served.get("/api/audit")["entries"]
    assert [(one["by"], one["words"], one["result"]) for one in entries] == [
        ("token nightly", "Call POST /api/people", "refused"),
        ("token nightly", "Pause a batch", "done"),
        ("api", "Start a batch", "done"),
        ("api", "Make a token", "done"),
    ]
    assert entries[0]["sentence"] == "The token may steer, and this needs one that may admin."
    assert entries[1]["address"] == "127.0.0.1"
    assert [one["by"] for one in served.get("/api/audit", batch=job_id)["entries"]] == ["token nightly", "api"]
    assert len(served.get("/api/audit", by="api")["entries"]) == 2
    first = served.get("/api/audit", limit=3)
    rest = served.get("/api/audit", limit=3, before=first["next"])
    assert [*first["entries"], *rest["entries"]] == entries
    assert rest["next"] is None
    assert served.get("/api/audit", until="2020-01-01T00:00:00Z")["entries"] == []
    said = served.call("GET", "/api/audit/audit.csv", params={"batch": job_id, "since": "2020-01-01T00:00:00Z"})
    assert [line["what"] for line in csv.DictReader(io.StringIO(said.text))] == ["Pause a batch", "Start a batch"]
    assert text.rpartition("_")[2] not in served.call("GET", "/api/audit/audit.csv").text
