"""The first visit: from an empty console to the first draft, and the keys that `?` shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.screens import BatchScreen
from tests.support.demo import Demo, demo

pytestmark = pytest.mark.browser


def test_an_empty_console_leads_to_the_first_draft_in_three_clicks(page: Page, tmp_path: Path) -> None:
    clicks = 0

    def click(target: Locator) -> None:
        nonlocal clicks
        target.click()
        clicks += 1

    with demo(tmp_path) as empty:
        page.goto(empty.url)
        click(page.get_by_role("button", name="Try the sample"))
        click(page.get_by_role("button", name="Start batch of 42"))
        page.wait_for_url("**/batch?*")
        expect(BatchScreen(page).state("Done in part")).to_be_visible(timeout=30_000)
        click(page.get_by_test_id("stMain").get_by_role("link", name="Drafts", exact=True))
        expect(page.get_by_role("button", name="Approve")).to_be_visible()
        expect(page.get_by_text(re.compile(r"Offer \d+, unpublished"))).to_be_visible()
    assert clicks == 3


def test_a_question_mark_shows_the_keys_but_in_a_field_it_is_a_letter(whole: Demo, page: Page) -> None:
    page.goto(f"{whole.url}/new")
    keys = page.get_by_text("Start the batch")
    expect(page.get_by_role("button", name="Keys")).to_be_visible()
    page.wait_for_function("() => Boolean(window.draftMakerKeys)")
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.get_by_role("radio", name="Paste").click()
    field = page.get_by_role("textbox", name="Barcodes, one in each line")
    field.press_sequentially("?")
    expect(field).to_have_value("?")
    expect(keys).to_be_hidden()
