"""`python -m engine submit`: what the API takes, the command line takes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.bootstrap import open_engine, open_store
from engine.cli import app
from engine.clock import SystemClock
from engine.codec import encode
from engine.domain.batch.draft_index import DraftRecord
from engine.domain.batch.options import Ambiguous, DraftedBefore, Need, NoPrice, Options
from engine.domain.batch.rows import Condition
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.domain.listing.seller_profiles import Profile
from engine.errors import BadRequest
from engine.settings import Settings
from engine.store.base import Put


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
    return open_engine(Settings(_env_file=None)).queries.job(result.stdout.strip()).options


def test_a_batch_is_started_as_the_options_say(file: Path) -> None:
    photos = "gs://mine/{upc}_*.jpg"
    chosen = ["--discogs", "optional", "--ambiguous", "best", "--drafted-before", "skip", "--photos", photos]
    assert submitted(str(file), *chosen) == Options(
        discogs=Need.OPTIONAL,
        ambiguous=Ambiguous.BEST,
        drafted_before=DraftedBefore.SKIP,
        photos=photos,
        profile="Standard",
    )


def test_without_options_the_default_profile_counts(file: Path) -> None:
    assert submitted(str(file)) == Options(profile="Standard")


def test_a_batch_starts_with_the_rule_and_condition_of_the_profile_that_is_named(file: Path) -> None:
    rule = PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 499}})
    cds = Profile("CDs", rule, Condition.USED_GOOD, NoPrice.HOLD)
    engine = open_engine(Settings(_env_file=None))
    for profile in (Profile("Standard"), cds):
        engine.profiles.save(profile)
    assert submitted(str(file), "--profile", "CDs") == cds.options()
    assert submitted(str(file), "--profile", "CDs", "--condition", "NEW").condition is Condition.NEW
    assert submitted(str(file), "--profile", "CDs", "--no-price", "draft").no_price is NoPrice.DRAFT
    assert submitted(str(file)) == Options(profile="Standard")
    refused = CliRunner().invoke(app, ["submit", str(file), "--profile", "LPs"])
    assert str(refused.exception) == "There is no profile 'LPs'; there are CDs, Standard"


def test_a_file_that_was_drafted_before_says_so_beside_the_name_of_the_batch(file: Path) -> None:
    settings = Settings(_env_file=None)
    engine = open_engine(settings)
    draft = DraftRecord("S1", "00724383244812", "724383244812", "batch_1", 0, datetime(2026, 11, 23, tzinfo=UTC))
    open_store(settings.store, SystemClock()).commit(Put("drafts/S1", encode(draft)))
    result = CliRunner().invoke(app, ["submit", str(file)], catch_exceptions=False)
    assert result.stderr == "1 of its barcodes has a draft already.\n"
    assert engine.queries.job(result.stdout.strip()).total_upcs == 1


def test_a_price_rule_is_read_from_a_file(file: Path, tmp_path: Path) -> None:
    rule = tmp_path / "rule.json"
    rule.write_text('{"basis": "fixed", "fixed": {"*": {"*": 499}}}')
    expected = PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 499}})
    assert submitted(str(file), "--price-rule", str(rule)) == Options(price_rule=expected, profile="Standard")


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
    assert open_engine(Settings(_env_file=None)).queries.jobs().total == 0
