"""Needs attention in a browser, over both stores: rows of several batches are fixed in groups and one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.clocks import until
from tests.support.demo import Demo, demo
from tests.support.desk import upcs
from tests.support.emulators import a_place

pytestmark = pytest.mark.browser

SEVERAL = "2000000000022"  # two pressings carry it
KNOWN = "2000000000015"
WRONG = "8.80E+11"
UNKNOWN = upcs(1)[0]


@pytest.fixture(params=["sqlite", "firestore"])
def pile(
    request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Demo, list[str]]]:
    """Lend a demo with two batches of which every row failed, each for another cause."""
    del browser  # nothing is started without one
    places = {}
    if request.param == "firestore":
        places = a_place(*map(request.getfixturevalue, ("firestore_emulator", "storage_emulator")))
    with demo(tmp_path_factory.mktemp("attention"), **places) as running:
        names = [running.upload(f"{SEVERAL}\n{WRONG}\n{UNKNOWN}\n", name) for name in ("first.txt", "second.txt")]
        for name in names:
            assert running.ended(name)["failed"] == 3
        yield running, names


def row(running: Demo, job_id: str, index: int) -> dict[str, Any]:
    found: dict[str, Any] = running.get(f"/api/batch/{job_id}/items/{index}")
    return found


def succeeded(running: Demo, job_id: str, index: int) -> dict[str, Any]:
    """Wait until a row has its draft."""
    until(lambda: row(running, job_id, index)["status"] == "succeeded", seconds=40.0)
    return row(running, job_id, index)


def card(page: Page, cause: str) -> Any:
    return page.locator(f".st-key-card_{cause}")


def test_what_failed_in_several_batches_is_fixed_once(
    pile: tuple[Demo, list[str]], page: Page, browser: Browser
) -> None:
    running, names = pile
    page.goto(f"{running.url}/attention")
    a_bar_says_what_it_leaves(page)
    one_release_by_keys(running, names, page)
    a_fix_is_undone(running, names, page)
    the_second_operator_is_told(running, page, browser)
    a_barcode_is_corrected(running, names, page)
    created = [offer["created"] for offer in running.sandbox.ledger(calls=False)["offers"].values()]
    assert set(created) <= {1}


def a_bar_says_what_it_leaves(page: Page) -> None:
    """Ask for two facts, and see why none of the rows has them."""
    card(page, "ambiguous").get_by_role("button", name="Take the best for 2 items").click()
    dialog = page.get_by_test_id("stDialog")
    expect(dialog.get_by_text("10 times as many people at Discogs own it: 2 items")).to_be_visible()
    dialog.get_by_role("radio", name="2 or more").click()
    expect(dialog.get_by_text("2 items not, because fewer than 2 facts speak")).to_be_visible()
    expect(dialog.get_by_role("button", name="Take the best for 0 items")).to_be_disabled()
    page.keyboard.press("Escape")


def one_release_by_keys(running: Demo, names: list[str], page: Page) -> None:
    """Choose the second candidate for both batches, with the keys alone once the drawer is open."""
    card(page, "ambiguous").get_by_role("button", name="Choose once for 2").click()
    expect(page.get_by_role("button", name="Take it for 2 items")).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator(".st-key-pick_1").get_by_role("button", name="Chosen")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("None is left here.")).to_be_visible()
    page.keyboard.press("Escape")
    chosen = [succeeded(running, name, 0)["decided"]["choice"]["discogs_id"] for name in names]
    assert len(set(chosen)) == 1


def a_fix_is_undone(running: Demo, names: list[str], page: Page) -> None:
    """Ask for rows to be left out, take it back, and see that nothing was changed."""
    card(page, "no_match").get_by_role("button", name="Leave out 2 items").click()
    expect(page.get_by_test_id("stDialog").get_by_text("2 of 2 items")).to_be_visible()
    page.locator(".st-key-begin_fix").get_by_role("button").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: nothing was changed.")).to_be_visible()
    assert running.get("/api/fixes")["fixes"][0]["state"] == "undone"
    assert [row(running, name, 2)["status"] for name in names] == ["failed", "failed"]


def the_second_operator_is_told(running: Demo, page: Page, browser: Browser) -> None:
    """Have two people ask for a fix of the same rows."""
    with browser.new_context() as context:
        other = context.new_page()
        other.goto(f"{running.url}/attention")
        for one in (page, other):
            card(one, "no_match").get_by_role("button", name="Leave out 2 items").click()
            expect(one.get_by_test_id("stDialog").get_by_text("2 of 2 items")).to_be_visible()
        page.locator(".st-key-begin_fix").get_by_role("button").click()
        expect(page.get_by_role("button", name="Undo")).to_be_visible()
        other.locator(".st-key-begin_fix").get_by_role("button").click()
        expect(other.get_by_text("is fixing such rows already")).to_be_visible()
    until(lambda: running.get("/api/fixes")["fixes"][0]["state"] == "done", seconds=40.0)
    assert running.get("/api/fixes")["fixes"][0]["done"] == 2


def a_barcode_is_corrected(running: Demo, names: list[str], page: Page) -> None:
    """Type a barcode whose check digit is wrong, then the right one."""
    card(page, "invalid_barcode").get_by_role("button", name="One by one").click()
    field = page.get_by_label("Barcode on the copy")
    field.fill(f"{KNOWN[:-1]}{(int(KNOWN[-1]) + 1) % 10}")
    expect(page.get_by_role("button", name="Look it up")).to_be_disabled()
    field.fill(KNOWN)
    expect(page.get_by_text("The check digit is right.")).to_be_visible()
    page.get_by_role("button", name="Look it up").click()
    expect(page.get_by_text(re.compile("1 item left"))).to_be_visible()
    until(lambda: any(row(running, name, 1)["upc"] == KNOWN for name in names), seconds=40.0)
