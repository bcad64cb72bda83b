"""`python -m engine drafts`: one decision on several drafts of a batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.bootstrap import open_engine
from engine.cli import app
from engine.draft_commands import Action
from engine.public import BulkAction, Review
from engine.settings import Settings
from tests.support.batch_runs import Batches, Drafting, barcode
from tests.support.unpriced import HELD, UNPRICED, Unpriced


@pytest.fixture
def job_id(tmp_path: Path, batches: Batches, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a batch of three drafts, in the stores that the command line opens; its file has a header."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DM_STORE", f"sqlite:///{tmp_path}/store.db")
    monkeypatch.setenv("DM_FILES", f"file:{tmp_path}/files")
    name = batches.upload("".join(f"{cell}\n" for cell in ("upc", *map(barcode, range(3)))).encode())
    batches.run(Drafting())
    return name


def run(*arguments: str, answer: str = "") -> Any:
    return CliRunner().invoke(app, ["drafts", *arguments], input=answer)


def reviewed(state: Review) -> list[int]:
    engine = open_engine(Settings(_env_file=None))
    return sorted(draft.index for draft in engine.drafts.page(review=state))


def test_the_command_line_has_every_action() -> None:
    assert [action.replace("-", "_") for action in Action] == list(BulkAction)


def test_rows_are_named_by_their_line_in_the_file(job_id: str) -> None:
    result = run("approve", job_id, "2", "4")
    assert (result.exit_code, result.stdout) == (0, "2 done, 0 left alone\n")
    assert reviewed(Review.APPROVED) == [0, 2]


def test_without_rows_all_drafts_are_meant_that_the_action_applies_to(job_id: str) -> None:
    run("hold", job_id, "3")
    assert run("hold", job_id).stdout == "2 done, 0 left alone\n"
    assert reviewed(Review.HELD) == [0, 1, 2]


def test_a_row_that_is_left_alone_is_named_with_the_reason(job_id: str) -> None:
    run("approve", job_id, "3")
    result = run("approve", job_id, "2", "3")
    assert (result.exit_code, result.stdout) == (1, "1 done, 1 left alone\n  row 3: approved already\n")


@pytest.mark.parametrize("row", ["1", "5"])
def test_a_line_without_a_row_changes_nothing(job_id: str, row: str) -> None:
    result = run("approve", job_id, "2", row)
    assert result.exit_code == 2
    assert f"has no row {row}" in result.stderr
    assert reviewed(Review.APPROVED) == []


def test_all_drafts_of_a_batch_are_removed_only_after_a_yes(job_id: str, batches: Batches) -> None:
    assert run("remove", job_id, answer="n\n").exit_code == 1
    assert run("remove", job_id, "--yes").stdout == "3 done, 0 left alone\n"
    batches.run(Drafting())
    assert reviewed(Review.REMOVED) == [0, 1, 2]
    assert run("put-back", job_id, "2").exit_code == 0


def test_a_price_is_given_to_rows_of_a_batch_and_to_all_that_lack_one(job_id: str, batches: Batches) -> None:
    unpriced = batches.upload("".join(f"{barcode(number)}\n" for number in range(3)).encode(), UNPRICED)
    batches.run(Unpriced())
    assert "3 drafts are not ready: price" in told("status", unpriced)
    listed = told("status", unpriced, "--needs", "price", "--limit", "2")
    assert "row 1  700000000009  New Order - Movement CD Factory  Your price rule has no price" in listed
    assert "and 1 more" in listed
    assert run("price", unpriced, "2", "--price", "4.50").stdout == "1 done, 0 left alone\n"
    batches.run(Unpriced())
    assert "queued again" in told("price", unpriced, "cd=$3.99", "6.99")
    batches.run(Unpriced())
    assert [item.draft.price_cents for item in batches.items(unpriced).values()] == [399, 450, 399]
    assert "not ready" not in told("status", unpriced)
    assert told("price", job_id, status=1) == ""


def test_rows_that_were_held_are_drafted_without_a_price(job_id: str, batches: Batches) -> None:
    held = batches.upload(f"{barcode(0)}\n".encode(), HELD)
    batches.run(Unpriced())
    assert batches.job(held).failed_upcs == 1
    told("price", held, "--as-drafts")
    batches.run(Unpriced())
    assert batches.job(held).successful_upcs == 1


@pytest.mark.parametrize(
    "arguments",
    [("drafts", "price"), ("drafts", "approve", "--price", "4.99"), ("drafts", "price", "--price", "free")],
)
def test_a_price_goes_with_its_action_and_is_one(job_id: str, arguments: tuple[str, ...]) -> None:
    command, action, *rest = arguments
    assert CliRunner().invoke(app, [command, action, job_id, *rest]).exit_code == 2


def told(*arguments: str, status: int = 0) -> str:
    """Return what a command of the program says, on one line each."""
    result = CliRunner().invoke(app, list(arguments))
    assert (result.exit_code, bool(result.exception)) == (status, status != 0), result.output
    return result.stdout
