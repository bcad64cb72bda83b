"""The whole thing on Firestore and Cloud Storage: a file to its drafts in a browser, and a line that is cut."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.sandbox.emulators import a_bucket, a_project
from tests.e2e.screens import SAMPLE, SOME, BatchScreen, job_id, upload
from tests.support.clocks import until
from tests.support.demo import Demo, demo
from tests.support.emulators import Wire

pytestmark = pytest.mark.browser

HEARD_OF_MILLISECONDS = 30_000


@dataclass(frozen=True)
class Emulated:
    """A demo on the emulators, and its line to Firestore's."""

    demo: Demo
    wire: Wire


@pytest.fixture(scope="module")
def emulated(
    browser: Browser, firestore_emulator: str, storage_emulator: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Emulated]:
    wire = Wire(firestore_emulator)
    places = {
        "DM_STORE": f"firestore://{a_project()}/(default)",
        "DM_FILES": f"gs://{a_bucket()}/files",
        "FIRESTORE_EMULATOR_HOST": wire.address,
        "STORAGE_EMULATOR_HOST": storage_emulator,
    }
    with demo(tmp_path_factory.mktemp("emulated"), **places) as running:
        yield Emulated(running, wire)
    wire.cut()


def test_a_file_is_uploaded_watched_to_its_end_and_its_results_are_downloaded(
    emulated: Emulated, page: Page, tmp_path: Path
) -> None:
    whole = emulated.demo
    page.goto(f"{whole.url}/new")
    upload(page, "exu2.txt", SAMPLE)
    page.get_by_role("button", name="Start batch of 42").click()
    name = job_id(page)
    screen = BatchScreen(page)
    expect(screen.state("Done in part")).to_be_visible(timeout=30_000)
    job = whole.ended(name)
    assert (job["processed_upcs"], job["last_processed_index"]) == (42, 41)
    assert screen.counts() == {"drafted": job["successful"], "needs attention": job["failed"]}
    with page.expect_download() as download:
        page.get_by_role("link", name="Results CSV").first.click()
    place = tmp_path / "results.csv"
    download.value.save_as(place)
    with place.open(encoding="utf-8-sig", newline="") as lines:
        statuses = [record["status"] for record in csv.DictReader(lines)]
    assert statuses.count("succeeded") == job["successful"]
    assert len(statuses) == 42
    offers = whole.sandbox.ledger(calls=False)["offers"]
    items = whole.get(f"/api/batch/{name}/items?limit=200&status=succeeded")["items"]
    assert [offers[item["sku"]]["created"] for item in items] == [1] * job["successful"]


def test_a_line_that_is_cut_is_told_and_everything_goes_on_when_it_is_back(emulated: Emulated, page: Page) -> None:
    whole, wire = emulated.demo, emulated.wire
    whole.sandbox.latency(discogs=1.0)
    name = whole.upload(SOME)
    screen = BatchScreen(page).open(whole, name)
    until(lambda: screen.counts().get("drafted"))
    wire.cut()
    away = page.get_by_text(re.compile("The job store has not answered for"))
    expect(away).to_be_visible(timeout=HEARD_OF_MILLISECONDS)
    assert whole.get("/health")["firestore"] == "disconnected"
    whole.sandbox.latency()
    wire.mend()
    expect(away).to_have_count(0, timeout=HEARD_OF_MILLISECONDS)
    job = whole.ended(name)
    assert (job["processed_upcs"], job["last_processed_index"]) == (14, 13)
    expect(screen.state("Done in part")).to_be_visible()
    expect(screen.bar).to_have_count(1)
    assert screen.counts() == {"drafted": job["successful"], "needs attention": job["failed"]}
