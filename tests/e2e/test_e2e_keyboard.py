"""The keyboard alone leads from an upload to an approved draft."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.screens import BatchScreen, job_id
from tests.support.demo import Demo

pytestmark = pytest.mark.browser
KNOWN = "7961220922684"
MOST_TABS = 80


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus."""
    expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement || element.contains(document.activeElement)"):
            return
    raise AssertionError(f"{MOST_TABS} tabs do not lead to {target}")


def test_the_keyboard_alone_leads_from_an_upload_to_an_approved_draft(whole: Demo, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "one.txt"
    file.write_text(f"{KNOWN}\n", encoding="utf-8")
    page.goto(whole.url)
    tab_to(page, page.get_by_role("link", name="New batch"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New batch", exact=True)).to_be_visible()

    tab_to(page, page.get_by_test_id("stFileUploaderDropzone").locator("button"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(file)
    expect(page.get_by_role("button", name="Start batch of 1")).to_be_visible()
    page.keyboard.press("Control+Enter")

    name = job_id(page)
    expect(BatchScreen(page).state("Done")).to_be_visible(timeout=30_000)
    a_row_is_opened_by_enter_alone(page)
    page.reload()  # as F5 does: the next Tab begins at the top
    expect(BatchScreen(page).state("Done")).to_be_visible()
    tab_to(page, page.get_by_test_id("stMain").get_by_role("link", name="Drafts", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Approved")).to_be_visible()
    assert whole.get(f"/api/batch/{name}/items/0")["review"] == "approved"


def a_row_is_opened_by_enter_alone(page: Page) -> None:
    """Tab into the table and move in it, which opens nothing; then press Enter."""
    table, drawer = page.locator(".st-key-rows canvas").first, page.get_by_test_id("stDialog")
    tab_to(page, table)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(1_500)  # what a drawer would take to open
    expect(drawer).not_to_be_visible()
    page.keyboard.press("Enter")
    expect(drawer.get_by_text("Row 1: ")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()


def test_a_batch_is_opened_by_enter_on_the_list(whole: Demo, page: Page) -> None:
    name = whole.upload(f"{KNOWN}\n", "enter.txt")
    whole.ended(name)
    page.goto(whole.url)
    tab_to(page, page.locator(".st-key-batches canvas").first)
    page.wait_for_timeout(1_500)  # what another screen would take to open
    expect(page).to_have_url(f"{whole.url}/")
    page.keyboard.press("Enter")
    page.wait_for_url("**/batch?*")


def test_a_draft_is_opened_by_enter_on_the_list(whole: Demo, page: Page) -> None:
    name = whole.upload(f"{KNOWN}\n{KNOWN}\n", "two.txt")
    whole.ended(name)
    page.goto(f"{whole.url}/drafts")
    tab_to(page, page.locator(".st-key-drafts canvas").first)
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(1_500)  # what another draft would take to open
    expect(page).to_have_url(f"{whole.url}/drafts")
    page.keyboard.press("Enter")
    page.wait_for_url("**/drafts?*draft=*")
