"""eBay's bulk calls: the client against the sandbox, over HTTP, with faults in halves of a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from engine.errors import OutcomeUnknown, RequestRefused, Trouble, UpstreamDown, UpstreamError
from engine.upstream.ebay import Ebay
from engine.upstream.http import CallResult, HttpTransport, Unlimited
from engine.upstream.oauth import Keys
from tests.contract.test_clients_ebay import ITEM, OFFER, changed
from tests.support.answering import Reply, answering
from tests.support.clocks import AheadClock
from tests.support.sandbox_server import Sandbox

SKUS = [f"DM{number}" for number in range(4)]
HALF = SKUS[1::2]
PUT, CREATE = "bulk_create_or_replace_inventory_item", "bulk_create_offer"


class Noting(Unlimited):
    """A limiter that permits every call and keeps how each ended."""

    def __init__(self) -> None:
        self.results: list[CallResult] = []

    def release(self, permit: Any, result: CallResult) -> None:  # noqa: ARG002 - as every limiter
        self.results.append(result)


@pytest.fixture
def limiter() -> Noting:
    return Noting()


def client(url: str, session: requests.Session, limiter: Noting) -> Ebay:
    line = HttpTransport(session, "DraftMaker/0.1 +tests@example.org")
    keys = Keys("sandbox", "sandbox", "sandbox")
    return Ebay(line, url, keys=keys, clock=AheadClock(), limiter=limiter)


@pytest.fixture
def ebay(sandbox: Sandbox, limiter: Noting) -> Iterator[Ebay]:
    with requests.Session() as session:
        yield client(f"{sandbox.url}/ebay", session, limiter)


def offers(skus: list[str] = SKUS) -> dict[str, dict[str, Any]]:
    return {sku: changed(OFFER, sku=sku) for sku in skus}


def put(ebay: Ebay, skus: list[str] = SKUS) -> dict[str, UpstreamError | None]:
    return ebay.put_items(dict.fromkeys(skus, ITEM))


def trouble(outcome: object) -> Trouble:
    assert isinstance(outcome, UpstreamDown)
    return outcome.trouble


def test_items_and_offers_are_made_by_the_dozen(sandbox: Sandbox, ebay: Ebay) -> None:
    assert ebay.have_items(SKUS) == dict.fromkeys(SKUS, False)
    assert put(ebay) == dict.fromkeys(SKUS)
    assert ebay.have_items([*SKUS, "DM9"]) == {**dict.fromkeys(SKUS, True), "DM9": False}
    made = ebay.create_offers(offers())
    assert {sku: ebay.offers(sku)[0].offer_id for sku in SKUS} == made
    assert (ebay.item(SKUS[0]) or {})["product"] == ITEM["product"]
    calls = sandbox.ledger("ebay")["calls"]
    assert [call["path"].rpartition("/")[2] for call in calls if "bulk" in call["path"]] == [
        "bulk_get_inventory_item",
        PUT,
        "bulk_get_inventory_item",
        CREATE,
    ]


def test_each_request_is_answered_by_itself(ebay: Ebay, limiter: Noting) -> None:
    items = {**dict.fromkeys(SKUS, ITEM), "A SKU WITH SPACES": ITEM, "DM5": changed(ITEM, condition="GOOD")}
    done = ebay.put_items(items)
    refused = {sku: error.code for sku, error in done.items() if isinstance(error, RequestRefused)}
    assert refused == {"A SKU WITH SPACES": 25707, "DM5": 25021}
    assert [sku for sku, error in done.items() if error is None] == SKUS
    assert limiter.results[-1].error is None, "eBay did its work"


def test_an_offer_that_stands_there_is_taken_over(ebay: Ebay) -> None:
    put(ebay)
    first = ebay.create_offers(offers(HALF))
    made = ebay.create_offers(offers())
    assert {sku: made[sku] for sku in HALF} == first
    assert all(isinstance(made[sku], str) for sku in SKUS)


def test_more_than_25_are_refused_as_a_whole(ebay: Ebay, sandbox: Sandbox) -> None:
    with pytest.raises(RequestRefused):
        put(ebay, [f"DM{number}" for number in range(26)])
    assert sandbox.ledger()["items"] == {}


@pytest.mark.parametrize("fault", ["created_but_500", "server_error", "busy"])
def test_half_of_a_call_in_trouble_is_half_of_it_in_doubt(
    sandbox: Sandbox, ebay: Ebay, limiter: Noting, fault: str
) -> None:
    put(ebay)
    sandbox.fault("ebay", fault, match=CREATE, half=True)
    made = ebay.create_offers(offers())
    assert sandbox.fired() == 1
    assert [sku for sku in SKUS if isinstance(made[sku], OutcomeUnknown)] == HALF
    assert limiter.results[-1].error is None, "half of it went through: this is no outage"
    written = sandbox.ledger()["offers"]
    assert set(written) == set(SKUS if fault == "created_but_500" else SKUS[::2])


def test_a_request_that_arrives_twice_makes_one_offer(sandbox: Sandbox, ebay: Ebay) -> None:
    put(ebay)
    sandbox.fault("ebay", "repeated", match=CREATE, half=True)
    made = ebay.create_offers(offers())
    held = sandbox.ledger()["offers"]
    assert {sku: (1, made[sku]) for sku in SKUS} == {
        sku: (one["created"], one["offer_id"]) for sku, one in held.items()
    }


def test_one_request_too_many_is_a_call_too_many(sandbox: Sandbox, ebay: Ebay, limiter: Noting) -> None:
    sandbox.fault("ebay", "rate_limited", match=PUT, half=True)
    done = put(ebay)
    assert [sku for sku in SKUS if done[sku]] == HALF
    assert {trouble(done[sku]) for sku in HALF} == {Trouble.QUOTA}
    assert trouble(limiter.results[-1].error) is Trouble.QUOTA


def test_items_that_ebay_does_not_see_yet_can_wait(sandbox: Sandbox, ebay: Ebay) -> None:
    put(ebay)
    sandbox.fault("ebay", "not_indexed", match=CREATE, half=True)
    made = ebay.create_offers(offers())
    assert {trouble(made[sku]) for sku in HALF} == {Trouble.BUSY}


def answers(parts: list[dict[str, Any]]) -> Callable[[str], Reply]:
    """Return an eBay that gives out a token and answers every other call with these parts."""

    def answer(path: str) -> Reply:
        token = {"access_token": "token", "expires_in": 7200}
        return Reply(body=token) if path.endswith("/token") else Reply(207, {"responses": parts})

    return answer


def test_a_call_of_which_nothing_goes_through_is_one_outage(limiter: Noting) -> None:
    error = {"errorId": 25001, "message": "A system error has occurred."}
    failed = answers([{"sku": sku, "statusCode": 500, "errors": [error]} for sku in SKUS])
    with answering(failed) as down, requests.Session() as session:
        done = put(client(down.url, session, limiter))
    assert all(isinstance(error, OutcomeUnknown) for error in done.values())
    assert [trouble(result.error) for result in limiter.results if result.error] == [Trouble.OUTAGE]


@pytest.mark.parametrize("part", [{}, {"sku": "DM1"}, {"sku": "DM1", "statusCode": 200}], ids=str)
def test_a_request_without_an_answer_is_in_doubt(limiter: Noting, part: dict[str, Any]) -> None:
    good = {"sku": "DM0", "statusCode": 200, "offerId": "9"}
    with answering(answers([good, part])) as odd, requests.Session() as session:
        made = client(odd.url, session, limiter).create_offers(offers(["DM0", "DM1"]))
    assert made["DM0"] == "9"
    assert isinstance(made["DM1"], OutcomeUnknown)


@pytest.mark.parametrize("fault", ["created_but_500", "cut_body", "server_error", "rate_limited"])
def test_a_call_that_fails_as_a_whole_says_so_of_all(sandbox: Sandbox, ebay: Ebay, fault: str) -> None:
    sandbox.fault("ebay", fault, match=PUT)
    with pytest.raises(UpstreamDown) as caught:
        put(ebay)
    assert isinstance(caught.value, OutcomeUnknown) == (fault != "rate_limited")
