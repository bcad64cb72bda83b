"""What a browser shows of a batch that ends while its operator looks at another screen, or at something else."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.clocks import until
from tests.support.demo import Demo

pytestmark = pytest.mark.browser

RECORDED = """
  window.shown = [];
  window.Notification = class {
    static permission = "granted";
    constructor(title, more) { window.shown.push([title, more.body, more.tag]); }
  };
  Document.prototype.hasFocus = () => false;
"""


def started(page: Page, demo: Demo) -> None:
    """Start a batch of one barcode."""
    page.goto(f"{demo.url}/new")
    page.get_by_role("radio", name="Paste").click()
    page.get_by_role("textbox", name="Barcodes, one in each line").fill("720642442524")
    page.get_by_role("button", name="Check these barcodes").click()
    page.get_by_role("button", name="Start batch of 1").click()
    page.wait_for_url("**/batch?*")


def test_another_screen_shows_a_toast_and_of_the_pages_in_the_background_one_notifies(
    whole: Demo, page: Page, context: BrowserContext
) -> None:
    context.add_init_script(RECORDED)
    pages = [page, context.new_page(), context.new_page()]
    _, other, connections = pages
    connections.goto(f"{whole.url}/connections")
    expect(connections.get_by_text("This browser notifies you while you look at something else")).to_be_visible()
    other.goto(f"{whole.url}/seller")
    expect(other.get_by_role("heading", name="Seller settings")).to_be_visible()
    started(page, whole)
    for one in (other, connections):
        expect(one.get_by_test_id("stToast").filter(has_text="is done")).to_be_visible(timeout=30_000)
    ((title, text, _),) = until(lambda: [shown for one in pages for shown in one.evaluate("window.shown")])
    assert "is done" in title
    assert "of 1 rows succeeded" in text
