"""`python -m engine simulate FILE`: how long a file will take, as a table and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.cli import app
from tests.contract.test_catalog_rows import KNOWN, KNOWN_TOO, catalog_of, entry

FILE = f"{KNOWN}\n{KNOWN_TOO}\n752743004318\n724383244812\nnone\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("DM_STORE", "DM_FILES", "DM_CATALOG", "DM_PROFILE", "DISCOGS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DM_STORE", f"sqlite:///{tmp_path}/dm.db")
    monkeypatch.setenv("DM_FILES", f"file:{tmp_path}/files")
    monkeypatch.setenv("DM_CATALOG", f"{tmp_path}/catalog.db")
    monkeypatch.setenv("DM_PROFILE", "live")
    monkeypatch.setenv("DM_CONTACT", "tests@example.org")
    monkeypatch.setenv("DISCOGS_TOKEN", "sandbox")
    made = tmp_path / "box.txt"
    made.write_text(FILE)
    return made


def said(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["simulate", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def answered(*arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(said(*arguments, "--json"))
    return answer


def test_without_a_catalogue_all_rows_with_a_barcode_are_looked_up(file: Path) -> None:
    answer = answered(str(file), "--answer-seconds", "0.3")
    assert (answer["file"], answer["rows"], answer["with_catalog"]) == ("box.txt", 5, None)
    without = answer["without_catalog"]
    assert without["looked_up"] == 4
    assert without["calls"]["musicbrainz"] == 3  # one search for all of them, and the tracks of two
    assert without["seconds"] > 0.9
    assert "python -m engine catalog update" in said(str(file))


def test_what_the_catalogue_knows_is_not_looked_up(file: Path, tmp_path: Path) -> None:
    catalog_of(tmp_path / "catalog.db", entry(21, KNOWN), entry(3, KNOWN_TOO, title="Profound Sounds"))
    answer = answered(str(file))
    assert (answer["without_catalog"]["looked_up"], answer["with_catalog"]["looked_up"]) == (4, 2)
    table = said(str(file))
    assert "without the catalogue" in table
    assert "with the catalogue" in table


def test_a_release_that_the_file_names_by_its_number_is_looked_for_in_the_catalogue(file: Path, tmp_path: Path) -> None:
    catalog_of(tmp_path / "catalog.db", entry(21, KNOWN))
    file.with_suffix(".csv").write_text("Discogs release id,Artist\n21,EBE\n99,EBE\n")
    answer = answered(str(file.with_suffix(".csv")), "--column", "Discogs release id=discogs_id")
    assert (answer["without_catalog"]["looked_up"], answer["with_catalog"]["looked_up"]) == (2, 1)
    assert answer["with_catalog"]["calls"]["discogs"] == 1


def test_the_quota_that_limits_is_named(file: Path) -> None:
    file.write_text("".join(f"{89_000_000_000 + number}\n" for number in range(4_000)))
    limited = answered(str(file))["without_catalog"]
    assert limited["limited_by"] == "discogs"
    assert limited["seconds"] > 300
    assert "Discogs" in said(str(file))


def test_a_file_that_is_not_there_is_named() -> None:
    result = CliRunner().invoke(app, ["simulate", "nowhere.txt"])
    assert result.exit_code == 2
    assert "nowhere.txt is not a file" in result.output
