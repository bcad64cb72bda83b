"""The command that kills and freezes workers: what it counts, what it finds wrong, and that it leaves a store empty."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.errors import BadRequest
from engine.evidence.chaos import chaos
from engine.evidence.report import table, write
from engine.evidence.run import ensure_empty, evidence
from engine.evidence.scenarios import PRICED, SCENARIOS, Scenario, named
from engine.evidence.trials import Ground, Strikes, trial
from engine.sandbox.emulators import a_project
from engine.store.base import Put
from engine.store.firestore import FirestoreStore
from engine.store.sqlite import SQLiteStore
from tests.support.sandbox_server import Sandbox

ROW, TOGETHER = SCENARIOS[:2]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_each_scenario_ends_whole_in_peace_killed_killed_again_and_frozen(sandbox: Sandbox, scenario: Scenario) -> None:
    ground = Ground("", sandbox.url)
    whole = trial(ground, scenario, "Whole")
    assert whole.wrong == ()
    assert len(whole.points) >= 20
    middle = len(whole.points) // 2
    for label, kills in (("Once", (middle,)), ("Twice", (middle, 3))):
        killed = trial(ground, scenario, label, Strikes(kills))
        assert (killed.wrong, killed.died) == ((), len(kills))
    assert trial(ground, scenario, "Frozen", Strikes(frozen=middle)).wrong == ()
    assert trial(ground, scenario, "Away", Strikes(away=middle)).wrong == ()


def test_rows_share_their_calls_in_the_trials_too(sandbox: Sandbox) -> None:
    names = {name.partition(":")[0] for name in trial(Ground("", sandbox.url), TOGETHER, "T").points}
    assert "ebay.create_offers" in names


def test_on_firestore_a_row_killed_at_any_of_some_points_is_whole(firestore_emulator: str, sandbox: Sandbox) -> None:
    assert firestore_emulator
    ground = Ground(f"firestore://{a_project()}/(default)", sandbox.url)
    points = len(trial(ground, ROW, "Whole").points)
    for at in range(2, points - 6, points // 4):
        found = trial(ground, ROW, f"At{at}x", Strikes((at,)))
        assert (found.wrong, found.died) == ((), 1)
    assert trial(ground, ROW, "Frozen", Strikes(frozen=points - 6)).wrong == ()
    assert trial(ground, ROW, "Away", Strikes(away=points - 6)).wrong == ()
    store = FirestoreStore(ground.store.split("/")[2], "(default)")
    ensure_empty(store, ground.store)
    store.close()


def test_what_is_wrong_is_found(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = replace_rows(ROW, 2)
    monkeypatch.setattr(Scenario, "content", lambda _, label: f"UPC,SKU\n7961220922684,{label}R0\n".encode())
    (few, *_) = trial(Ground("", sandbox.url), lost, "Lost").wrong
    assert few == "there are 1 rows of 2"


def test_a_draft_that_no_row_knows_of_is_found(sandbox: Sandbox) -> None:
    assert trial(Ground("", sandbox.url), ROW, "OneTwin").wrong == ()
    assert "eBay has drafts that no row knows of" in trial(Ground("", sandbox.url), ROW, "Twin").wrong[-1]


def replace_rows(scenario: Scenario, rows: int) -> Scenario:
    return Scenario(scenario.name, rows, PRICED)


def test_the_evidence_counts_and_stops_in_time(sandbox: Sandbox, tmp_path: Path) -> None:
    found = evidence([Ground("", sandbox.url)] * 2, seed=7, seconds=6)
    assert found.wrong == []
    assert all(count.points >= 20 for count in found.counts.values() if count.points)
    text = table([found])
    assert "| SQLite | one row |" in text
    assert "Violations: 0." in text
    file = tmp_path / "evidence.md"
    begin, end = "<!-- evidence: begin -->", "<!-- evidence: end -->"
    file.write_text(f"# Before\n{begin}\nold\n{end}\nafter\n")
    write(text, file)
    assert file.read_text() == f"# Before\n{begin}\n{text}\n{end}\nafter\n"


def test_one_kind_of_work_is_tried_by_its_name() -> None:
    found = evidence([Ground("", "")], seed=7, seconds=0, only=named("one row"))
    assert list(found.counts) == ["one row"]
    said = CliRunner().invoke(app, ["evidence", "--only", "two rows"])
    assert said.exit_code == 1
    assert "Choose one of these: one row; rows that share their calls" in str(said.exception)


def test_a_store_that_is_in_use_is_refused(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/mine.db"
    store = SQLiteStore(tmp_path / "mine.db")
    store.commit(Put("batch_jobs/one", {"mine": True}))
    with pytest.raises(BadRequest, match="is not empty"):
        ensure_empty(store, address)
    said = CliRunner().invoke(app, ["evidence", "--store", address, "--seconds", "1"])
    assert said.exit_code == 1
    assert [one.path for one in store.snapshot()] == ["batch_jobs/one"]


def test_a_chaos_of_kills_and_freezes_ends_with_every_row_whole(sandbox: Sandbox) -> None:
    found = chaos(Ground("", sandbox.url), seed=5, kills=12, freezes=4, rows=500)
    assert (found.wrong, found.kills, found.freezes) == ((), 12, 4)
    assert found.rows >= 500
    assert "12 kills and 4 freezes at random moments" in table([], [found])
