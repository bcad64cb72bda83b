"""eBay's Account, location and store calls: the client against the sandbox, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from engine.clock import SystemClock
from engine.domain.listing.seller_account import Address, NewLocation, PolicyKind, Store, new_location
from engine.errors import BadRequest, PersonNeeded, RequestRefused, UpstreamDown
from engine.upstream import ebay_account
from engine.upstream.ebay_account import EbayAccount
from engine.upstream.http import HttpTransport
from engine.upstream.oauth import Keys
from tests.support import ebay_schema
from tests.support.sandbox_server import Sandbox

AUSTIN = Address("US", "78701", "Austin", "TX")


@pytest.fixture
def account(sandbox: Sandbox) -> Iterator[EbayAccount]:
    with requests.Session() as session:
        transport = HttpTransport(session, "DraftMaker/0.1 +tests@example.org")
        keys = Keys("sandbox", "sandbox", "sandbox")
        yield EbayAccount(transport, f"{sandbox.url}/ebay", keys=keys, clock=SystemClock())


def test_policies_are_read_with_their_names_and_which_is_the_default(account: EbayAccount) -> None:
    found = account.policies(PolicyKind.FULFILLMENT)
    assert [(policy.id, policy.name, policy.default) for policy in found] == [
        ("6100000002", "First Class, 2 business days", False),
        ("6100000001", "Media Mail, 1 business day", True),
    ]
    assert account.opted_in()


def test_a_seller_who_has_not_opted_in_has_no_policies_to_choose_from(sandbox: Sandbox, account: EbayAccount) -> None:
    sandbox.account(opted_in=False)
    assert not account.opted_in()
    assert [account.policies(kind) for kind in PolicyKind] == [None, None, None]


def test_a_consent_that_does_not_cover_policies_is_a_sentence_that_says_what_to_do(
    sandbox: Sandbox, account: EbayAccount
) -> None:
    sandbox.account(scopes=["sell.inventory"])
    with pytest.raises(PersonNeeded, match=r"allow sell\.account\.readonly, then press Refresh"):
        account.policies(PolicyKind.PAYMENT)
    with pytest.raises(PersonNeeded, match=r"sell\.stores"):
        account.store()
    assert len(account.locations()) == 1


def test_locations_come_page_by_page_and_by_name(
    sandbox: Sandbox, account: EbayAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = {f"L{number}": {"name": f"Shelf {9 - number}", "location": {}} for number in range(5)}
    places["L9"] = {"name": "Attic", "merchantLocationStatus": "DISABLED"}
    sandbox.account(locations=places)
    monkeypatch.setattr(ebay_account, "PAGE", 2)
    found = account.locations()
    assert [location.name for location in found] == ["Attic", *(f"Shelf {number}" for number in range(5, 10))]
    assert [location.enabled for location in found[:2]] == [False, True]
    sandbox.account(locations={})
    assert account.locations() == []


def test_a_location_is_created_once_however_often_it_is_asked_for(sandbox: Sandbox, account: EbayAccount) -> None:
    wanted = new_location("Back room", AUSTIN)
    assert account.create_location(wanted)
    assert not account.create_location(wanted)
    assert [(place.name, place.place) for place in account.locations()] == [
        ("Back room", "Austin, TX, 78701, US"),
        ("Garage", "Austin, TX, 78701, US"),
    ]
    assert sandbox.account()["locations"][wanted.key]["merchantLocationStatus"] == "ENABLED"


def test_an_address_that_ebay_does_not_take_is_refused_in_its_words(account: EbayAccount) -> None:
    with pytest.raises(RequestRefused, match=r"postal code does not exist\. Correct the address"):
        account.create_location(NewLocation("NOWHERE", "Nowhere", Address("US", "00000")))


def test_a_seller_without_a_store_is_normal(sandbox: Sandbox, account: EbayAccount) -> None:
    assert account.store() == Store("Sandbox Records", ("/Music/CDs", "/Music/Vinyl", "/Films"))
    sandbox.account(store=None)
    assert account.store() is None


def test_an_outage_is_no_empty_account(sandbox: Sandbox, account: EbayAccount) -> None:
    sandbox.fault("ebay", "server_error", match="/sell/")
    for ask in (account.opted_in, account.locations, account.store, lambda: account.policies(PolicyKind.RETURN)):
        with pytest.raises(UpstreamDown):
            ask()


def test_the_key_of_a_location_follows_from_its_name_and_address() -> None:
    first = new_location("  Back   room ", Address("us", "78701", " Austin", "TX "))
    assert first == new_location("Back room", AUSTIN)
    assert first.key.startswith("BACK-ROOM-")
    assert len(new_location("A very long name of a place on the other side of town", AUSTIN).key) <= 36
    assert new_location("Back room", Address("US", "78702")).key != first.key
    Draft202012Validator(ebay_schema.LOCATION).validate(first.fields())
    assert new_location("Café", AUSTIN).fields() == {
        "name": "Café",
        "location": {"address": {"city": "Austin", "stateOrProvince": "TX", "postalCode": "78701", "country": "US"}},
        "locationTypes": ["WAREHOUSE"],
        "merchantLocationStatus": "ENABLED",
    }


@pytest.mark.parametrize(
    ("name", "address", "said"),
    [
        ("", AUSTIN, "needs a name"),
        ("x" * 61, AUSTIN, "up to 60"),
        ("Garage", Address("", "78701"), "The country"),
        ("Garage", Address("XX", "78701"), "XX is none of"),
        ("Garage", Address("US"), "postal code, or the city"),
        ("Garage", Address("US", city="Austin"), "postal code, or the city"),
        ("Garage", Address("US", "7870"), "no postal code of United States"),
        ("Garage", Address("US", "78701", "Austin", "Texas"), "two capital letters"),
        ("Garage", Address("US", "78701", "A" * 129), "128 characters"),
    ],
)
def test_an_address_that_cannot_be_is_refused_before_ebay_is_asked(name: str, address: Address, said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        new_location(name, address)


def test_policies_for_motor_vehicles_are_left_out() -> None:
    def policy(number: str, *kinds: str) -> dict[str, Any]:
        return {"returnPolicyId": number, "name": number, "categoryTypes": [{"name": kind} for kind in kinds]}

    body = {"returnPolicies": [policy("1", "MOTORS_VEHICLES"), policy("2", "ALL_EXCLUDING_MOTORS_VEHICLES")]}
    assert [found.id for found in ebay_account.parse_policies(PolicyKind.RETURN, body)] == ["2"]
