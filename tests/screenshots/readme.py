"""The pictures of the README: New batch, the batch that it starts, and its drafts."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.e2e.screens import SAMPLE, BatchScreen, job_id, upload
from tests.screenshots.gallery import SETTLED, WAIT_MILLISECONDS
from tests.screenshots.states import Stage
from tests.support.demo import ROOT

FOLDER = ROOT / "docs" / "pictures"
PRICES = "eBay asking prices"


def take(browser: Browser, stage: Stage, folder: Path = FOLDER) -> None:
    """Take them of an installation that is empty."""
    page = browser.new_page(viewport={"width": 1400, "height": 860}, color_scheme="light")
    page.set_default_timeout(WAIT_MILLISECONDS)
    page.goto(f"{stage.parts.console.url}/new")
    upload(page, "exu2.txt", SAMPLE)
    page.get_by_role("combobox", name="Price").first.click()
    page.get_by_role("option", name=PRICES).click()
    expect(page.get_by_role("spinbutton", name="Factor")).to_be_visible()
    _picture(page, folder / "new-batch.png")
    page.get_by_role("button", name="Start batch of 42").click()
    name = job_id(page)
    expect(BatchScreen(page).state("Done in part")).to_be_visible(timeout=WAIT_MILLISECONDS)
    page.goto(f"{stage.parts.console.url}/batch?job_id={name}")
    _picture(page, folder / "batch.png")
    page.goto(f"{stage.parts.console.url}/drafts")
    _picture(page, folder / "drafts.png")
    page.close()


def _picture(page: Page, path: Path) -> None:
    page.wait_for_function(SETTLED)
    page.screenshot(path=path, animations="disabled")
