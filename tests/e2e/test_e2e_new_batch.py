"""From a file to its drafts, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.screens import SAMPLE, BatchScreen, job_id, upload
from tests.support.clocks import until
from tests.support.demo import Demo
from tests.support.workbooks import old_workbook, workbook

pytestmark = pytest.mark.browser


def test_a_file_is_uploaded_checked_started_and_watched_to_its_end(whole: Demo, page: Page) -> None:
    page.goto(f"{whole.url}/new")
    upload(page, "exu2.txt", SAMPLE)
    added = page.get_by_text("= 42 rows of the file: no row is left out.")
    expect(added).to_be_visible()
    assert sum(map(int, re.findall(r"\d+", added.inner_text().partition("=")[0]))) == 42
    page.get_by_role("button", name="Start batch of 42").click()
    name = job_id(page)
    screen = BatchScreen(page)
    expect(page.get_by_role("heading", name="exu2")).to_be_visible()
    expect(screen.state("Done in part")).to_be_visible(timeout=30_000)
    job = whole.ended(name)
    expect(page.get_by_text("= 42 in the batch")).to_be_visible()
    until(lambda: screen.counts() == {"drafted": job["successful"], "needs attention": job["failed"]})
    assert (job["processed_upcs"], job["last_processed_index"]) == (42, 41)
    ledger = whole.sandbox.ledger(calls=False)
    items = whole.get(f"/api/batch/{name}/items?limit=200&status=succeeded")["items"]
    assert [ledger["offers"][item["sku"]]["created"] for item in items] == [1] * job["successful"]
    assert ledger["published"] == []


def test_a_restart_of_the_console_and_a_reload_lose_nothing_that_was_given(either: Demo, page: Page) -> None:
    page.goto(f"{either.url}/new")
    upload(page, "exu2.txt", SAMPLE)
    page.get_by_label("Batch name").fill("Box 7")
    page.get_by_label("Batch name").press("Enter")
    page.get_by_role("radio", name="First 25").click()
    expect(page.get_by_role("button", name="Start batch of 25")).to_be_visible()
    (draft,) = re.findall(r"draft=(\w+)", page.url)
    either.kill("console")
    until(either.healthy)
    for address in (page.url, f"{either.url}/new?draft={draft}"):
        page.goto(address)
        expect(page.get_by_role("button", name="Start batch of 25")).to_be_visible()
        expect(page.get_by_label("Batch name")).to_have_value("Box 7")
    page.goto(f"{either.url}/new")
    expect(page.get_by_text("Not started yet")).to_be_visible()
    expect(page.get_by_text("Box 7")).to_be_visible()
    page.get_by_role("button", name="Discard").first.click()
    expect(page.get_by_text("Box 7")).to_have_count(0)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("rounded.csv", "8.80E+11\n12345\n", "Excel rounded this barcode and lost its last digits"),
        ("empty.txt", "\n\n", "The file is empty"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(200), "picture.txt cannot be used, so there is no batch."),
    ],
)
def test_a_bad_file_is_told_in_a_sentence_and_starts_nothing(
    whole: Demo, page: Page, name: str, content: str | bytes, sentence: str
) -> None:
    before = whole.get("/api/batch/jobs")["total"]
    page.goto(f"{whole.url}/new")
    upload(page, name, content)
    expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    expect(page.get_by_role("button", name="Start")).to_have_count(0)
    assert whole.get("/api/batch/jobs")["total"] == before


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("pile.tsv", "UPC\tPrice\n724383244812\t4.99\n", "text/tab-separated-values"),
        ("pile.tab", "UPC\tPrice\n724383244812\t4.99\n", ""),
        ("pile.json", '[{"UPC": "724383244812", "Price": 4.99}]', "application/json"),
        ("pile.xls", old_workbook([["UPC", "Price"], ["724383244812", 4.99]]), "application/vnd.ms-excel"),
    ],
)
def test_each_kind_of_file_that_the_reader_knows_is_taken_by_the_browser(
    whole: Demo, page: Page, name: str, content: str | bytes, kind: str
) -> None:
    page.goto(f"{whole.url}/new")
    upload(page, name, content, kind)
    expect(page.get_by_role("button", name="Start batch of 1")).to_be_visible()


def is_for(page: Page, column: str) -> Locator:
    """Return the choice of what a column is for."""
    return page.get_by_role("combobox", name=re.compile(rf"What {column} is"))


def choose(page: Page, choice: Locator, word: str) -> None:
    choice.click()
    page.get_by_role("option", name=word, exact=True).click()


def test_columns_and_sheets_are_set_by_hand_kept_by_a_reload_started_and_known_for_the_next_file(
    whole: Demo, page: Page
) -> None:
    shelves = [["Item", "Was", "Now"], ["724383244812", "9.99", "4.99"], ["075992422222", "8.99", "3.99"]]
    book = workbook(shelves, [["UPC", "Note"], ["090204922215", "of another shelf"]])
    page.goto(f"{whole.url}/new")
    upload(page, "shelves.xlsx", book)
    expect(page.get_by_text("No column is called UPC, EAN, GTIN or Barcode: Item was taken")).to_be_visible()
    choose(page, is_for(page, "Now"), "Price")
    expect(page.get_by_text("price in Now")).to_be_visible()
    page.get_by_role("button", name="Remove Sheet & 1").click()
    expect(page.get_by_role("button", name="Start batch of 2")).to_be_visible()
    page.reload()
    expect(page.get_by_text("price in Now")).to_be_visible()
    expect(is_for(page, "Now")).to_be_visible()
    page.get_by_role("button", name="Start batch of 2").click()
    name = job_id(page)
    assert whole.ended(name)["total_upcs"] == 2
    items = whole.get(f"/api/batch/{name}/items")["items"]
    assert [(item["upc"], item["price"]["cents"]) for item in items] == [("724383244812", 499), ("075992422222", 399)]
    page.goto(f"{whole.url}/new")
    upload(page, "next.csv", "Item,Was,Now\n090204922215,7.99,2.99\n")
    expect(page.get_by_text("Columns as chosen for this header")).to_be_visible()
    expect(page.get_by_text("price in Now")).to_be_visible()
    page.get_by_role("button", name="Forget this choice").click()
    expect(page.get_by_text("price in Now")).to_have_count(0)


def test_the_batch_that_was_started_opens_at_its_top(whole: Demo, page: Page) -> None:
    page.set_viewport_size({"width": 1024, "height": 500})
    page.goto(f"{whole.url}/new")
    upload(page, "scrolled.txt", "".join(f"{upc}\n" for upc in ("724383244812", "075992422222") * 10))
    start = page.get_by_role("button", name="Start batch of 20")
    start.scroll_into_view_if_needed()
    expect(page.get_by_role("heading", name="New batch")).not_to_be_in_viewport()
    start.click()
    expect(page.get_by_role("heading", name="scrolled")).to_be_in_viewport()
    page.get_by_test_id("stMain").evaluate("(main) => main.scrollTo(0, 200)")
    BatchScreen(page).filter("Needs attention").click()
    expect(BatchScreen(page).filter("Needs attention")).to_be_checked()
    expect(page.get_by_role("heading", name="scrolled")).not_to_be_in_viewport()


def test_a_double_click_on_start_is_one_batch(whole: Demo, page: Page) -> None:
    before = whole.get("/api/batch/jobs")["total"]
    page.goto(f"{whole.url}/new")
    upload(page, "double.txt", "724383244812\n075992422222\n")
    page.get_by_role("button", name="Start batch of 2").dblclick()
    whole.ended(job_id(page))
    assert whole.get("/api/batch/jobs")["total"] == before + 1


def test_a_dry_run_sends_nothing_to_ebay(whole: Demo, page: Page) -> None:
    page.goto(f"{whole.url}/new")
    upload(page, "dry.txt", "724383244812\n075992422222\n")
    page.get_by_role("radio", name="Dry run").click()
    since = whole.sandbox.ledger(calls=False)["last"]
    page.get_by_role("button", name="Start dry run of 2").click()
    name = job_id(page)
    expect(BatchScreen(page).state("Dry run: nothing is sent to eBay")).to_be_visible()
    assert whole.ended(name)["successful"] == 2
    calls = whole.sandbox.ledger("ebay", since=since)["calls"]
    assert not [call for call in calls if call["path"].startswith("/sell/") and call["method"] != "GET"]
