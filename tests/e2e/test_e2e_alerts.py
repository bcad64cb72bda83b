"""What a browser shows of a batch that ends while its operator looks at another screen, or at something else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from console.widgets import alerts
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

SCRIPT = (Path(alerts.__file__).parent / "alerts.js").read_text("utf-8")
TOLD_AT = """
  async ([script, start, count]) => {
    const told = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    for (let each = 0; each < count; each++) {
      const news = [{ id: `news ${each}`, title: "A batch is done", text: "" }];
      const wait = start + each * 20 - Date.now();
      setTimeout(() => told.default({ data: { news }, parentElement: document.body }), wait);
    }
  }
"""


def test_every_screen_shows_a_toast_and_of_the_pages_in_the_background_one_notifies(
    whole: Demo, page: Page, context: BrowserContext
) -> None:
    context.add_init_script(RECORDED)
    pages = [page, context.new_page(), context.new_page()]
    batches, seller, connections = pages
    batches.goto(f"{whole.url}/batches")
    expect(batches.get_by_role("heading", name="Batches", exact=True)).to_be_visible()
    seller.goto(f"{whole.url}/seller")
    expect(seller.get_by_role("heading", name="Seller settings")).to_be_visible()
    connections.goto(f"{whole.url}/connections")
    expect(connections.get_by_text("This browser notifies you while you look at something else")).to_be_visible()
    name = f"told {time.time_ns()}"  # batches of other tests may end in the same moment
    whole.upload("720642442524", f"{name}.txt")
    for one in pages:
        expect(one.get_by_test_id("stToast").filter(has_text=f"{name}.txt is done")).to_be_visible(timeout=30_000)
    shown = until(lambda: [text for one in pages for title, text, _ in one.evaluate("window.shown") if name in title])
    assert len(shown) == 1
    assert "of 1 rows succeeded" in shown[0]


def test_of_tabs_that_hear_of_it_in_the_same_moment_one_notifies(context: BrowserContext) -> None:
    context.add_init_script(RECORDED)
    context.route("http://127.0.0.1/**", lambda route: route.fulfill(body="<html></html>", content_type="text/html"))
    pages = [context.new_page() for _ in range(4)]
    for one in pages:
        one.goto("http://127.0.0.1/")
    start = (time.time() + 2) * 1000
    for one in pages:
        one.evaluate(TOLD_AT, [SCRIPT, start, 100])
    pages[0].wait_for_timeout(start + 100 * 20 + 1_000 - time.time() * 1000)
    shown = [tag for one in pages for _, _, tag in one.evaluate("window.shown")]
    assert sorted(shown) == sorted({f"news {each}" for each in range(100)})
