"""The hand-over and the archive in a browser: one click from what is stuck to what mends it, and out of sight."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.batch_runs import barcode
from tests.support.demo import Demo

pytestmark = pytest.mark.browser
KNOWN = "7961220922684"


def test_a_shift_leads_from_what_is_stuck_to_what_mends_it(whole: Demo, page: Page) -> None:
    job_id = whole.upload(f"{barcode(0)}\n", "Handed over.txt")
    whole.ended(job_id)
    page.goto(f"{whole.url}/handover")
    expect(page.get_by_text("Stuck, and what to do next")).to_be_visible()
    expect(page.get_by_text("Handed over.txt").first).to_be_visible()
    page.get_by_role("radio", name="last 12 h").click()
    expect(page).to_have_url(re.compile(r"hours=12"))
    page.reload()
    expect(page.get_by_role("radio", name="last 12 h")).to_be_checked()
    page.get_by_text("As a message").click()
    expect(page.get_by_test_id("stCode")).to_contain_text("Not in the catalogues (")
    expect(page.get_by_test_id("stCode")).to_contain_text("/handover?hours=12")
    page.locator(".st-key-stuck_attention_no_match").get_by_role("link").click()
    page.wait_for_url("**/attention?cause=no_match")
    expect(page.get_by_role("heading", name="Not in the catalogues")).to_be_visible()


def test_a_batch_that_is_archived_is_listed_only_when_it_is_asked_for(whole: Demo, page: Page) -> None:
    job_id = whole.upload(f"{KNOWN}\n", "Put away.txt")
    whole.ended(job_id)
    page.goto(f"{whole.url}/batch?job_id={job_id}")
    page.get_by_role("button", name="More").click()
    page.get_by_role("option", name="Archive batch").or_(page.get_by_text("Archive batch")).first.click()
    expect(page.get_by_text("Put away.txt is archived")).to_be_visible()
    page.goto(f"{whole.url}/batches?q=put+away")
    expect(page.get_by_text("There is no such batch")).to_be_visible()
    page.get_by_text("Archived", exact=True).click()
    expect(page.get_by_text("1 batch", exact=True)).to_be_visible()
    page.get_by_role("button", name="Bring back 1 batch").click()
    expect(page.get_by_text("There is no such batch")).to_be_visible()
    page.goto(f"{whole.url}/batches?q=put+away")
    expect(page.get_by_text("1 batch", exact=True)).to_be_visible()
