"""The list of batches in a browser: a search is in the address, stays after a reload, and leads to the batch."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.demo import Demo

pytestmark = pytest.mark.browser
KNOWN = "7961220922684"


def test_a_batch_is_found_by_its_name_after_a_reload_too(whole: Demo, page: Page) -> None:
    crate, box = (whole.upload(f"{KNOWN}\n", name) for name in ("Crate 7.txt", "Search box 14.txt"))
    whole.ended(crate), whole.ended(box)
    page.goto(whole.url)
    expect(page.get_by_text("Drafted today")).to_be_visible()
    page.get_by_role("searchbox", name="Name").or_(page.get_by_role("textbox", name="Name")).fill("search b")
    expect(page).to_have_url(re.compile(r"q=search(\+|%20)b"))
    expect(page.get_by_text("1 batch", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value("search b")
    expect(page.get_by_text("1 batch", exact=True)).to_be_visible()
    table = page.get_by_test_id("stDataFrame").bounding_box()
    assert table
    page.mouse.click(table["x"] + 60, table["y"] + 55)
    page.wait_for_url(f"**/batch?*{box}*")
    page.goto(f"{whole.url}/?q=nothing+of+the+kind")
    page.get_by_role("button", name="Show all batches").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
