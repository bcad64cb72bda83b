"""Copies are scanned in a browser: at a scanner's speed, by a camera, over a restart of the console, to a batch."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.e2e.conftest import WAIT_MILLISECONDS
from tests.e2e.screens import SAMPLE, job_id
from tests.support.batch_runs import barcode
from tests.support.browser import chromium
from tests.support.clocks import until
from tests.support.demo import Demo

pytestmark = pytest.mark.browser

KNOWN = "074646362822"
SOLD = dict.fromkeys(line for line in SAMPLE.split() if line.isdecimal() and len(line) == 12)
CODES = [*SOLD, *(barcode(number) for number in range(10))][:30]


def begin(whole: Demo, page: Page, name: str) -> str:
    """Begin a session; return its id."""
    page.goto(f"{whole.url}/new")
    page.get_by_role("radio", name="Scan").click()
    page.get_by_label("What you scan").fill(name)
    page.get_by_role("button", name="Start scanning").click()
    expect(field(page)).to_be_focused()
    found = re.search(r"scan=(\w+)", page.url)
    assert found
    return found[1]


def field(page: Page) -> Locator:
    return page.get_by_label("Scan a barcode, or type a word")


def scan(page: Page, *texts: str) -> None:
    """Type lines as a scanner does: no pause between two keys, and none between two lines."""
    for text in texts:
        page.keyboard.type(text)
        page.keyboard.press("Enter")


def count(whole: Demo, session: str) -> int:
    return int(whole.get(f"/api/scans/{session}")["scans"])


def test_thirty_codes_at_a_scanners_speed_are_thirty_rows_in_their_order(either: Demo, page: Page) -> None:
    session = begin(either, page, "Thirty")
    scan(page, *CODES)
    until(lambda: count(either, session) == 30)
    newest = either.get(f"/api/scans/{session}?limit=300")["newest"]
    assert [one["upc"] for one in reversed(newest)] == CODES
    expect(page.get_by_role("button", name="Close and check 30 rows")).to_be_visible()
    expect(field(page)).to_be_focused()


def test_a_copy_is_shown_graded_priced_and_becomes_a_draft(either: Demo, page: Page) -> None:
    begin(either, page, "Shelf 3")
    scan(page, KNOWN)
    expect(page.get_by_role("heading", name="Josh Wink – Profound Sounds Vol. 1")).to_be_visible()
    scan(page, "VG+", "12.50", "/hub crack")
    expect(page.get_by_text("VG+ · $12.50 · hub crack").first).to_be_visible()
    scan(page, KNOWN)
    expect(page.get_by_text("The same barcode as copy 1")).to_be_visible()
    scan(page, "-")
    page.get_by_role("button", name="Close and check 1 row").click()
    page.get_by_role("button", name="Start batch of 1").click()
    name = job_id(page)
    assert either.ended(name)["successful"] == 1
    (item,) = either.get(f"/api/batch/{name}/items")["items"]
    assert (item["upc"], item["price"]["cents"], item["draft"]["grading"]["medium"]) == (KNOWN, 1250, "VG+")


def test_a_source_of_prices_that_is_turned_on_prices_the_copy_in_hand(whole: Demo, page: Page) -> None:
    profile = f"{whole.url}/api/seller/profiles/Standard"
    selling = {"price_rule": {"basis": "comparable"}, "condition": "USED_VERY_GOOD"}
    whole.session.put(profile, json=selling, timeout=10).raise_for_status()
    try:
        session = begin(whole, page, "Priced")
        scan(page, "7961220922684")
        card = page.locator(".st-key-card_scan")
        expect(card.get_by_text("eBay asking prices")).to_be_visible()
        expect(card.get_by_text("The median of")).to_be_visible()
        (copy,) = whole.get(f"/api/scans/{session}")["newest"]
        assert copy["price"]["evidence"]["searched"]["conditions"] == ["USED"]
        assert not copy["price_due"]
        whole.post(f"/api/scans/{session}/discard")
    finally:
        whole.session.put(profile, json={}, timeout=10).raise_for_status()


def test_keys_that_are_pressed_outside_the_field_are_typed_there(whole: Demo, page: Page) -> None:
    session = begin(whole, page, "Anywhere")
    page.get_by_role("heading", name="New batch").click()
    scan(page, KNOWN)
    until(lambda: count(whole, session) == 1)
    expect(field(page)).to_be_focused()
    assert whole.get(f"/api/scans/{session}")["newest"][0]["upc"] == KNOWN


def test_a_restart_of_the_console_and_a_reload_lose_no_scan(either: Demo, page: Page) -> None:
    session = begin(either, page, "Cut")
    scan(page, *CODES[:3])
    until(lambda: count(either, session) == 3)
    either.kill("console")
    scan(page, *CODES[3:8])
    until(either.healthy)
    until(lambda: count(either, session) == 8, seconds=60)
    page.reload()
    expect(field(page)).to_be_focused()
    scan(page, *CODES[8:10])
    until(lambda: count(either, session) == 10)
    newest = either.get(f"/api/scans/{session}")["newest"]
    assert [one["upc"] for one in reversed(newest)] == CODES[:10]
    page.goto(f"{either.url}/new")
    page.get_by_role("radio", name="Scan").click()
    page.locator(f".st-key-session_{session}").get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Close and check 10 rows")).to_be_visible()


def film(path: Path, digits: str) -> Path:
    """Write a film of one barcode that a browser can take for its camera's."""
    width, height = 640, 480
    code = zxingcpp.create_barcode(digits.zfill(13), zxingcpp.BarcodeFormat.EAN13)
    bars = np.array(zxingcpp.write_barcode_to_image(code, scale=3))
    frame = np.full((height, width), 200, dtype=np.uint8)
    frame[100 : 100 + bars.shape[0], 120 : 120 + bars.shape[1]] = bars
    grey = np.full(width * height // 2, 128, dtype=np.uint8).tobytes()
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip C420\n".encode() + b"FRAME\n" + frame.tobytes() + grey)
    return path


def test_a_camera_scans_what_it_sees_once(whole: Demo, playwright: Playwright, tmp_path: Path) -> None:
    camera = f"--use-file-for-fake-video-capture={film(tmp_path / 'code.y4m', KNOWN)}"
    browser = chromium(playwright, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", camera)
    assert browser is not None
    try:
        page = browser.new_page()
        page.set_default_timeout(WAIT_MILLISECONDS)
        session = begin(whole, page, "Camera")
        page.get_by_role("button", name="Camera").click()
        until(lambda: count(whole, session) == 1)
        page.wait_for_timeout(1_500)
        (scanned,) = whole.get(f"/api/scans/{session}")["newest"]
        assert scanned["upc"] == KNOWN
    finally:
        browser.close()


def test_what_was_scanned_can_be_discarded(whole: Demo, page: Page) -> None:
    session = begin(whole, page, "Nothing")
    scan(page, barcode(1))
    until(lambda: count(whole, session) == 1)
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("button", name="Discard them").click()
    expect(page.get_by_text("The session is gone.")).to_be_visible()
    assert session not in {one["session_id"] for one in whole.get("/api/scans")["sessions"]}
