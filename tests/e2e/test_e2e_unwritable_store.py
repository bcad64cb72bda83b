"""A job store that can be read and not written, with a batch in the middle: told everywhere, and nothing is lost."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.e2e.screens import SAMPLE, BatchScreen
from tests.support.clocks import until
from tests.support.demo import Demo, demo

pytestmark = pytest.mark.browser

SIZE_MB = 16
TOLD_MILLISECONDS = 60_000
SECONDS = 60.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of a few megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}M", "none", place)
    yield place
    _run("umount", "--lazy", place)


@contextlib.contextmanager
def full(disk: Path) -> Iterator[None]:
    """Leave no byte free."""
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    yield
    ballast.unlink()


@contextlib.contextmanager
def read_only(disk: Path, whole: Demo) -> Iterator[None]:
    """Let nobody who opens the file of the store write it, root included; who has it open is started anew."""
    _run("chattr", "+i", disk / "store.db")
    for part in ("worker", "console"):
        whole.kill(part)
    yield
    _run("chattr", "-i", disk / "store.db")


def test_a_full_disk_is_told_everywhere_and_costs_no_row(small_disk: Path, tmp_path: Path, page: Page) -> None:
    with demo(tmp_path, DM_STORE=f"sqlite:///{small_disk / 'store.db'}") as whole:
        it_is_told_and_survived(whole, page, full(small_disk), "is full: make room on it")


def test_a_file_that_became_read_only_is_told_everywhere_and_costs_no_row(
    small_disk: Path, tmp_path: Path, page: Page
) -> None:
    with demo(tmp_path, DM_STORE=f"sqlite:///{small_disk / 'store.db'}") as whole:
        it_is_told_and_survived(whole, page, read_only(small_disk, whole), "is read-only: let the engine write")


def it_is_told_and_survived(
    whole: Demo, page: Page, trouble: contextlib.AbstractContextManager[None], said: str
) -> None:
    whole.sandbox.latency(ebay=0.5, discogs=0.5)
    name = whole.upload(SAMPLE)
    screen = BatchScreen(page).open(whole, name)
    until(lambda: whole.job(name)["processed_upcs"] >= 3)
    with trouble:
        until(lambda: said in health(whole).get("unwritable", ""), seconds=SECONDS)
        assert whole.get("/health")["status"] == "degraded"
        ready = whole.session.get(f"{whole.url}/api/ready", timeout=10)
        assert ready.status_code == requests.codes.service_unavailable
        assert said in ready.json()["detail"]
        assert any(said in sentence for sentence in whole.job(name)["waits_for"])
        refused = whole.session.post(f"{whole.url}/api/batch/{name}/pause", timeout=20)
        assert refused.status_code == requests.codes.service_unavailable
        for place in (f"batch?job_id={name}", "new", "system"):
            page.goto(f"{whole.url}/{place}")
            expect(page.get_by_text("Nothing can be kept now").first).to_be_visible(timeout=TOLD_MILLISECONDS)
        assert "store_away" in whole.log
    whole.sandbox.latency()
    until(whole.healthy, seconds=SECONDS)
    job = whole.ended(name, seconds=2 * SECONDS)
    assert (job["processed_upcs"], job["last_processed_index"]) == (42, 41)
    screen.open(whole, name)
    expect(page.get_by_text("Nothing can be kept now")).to_have_count(0, timeout=TOLD_MILLISECONDS)
    offers = whole.sandbox.ledger(calls=False)["offers"]
    drafted = whole.get(f"/api/batch/{name}/items?limit=200&status=succeeded")["items"]
    assert [offers[item["sku"]]["created"] for item in drafted] == [1] * job["successful"]
    assert len(offers) == job["successful"]


def health(whole: Demo) -> dict[str, str]:
    """Return what `/health` answers, {} while the console is started."""
    try:
        found: dict[str, str] = whole.get("/health")
    except requests.RequestException:
        return {}
    return found


def _run(*command: str | Path) -> None:
    """Run what only root may; where nobody is, there is nothing to be seen."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{command[0]} is not allowed here: {done.stderr.strip()}")
