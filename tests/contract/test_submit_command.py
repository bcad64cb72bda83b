"""`python -m engine submit`: what the API takes, the command line takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.bootstrap import open_engine
from engine.cli import app
from engine.domain.options import Ambiguous, DraftedBefore, Need, Options
from engine.domain.pricing import PriceBasis, PriceRule
from engine.errors import BadRequest
from engine.settings import Settings


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DM_STORE", f"sqlite:///{tmp_path}/dm.db")
    monkeypatch.setenv("DM_FILES", f"file:{tmp_path}/files")
    made = tmp_path / "box.txt"
    made.write_text("724383244812\n")
    return made


def submitted(*arguments: str) -> Options:
    """Return the options of the batch that a command line starts."""
    result = CliRunner().invoke(app, ["submit", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return open_engine(Settings(_env_file=None)).queries.job(result.stdout.strip()).options  # type: ignore[call-arg]


def test_a_batch_is_started_as_the_options_say(file: Path) -> None:
    photos = "gs://mine/{upc}_*.jpg"
    chosen = ["--discogs", "optional", "--ambiguous", "best", "--drafted-before", "skip", "--photos", photos]
    assert submitted(str(file), *chosen) == Options(
        discogs=Need.OPTIONAL, ambiguous=Ambiguous.BEST, drafted_before=DraftedBefore.SKIP, photos=photos
    )


def test_without_options_nothing_is_chosen(file: Path) -> None:
    assert submitted(str(file)) == Options()


def test_a_price_rule_is_read_from_a_file(file: Path, tmp_path: Path) -> None:
    rule = tmp_path / "rule.json"
    rule.write_text('{"basis": "fixed", "fixed": {"*": {"*": 499}}}')
    expected = PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 499}})
    assert submitted(str(file), "--price-rule", str(rule)) == Options(price_rule=expected)


@pytest.mark.parametrize(
    ("content", "reason"),
    [('{"factor": 0}', "factor: Input should be greater than 0"), ("{", "Invalid JSON"), (None, "cannot be read")],
)
def test_a_file_that_is_no_price_rule_starts_nothing(
    file: Path, tmp_path: Path, content: str | None, reason: str
) -> None:
    rule = tmp_path / "rule.json"
    if content is not None:
        rule.write_text(content)
    result = CliRunner().invoke(app, ["submit", str(file), "--price-rule", str(rule)], env={"COLUMNS": "400"})
    assert result.exit_code == 2
    assert reason in result.output


def test_photos_without_a_pattern_start_nothing(file: Path) -> None:
    with pytest.raises(BadRequest, match="photos must look like"):
        submitted(str(file), "--photos", "mine/*.jpg")
    assert open_engine(Settings(_env_file=None)).queries.jobs().total == 0  # type: ignore[call-arg]
