"""From an unconnected console to an offer at eBay, and every way in which the seller's consent may end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from tests.support.clocks import until
from tests.support.demo import Served, served
from tests.support.sandbox_server import Sandbox, running

pytestmark = pytest.mark.browser
BACK = "/api/connections/ebay/callback"
SERVICES = ("discogs", "musicbrainz", "coverart", "ebay")
KNOWN = "upc,price\n7961220922684,9.99\n"


@dataclass
class Shop:
    """A live console and worker whose services are a sandbox, and all that a browser was led to."""

    live: Served
    sandbox: Sandbox
    addresses: list[str] = field(default_factory=list)

    @property
    def ebay(self) -> dict[str, object]:
        found: dict[str, object] = self.live.get("/api/connections")["ebay"]
        return found

    def taken_up(self) -> None:
        """Wait until the worker uses what is connected."""

        def whole() -> bool:
            now = self.live.get("/api/connections")
            return bool(now["workers_up_to_date"] == now["workers"] == 1)

        until(whole, seconds=90)

    def outcome(self) -> str:
        """Return what a new batch of one row comes to."""
        job_id = self.live.upload(KNOWN, "one.csv")
        self.live.ended(job_id)
        return str(self.live.get(f"/api/batch/{job_id}/items")["items"][0]["outcome"])


@pytest.fixture(scope="module")
def started(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with running() as sandbox:
        own = {f"{name.upper()}_URL": f"{sandbox.url}/{name}" for name in SERVICES}
        with served(tmp_path_factory.mktemp("live"), "engine", "live", **own, MUSICBRAINZ_PER_SECOND="0") as live:
            yield Shop(live, sandbox)


@pytest.fixture
def shop(started: Shop, page: Page) -> Shop:
    """Lend the shop in good health; whatever address a browser asks for is written down."""
    started.sandbox.reset()
    started.sandbox.consent(accept_url=f"{started.live.url}{BACK}")

    def note(request: Request) -> None:
        started.addresses.append(request.url)

    page.on("request", note)
    return started


def connections(shop: Shop, page: Page) -> Locator:
    """Open the screen; return its card of eBay."""
    page.goto(f"{shop.live.url}/connections")
    card = page.locator(".st-key-card_ebay")
    expect(card.get_by_role("button", name="Test")).to_be_visible()
    return card


def unconnected(shop: Shop, page: Page) -> None:
    """See that no seller is connected, whichever test ran before."""
    disconnect = connections(shop, page).get_by_role("button", name="Disconnect")
    if disconnect.count():
        disconnect.click()
        expect(page.get_by_text("Third-party app access")).to_be_visible()
        shop.taken_up()


def asked(shop: Shop, page: Page) -> None:
    """Go to eBay's page of consent, with keys that are entered first where there are none."""
    card = connections(shop, page)
    connect = card.get_by_role("button", name="Connect eBay")
    if shop.ebay["application"] == "missing":
        card.get_by_label("App ID").fill("sandbox")
        card.get_by_role("textbox", name="Cert ID").fill("sandbox")
        card.get_by_label("RuName").fill("Shop-RuName")
        card.get_by_role("button", name="Save keys").click()
    connect.click()
    expect(page.get_by_role("heading", name="Grant application access")).to_be_visible()


def agreed(page: Page) -> None:
    page.get_by_role("button", name="Agree and continue").click()


def says(shop: Shop, page: Page, sentence: str) -> None:
    """See that the screen says so, at an address that holds nothing of eBay's answer."""
    expect(page.get_by_test_id("stAlert").filter(has_text=sentence)).to_be_visible()
    assert page.url == f"{shop.live.url}/connections"


def test_from_an_unconnected_console_to_an_offer_and_back(shop: Shop, page: Page) -> None:
    unconnected(shop, page)
    assert shop.outcome() == "composed"
    asked(shop, page)
    agreed(page)
    says(shop, page, "eBay is connected as sandbox_records, until")
    shop.taken_up()
    assert shop.outcome() == "drafted"
    card = connections(shop, page)
    card.get_by_role("button", name="Test").click()
    expect(card).to_contain_text("✓ eBay lets us act for the seller")
    card.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("Third-party app access")).to_be_visible()
    shop.taken_up()
    assert shop.outcome() == "composed"


def test_a_seller_who_declines_is_told_how_to_try_again(shop: Shop, page: Page) -> None:
    asked(shop, page)
    page.get_by_role("button", name="Decline").click()
    says(shop, page, "The seller declined at eBay")


def test_an_answer_that_is_loaded_again_counts_once(shop: Shop, page: Page) -> None:
    asked(shop, page)
    agreed(page)
    says(shop, page, "eBay is connected as")
    page.goto(next(address for address in reversed(shop.addresses) if f"{BACK}?code=" in address))
    says(shop, page, "This answer of eBay was taken before")


def test_a_forged_state_is_told(shop: Shop, page: Page) -> None:
    asked(shop, page)
    page.goto(f"{shop.live.url}{BACK}?code=v&state=forged")
    says(shop, page, "its state is none of ours")


def test_a_consent_that_is_too_small_is_told(shop: Shop, page: Page) -> None:
    asked(shop, page)
    page.get_by_label("sell.inventory").uncheck()
    agreed(page)
    says(shop, page, "The consent is too small: without the scope sell.inventory no draft can be sent.")


def test_a_consent_that_ends_soon_is_warned_of_on_three_screens(shop: Shop, page: Page) -> None:
    shop.sandbox.consent(lives_seconds=10 * 86_400)
    asked(shop, page)
    agreed(page)
    warning = page.get_by_text(re.compile("The seller's consent at eBay ends on"))
    expect(warning).to_be_visible()
    for screen in ("system", ""):
        page.goto(f"{shop.live.url}/{screen}")
        until(lambda: warning.is_visible() or page.reload() is None, seconds=60, every=2)


def test_a_consent_that_was_taken_back_pauses_the_batch_with_the_way_to_mend_it(shop: Shop, page: Page) -> None:
    asked(shop, page)
    agreed(page)
    says(shop, page, "eBay is connected as")
    shop.sandbox.revoke()
    shop.taken_up()
    job_id = shop.live.upload(KNOWN, "one.csv")
    until(lambda: shop.live.job(job_id)["status"] == "paused")
    assert "Press Connect eBay on the Connections screen" in shop.live.job(job_id)["error"]
    asked(shop, page)
    agreed(page)
    shop.taken_up()
    shop.live.session.post(f"{shop.live.url}/api/batch/recover/{job_id}", timeout=10).raise_for_status()
    shop.live.ended(job_id)


def test_the_address_of_another_page_may_be_pasted(shop: Shop, page: Page) -> None:
    shop.sandbox.consent(accept_url=f"{shop.sandbox.url}/sandbox/health")
    asked(shop, page)
    agreed(page)
    page.wait_for_url(re.compile("/sandbox/health"))
    landed = page.url
    card = connections(shop, page)
    card.get_by_text("The browser came back to another page").click()
    card.get_by_role("textbox", name="Address of that page").fill(landed)
    card.get_by_role("button", name="Take address").click()
    says(shop, page, "eBay is connected as sandbox_records")


def test_a_discogs_token_is_kept_only_when_discogs_accepts_it(shop: Shop, page: Page) -> None:
    connections(shop, page)
    card = page.locator(".st-key-card_discogs")
    field = card.get_by_role("textbox", name="Personal access token")
    connect = card.get_by_role("button", name="Connect Discogs")
    field.fill("marker-wrong-token")
    connect.click()
    expect(page.get_by_text("Discogs does not accept our token")).to_be_visible()
    assert shop.live.get("/api/connections")["discogs"]["token"] == "missing"
    expect(field).to_have_value("")
    field.fill("sandbox")
    connect.click()
    expect(card).to_contain_text("entered here")
    assert shop.live.get("/api/connections")["discogs"] == {"token": "stored", "user": "sandbox"}


def test_an_address_for_musicbrainz_goes_with_the_calls(shop: Shop, page: Page) -> None:
    connections(shop, page)
    card = page.locator(".st-key-card_musicbrainz")
    card.get_by_role("textbox").fill("maria")
    card.get_by_role("button", name="Save address").click()
    expect(page.get_by_text("must be an e-mail address or a web page")).to_be_visible()
    card.get_by_role("textbox").fill("maria@example.com")
    card.get_by_role("button", name="Save address").click()
    expect(page.get_by_text("The address is saved.")).to_be_visible()
    assert shop.live.get("/api/connections")["contact"] == {"source": "stored", "address": "maria@example.com"}


def test_no_secret_is_in_a_log_a_page_an_address_or_a_file(shop: Shop, page: Page) -> None:
    """The client secret is `sandbox`, a word that stands everywhere; code, state and refresh token mark themselves."""
    asked(shop, page)
    state = re.search(r"[?&]state=([^&]+)", page.url)[1]
    agreed(page)
    says(shop, page, "eBay is connected as")
    code = re.search(r"[?&]code=([^&]+)", next(one for one in reversed(shop.addresses) if f"{BACK}?" in one))[1]
    tokens = shop.sandbox.refresh_tokens()
    assert state
    assert code
    assert tokens
    markers = [state, code.replace("%23", "#").replace("%5E", "^"), *tokens]
    assert not [marker for marker in markers if marker in page.content()]
    said = shop.live.session.get(f"{shop.live.url}/api/connections", timeout=10).text + shop.live.log
    assert not [marker for marker in markers if marker in said]
    files = [path for path in shop.live.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    found = [(path, marker) for path in files for marker in markers if marker.encode() in _read(path)]
    assert (found, len(files) > 5) == ([], True)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
