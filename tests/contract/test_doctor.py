"""The doctor: each check with real parts, what the command prints, and that no secret is in it."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from engine.access.people import People
from engine.bootstrap import open_connections
from engine.bootstrap.credentials import open_vault
from engine.clock import SystemClock
from engine.doctor import checks, services
from engine.doctor.doctor import Doctor
from engine.doctor.report import Finding, Level
from engine.domain.access import Role
from engine.domain.people import RolePolicy
from engine.files.base import Files
from engine.files.folder import FolderFiles
from engine.quota.limiters import Limiters
from engine.settings import Settings
from engine.store.base import Store
from engine.store.sqlite import SQLiteStore
from tests.contract.commands import Desk
from tests.support.clocks import AheadClock
from tests.support.sandbox_server import Sandbox

CLOCK = SystemClock()
SERVICES = ["Discogs", "MusicBrainz", "Cover Art Archive", "eBay", "eBay prices"]


@pytest.fixture
def desk(tmp_path: Path, sandbox: Sandbox) -> Desk:
    places = {"DM_STORE": f"sqlite:///{tmp_path}/dm.db", "DM_FILES": f"file:{tmp_path}/files"}
    return Desk(tmp_path, {**places, "DM_SANDBOX_URL": sandbox.url})


def called(sandbox: Sandbox, store: Store, clock: AheadClock | SystemClock = CLOCK, **more: str) -> list[Finding]:
    """Return what calls to the services of a sandbox find, and what they say of the clock."""
    chosen = Settings(_env_file=None, DM_SANDBOX_URL=sandbox.url, **more)  # type: ignore[arg-type]
    with requests.Session() as session, Limiters(store, CLOCK) as limiters:
        dates = services.ServiceDates(session, clock)
        credentials = open_vault(chosen, store).current()
        connections = open_connections(chosen, credentials, session, limiters)
        return [*services.check(connections, CLOCK, threading.Event()), dates.finding()]


def test_a_store_that_takes_a_document_and_gives_it_back_is_in_order(store: Store) -> None:
    assert checks.job_store(store, CLOCK).level == Level.OK


def test_the_queries_that_need_an_index_are_asked(store: Store, files: Files) -> None:
    assert checks.indexes(store, files).level == Level.OK


def test_a_store_that_does_not_answer_is_a_problem(tmp_path: Path, files: Files) -> None:
    (tmp_path / "dm.db").write_bytes(b"no database " * 400)
    broken = SQLiteStore(tmp_path / "dm.db")
    assert checks.job_store(broken, CLOCK).level == Level.PROBLEM
    assert checks.indexes(broken, files).level == Level.PROBLEM


def test_files_that_can_be_written_and_read_are_in_order_however_often(files: Files) -> None:
    assert [checks.file_store(files).level for _ in range(2)] == [Level.OK, Level.OK]


def test_a_folder_of_files_that_is_a_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    finding = checks.file_store(FolderFiles(tmp_path / "files"))
    assert (finding.level, finding.advice[:15]) == (Level.PROBLEM, "Check DM_FILES,")


def test_real_services_without_a_contact_are_a_problem() -> None:
    live = Settings(_env_file=None, DM_PROFILE="live")
    assert "DM_CONTACT" in checks.settings(live).advice
    known = Settings(_env_file=None, DM_PROFILE="live", DM_CONTACT="maria@example.com")
    assert checks.settings(known).level == Level.OK


@pytest.mark.parametrize(("live", "level"), [(True, Level.WARNING), (False, Level.OK)])
def test_an_emulator_is_named_and_is_worth_a_warning_beside_real_services(live: bool, level: Level) -> None:
    finding = checks.emulators({"FIRESTORE_EMULATOR_HOST": "127.0.0.1:8080"}, live=live)
    assert (finding.level, "Firestore at 127.0.0.1:8080" in finding.sentence) == (level, True)


def test_people_who_sign_in_and_no_admin_are_a_problem(tmp_path: Path) -> None:
    store, places = SQLiteStore(tmp_path / "dm.db"), f"file:{tmp_path}/f"
    chosen = Settings(_env_file=None, DM_FILES=places, DM_SIGN_IN="iap", DM_IAP_AUDIENCE="/projects/1")

    def found() -> list[tuple[str, Level]]:
        findings = Doctor(chosen, store, FolderFiles(tmp_path / "f"), CLOCK).findings()
        return [(one.check, one.level) for one in findings if one.check == "Admins"]

    assert found() == [("Admins", Level.PROBLEM)]
    People(store, CLOCK, RolePolicy()).assign("ann@example.com", Role.ADMIN)
    assert found() == [("Admins", Level.OK)]
    store.close()


def test_a_catalogue_that_is_damaged_is_a_problem_and_none_is_not(tmp_path: Path) -> None:
    assert checks.catalogue(tmp_path / "none.db", CLOCK).level == Level.OK
    (tmp_path / "catalog.db").write_bytes(b"no catalogue")
    assert checks.catalogue(tmp_path / "catalog.db", CLOCK).level == Level.PROBLEM


def test_the_room_is_told_for_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert str(tmp_path) in checks.disk(tmp_path / "not" / "yet").sentence


def test_each_service_is_called_once_and_its_answer_told(sandbox: Sandbox, store: Store) -> None:
    *found, clock = called(sandbox, store)
    assert [(finding.check, finding.level) for finding in found] == [(name, Level.OK) for name in SERVICES]
    assert (clock.check, clock.level) == ("Clock", Level.OK)


def test_a_service_that_is_down_is_a_problem(sandbox: Sandbox, store: Store) -> None:
    sandbox.fault("musicbrainz", "server_error")
    levels = {finding.check: finding.level for finding in called(sandbox, store)}
    assert levels["MusicBrainz"] == Level.PROBLEM
    assert levels["Discogs"] == Level.OK


@pytest.mark.parametrize(("minutes", "level"), [(1, Level.WARNING), (10, Level.PROBLEM), (-10, Level.PROBLEM)])
def test_a_clock_that_differs_from_the_services_is_told(
    sandbox: Sandbox, store: Store, minutes: int, level: Level
) -> None:
    clock = called(sandbox, store, AheadClock(timedelta(minutes=minutes).total_seconds()))[-1]
    assert clock.level == level
    assert ("ahead of" if minutes > 0 else "behind") in clock.sentence


def test_the_last_report_is_kept_in_the_store(store: Store, files: Files) -> None:
    doctor = Doctor(Settings(_env_file=None), store, files, CLOCK)
    assert doctor.last() is None
    report = doctor.check()
    kept = doctor.last()
    assert kept is not None
    assert (kept.findings, kept.services) == (report.findings, False)


def test_the_command_prints_a_line_for_each_check_and_says_whether_there_is_a_problem(desk: Desk) -> None:
    SQLiteStore(desk.folder / "dm.db").count("workers")
    ended = desk.run("doctor")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = ended.stdout.splitlines()
    assert [name for name in SERVICES if not any(name in line for line in lines)] == []
    assert {line.split()[0] for line in lines} <= {"ok", "warning"}
    assert desk.run("doctor", DM_SANDBOX_URL="http://127.0.0.1:9").returncode == 1


def test_a_database_that_is_not_there_is_told_and_none_is_made(desk: Desk) -> None:
    found = json.loads(desk.run("doctor", "--json").stdout)
    stores = [finding for finding in found["findings"] if finding["check"] == "Job store"]
    assert [finding["level"] for finding in stores] == ["warning"]
    assert found["healthy"] is True
    assert not (desk.folder / "dm.db").exists()


def test_a_setting_that_cannot_be_used_is_one_finding(desk: Desk) -> None:
    ended = desk.run("doctor", "--json", DM_LANES="0")
    found = json.loads(ended.stdout)
    assert (ended.returncode, [finding["check"] for finding in found["findings"]]) == (1, ["Settings"])
    assert "DM_LANES" in found["findings"][0]["sentence"]


def test_no_secret_is_in_what_it_prints_or_keeps(desk: Desk) -> None:
    store = SQLiteStore(desk.folder / "dm.db")
    store.count("workers")
    names = ("DISCOGS_TOKEN", "EBAY_CLIENT_ID", "EBAY_CLIENT_SECRET", "EBAY_REFRESH_TOKEN")
    ended = desk.run("doctor", "--json", **{name: f"s3cret-{name}" for name in names})
    assert ended.returncode == 1
    assert "s3cret" not in ended.stdout + ended.stderr + str(store.get("doctor/report")[0].fields)
