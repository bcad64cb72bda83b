"""Markdown, HTML, icons and formulas in every text of others: shown as typed, and nothing of it is fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.batches.documents import WORKERS, job_path
from engine.bootstrap import open_store
from engine.clock import SystemClock
from engine.codec import encode
from engine.domain.batch import items
from engine.domain.batch.workers import WorkerRecord
from engine.sandbox.emulators import free_ports
from engine.store.base import Patch, Put
from tests.support import sandbox_server
from tests.support.demo import Demo, demo
from tests.support.sandbox_server import Sandbox
from tests.support.serving import upcs

pytestmark = pytest.mark.browser

(PORT,) = free_ports(1)
HERE = f"//127.0.0.1:{PORT}"
PICTURE = f"![x]({HERE}/p) <img src={HERE}/i> $\\LaTeX$ :red[x]"
ICONS = f"[a]({HERE}/a) :material/delete: :tada: **b** `c` -- www.evil.example"
SHORT = f"![x]({HERE}/p) :red[x]"
UPC, REFUSED, UNKNOWN = upcs(3)


def hostile(number: int, upc: str) -> dict[str, Any]:
    """Return a release whose every fact is markup."""
    return {
        "id": number,
        "known_to": ["discogs", "musicbrainz"],
        "search": "plain",
        "barcodes": [upc.zfill(14)],
        "artists": [[PICTURE, "", ""]],
        "title": ICONS,
        "country": "US",
        "released": "1999",
        "labels": [[PICTURE, ICONS]],
        "formats": [["CD", 1, ["Album"]]],
        "genres": ["Rock"],
        "styles": [],
        "identifiers": [["Barcode", upc]],
        "master_id": 0,
        "tracks": [["1", ICONS, "1:00"]],
    }


@pytest.fixture(scope="module")
def services() -> Iterator[Sandbox]:
    with sandbox_server.running(more=[hostile(910_000_001, UPC), hostile(910_000_002, REFUSED)]) as sandbox:
        sandbox.fault("ebay", "refused", match=items.name(1), number=25002, said=f"No: {PICTURE}")  # as its SKU ends
        sandbox.account(
            policies={"fulfillment": [SHORT], "payment": [ICONS], "return": [PICTURE]},
            locations={"X": {"name": SHORT, "merchantLocationStatus": "ENABLED"}},
            store={"name": SHORT, "storeCategories": [{"categoryId": "1", "categoryName": ICONS, "level": 1}]},
        )
        yield sandbox


@pytest.fixture(scope="module")
def planted(
    browser: Browser, services: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Demo, str]]:
    """Lend a demo whose services, files, people and engines are all hostile, and its batch."""
    own = {f"{name}_URL": f"{services.url}/{name.lower()}" for name in ("DISCOGS", "MUSICBRAINZ", "COVERART", "EBAY")}
    own["EBAY_ROWS_A_CALL"] = "1"  # so that the second item is refused by itself
    with demo(tmp_path_factory.mktemp("hostile"), **own) as running:
        call = partial(running.session.request, timeout=10)
        call("PUT", f"{running.url}/api/seller/profiles/{SHORT.replace('/', '%2F')}", json={})
        call("POST", f"{running.url}/api/seller/account/read").raise_for_status()
        lines = [f"UPC,note,shelf,SKU,{SHORT}"]
        lines += [f'{upc},"{PICTURE}","{SHORT}","{SHORT}","{ICONS}"' for upc in (UPC, REFUSED, UNKNOWN, ICONS)]
        files = {"file": (f"{SHORT}.csv", "\n".join(lines))}
        answer = call("POST", f"{running.url}/api/batch/upload", files=files, data={"name": PICTURE})
        answer.raise_for_status()
        job_id = str(answer.json()["job_id"])
        running.ended(job_id)
        _write_beside(running, job_id)
        yield running, job_id


def _write_beside(running: Demo, job_id: str) -> None:
    """Put markup where only the store can: the name of a person, and that of an engine."""
    store = open_store(f"sqlite:///{running.folder / 'store.db'}", SystemClock())
    now = datetime.now(UTC)
    store.commit(
        Patch(job_path(job_id), {"created_by": SHORT}, None),
        Put(f"{WORKERS}/{SHORT.replace('/', '|')}", encode(WorkerRecord("idle", now, now, host=ICONS))),
    )
    store.close()


@pytest.fixture
def fetched(page: Page) -> list[str]:
    """Return what the browser fetches, and is going to fetch."""
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    return addresses


def shown(page: Page, typed: str) -> None:
    """Wait until a text stands on the screen as it was typed."""
    expect(page.get_by_text(typed).locator("visible=true").first).to_be_visible()


def nothing_of_it(page: Page, fetched: list[str], running: Demo, services: Sandbox) -> None:
    """Hold that only the console and the pictures of the services were fetched, and that no markup became anything."""
    hosts = (urlsplit(running.url).netloc, urlsplit(services.url).netloc)
    strange = [url for url in fetched if urlsplit(url).netloc not in (*hosts, "")]
    assert strange == []
    made = f"[src*='{PORT}'], [href*=':{PORT}'], [href*='evil.example'], .katex"
    assert page.locator(made).count() == 0


def columns(page: Page) -> None:
    """Open the columns of a file, which stand open only where one of them is doubtful."""
    box = page.locator("details").filter(has_text="Columns, header and sheets")
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    shown(page, SHORT[: len("![x](//127.0.0.1:")])  # names of columns are cut


def screens(job_id: str, file: str) -> dict[str, tuple[str, Callable[[Page], None]]]:
    """Return every screen by its address, with what must stand on it."""
    batch = f"/batch?job_id={job_id}"
    return {
        "/": ("canvas", lambda _: None),
        batch: (PICTURE, lambda page: shown(page, SHORT)),
        f"{batch}&show=attention": (PICTURE, lambda _: None),
        f"{batch}&q={quote(f'zzz {ICONS}')}": ("No row matches", lambda page: shown(page, ICONS)),
        f"/batch?job_id={quote(SHORT)}": (SHORT, lambda _: None),
        f"/drafts?job_id={job_id}&show=all": (PICTURE, lambda page: shown(page, ICONS)),
        f"/drafts?job_id={quote(SHORT)}": (SHORT, lambda _: None),
        f"/drafts?draft={job_id}.1&show=all": (f"No: {PICTURE}", lambda _: None),
        "/attention": (PICTURE, lambda _: None),
        f"/new?file={file}": ("4 rows of the file", columns),
        f"/new?file={quote(f'gs://{SHORT}')}": ("cannot be read", lambda _: None),
        "/seller": ("Seller settings", lambda page: expect(page.get_by_text("policies, 1 location")).to_be_visible()),
        "/connections": ("Connections", lambda _: None),
        "/system": ("Services", lambda _: None),
        "/handover": (PICTURE, lambda _: None),
        "/wall": ("Needs attention", lambda _: None),
    }


def test_text_of_others_is_shown_as_typed_on_every_screen_and_fetches_nothing(
    planted: tuple[Demo, str], services: Sandbox, page: Page, fetched: list[str]
) -> None:
    running, job_id = planted
    file = running.job(job_id)["gcs_path"]
    for address, (words, more) in screens(job_id, file).items():
        page.goto(running.url + address)
        if words == "canvas":
            expect(page.locator("canvas").first).to_be_visible()
        else:
            shown(page, words)
        more(page)
        nothing_of_it(page, fetched, running, services)


def test_a_row_and_a_notice_show_text_of_others_as_typed(
    planted: tuple[Demo, str], services: Sandbox, page: Page, fetched: list[str]
) -> None:
    running, job_id = planted
    page.goto(f"{running.url}/batch?job_id={job_id}&show=attention")
    grid = page.get_by_test_id("stDataFrame").first
    expect(grid.locator("canvas").first).to_be_visible()
    grid.click(position={"x": 330, "y": 36 + 18})
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_text(f"No: {PICTURE}").first).to_be_visible()
    nothing_of_it(page, fetched, running, services)
    page.goto(f"{running.url}/batch?job_id={job_id}")
    page.get_by_role("button", name="Retry failed").click()
    shown(page, f"The failed items of {PICTURE} are tried again.")
    nothing_of_it(page, fetched, running, services)
