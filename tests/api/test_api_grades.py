"""Grades through the API and the command line: of a file, a batch, a profile and one draft."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.bootstrap import open_engine
from engine.cli import app
from engine.domain.batch.grades import graded
from engine.domain.batch.rows import Condition
from engine.settings import Settings
from tests.api.test_api_document import work
from tests.support.sandbox_server import running
from tests.support.serving import Served, serving, settings

RECORD, DISC, OTHER = "724383244812", "075992422222", "090204922215"  # a record and two CDs of the sandbox
FILE = f"UPC,Media Condition,Sleeve Condition,Price\n{RECORD},Very Good (VG),VG+,4.99\n{DISC},NM,,9\n{OTHER},,,5\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Served]:
    with running() as sandbox, serving(settings(tmp_path, DM_SANDBOX_URL=sandbox.url)) as served:
        yield served


def upload(served: Served, content: str = FILE, **fields: Any) -> Any:
    return served.call("POST", "/api/batch/upload", files={"file": ("pile.csv", content)}, data=fields)


def drafts(served: Served, job_id: str) -> list[dict[str, Any]]:
    return [item["draft"] for item in served.get(f"/api/batch/{job_id}/items")["items"]]


def test_the_grades_of_a_file_reach_ebay_and_discogs_and_are_changed_for_one_draft(desk: Served) -> None:
    job = upload(desk, grading="Very Good Plus (VG+) / Generic").json()
    assert job["options"]["grading"] == {"medium": "VG+", "sleeve": "generic"}
    work(desk)
    record, disc, other = drafts(desk, job["job_id"])
    assert (record["condition"], record["condition_description"]) == (
        "USED_EXCELLENT",
        "Graded VG, sleeve VG+ (Goldmine).",
    )
    specifics = record["inventory_item"]["product"]["aspects"]
    assert (disc["condition"], disc["grading"]["medium"]) == ("LIKE_NEW", "NM")
    assert (other["condition"], other["grading"]["sleeve"]) == ("USED_ACCEPTABLE", "generic")
    told = desk.call("GET", f"/api/batch/{job['job_id']}/discogs-inventory.csv").text
    assert "Very Good (VG),Very Good Plus (VG+)" in told
    assert {"Record Grading", "Sleeve Grading"} <= specifics.keys()

    again = f"/api/batch/{job['job_id']}/items/1/again"
    assert desk.call("POST", again, json={"edits": {"grading": "VG+/VG"}}).status_code == 202
    work(desk)
    item = desk.get(f"/api/batch/{job['job_id']}/items/1")
    assert (item["draft"]["condition"], item["decided"]["edits"]["grading"]["sleeve"]) == ("USED_GOOD", "VG")


def test_a_batch_starts_with_the_map_of_its_profile_unless_it_has_its_own(desk: Served) -> None:
    profile = {"grade_map": {"sealed": "NEW", "F": "USED_ACCEPTABLE"}}
    saved = desk.call("PUT", "/api/seller/profiles/Standard", json=profile)
    assert saved.json()["grade_map"] == profile["grade_map"]
    assert upload(desk).json()["options"]["grade_map"] == profile["grade_map"]
    own = upload(desk, grade_map=json.dumps({"VG": "USED_ACCEPTABLE"}))
    assert own.json()["options"]["grade_map"] == {"VG": "USED_ACCEPTABLE"}
    refused = desk.call("PUT", "/api/seller/profiles/Standard", json={"grade_map": {"VG": "SPLENDID"}})
    assert refused.status_code == 422


def test_what_is_no_grade_is_refused_with_a_sentence(desk: Served) -> None:
    answer = upload(desk, grading="splendid")
    assert answer.status_code == 422
    assert "write a grade such as VG+" in answer.json()["detail"]


def test_a_check_says_whose_words_a_column_holds_and_a_role_changes_it(desk: Served) -> None:
    content = f"UPC,Condition\n{RECORD},VG\n{DISC},G\n"

    def scales(**fields: str) -> list[tuple[str, bool]]:
        answer = desk.call("POST", "/api/batch/check", files={"file": ("pile.csv", content)}, data=fields)
        return [(found["scale"], found["sure"]) for found in answer.json()["scales"]]

    assert scales() == [("goldmine", False)]
    assert scales(columns=json.dumps({"Condition": "ebay_condition"})) == [("ebay", True)]
    assert scales(columns=json.dumps({"Condition": "grade"})) == [("goldmine", True)]


def test_the_command_line_takes_grades_and_a_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DM_STORE", f"sqlite:///{tmp_path}/dm.db")
    monkeypatch.setenv("DM_FILES", f"file:{tmp_path}/files")
    (tmp_path / "pile.csv").write_text(FILE)
    (tmp_path / "map.json").write_text('{"sealed": "NEW"}')
    submit = ["submit", "pile.csv", "--grading", "NM/VG+", "--grade-map", "map.json"]
    result = CliRunner().invoke(app, submit, catch_exceptions=False)
    options = open_engine(Settings(_env_file=None)).queries.job(result.stdout.strip()).options
    assert (options.grading, dict(options.grade_map)) == (graded("NM/VG+"), {"sealed": Condition.NEW})
    refused = CliRunner().invoke(app, ["submit", "pile.csv", "--grading", "splendid"])
    assert refused.exit_code == 2
    (tmp_path / "map.json").write_text('{"sealed": "SPLENDID"}')
    assert CliRunner().invoke(app, submit).exit_code == 2
