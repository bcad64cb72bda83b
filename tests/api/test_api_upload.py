"""`POST /api/batch/upload`: a file over the wire becomes a batch, or is refused with its rows."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
import requests

from tests.support.serving import Drafting, Scripted, Served, lines, upcs

ROWS = upcs(4)
MOST_BYTES = 10_000_000


def upload(served: Served, content: bytes | str, name: str = "rows.txt", **fields: Any) -> requests.Response:
    return served.call("POST", "/api/batch/upload", files={"file": (name, content)}, data=fields)


def test_an_uploaded_file_is_a_batch_with_its_rows_counted(served: Served) -> None:
    response = upload(served, lines(ROWS))
    assert response.status_code == 200, response.text
    job = response.json()
    assert (job["status"], job["total_upcs"], job["name"]) == ("pending", 4, "rows.txt")
    assert (job["create_drafts"], job["test_mode"]) == (True, False)
    served.work()
    assert served.status(job["job_id"])["successful"] == 4


def test_a_file_that_is_submitted_again_says_how_many_of_its_barcodes_have_drafts(served: Served) -> None:
    assert upload(served, lines(ROWS)).json()["drafted_before"] == 0
    served.work(Drafting(failing=ROWS[:1]))
    assert upload(served, lines(ROWS)).json()["drafted_before"] == 3
    path = served.place(lines(ROWS[:2]), "gs://bucket/some.txt")
    job = served.post("/api/batch/process", {"gcs_path": path, "drafted_before": "skip"})
    assert (job["drafted_before"], job["options"]["drafted_before"]) == (1, "skip")
    missing = served.post("/api/batch/process", {"gcs_path": "gs://bucket/not-there.txt"})
    assert missing["drafted_before"] is None


def test_the_form_fields_are_taken(served: Served) -> None:
    options = {"condition": "LIKE_NEW", "duplicates": "quantity", "name": "Shelf 4"}
    job = upload(served, lines(ROWS), create_drafts="false", test_mode="true", **options).json()
    assert (job["create_drafts"], job["test_mode"], job["name"]) == (False, True, "Shelf 4")
    assert (job["options"]["condition"], job["options"]["duplicates"]) == ("LIKE_NEW", "quantity")


def test_a_workbook_is_read(served: Served) -> None:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in (["UPC", "Price"], *([upc, 9.5] for upc in ROWS)):
        sheet.append(row)
    book.save(stream)
    job = upload(served, stream.getvalue(), "shelf.xlsx").json()
    pipeline = Scripted()
    served.work(pipeline)
    assert sorted(pipeline.runs) == [0, 1, 2, 3]
    assert served.status(job["job_id"])["status"] == "completed"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c.txt", "ä ö.txt", "...", " .hidden", "x" * 400 + ".txt"])
def test_an_odd_file_name_harms_nothing(served: Served, name: str) -> None:
    response = upload(served, lines(ROWS), name)
    assert response.status_code == 200, response.text
    served.work()
    assert served.status(response.json()["job_id"])["status"] == "completed"
    assert all(served.folder in place.parents for place in served.folder.rglob("*"))


def test_a_file_of_which_nothing_can_be_used_is_refused_with_its_rows_and_no_job(served: Served) -> None:
    response = upload(served, "8.80E+11\n12345\n")
    assert response.status_code == 422
    body = response.json()
    assert "None of the 2 rows can be used" in body["detail"]
    assert [(row["row"], row["value"]) for row in body["rows"]] == [(1, "8.80E+11"), (2, "12345")]
    assert all(set(row) == {"row", "value", "reason"} and row["reason"] for row in body["rows"])
    assert "Excel rounded this barcode" in body["rows"][0]["reason"]
    assert served.get("/api/batch/jobs")["total"] == 0


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\x89PNG\r\n\x1a\n" + bytes(200), b"PK\x03\x04broken"])
def test_an_empty_or_binary_file_is_refused_with_a_sentence(served: Served, content: bytes) -> None:
    response = upload(served, content)
    assert response.status_code == 422
    assert len(response.json()["detail"]) > 20
    assert response.json()["rows"] == []
    assert served.get("/api/batch/jobs")["total"] == 0


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 3 * MOST_BYTES])
def test_a_file_over_the_limit_is_too_large(served: Served, size: int) -> None:
    response = upload(served, b"724383244812\n" * (size // 13 + 1))
    assert response.status_code == 413
    assert f"{size / 1e6:.1f} MB" in response.json()["detail"]
    assert served.get("/api/batch/jobs")["total"] == 0


def streamed(size: int) -> Iterator[bytes]:
    """Yield a form with a file of that size, piece by piece."""
    yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="rows.txt"\r\n\r\n'
    line = b"724383244812\n" * 5_000
    yield from (line for _ in range(size // len(line)))
    yield b"\r\n--x--\r\n"


@pytest.mark.parametrize(("size", "status"), [(65_000, 200), (3 * MOST_BYTES, 413)])
def test_an_upload_that_does_not_say_its_length_has_the_same_limit(served: Served, size: int, status: int) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    response = served.call("POST", "/api/batch/upload", data=streamed(size), headers=kind)
    assert response.status_code == status, response.text
    if status == 413:
        assert response.json()["detail"] == "The body has more than 10.1 MB: split it into smaller files."


def test_more_rows_than_a_batch_may_have_are_too_many(served: Served) -> None:
    response = upload(served, "724383244812\n" * 100_001)
    assert response.status_code == 413
    assert "100,000 rows" in response.json()["detail"]


@pytest.mark.parametrize(
    "fields",
    [
        {"condition": "Excellent"},
        {"duplicates": "never"},
        {"create_drafts": "perhaps"},
        {"create_drafts": "no"},
        {"test_mode": "2"},
        {"test_mode": "1"},
    ],
)
def test_a_field_that_means_nothing_is_refused(served: Served, fields: dict[str, str]) -> None:
    assert upload(served, lines(ROWS), **fields).status_code == 422
    assert served.get("/api/batch/jobs")["total"] == 0


def test_a_form_field_that_nobody_knows_is_refused_by_name(served: Served) -> None:
    response = upload(served, lines(ROWS), create_draft="false")
    assert response.status_code == 422
    assert response.json()["detail"].startswith("create_draft: no such field; there are ambiguous, ")
    assert served.get("/api/batch/jobs")["total"] == 0


def test_an_upload_without_a_file_is_refused(served: Served) -> None:
    assert served.call("POST", "/api/batch/upload", files={"name": (None, "Shelf")}).status_code == 422
    assert served.call("POST", "/api/batch/upload", data={"name": "Shelf"}).status_code == 415
    assert served.call("POST", "/api/batch/upload", json={"file": "rows"}).status_code == 415


def test_the_same_file_twice_is_two_batches_over_one_stored_copy(served: Served) -> None:
    first, second = (upload(served, lines(ROWS)).json() for _ in range(2))
    assert first["job_id"] != second["job_id"]
    assert first["gcs_path"] == second["gcs_path"]


CHOSEN = {
    "create_drafts": False,
    "test_mode": True,
    "condition": "USED_GOOD",
    "duplicates": "quantity",
    "first": 2,
    "price_rule": {"basis": "fixed", "fixed": {"*": {"*": 499}}},
    "discogs": "optional",
    "ambiguous": "best",
    "drafted_before": "skip",
    "photos": "gs://draft-maker/photos/{upc}_*.jpg",
}


def test_every_option_of_a_batch_is_taken_from_a_form_as_from_a_body(served: Served) -> None:
    content = lines(upcs(3))
    by_json = served.post("/api/batch/process", {"gcs_path": served.place(content), **CHOSEN})["options"]
    form = {name: json.dumps(value) if isinstance(value, dict) else str(value) for name, value in CHOSEN.items()}
    by_form = upload(served, content, "rows.txt", **form).json()["options"]
    assert by_json == by_form
    assert {name: by_form[name] for name in CHOSEN if name != "price_rule"} == {
        name: value for name, value in CHOSEN.items() if name != "price_rule"
    }
    assert by_form["price_rule"]["fixed"] == {"*": {"*": 499}}


@pytest.mark.parametrize("wrong", [{"first": 0}, {"ambiguous": "perhaps"}, {"condition": "MINT"}, {"price_rule": "{"}])
def test_an_option_that_cannot_be_is_refused_in_a_form_and_in_a_body(served: Served, wrong: dict[str, object]) -> None:
    content = lines(upcs(1))
    path = served.place(content)
    assert served.call("POST", "/api/batch/process", json={"gcs_path": path, **wrong}).status_code == 422
    form = {name: str(value) for name, value in wrong.items()}
    assert upload(served, content, "rows.txt", **form).status_code == 422


def test_the_first_rows_of_a_file_are_taken_and_no_more(served: Served) -> None:
    job = upload(served, lines(upcs(5)), "rows.txt", first="2").json()
    served.work()
    assert served.status(job["job_id"])["total_upcs"] == 2
