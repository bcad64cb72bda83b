"""Signing in and out in a browser, where the console itself asks people who they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.oidc_provider import USER, signing_in

pytestmark = pytest.mark.browser


def test_who_signs_out_in_one_tab_is_led_out_of_the_other(page: Page, context: BrowserContext, tmp_path: Path) -> None:
    with signing_in(tmp_path) as (console, provider):
        page.goto(f"{console.url}/seller")
        expect(page.get_by_role("heading", name="Seller settings")).to_be_visible()
        expect(page.get_by_text(f"Signed in as {USER}")).to_be_visible()
        other = context.new_page()
        other.goto(console.url)
        other.get_by_role("link", name="Sign out").click()
        other.get_by_role("button", name="Sign out").click()
        expect(other.get_by_text("You are signed out")).to_be_visible()
        provider.declines = True
        expect(page.get_by_text("the provider did not let you in")).to_be_visible(timeout=30_000)
        provider.declines = False
        page.get_by_role("link", name="Sign in").click()
        expect(page.get_by_text(f"Signed in as {USER}")).to_be_visible()
