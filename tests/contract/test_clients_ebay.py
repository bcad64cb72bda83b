"""eBay: the client against the sandbox, over HTTP."""

import ast
import inspect
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from engine.errors import CredentialsRefused, RequestRefused, UpstreamDown
from engine.upstream import ebay as ebay_module
from engine.upstream.ebay import Ebay
from engine.upstream.http import HttpTransport
from engine.upstream.oauth import Keys
from tests.support.clocks import AheadClock
from tests.support.sandbox_server import Sandbox

SKU = "DM00074646362822X1"
ITEM: dict[str, Any] = {
    "availability": {"shipToLocationAvailability": {"quantity": 1}},
    "condition": "USED_VERY_GOOD",
    "product": {
        "title": "Josh Wink - Profound Sounds Vol. 1 (CD)",
        "aspects": {"Artist": ["Josh Wink"]},
        "upc": ["074646362822"],
    },
}
OFFER: dict[str, Any] = {
    "sku": SKU,
    "marketplaceId": "EBAY_US",
    "format": "FIXED_PRICE",
    "availableQuantity": 1,
    "categoryId": "176984",
    "pricingSummary": {"price": {"currency": "USD", "value": "9.99"}},
}


@pytest.fixture
def line() -> Iterator[HttpTransport]:
    with requests.Session() as session:
        yield HttpTransport(session, "DraftMaker/0.1 +tests@example.org")


@pytest.fixture
def clock() -> AheadClock:
    return AheadClock()


def client(sandbox: Sandbox, line: HttpTransport, clock: AheadClock, *, refresh_token: str = "sandbox") -> Ebay:
    keys = Keys("sandbox", "sandbox", refresh_token)
    return Ebay(line, f"{sandbox.url}/ebay", keys=keys, clock=clock)


@pytest.fixture
def ebay(sandbox: Sandbox, line: HttpTransport, clock: AheadClock) -> Ebay:
    return client(sandbox, line, clock)


def tokens_given(sandbox: Sandbox) -> int:
    return sum(call["path"].endswith("/oauth2/token") for call in sandbox.ledger("ebay")["calls"])


def changed(document: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**document, **fields}


def product(**fields: Any) -> dict[str, Any]:
    return changed(ITEM, product=changed(ITEM["product"], **fields))


def test_a_draft_is_an_item_and_an_unpublished_offer(sandbox: Sandbox, ebay: Ebay) -> None:
    ebay.put_item(SKU, ITEM)
    offer_id = ebay.create_offer(OFFER)
    (offer,) = ebay.offers(SKU)
    assert (offer.offer_id, offer.status) == (offer_id, "UNPUBLISHED")
    item = ebay.item(SKU)
    assert item is not None
    assert item["product"] == ITEM["product"]
    ledger = sandbox.ledger()
    assert ledger["offers"] == {SKU: {"offer_id": offer_id, "created": 1, "status": "UNPUBLISHED"}}
    assert ledger["published"] == []


def test_what_is_not_there_is_none(ebay: Ebay) -> None:
    assert ebay.item("NOTHING") is None
    assert ebay.offers("NOTHING") == []
    ebay.delete_offer("404")


def test_writing_an_item_twice_leaves_one(sandbox: Sandbox, ebay: Ebay) -> None:
    ebay.put_item(SKU, ITEM)
    ebay.put_item(SKU, ITEM)
    assert sandbox.ledger()["items"] == {SKU: {"puts": 2}}


def test_a_second_offer_is_the_first_one(sandbox: Sandbox, ebay: Ebay) -> None:
    ebay.put_item(SKU, ITEM)
    assert ebay.create_offer(OFFER) == ebay.create_offer(OFFER)
    assert sandbox.ledger()["offers"][SKU]["created"] == 1


def test_an_offer_is_replaced_and_removed(ebay: Ebay) -> None:
    ebay.put_item(SKU, ITEM)
    offer_id = ebay.create_offer(OFFER)
    ebay.update_offer(offer_id, changed(OFFER, categoryId="176985"))
    assert ebay.offers(SKU)[0].body["categoryId"] == "176985"
    ebay.delete_offer(offer_id)
    assert ebay.offers(SKU) == []


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (product(imageUrls=[]), 25717),
        (product(imageUrls=["http://insecure.example/a.jpg"]), 25014),
        (product(aspects={"Artist": "Josh Wink"}), 2004),
        (product(title="x" * 81), 25709),
        (changed(ITEM, condition="GOOD"), 25021),
        (changed(ITEM, availability={"shipToLocationAvailability": {"quantity": "1"}}), 2004),
    ],
)
def test_a_faulty_item_is_refused_with_the_number_of_ebay(ebay: Ebay, item: dict[str, Any], code: int) -> None:
    with pytest.raises(RequestRefused) as caught:
        ebay.put_item(SKU, item)
    assert caught.value.code == code


def test_a_faulty_sku_is_refused(ebay: Ebay) -> None:
    with pytest.raises(RequestRefused) as caught:
        ebay.put_item("A SKU WITH SPACES", ITEM)
    assert caught.value.code == 25707


@pytest.mark.parametrize(
    "price", [{"currency": "USD", "value": 9.99}, {"currency": "USD", "value": "9.999"}, {"value": "9.99"}]
)
def test_a_faulty_price_is_refused(ebay: Ebay, price: dict[str, Any]) -> None:
    ebay.put_item(SKU, ITEM)
    with pytest.raises(RequestRefused) as caught:
        ebay.create_offer(changed(OFFER, pricingSummary={"price": price}))
    assert caught.value.code == 25003


def test_an_offer_for_an_item_that_ebay_does_not_see_yet_can_wait(ebay: Ebay) -> None:
    with pytest.raises(UpstreamDown) as caught:
        ebay.create_offer(OFFER)
    assert caught.value.retry_after == 1.0


def test_one_token_serves_every_call_and_every_thread(sandbox: Sandbox, ebay: Ebay) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ebay.offers, [f"SKU{number}" for number in range(24)]))
    assert tokens_given(sandbox) == 1


def test_a_token_is_renewed_some_minutes_before_it_runs_out(sandbox: Sandbox, ebay: Ebay, clock: AheadClock) -> None:
    ebay.offers(SKU)
    clock.seconds = 7200 - 301
    ebay.offers(SKU)
    assert tokens_given(sandbox) == 1
    clock.seconds = 7200 - 299
    ebay.offers(SKU)
    assert tokens_given(sandbox) == 2


@pytest.mark.parametrize("fault", ["unauthorized", "denied"])
def test_a_refused_token_is_renewed_once_and_the_call_made_again(sandbox: Sandbox, ebay: Ebay, fault: str) -> None:
    sandbox.fault("ebay", fault, times=1, match="PUT /sell")
    ebay.put_item(SKU, ITEM)
    assert sandbox.fired() == 1
    assert tokens_given(sandbox) == 2
    assert sandbox.ledger()["items"] == {SKU: {"puts": 1}}


@pytest.mark.parametrize(
    ("fault", "sentence"), [("unauthorized", "EBAY_REFRESH_TOKEN"), ("denied", "Press Connect eBay")]
)
def test_a_token_refused_twice_is_for_a_person(sandbox: Sandbox, ebay: Ebay, fault: str, sentence: str) -> None:
    sandbox.fault("ebay", fault, match="/sell/")
    with pytest.raises(CredentialsRefused, match=sentence):
        ebay.offers(SKU)
    assert sandbox.fired() == 2


def test_a_connection_that_was_taken_back_is_for_a_person(
    sandbox: Sandbox, line: HttpTransport, clock: AheadClock
) -> None:
    with pytest.raises(CredentialsRefused, match="EBAY_REFRESH_TOKEN"):
        client(sandbox, line, clock, refresh_token="revoked").check()


def test_without_keys_nothing_is_asked(sandbox: Sandbox, line: HttpTransport, clock: AheadClock) -> None:
    with pytest.raises(CredentialsRefused, match="not connected"):
        client(sandbox, line, clock, refresh_token="").put_item(SKU, ITEM)
    assert sandbox.ledger()["calls"] == []


def test_asking_prices_are_cents_and_always_the_same(ebay: Ebay) -> None:
    prices = ebay.comparable_prices("00093624755524", "176984", ["USED"])
    assert prices
    assert all(100 < price < 20000 for price in prices)
    assert ebay.comparable_prices("00093624755524", "176984", ["USED"]) == prices
    assert ebay.comparable_prices("00074646362822", "176984", ["USED"]) == []


def test_an_ean_is_searched_for_as_a_word(ebay: Ebay) -> None:
    assert ebay.comparable_prices("07961220922684", "176985", ["NEW", "USED"])


def test_a_listing_needs_the_rights_of_the_seller(sandbox: Sandbox, ebay: Ebay) -> None:
    ebay.comparable_prices("00093624755524", "176984", ["USED"])
    ebay.offers(SKU)
    assert tokens_given(sandbox) == 2


def test_no_code_path_can_publish() -> None:
    tree = ast.parse(inspect.getsource(ebay_module))
    docs = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    }
    words = {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    } - docs
    assert not [word for word in words if "publish" in word.lower()]
    assert not [name for name in dir(Ebay) if "publish" in name]
