"""From a seller with nothing chosen to an offer that carries what they have chosen by name, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.screens import job_id, upload
from tests.support.demo import Demo

pytestmark = pytest.mark.browser


@pytest.fixture
def whole(whole: Demo) -> Iterator[Demo]:
    """Lend the demo with a seller who has no location yet; what is chosen here is chosen for no other test."""
    whole.sandbox.account(locations={})
    yield whole
    plain = {"condition": None, "price_rule": {"basis": "fixed"}}
    whole.session.put(f"{whole.url}/api/seller/profiles/Standard", json=plain, timeout=10).raise_for_status()
    whole.session.put(f"{whole.url}/api/seller/default", json={"name": "Standard"}, timeout=10).raise_for_status()


def choose(page: Page, label: str, option: str) -> None:
    """Choose something by its name."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option).click()
    expect(page.get_by_role("option", name=option)).to_have_count(0)


def offers_of(whole: Demo, name: str) -> list[dict[str, Any]]:
    """Return what eBay holds of the drafts of a batch."""
    held = whole.sandbox.ledger(calls=False)["held"]
    items = whole.get(f"/api/batch/{name}/items?limit=200&status=succeeded")["items"]
    return [held[item["sku"]]["offer"] for item in items]


def test_policies_and_a_location_are_chosen_by_name_and_reach_the_offer(whole: Demo, page: Page) -> None:
    page.goto(f"{whole.url}/seller")
    page.get_by_role("button", name="Read from eBay").or_(page.get_by_role("button", name="Refresh")).click()
    expect(page.get_by_text("5 policies, 0 locations, the store Sandbox Records")).to_be_visible()
    page.get_by_text("Create a location").click()
    page.get_by_role("textbox", name="Name").fill("Back room")
    page.get_by_role("textbox", name="Postal code").fill("78701")
    page.get_by_role("textbox", name="Postal code").press("Enter")
    page.get_by_role("button", name="Create at eBay").click()
    expect(page.get_by_text("Back room is created.")).to_be_visible()
    choose(page, "Postage", "Media Mail, 1 business day")
    choose(page, "Payment", "Immediate payment")
    choose(page, "Returns", "No returns")
    choose(page, "Location", "Back room")
    expect(page.get_by_text("Changed: postage, payment, returns, location")).to_be_visible()
    page.get_by_role("button", name="Save Standard").click()
    expect(page.get_by_text("Standard is saved.")).to_be_visible()

    page.goto(f"{whole.url}/new")
    upload(page, "named.txt", "724383244812\n075992422222\n")
    expect(page.get_by_text("Media Mail, 1 business day · Immediate payment · No returns · Back room")).to_be_visible()
    page.get_by_role("button", name="Start batch of 2").click()
    name = job_id(page)
    assert whole.ended(name)["successful"] == 2
    (key,) = whole.sandbox.account()["locations"]
    for offer in offers_of(whole, name):
        assert offer["merchantLocationKey"] == key
        assert offer["listingPolicies"] == {
            "fulfillmentPolicyId": "6100000001",
            "paymentPolicyId": "6200000001",
            "returnPolicyId": "6300000002",
        }
