"""One batch in a browser: watched, stopped, recovered, retried, taken away."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from engine.domain.batch.decisions import barcode_problem
from tests.e2e.screens import SAMPLE, SOME, BatchScreen, job_id
from tests.support.clocks import until
from tests.support.demo import Demo

pytestmark = pytest.mark.browser

TILES = 5
COUNT_TILES = """() => {
    const count = () => document.querySelectorAll('[data-testid="stMetric"]').length;
    window.mostTiles = count();
    new MutationObserver(() => { window.mostTiles = Math.max(window.mostTiles, count()); })
        .observe(document.body, { childList: true, subtree: true });
}"""  # the most tiles that were ever on the screen at once


def drafts(whole: Demo, name: str) -> dict[str, int]:
    """Return how often an offer was created, by the SKU of each row that succeeded."""
    offers = whole.sandbox.ledger(calls=False)["offers"]
    items = whole.get(f"/api/batch/{name}/items?limit=200&status=succeeded")["items"]
    return {item["sku"]: offers[item["sku"]]["created"] for item in items}


def slowly(whole: Demo, seconds: float = 1.0) -> str:
    """Start a batch of the sample that takes a while: nothing is known of it any more, and the look-ups are slow."""
    known = [line for line in SAMPLE.splitlines() if not barcode_problem(line)]
    whole.post("/api/lookups/forget", upcs=known)
    whole.kill("worker")  # which has answers in memory for a minute more
    whole.sandbox.latency(discogs=seconds, musicbrainz=seconds)
    return whole.upload(SAMPLE, "exu2.txt")


def test_an_interrupted_batch_is_recovered_and_no_draft_is_made_twice(whole: Demo, page: Page) -> None:
    name = slowly(whole)
    screen = BatchScreen(page).open(whole, name)
    until(lambda: whole.job(name)["processed_upcs"] >= 9)
    page.evaluate(COUNT_TILES)
    screen.button("More").click()
    page.get_by_text("Rename batch").click()
    field = page.get_by_role("dialog").get_by_label("Name")
    field.fill("Boxes 4 to 9")
    whole.kill("worker")
    expect(page.get_by_test_id("stToast").filter(has_text="Interrupted")).to_be_visible(timeout=20_000)
    expect(field).to_have_value("Boxes 4 to 9")  # the toast takes no dialog's place
    page.keyboard.press("Escape")
    expect(screen.state("Interrupted")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("are safe and will not be drafted twice")).to_be_visible()
    assert page.evaluate("window.mostTiles") == TILES
    left = 42 - whole.job(name)["processed_upcs"]
    whole.sandbox.latency()
    screen.button(f"Recover batch ({left} left)").click()
    expect(page.get_by_text("is back in the queue")).to_be_visible()
    expect(page.get_by_text("Recovered by console")).to_be_visible(timeout=20_000)
    expect(screen.state("Done in part")).to_be_visible(timeout=30_000)
    job = whole.ended(name)
    assert (job["processed_upcs"], job["last_processed_index"]) == (42, 41)
    assert set(drafts(whole, name).values()) == {1}
    assert len(drafts(whole, name)) == job["successful"]


def test_of_a_batch_that_stands_still_no_part_is_sent_again(whole: Demo, page: Page) -> None:
    name = whole.upload(SOME)
    whole.ended(name)
    sent: list[ForwardMsg] = []
    page.on("websocket", lambda opened: opened.on("framereceived", lambda data: sent.append(_message(data))))
    BatchScreen(page).open(whole, name)

    def idle() -> bool:
        page.wait_for_timeout(100)
        drawn = [message.delta.new_element.WhichOneof("type") for message in sent if message.HasField("delta")]
        return [kind for kind in drawn if kind][-3:] == ["bidi_component"] * 3

    assert until(idle)


def _message(data: str | bytes) -> ForwardMsg:
    message = ForwardMsg()
    message.ParseFromString(data if isinstance(data, bytes) else data.encode())
    return message


def test_the_list_of_batches_is_found_by_its_name_too(whole: Demo, page: Page) -> None:
    page.goto(f"{whole.url}/batches")
    expect(page.get_by_role("heading", name="Batches", exact=True)).to_be_visible()
    expect(page).to_have_url(f"{whole.url}/")
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_the_name_of_a_screens_file_leads_to_the_screen(whole: Demo, page: Page) -> None:
    page.goto(f"{whole.url}/new_batch?profile=CDs")
    expect(page.get_by_role("heading", name="New batch", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/new(\?|$)"))
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_failed_rows_are_retried_and_done_ones_left_alone(whole: Demo, page: Page) -> None:
    name = whole.upload(SOME)
    whole.ended(name)
    failed = whole.get(f"/api/batch/{name}/items?status=failed")["items"]
    mendable = [item["index"] for item in failed if item["retryable"]]
    screen = BatchScreen(page).open(whole, name)
    screen.button("More").click()
    page.get_by_text(f"Retry all failed, after a change elsewhere ({len(mendable)})").click()
    expect(page.get_by_text("are tried again")).to_be_visible()
    job = until(lambda: (job := whole.job(name))["status"] == "completed" and job)
    again = {item["index"]: item["attempts"] for item in whole.get(f"/api/batch/{name}/items")["items"]}
    assert {index for index, attempts in again.items() if attempts == 2} == set(mendable)
    expect(screen.state("Done in part")).to_be_visible()
    assert screen.counts() == {"drafted": job["successful"], "needs attention": job["failed"]}
    assert set(drafts(whole, name).values()) == {1}


def test_a_batch_is_paused_and_resumed(whole: Demo, page: Page) -> None:
    name = slowly(whole)
    screen = BatchScreen(page).open(whole, name)
    screen.button("Pause").click()
    expect(screen.state("Paused")).to_be_visible(timeout=30_000)
    until(lambda: {worker["state"] for worker in whole.get("/api/workers")["workers"]} <= {"idle", "silent"})
    done = whole.job(name)["processed_upcs"]
    assert done < 42
    whole.sandbox.latency()
    screen.button("Resume").click()
    job = whole.ended(name)
    assert (job["processed_upcs"], job["last_processed_index"]) == (42, 41)
    expect(screen.state("Done in part")).to_be_visible()


def test_the_results_are_downloaded_and_read_back(whole: Demo, page: Page, tmp_path: Path) -> None:
    table = "Shelf,UPC\nA1,724383244812\nA2,8.80E+11\nA3,075992422222\n"
    name = whole.upload(table, "shelf.csv")
    whole.ended(name)
    BatchScreen(page).open(whole, name)
    with page.expect_download() as download:
        page.get_by_role("link", name="Results CSV").first.click()
    assert download.value.suggested_filename == f"{name}-results.csv"
    place = tmp_path / "results.csv"
    download.value.save_as(place)
    with place.open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines))
    assert [(record["Shelf"], record["UPC"], record["row"]) for record in found] == [
        ("A1", "724383244812", "2"),
        ("A2", "8.80E+11", "3"),
        ("A3", "075992422222", "4"),
    ]
    assert [record["status"] for record in found] == ["succeeded", "failed", "succeeded"]
    assert "Excel rounded this barcode" in found[1]["error"]
    assert found[0]["artist"] == "Morrissey"
    assert all(record["offer_id"] for record in found if record["status"] == "succeeded")


def test_failed_rows_become_a_new_batch(whole: Demo, page: Page) -> None:
    name = whole.upload(SOME)
    whole.ended(name)
    failed = [item for item in whole.get(f"/api/batch/{name}/items?status=failed")["items"] if item["retryable"]]
    screen = BatchScreen(page).open(whole, name)
    screen.button("More").click()
    page.get_by_role("menuitem", name="Failed rows as a new batch").click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="open it").click()
    expect(opened.value.get_by_text(f"failed rows of {name.removeprefix('batch_')}")).to_be_visible()
    new = job_id(opened.value)
    assert whole.job(new)["retry_of"] == name
    assert whole.ended(new)["total_upcs"] == len(failed)
    moved = whole.get(f"/api/batch/{name}/items?cause=handed_over")["items"]
    assert [item["index"] for item in moved] == [item["index"] for item in failed]


def test_filter_search_and_page_are_in_the_address_and_survive_a_reload(whole: Demo, page: Page) -> None:
    name = whole.upload("724383244812\n" + "".join(f"{number}\n" for number in range(10_000, 10_119)))
    whole.ended(name)
    screen = BatchScreen(page).open(whole, name)
    screen.filter("Needs attention").click()
    expect(page.get_by_text("119 items")).to_be_visible()
    page.get_by_role("button", name="Page 3").click()
    expect(page).to_have_url(re.compile(r"show=attention&page=3"))
    page.reload()
    expect(screen.filter("Needs attention")).to_be_checked()
    expect(page.get_by_text("119 items")).to_be_visible()
    expect(page).to_have_url(re.compile(r"show=attention&page=3"))
    screen.filter("All").click()
    page.get_by_role("searchbox", name="Search").fill("morriss")
    expect(page.get_by_text("1 found")).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=morriss"))
    page.reload()
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("morriss")
    expect(page.get_by_text("1 found")).to_be_visible()


def test_two_browsers_see_the_same_live_numbers(whole: Demo, page: Page, browser: Browser) -> None:
    name = slowly(whole, 3.0)
    with browser.new_context() as other:
        first, second = (BatchScreen(each).open(whole, name) for each in (page, other.new_page()))
        until(lambda: first.counts().get("drafted") and second.counts().get("drafted"))
        first.button("Pause").click()
        expect(second.state("Paused")).to_be_visible(timeout=30_000)
        until(lambda: {worker["state"] for worker in whole.get("/api/workers")["workers"]} <= {"idle", "silent"})
        until(lambda: first.counts() == second.counts() and second.counts()["waiting"] == left(whole, name))
        until(lambda: sum(first.counts().values()) == 42)
        whole.sandbox.latency()
        second.button("Resume").click()
        job = whole.ended(name)
        ended = {"drafted": job["successful"], "needs attention": job["failed"]}
        expect(first.state("Done in part")).to_be_visible()
        expect(second.state("Done in part")).to_be_visible()
        until(lambda: first.counts() == second.counts() == ended)


def left(whole: Demo, name: str) -> int:
    job = whole.job(name)
    return int(job["total_upcs"] - job["processed_upcs"])


def test_a_screen_comes_back_from_its_address_after_the_console_was_restarted(whole: Demo, page: Page) -> None:
    name = whole.upload("724383244812\n12345\n", "two.txt")
    whole.ended(name)
    screen = BatchScreen(page).open(whole, name, show="attention")
    expect(page.get_by_text("1 item ·")).to_be_visible()
    whole.kill("console")
    until(lambda: not whole.healthy())
    until(whole.healthy)
    page.reload()
    expect(page.get_by_role("heading", name="two.txt")).to_be_visible()
    expect(screen.filter("Needs attention")).to_be_checked()
    expect(page.get_by_text("1 item ·")).to_be_visible()
    assert screen.counts() == {"drafted": 1, "needs attention": 1}


def test_the_failed_rows_come_back_in_the_shape_of_the_file_with_their_reasons(
    whole: Demo, page: Page, tmp_path: Path
) -> None:
    codes = SOME.splitlines()
    name = whole.upload("Regal;EAN\n" + "".join(f"=A{place};{code}\n" for place, code in enumerate(codes)), "Regal.csv")
    failed = whole.ended(name)["failed"]
    screen = BatchScreen(page).open(whole, name)
    screen.filter("Needs attention").click()
    screen.button("Download these").click()
    link = page.get_by_role("link", name="Your file with results")
    with page.expect_download() as download:
        link.last.click()
    path = tmp_path / "back.csv"
    download.value.save_as(path)
    assert download.value.suggested_filename == f"{name}-as-uploaded.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file, delimiter=";"))
    assert list(found[0])[:4] == ["Regal", "EAN", "row", "upc"]
    assert len(found) == failed
    assert {(line["status"], bool(line["error"]), line["Regal"][:3]) for line in found} == {("failed", True, "'=A")}
