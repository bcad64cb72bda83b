"""`python -m engine scan`: a scanner at a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.bootstrap import open_engine
from engine.cli import app
from engine.settings import Settings
from tests.support.batch_runs import barcode


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DM_STORE", f"sqlite:///{tmp_path}/dm.db")
    monkeypatch.setenv("DM_FILES", f"file:{tmp_path}/files")


def scan(*arguments: str, typed: str) -> str:
    result = CliRunner().invoke(app, ["scan", *arguments], input=typed, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_lines_become_a_session_and_its_file_is_named(tmp_path: Path) -> None:
    told = scan("--name", "Shelf 3", "--close", typed=f"{barcode(1)}\nVG+\n12.50\n\n{barcode(1)}\n-\nhello\n")
    assert f"1. {barcode(1)}: waiting · VG+ · $12.50" in told
    assert "the same as 1" in told
    assert "“hello” is not a barcode" in told
    found = re.search(r"submit (gs://\S+)", told)
    assert found
    engine = open_engine(Settings(_env_file=None))
    content = engine.submission.fetch(found[1]).decode()
    assert content == f"barcode,condition,price,quantity,note\n{barcode(1)},VG+,12.50,1,\n"


def test_a_session_is_gone_on_with() -> None:
    session = re.search(r"Session (\S+)", scan(typed=f"{barcode(1)}\n"))
    assert session
    assert f"2. {barcode(2)}" in scan("--session", session[1], typed=f"{barcode(2)}\n")
