"""`make live`: the real services, in a folder that has nothing in it, without any account."""

from __future__ import annotations

import csv
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dotenv
import psutil
import pytest

from engine.credentials.contact import is_contact
from engine.live import keep_contact
from engine.sandbox.emulators import free_ports
from tests.support.barcode_table import table
from tests.support.clocks import until
from tests.support.demo import ROOT, Served, end, served
from tests.support.sandbox_server import Sandbox, running

CONTACT = "ann@example.com"


@pytest.fixture(scope="module")
def services() -> Iterator[Sandbox]:
    with running(everywhere=True) as sandbox:
        yield sandbox


def addresses(services: Sandbox) -> dict[str, str]:
    """Return the settings that put the sandbox in the place of the real services."""
    return {f"{name.upper()}_URL": f"{services.url}/{name}" for name in ("discogs", "musicbrainz", "coverart", "ebay")}


@pytest.fixture(scope="module")
def live(services: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("live")
    with served(
        folder, "engine", "live", DM_CONTACT=CONTACT, MUSICBRAINZ_PER_SECOND="50", **addresses(services)
    ) as whole:
        yield whole


def test_every_real_barcode_becomes_a_draft_with_a_price_to_do_without_any_account(
    live: Served, services: Sandbox
) -> None:
    codes = [line.upc_or_ean for line in table()]
    job = live.ended(live.upload("".join(f"{code}\n" for code in codes)), seconds=120)
    assert (job["total_upcs"], job["failed"], job["needs_price"]) == (264, 0, 264)
    file = live.session.get(f"{live.url}/api/batch/{job['job_id']}/ebay-drafts.csv", timeout=30)
    drafts = [line for line in csv.reader(file.text.splitlines()) if line and line[0] == "Draft"]
    assert sorted(draft[4] for draft in drafts) == sorted(codes)
    ledger = services.ledger()
    assert {call["service"] for call in ledger["calls"]} == {"musicbrainz", "coverart"}
    assert not ledger["offers"]


def test_data_and_console_are_apart_from_the_demo_and_on_this_machine_only(live: Served) -> None:
    assert (live.folder / "var/live/draftmaker.db").exists()
    assert not (live.folder / "var/draftmaker.db").exists()
    assert live.get("/health")["environment"] == "live"
    (console,) = (child for child in psutil.Process(live.process.pid).children() if "console" in child.cmdline())
    listening = {c.laddr.ip for c in console.net_connections() if c.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


def test_a_first_start_asks_for_a_contact_until_it_is_one_and_keeps_it(services: Sandbox, tmp_path: Path) -> None:
    (tmp_path / ".streamlit").symlink_to(ROOT / ".streamlit")
    near, far = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PORT": str(free_ports(1)[0]), **addresses(services)}
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", "live"], cwd=tmp_path, env=environment, stdin=far, stdout=far, stderr=far
    )
    os.close(far)
    try:
        os.write(near, f"nobody\n{CONTACT}\n".encode())
        until(lambda: (tmp_path / ".env").exists() and (tmp_path / ".env").read_text(), seconds=20)
    finally:
        end(process)
        os.close(near)
    assert dotenv.dotenv_values(tmp_path / ".env") == {"DM_CONTACT": CONTACT}
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0


def test_a_contact_is_kept_beside_what_else_is_set(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# mine\nDISCOGS_TOKEN=abc\nDM_CONTACT=\n")
    keep_contact("https://example.com/shop?a=1#us", file)
    assert file.read_text().startswith("# mine\nDISCOGS_TOKEN=abc\n")
    assert dotenv.dotenv_values(file) == {"DISCOGS_TOKEN": "abc", "DM_CONTACT": "https://example.com/shop?a=1#us"}


@pytest.mark.parametrize("text", ["ann@example.com", "https://example.com", "http://shop.example.com/about"])
def test_an_address_is_a_contact(text: str) -> None:
    assert is_contact(text)


@pytest.mark.parametrize(
    "text", ["", "ann", "ann@", "ann@home", "example.com", "a b@example.com", "ünn@example.com", "x"]
)
def test_what_nobody_can_be_reached_by_is_no_contact(text: str) -> None:
    assert not is_contact(text)
