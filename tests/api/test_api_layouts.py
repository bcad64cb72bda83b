"""Which column is which, by API and command line: said, checked, refused with a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.bootstrap import open_engine
from engine.cli import app
from engine.domain.batch.layout import Role
from engine.settings import Settings
from tests.support.serving import Served, upcs
from tests.support.workbooks import workbook

A, B, C = upcs(3)
FILE = f"Item,Old,Was\n{A},{B},4.99\n{B},{C},3.99\n"
COLUMNS = {"Old": "barcode", "Item": "ignore", "column 3": "price"}


def sent(served: Served, call: str, content: str | bytes, **fields: Any) -> Any:
    return served.call("POST", f"/api/batch/{call}", files={"file": ("box.csv", content)}, data=fields)


def test_a_file_is_checked_and_nothing_is_started(served: Served) -> None:
    found = sent(served, "check", FILE, columns=json.dumps(COLUMNS)).json()
    assert (found["total"], found["usable"], found["counts"]["ready"]) == (2, 2, 2)
    (table,) = found["tables"]
    assert [(column["name"], column["role"]) for column in table["columns"]] == [
        ("Item", "ignore"),
        ("Old", "barcode"),
        ("Was", "price"),
    ]
    assert (table["header_line"], table["doubt"], table["chosen_at"]) == (1, "", None)
    assert table["sample"][0] == {"line": 2, "cells": [A, B, "4.99"]}
    assert "taken as a row" in sent(served, "check", FILE).json()["tables"][0]["doubt"]
    assert served.get("/api/batch/jobs")["total"] == 0


def test_a_check_lists_invalid_rows_and_sheets(served: Served) -> None:
    book = workbook([["UPC"], [A], ["123"]], [["UPC"], [B]])
    found = sent(served, "check", book, sheets=["Sheet & 0"]).json()
    assert [(row["row"], row["value"]) for row in found["invalid"]] == [(3, "123")]
    assert (found["unread"], [table["read"] for table in found["tables"]]) == (["Sheet & 1"], [True, False])
    both = sent(served, "check", book, sheets=["Sheet & 0", "Sheet & 1"]).json()
    assert both["total"] == 3


@pytest.mark.parametrize("way", ["upload", "process"])
def test_a_batch_is_started_with_its_columns(served: Served, way: str) -> None:
    if way == "upload":
        job = sent(served, way, FILE, columns=json.dumps(COLUMNS), header_line="1", each_barcode="false").json()
    else:
        path = served.place(FILE, "gs://bucket/box.csv")
        job = served.post("/api/batch/process", {"gcs_path": path, "columns": COLUMNS, "each_barcode": False})
    served.work()
    items = served.get(f"/api/batch/{job['job_id']}/items")["items"]
    assert [item["upc"] for item in items] == [B, C]
    (table,) = served.status(job["job_id"])["options"]["layout"]["tables"]
    assert {column["role"] for column in table["columns"]} == {"barcode", "ignore", "price"}


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"columns": '{"Code": "barcode"}'}, 422, "The file has no column “Code”: its columns are Item, Old, Was."),
        ({"columns": '{"Old": "barcodes"}'}, 422, "columns"),
        ({"columns": "{"}, 422, "columns: it is not JSON"),
        ({"columns": '{"Old": "price", "Was": "price"}'}, 400, "Old and Was are both chosen as price"),
        ({"header_line": "70"}, 422, "Line 70 cannot be the header"),
        ({"header_line": "-1"}, 422, "header_line"),
        ({"sheets": "Box 1"}, 422, "The file has no sheets, and Box 1 is chosen"),
        ({"each_barcode": "perhaps"}, 422, "each_barcode"),
    ],
)
def test_columns_that_do_not_fit_are_refused_with_a_sentence(
    served: Served, fields: dict[str, str], status: int, sentence: str
) -> None:
    for call in ("check", "upload"):
        response = sent(served, call, FILE, **fields)
        assert response.status_code == status, response.text
        assert sentence.rstrip(".") in response.json()["detail"]
    assert served.get("/api/batch/jobs")["total"] == 0


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DM_STORE", f"sqlite:///{tmp_path}/dm.db")
    monkeypatch.setenv("DM_FILES", f"file:{tmp_path}/files")
    made = tmp_path / "box.csv"
    made.write_text(FILE)
    return made


def test_the_command_line_takes_columns_too(file: Path) -> None:
    flags = ["--column", "Old=barcode", "--column", "Item=ignore", "--column", "column 3=price", "--header-line", "1"]
    shown = CliRunner().invoke(app, ["check", str(file), *flags], catch_exceptions=False).stdout
    assert "The header is line 1." in shown
    assert "Old     barcode" in shown
    assert "2 rows: 2 ready, 0 repaired, 0 repeated, 0 invalid." in shown
    result = CliRunner().invoke(app, ["submit", str(file), *flags], catch_exceptions=False)
    job = open_engine(Settings(_env_file=None)).queries.job(result.stdout.strip())
    assert (job.total_upcs, job.options.layout.tables[0].places(Role.PRICE)) == (2, (2,))


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (["--column", "Old"], "is not NAME=ROLE"),
        (["--column", "Old=barcodes"], "is not NAME=ROLE"),
        (["--column", "Old=barcode", "--column", "Old=price"], "names Old twice"),
    ],
)
def test_a_flag_that_names_no_column_is_refused(file: Path, flags: list[str], reason: str) -> None:
    result = CliRunner().invoke(app, ["submit", str(file), *flags], env={"COLUMNS": "400"})
    assert result.exit_code == 2
    assert reason in result.output
