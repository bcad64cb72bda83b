"""The whole thing on Firestore and Cloud Storage: a file to its drafts in a browser, and a line that is cut."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Emulated
from tests.e2e.screens import SAMPLE, SOME, BatchScreen, job_id, upload
from tests.support.clocks import until

pytestmark = pytest.mark.browser

HEARD_OF_MILLISECONDS = 30_000


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
