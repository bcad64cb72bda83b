"""The command line as an operator meets it: what it prints, and what it says when something is wrong."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import openpyxl
import pytest

from engine.errors import Cause, ItemError
from engine.files.folder import FolderFiles
from engine.store.sqlite import SQLiteStore
from tests.contract.commands import Desk
from tests.support.batch_runs import FIXED, Batches, Chosen, barcode, barcodes, fails
from tests.support.sandbox_server import Sandbox

WRONG = [
    ("DM_LANES", "0", "DM_LANES: Input should be greater than or equal to 1"),
    ("DM_STORE", "sqllite:///var/draftmaker.db", "DM_STORE is 'sqllite:///var/draftmaker.db'; it must look like"),
    ("DM_FILES", "var/files", "DM_FILES is 'var/files'; it must look like"),
    ("DM_SECRETS", "vault:x", "DM_SECRETS is 'vault:x'; it must look like"),
]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, {"DM_STORE": f"sqlite:///{tmp_path}/dm.db", "DM_FILES": f"file:{tmp_path}/files"})


@pytest.fixture
def batches(desk: Desk) -> Batches:
    return Batches(SQLiteStore(desk.folder / "dm.db"), FolderFiles(desk.folder / "files"))


@pytest.mark.parametrize(("name", "value", "sentence"), WRONG)
def test_a_wrong_setting_is_one_sentence_and_an_exit_status(
    desk: Desk, batches: Batches, name: str, value: str, sentence: str
) -> None:
    batches.queries.jobs()  # makes the database
    ended = desk.run("status", **{name: value})
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_wrong_secret_is_not_repeated(desk: Desk) -> None:
    ended = desk.run("status", EBAY_LOCATION_KEY="s3cret" * 10)
    assert "EBAY_LOCATION_KEY: String should have at most 36 characters" in ended.stderr
    assert "s3cret" not in ended.stderr


def test_job_ids_are_whole_however_narrow_the_terminal_is(desk: Desk, batches: Batches) -> None:
    job_ids = [batches.upload(barcodes(1), filename="a name that is longer than what is shown.txt") for _ in range(3)]
    lines = desk.run("status", COLUMNS="40").stdout.splitlines()
    assert {line.split()[0] for line in lines[1:]} == set(job_ids)


def test_the_list_says_how_many_batches_it_leaves_out(desk: Desk, batches: Batches) -> None:
    for _ in range(4):
        batches.upload(barcodes(1))
    assert desk.run("status", "--limit", "3").stdout.splitlines()[-1] == "and 1 more; --limit shows them"
    assert "more" not in desk.run("status").stdout


def test_failed_rows_that_are_left_out_are_counted(desk: Desk, batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    batches.run(Chosen(dict.fromkeys(range(3), fails)))
    shown = desk.run("status", job_id, "--limit", "1").stdout
    assert "Nobody knows this barcode." in shown
    assert shown.splitlines()[-1] == "  and 2 more failed rows; --limit shows them"


def test_the_state_is_told_as_json(desk: Desk, batches: Batches) -> None:
    job_id = batches.upload(barcodes(2))
    batches.run(Chosen({0: fails}))
    listed = json.loads(desk.run("status", "--json").stdout)
    assert (listed["total"], [job["job_id"] for job in listed["jobs"]]) == (1, [job_id])
    one = json.loads(desk.run("status", job_id, "--json").stdout)
    assert (one["status"], one["successful_upcs"], one["failed_upcs"]) == ("completed", 1, 1)
    assert [row["error"] for row in one["failed_upc_list"]] == ["Nobody knows this barcode."]


def test_retry_says_what_will_happen(desk: Desk, batches: Batches) -> None:
    job_id = batches.upload(barcodes(2))
    batches.run(Chosen({0: away}))
    said = desk.run("retry", job_id).stdout.splitlines()
    assert said[0] == f"The failed rows of batch {job_id} are queued again."
    assert batches.stored(job_id).status == "pending"


def test_recover_says_what_will_happen(desk: Desk, batches: Batches) -> None:
    job_id = batches.upload(barcodes(2))
    batches.commands.pause(job_id)
    said = desk.run("recover", job_id).stdout.splitlines()
    assert said[0] == f"Batch {job_id} is queued again; a worker continues it where it stopped."


def away(_work: object) -> None:
    raise ItemError(Cause.REFUSED, "eBay refuses it.")


def test_an_export_into_a_folder_that_is_not_there_is_refused(desk: Desk, batches: Batches) -> None:
    job_id = batches.upload(barcodes(1))
    batches.run()
    ended = desk.run("export", job_id, "-o", "nowhere/results.csv", COLUMNS="200")
    assert ended.returncode == 2
    assert "nowhere/results.csv cannot be written: there is no folder nowhere" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_failed_rows_of_a_batch_are_exported_as_a_workbook(desk: Desk, batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    batches.run(Chosen({1: fails}))
    asked = ("export", job_id, "--format", "xlsx", "--status", "failed", "-o", str(desk.folder / "failed.xlsx"))
    assert desk.run(*asked).returncode == 0
    lines = list(openpyxl.load_workbook(desk.folder / "failed.xlsx").active.iter_rows(values_only=True))
    assert [line[2:4] for line in lines] == [("status", "cause"), ("failed", "no_match")]


def test_results_in_the_shape_of_the_file_go_to_standard_output(desk: Desk, batches: Batches) -> None:
    job_id = batches.upload(f"Shelf;UPC\nA1;{barcode(0)}\n".encode(), FIXED, "shop.csv")
    batches.run()
    assert desk.run("export", job_id, "--format", "uploaded").stdout.startswith("\ufeffShelf;UPC;row;")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--status", "broken"], "--status is one of waiting, working, succeeded, failed, skipped"),
        (["--cause", "bad_luck"], "--cause is one of invalid_barcode"),
        (["--needs", "luck"], "--needs is one of price, condition"),
        (["--format", "ebay", "--status", "failed"], "Only some rows can be had as csv, xlsx, jsonl, uploaded, not as"),
        (["--format", "pdf"], "--format is one of csv, xlsx, jsonl, uploaded, failed, ebay"),
    ],
    ids=["status", "cause", "needs", "whole", "format"],
)
def test_an_export_of_rows_that_cannot_be_had_is_refused(
    desk: Desk, batches: Batches, options: list[str], said: str
) -> None:
    ended = desk.run("export", batches.upload(barcodes(1)), *options, COLUMNS="400")
    assert ended.returncode == 2
    assert said in ended.stderr


@pytest.mark.parametrize("command", [["status"], ["export", "batch_1"], ["recover", "batch_1"], ["retry", "batch_1"]])
def test_a_mistyped_store_is_not_made_but_named_with_what_was_meant(
    desk: Desk, batches: Batches, command: list[str]
) -> None:
    batches.queries.jobs()
    ended = desk.run(*command, DM_STORE=f"sqlite:///{desk.folder}/dn.db")
    assert ended.returncode == 1
    assert f"There is no database {desk.folder}/dn.db" in ended.stderr
    assert f"Did you mean sqlite:///{desk.folder}/dm.db?" in ended.stderr
    assert not (desk.folder / "dn.db").exists()


def test_a_store_that_never_was_there_is_not_made_by_a_look_at_it(desk: Desk) -> None:
    ended = desk.run("status")
    assert ended.returncode == 1
    assert "a worker or the command submit makes a new one" in ended.stderr


def test_a_worker_says_that_it_made_a_new_database_and_only_then(desk: Desk) -> None:
    first, second = (desk.run("worker", "--until-idle", DM_LOG="json", **keyless()).stderr for _ in range(2))
    made = [json.loads(line) for line in first.splitlines() if "store_created" in line]
    assert [(line["severity"], line["file"]) for line in made] == [("INFO", f"{desk.folder}/dm.db")]
    assert "store_created" not in second


def keyless() -> dict[str, str]:
    """Return settings with which a worker asks nobody for anything while it is idle."""
    return {"DM_PROFILE": "live"}


@pytest.mark.parametrize(("module", "command"), [("engine", ["sandbox"]), ("engine", ["demo"]), ("console", [])])
def test_a_taken_port_is_said_with_an_exit_status(desk: Desk, module: str, command: list[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = desk.run(*command, module=module, PORT=port, DM_SANDBOX_URL=f"http://127.0.0.1:{port}", DM_LOG="json")
    assert ended.returncode == 1
    (line,) = map(json.loads, ended.stderr.splitlines())
    assert line["severity"] == "CRITICAL"
    assert f"Port {port} cannot be used (Address already in use)." in line["error"]


@pytest.mark.parametrize(("module", "command"), [("engine", ["worker"]), ("engine", ["sandbox"]), ("console", [])])
def test_wrong_settings_of_a_process_are_one_line_of_json(desk: Desk, module: str, command: list[str]) -> None:
    ended = desk.run(*command, module=module, DM_PROFILE="live", DM_LANES="0")
    assert ended.returncode == 1
    (line,) = map(json.loads, ended.stderr.splitlines())
    assert (line["severity"], line["message"]) == ("CRITICAL", "cannot_run")
    assert "DM_LANES" in line["error"]


def test_tokens_are_made_shown_without_their_secret_and_revoked(desk: Desk) -> None:
    text = desk.run("tokens", "make", "nightly import", "--scope", "submit", "--days", "30").stdout.strip()
    assert re.fullmatch(r"dm_[0-9a-f]{16}_[\w-]{43}", text)
    token_id, secret = text.split("_", 2)[1:]
    shown = desk.run("tokens").stdout
    assert re.search(rf"{token_id}  live     submit  until [\d-]+  never used  nightly import", shown)
    assert secret not in shown
    assert desk.run("tokens", "revoke", token_id).stdout == "The token nightly import is revoked.\n"
    assert "revoked" in desk.run("tokens").stdout
    refused = desk.run("tokens", "make", "nightly\n")
    assert (refused.returncode, "letters, digits" in refused.stderr) == (1, True)


def test_connections_are_shown_made_and_ended_without_a_secret(desk: Desk, sandbox: Sandbox) -> None:
    settings = {"DM_PROFILE": "live", "DISCOGS_URL": f"{sandbox.url}/discogs"}
    kept = desk.run("connections", "discogs", **settings, typed="sandbox\n")
    assert (kept.returncode, kept.stdout) == (0, "Discogs accepts the token of sandbox, and it is kept.\n")
    assert "Discogs: token sandbox" in desk.run("connections", **settings).stdout
    refused = desk.run("connections", "discogs", **settings, typed="marker-wrong-token\n")
    assert (refused.returncode, "marker" in refused.stderr) == (1, False)
    desk.run("connections", "disconnect", "discogs", **settings)
    shown = desk.run("connections", **settings).stdout
    assert shown.splitlines() == ["eBay: keys missing, seller missing", "Discogs: token missing", "Contact: missing"]


def test_batches_are_found_by_name_state_and_day(desk: Desk, batches: Batches) -> None:
    for name in ("Spring box 1", "Spring box 2", "Fall"):
        batches.submission.upload(barcodes(1), "rows.txt", FIXED, name=name)
    found = json.loads(desk.run("status", "--json", "--name", "spring box", "--limit", "1").stdout)
    assert (found["total"], found["filtered"], [job["name"] for job in found["jobs"]]) == (3, 2, ["Spring box 2"])
    assert "Fall" in desk.run("status", "--state", "pending", "--since", "2026-01-01").stdout
    assert "Fall" not in desk.run("status", "--until", "2026-01-01").stdout
    assert "Fall" not in desk.run("status", "--state", "failed").stdout
    assert "and 1 more" in desk.run("status", "--name", "spring", "--limit", "1").stdout


def test_batches_are_archived_and_brought_back(desk: Desk, batches: Batches) -> None:
    first, second = (batches.upload(barcodes(1)) for _ in range(2))
    batches.run()
    assert f"Batch {second} is archived." in desk.run("archive", first, second).stdout
    assert first not in desk.run("status").stdout
    assert first in desk.run("status", "--archived").stdout
    assert f"Batch {first} is back." in desk.run("unarchive", first).stdout
    assert first in desk.run("status").stdout


def test_a_shift_is_handed_over_in_words(desk: Desk, batches: Batches) -> None:
    batches.upload(barcodes(2))
    batches.run(Chosen({0: fails}))
    said = desk.run("handover", "--hours", "12").stdout
    assert "Finished: 1 batch, " in said
    assert "- Not in the catalogues (1 row, 1 of them new): Neither Discogs nor MusicBrainz knows this barcode." in said
    assert desk.run("handover", "--hours", "0").returncode == 2
