"""Roles in a browser: by groups, by the list that an admin keeps, and taken away while a screen is open."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.access.people import People
from engine.clock import SystemClock
from engine.domain.access import Role
from engine.domain.people import RolePolicy
from engine.store.sqlite import SQLiteStore
from tests.support.clocks import until
from tests.support.oidc_provider import signing_in

pytestmark = pytest.mark.browser

GROUPS = "operator=sellers,admin=it"
BEN = "ben@example.com"


def refused(page: Page) -> bool:
    """Press the button of a screen that was opened before, and return whether it is refused by now."""
    page.get_by_role("button", name="Save Standard").click()
    expect(page.get_by_text("This needs the role operator").or_(page.get_by_text("is saved")).first).to_be_visible()
    return page.get_by_text("This needs the role operator").count() > 0


def test_a_persons_role_comes_from_their_group_then_from_the_list_and_counts_on_an_open_screen(
    page: Page, browser: Browser, tmp_path: Path
) -> None:
    with signing_in(tmp_path, DM_ROLE_ELSE="viewer", DM_ROLE_GROUPS=GROUPS) as (console, provider):
        provider.user, provider.claims = BEN, {"groups": ["sellers"]}
        page.goto(f"{console.url}/seller")
        expect(page.get_by_role("button", name="Save Standard")).to_be_visible()
        expect(page.get_by_role("link", name="Access")).to_have_count(0)
        provider.user, provider.claims = "ann@example.com", {"groups": ["it"]}
        admin = browser.new_page()
        admin.goto(f"{console.url}/access")
        admin.get_by_label("Who, as the sign-in names them").fill(BEN)
        admin.get_by_role("button", name="Give role").click()
        expect(admin.get_by_text(f"{BEN} has the role viewer")).to_be_visible()
        until(lambda: refused(page), every=1.0)
        expect(page.get_by_text("To change a profile takes the role operator.")).to_be_visible()
        expect(page.get_by_role("button", name="Save Standard")).to_have_count(0)
        admin.reload()
        admin.get_by_role("tab", name="Audit").click()
        expect(admin.get_by_role("link", name="CSV")).to_be_visible()
        admin.close()
    store = SQLiteStore(tmp_path / "store.db")
    (listed,) = People(store, SystemClock(), RolePolicy()).all()
    store.close()
    assert (listed.name, listed.role, listed.by) == (BEN, Role.VIEWER, "ann@example.com")
