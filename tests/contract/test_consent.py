"""The way to eBay and back: the API, the sandbox's page of consent, and every way in which it may end."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from engine.settings import Settings
from tests.contract.test_credentials import live
from tests.support.sandbox_server import Sandbox
from tests.support.serving import Served, serving

START, BACK = "/api/connections/ebay/start", "/api/connections/ebay/callback"


@pytest.fixture
def served(tmp_path: Path, sandbox: Sandbox) -> Iterator[Served]:
    with serving(live(tmp_path, sandbox.url)) as started:
        sandbox.consent(accept_url=f"{started.url}{BACK}")
        started.engine.accounts.keep_ebay_keys("sandbox", "sandbox", "Shop-RuName")
        yield started


class Seller:
    """A browser in which a seller goes to eBay and comes back."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.session = requests.Session()

    def get(self, address: str) -> requests.Response:
        return self.session.get(address, allow_redirects=False, timeout=20)

    def asked(self) -> str:
        """Return the page at eBay."""
        answer = self.get(f"{self.served.url}{START}")
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def agrees(self, page: str, **form: str | list[str]) -> str:
        """Return the address that eBay leads to when the seller answers."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        scopes = [scope.rpartition("/")[2] for scope in query["scope"].split()]
        body = {"state": query["state"], "scope": scopes, "answer": "agree", **form}
        answer = self.session.post(page, data=body, allow_redirects=False, timeout=20)
        return answer.headers["Location"]

    def back(self, address: str) -> str:
        """Return what the screen says once the browser came back."""
        answer = self.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (303, "../../../connections")
        return str(self.served.get("/api/connections")["ebay"]["last_consent"])


@pytest.fixture
def seller(served: Served) -> Iterator[Seller]:
    seller = Seller(served)
    yield seller
    seller.session.close()


def test_a_seller_who_agrees_is_connected(served: Served, seller: Seller) -> None:
    assert seller.back(seller.agrees(seller.asked())).startswith("eBay is connected as sandbox_records, until ")
    ebay = served.get("/api/connections")["ebay"]
    assert (ebay["connected"], ebay["user"], ebay["seller"], ebay["ends_soon"]) == (
        True,
        "sandbox_records",
        "stored",
        False,
    )
    assert "sell.inventory" in ebay["scopes"]


def test_the_page_at_ebay_is_asked_for_with_the_runame_and_every_scope(seller: Seller) -> None:
    query = parse_qs(urlsplit(seller.asked()).query)
    assert query["redirect_uri"] == ["Shop-RuName"]
    assert query["response_type"] == ["code"]
    assert [scope.rpartition("/")[2] for scope in query["scope"][0].split()] == [
        "sell.inventory",
        "sell.account.readonly",
        "sell.stores.readonly",
        "commerce.identity.readonly",
    ]


def test_a_seller_who_declines_changes_nothing(served: Served, seller: Seller) -> None:
    assert seller.back(seller.agrees(seller.asked(), answer="decline")).startswith("The seller declined at eBay")
    assert not served.get("/api/connections")["ebay"]["connected"]


def test_an_answer_counts_once(served: Served, seller: Seller) -> None:
    address = seller.agrees(seller.asked())
    seller.back(address)
    assert seller.back(address).startswith("This answer of eBay was taken before")
    assert served.get("/api/connections")["ebay"]["connected"]


def test_a_code_that_ebay_took_before_is_told(served: Served, seller: Seller) -> None:
    used = parse_qs(urlsplit(address := seller.agrees(seller.asked())).query)["code"][0]
    seller.back(address)
    served.engine.accounts.disconnect_ebay()
    state = parse_qs(urlsplit(seller.asked()).query)["state"][0]
    said = seller.back(
        requests.Request(url=f"{served.url}{BACK}", params={"code": used, "state": state}).prepare().url or ""
    )
    assert said.startswith("eBay does not take the code of this consent: it was used before")
    assert not served.get("/api/connections")["ebay"]["connected"]


@pytest.mark.parametrize("state", ["", "forged"])
def test_a_forged_state_is_told_and_ebay_is_not_asked(
    served: Served, seller: Seller, sandbox: Sandbox, state: str
) -> None:
    seller.asked()
    assert seller.back(f"{served.url}{BACK}?code=v&state={state}").startswith("This answer was not asked for here")
    assert [call for call in sandbox.ledger("ebay")["calls"] if call["path"].endswith("token")] == []


def test_an_answer_that_nobody_asked_for_changes_nothing(served: Served, seller: Seller) -> None:
    seller.back(seller.agrees(seller.asked()))
    other = Seller(served)
    assert other.back(f"{served.url}{BACK}?code=v&state=forged").startswith("eBay is connected")
    other.session.close()


def test_an_answer_in_another_browser_is_told(served: Served, seller: Seller) -> None:
    address, other = seller.agrees(seller.asked()), Seller(served)
    assert other.back(address).startswith("This answer belongs to another browser")
    assert not served.get("/api/connections")["ebay"]["connected"]
    other.session.close()


def test_an_address_may_be_pasted(served: Served, seller: Seller) -> None:
    address = seller.agrees(seller.asked())
    assert served.engine.accounts.take_pasted(f"  {address} ").ok
    assert served.engine.accounts.take_pasted("https://example.com/").sentence.startswith(
        "This address holds no answer"
    )


def test_a_consent_without_drafts_is_too_small_and_not_kept(served: Served, seller: Seller) -> None:
    said = seller.back(seller.agrees(seller.asked(), scope=["sell.account.readonly"]))
    assert said.startswith("The consent is too small: without the scope sell.inventory no draft can be sent.")
    assert not served.get("/api/connections")["ebay"]["connected"]


def test_a_consent_without_policies_is_kept_and_says_what_is_missing(served: Served, seller: Seller) -> None:
    assert seller.back(seller.agrees(seller.asked(), scope=["sell.inventory"])).startswith("eBay is connected, until")
    assert served.get("/api/connections")["ebay"]["scopes"] == ["sell.inventory"]


def test_a_consent_that_ends_within_a_month_is_warned_of(served: Served, seller: Seller, sandbox: Sandbox) -> None:
    sandbox.consent(lives_seconds=29 * 86_400)
    seller.back(seller.agrees(seller.asked()))
    assert served.get("/api/connections")["ebay"]["ends_soon"]


def test_an_outage_of_ebay_is_told(seller: Seller, sandbox: Sandbox) -> None:
    address = seller.agrees(seller.asked())
    sandbox.fault("ebay", "server_error", match="token")
    assert "eBay" in seller.back(address)


def test_a_page_of_another_site_cannot_start_a_consent(served: Served) -> None:
    answer = served.call("GET", START, headers={"Sec-Fetch-Site": "cross-site"}, allow_redirects=False)
    assert answer.status_code == 403


def test_without_a_runame_the_screen_says_what_is_missing(served: Served) -> None:
    served.engine.accounts.forget_ebay_keys()
    answer = served.call("GET", START, allow_redirects=False)
    assert (answer.status_code, "press Save keys" in answer.json()["detail"]) == (400, True)


def test_ebays_challenge_is_answered_with_the_hash_it_asks_for(served: Served) -> None:
    path = "/api/connections/ebay/account-deletion"
    assert served.call("GET", path, params={"challenge_code": "abc"}).status_code == 404
    token = served.engine.accounts.answer_deletions(f"https://shop.example{path}")
    expected = sha256(f"abc{token}https://shop.example{path}".encode()).hexdigest()
    assert served.get(path, challenge_code="abc") == {"challengeResponse": expected}
    assert served.call("POST", path, json={"metadata": {}, "notification": {}}).status_code == 200


def test_the_environment_may_hold_what_ebays_challenge_needs(tmp_path: Path) -> None:
    path = "/api/connections/ebay/account-deletion"
    given = {"EBAY_DELETION_URL": f"https://shop.example{path}", "EBAY_DELETION_TOKEN": "t" * 40}
    settings: Settings = live(tmp_path, **given)
    with serving(settings) as served:
        expected = sha256(f"abc{'t' * 40}https://shop.example{path}".encode()).hexdigest()
        assert served.get(path, challenge_code="abc")["challengeResponse"] == expected
