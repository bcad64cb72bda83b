"""`python -m engine people` and `audit`, as a person at a terminal uses them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli import app


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DM_STORE", f"sqlite:///{tmp_path}/dm.db")
    monkeypatch.setenv("DM_FILES", f"file:{tmp_path}/files")
    monkeypatch.setenv("COLUMNS", "300")


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_role_is_given_listed_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DM_ADMINS", "cy@example.com")
    monkeypatch.setenv("DM_ROLE_GROUPS", "operator=sellers")
    assert run("people", "assign", "ann@example.com", "operator") == "ann@example.com has the role operator.\n"
    listed = run("people").splitlines()
    assert listed[0].startswith("operator  ann@example.com  20")
    assert listed[0].endswith("by command line")
    assert listed[1:] == [
        "admin     cy@example.com  by DM_ADMINS",
        "operator  everybody in sellers  by DM_ROLE_GROUPS",
        "viewer    everybody else who is signed in",
    ]
    assert run("people", "remove", "ann@example.com") == "ann@example.com is not in the list any more.\n"


def test_what_is_done_at_a_terminal_is_in_the_audit() -> None:
    run("people", "assign", "ann@example.com", "admin")
    run("tokens", "make", "nightly")
    newest, oldest = run("audit").splitlines()
    assert "done     command line (command line" in newest
    assert "Make a token  name nightly · scope read · days 90" in newest
    assert "Give a person a role  name ann@example.com · role admin" in oldest
    assert run("audit", "--by", "ann@example.com") == ""
    assert run("audit", "--until", "2020-01-01") == ""
    table = list(csv.DictReader(io.StringIO(run("audit", "--csv", "--since", "2020-01-01"))))
    assert [line["action"] for line in table] == ["tokens.make", "people.assign"]
    assert {line["result"] for line in table} == {"done"}
