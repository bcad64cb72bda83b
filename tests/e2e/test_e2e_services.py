"""The services on the System screen of a running demo."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from engine.domain.services import NAMES
from tests.support.demo import Demo

pytestmark = pytest.mark.browser
DONE = re.compile(r"Test: ✓ .+ \(.+\)")


def test_every_connection_is_tested_at_a_click(whole: Demo, page: Page) -> None:
    before = {call["path"] for call in whole.sandbox.ledger()["calls"]}
    page.goto(f"{whole.url}/system")
    for place, name in enumerate(NAMES.values()):
        row = page.locator(f".st-key-service_{list(NAMES)[place]}")
        expect(row).to_contain_text(name)
        row.get_by_role("button", name="Test").click()
        expect(row.get_by_role("button", name="Test")).to_be_disabled()
    for service in NAMES:
        expect(page.locator(f".st-key-service_{service}")).to_contain_text(DONE)
    expect(page.locator(".st-key-service_discogs")).to_contain_text("Discogs accepts the token of sandbox.")
    asked = {call["path"] for call in whole.sandbox.ledger()["calls"]} - before
    assert "/oauth/identity" in asked
    assert {one["test"]["ok"] for one in whole.get("/api/upstreams")["upstreams"]} == {True}


def test_a_service_that_refuses_us_says_so_on_the_screen(whole: Demo, page: Page) -> None:
    whole.sandbox.fault("musicbrainz", "server_error", times=1)
    page.goto(f"{whole.url}/system")
    row = page.locator(".st-key-service_musicbrainz")
    row.get_by_role("button", name="Test").click()
    expect(row).to_contain_text(re.compile(r"Test: ✗ MusicBrainz: .+"))
    assert whole.sandbox.fired() == 1
    whole.sandbox.heal()
    row.get_by_role("button", name="Test").click()
    expect(row).to_contain_text("✓ MusicBrainz answers a search.")
