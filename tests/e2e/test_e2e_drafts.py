"""The Drafts screen in a browser: a release is chosen, a draft edited and sent again, approved by a key, removed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.clocks import until
from tests.support.demo import Demo

pytestmark = pytest.mark.browser
AMBIGUOUS, KNOWN = "2000000000022", "7961220922684"
HEADER, ROW = 36, 38  # heights in the table, in pixels
TICK, TITLE = 15, 160  # where its columns are


def item(whole: Demo, name: str, index: int) -> Any:
    return whole.get(f"/api/batch/{name}/items/{index}")


def at_ebay(whole: Demo, sku: str) -> tuple[str, int]:
    """Return the number of the offer of a SKU that the sandbox holds, "" for none, and how many it ever had."""
    offer = whole.sandbox.ledger(calls=False)["offers"][sku]
    return offer["offer_id"], offer["created"]


def test_a_draft_is_chosen_edited_approved_and_removed(whole: Demo, page: Page) -> None:
    name = whole.upload(f"{AMBIGUOUS}\n{KNOWN}\n", "choose.txt")
    whole.ended(name)
    page.goto(f"{whole.url}/batch?job_id={name}&show=attention")
    expect(page.get_by_text("1 item ")).to_be_visible()
    table = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert table
    page.mouse.click(table["x"] + 100, table["y"] + 55)
    page.get_by_role("link", name="Choose a release").click()
    expect(page.get_by_text("Releases that differ in year carry this barcode")).to_be_visible()
    page.get_by_role("button", name="Choose").nth(1).click()
    expect(page.get_by_text("is drafted with the chosen release")).to_be_visible()
    expect(page.get_by_text("Match: chosen")).to_be_visible()
    chosen = item(whole, name, 0)
    assert (chosen["release"]["year"], chosen["match"]["confidence"]) == (1994, "chosen")

    title = page.get_by_role("textbox", name="Title")
    title.fill("Mine, with a story")
    expect(page.get_by_text("18 of 80 characters")).to_be_visible()
    price = page.get_by_role("spinbutton", name="Price $")
    price.fill("12.34")
    price.press("Tab")
    page.get_by_role("textbox", name="Item specifics").press("End")
    page.keyboard.type(" aha")  # keys that are shortcuts elsewhere
    page.keyboard.press("Tab")
    expect(page.get_by_text("Changed: title, price, item specifics")).to_be_visible()
    assert item(whole, name, 0)["review"] == "open"
    page.get_by_role("button", name="Save and send again").click()
    expect(page.get_by_role("heading", name="Mine, with a story")).to_be_visible()
    edited = item(whole, name, 0)
    assert (edited["draft"]["title"], edited["draft"]["price_cents"]) == ("Mine, with a story", 1234)
    assert edited["offer_id"] == chosen["offer_id"]
    assert at_ebay(whole, edited["sku"]) == (chosen["offer_id"], 1)

    expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    page.get_by_role("heading", name="Mine, with a story").click()
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Approved")).to_be_visible()
    assert item(whole, name, 0)["review"] == "approved"

    page.get_by_role("button", name="Remove", exact=False).first.click()
    page.get_by_role("button", name="Remove this draft").click()
    expect(page.get_by_role("button", name="Put back")).to_be_visible()
    until(lambda: item(whole, name, 0)["status"] == "skipped")
    assert at_ebay(whole, edited["sku"]) == ("", 1)
    page.get_by_role("button", name="Put back").click()
    until(lambda: item(whole, name, 0)["status"] == "succeeded")
    assert at_ebay(whole, edited["sku"]) == (item(whole, name, 0)["offer_id"], 2)


def test_several_drafts_are_ticked_and_approved_and_a_click_still_opens_one(whole: Demo, page: Page) -> None:
    name = whole.upload(f"{KNOWN}\n724383244812\n093624755524\n", "three.txt")
    whole.ended(name)
    page.goto(f"{whole.url}/drafts?job_id={name}&show=all")
    expect(page.get_by_text("Tick several")).to_be_visible()
    table = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert table
    listed = [draft["index"] for draft in whole.get(f"/api/drafts?job_id={name}")["drafts"]]

    def click(column: int, row: int) -> None:
        page.mouse.click(table["x"] + column, table["y"] + HEADER + ROW * row + ROW / 2)

    click(TICK, 0)
    expect(page.get_by_role("button", name="Approve 1")).to_be_visible()
    click(TICK, 2)
    expect(page.get_by_role("button", name="Approve 2")).to_be_visible()
    click(TITLE, 1)
    expect(page).to_have_url(re.compile(rf"draft={name}\.{listed[1]}"))
    page.get_by_role("button", name="Approve 2").click()
    expect(page.get_by_text("2 approved.")).to_be_visible()
    expect(page.get_by_text("Tick several")).to_be_visible()
    assert [item(whole, name, index)["review"] for index in listed] == ["approved", "open", "approved"]

    page.get_by_role("heading", level=3).click()
    page.keyboard.press("h")
    expect(page.get_by_role("button", name="Held", exact=False)).to_be_visible()
    assert item(whole, name, listed[1])["review"] == "held"
    expect(page.get_by_role("radio", name="Approved (2)")).to_be_visible()

    click(TICK, 0)
    click(TICK, 1)
    page.get_by_role("button", name="Remove 2").click()
    page.get_by_role("button", name="Remove these 2").click()
    expect(page.get_by_text("2 being removed.")).to_be_visible()
    until(lambda: [item(whole, name, index)["status"] for index in listed] == ["skipped", "skipped", "succeeded"])
    assert [at_ebay(whole, item(whole, name, index)["sku"])[0] == "" for index in listed] == [True, True, False]
    expect(page.get_by_role("radio", name="Removed (2)")).to_be_visible()  # without a click


def test_a_key_leads_to_the_next_draft_and_the_address_brings_it_back(whole: Demo, page: Page) -> None:
    name = whole.upload(f"{KNOWN}\n724383244812\n", "two.txt")
    whole.ended(name)
    page.goto(f"{whole.url}/drafts?job_id={name}")
    expect(page.get_by_role("heading", level=3)).to_be_visible()
    expect(page.get_by_role("button", name="Next")).to_be_enabled()
    expect(page.get_by_role("button", name="Save and send again")).to_be_visible()
    first = page.get_by_role("heading", level=3).inner_text()
    page.get_by_role("heading", level=3).click()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=3)).not_to_have_text(first)
    expect(page).to_have_url(re.compile(rf"draft={name}\.\d"))
    page.reload()
    expect(page.get_by_role("heading", level=3)).not_to_have_text(first)
