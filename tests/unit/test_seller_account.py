"""What a seller has set up at eBay, and places that they set up from here."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from engine.codec import replace
from engine.domain.listing.seller_account import (
    Address,
    NewLocation,
    Policy,
    PolicyKind,
    SellerAccount,
    new_location,
)
from engine.errors import BadRequest

AUSTIN = Address("US", "78701", "Austin", "TX", "1 Main St", "Unit 2")


def test_an_address_says_what_is_known() -> None:
    assert AUSTIN.fields() == {
        "addressLine1": "1 Main St",
        "addressLine2": "Unit 2",
        "city": "Austin",
        "stateOrProvince": "TX",
        "postalCode": "78701",
        "country": "US",
    }
    assert Address("DE", "10115").fields() == {"postalCode": "10115", "country": "DE"}


def test_a_location_is_a_warehouse_that_is_enabled() -> None:
    assert NewLocation("K", "Barn", Address("DE", "10115")).fields() == {
        "name": "Barn",
        "location": {"address": {"postalCode": "10115", "country": "DE"}},
        "locationTypes": ["WAREHOUSE"],
        "merchantLocationStatus": "ENABLED",
    }


def test_a_location_is_put_in_order_and_has_a_key_of_its_name_and_address() -> None:
    untidy = Address(" us ", " 78701 ", " Austin\n", " TX", "1  Main St", "Unit 2 ")
    said = "\n".join(["The barn", "1 Main St", "Unit 2", "Austin", "TX", "78701", "US"])
    key = f"THE-BARN-{hashlib.sha256(said.encode()).hexdigest()[:8]}"
    assert new_location(" The  barn ", untidy) == NewLocation(key, "The barn", AUSTIN)
    assert new_location("The barn", replace(AUSTIN, line2="")).key != key


@pytest.mark.parametrize(
    ("name", "slug"),
    [("x" * 60, "X" * 27), (f"{'x' * 26} y", "X" * 26), ("(barn)", "BARN"), ("納屋", "")],
)
def test_a_key_has_up_to_36_characters(name: str, slug: str) -> None:
    key = new_location(name, AUSTIN).key
    assert key.rpartition("-")[0] == slug
    assert len(key) <= 36


NEEDS_NAME = "A location needs a name of up to 60 characters: it is what you choose it by."
NEEDS_PLACE = "eBay needs the postal code, or the city with its state."
ELSEWHERE = "{} is none of US, CA, GB, DE, AU: set up the location at eBay."


@pytest.mark.parametrize(
    ("name", "changed", "problem"),
    [
        (" ", {}, NEEDS_NAME),
        ("x" * 61, {}, NEEDS_NAME),
        ("Barn", {"country": "FR"}, ELSEWHERE.format("FR")),
        ("Barn", {"country": ""}, ELSEWHERE.format("The country")),
        ("Barn", {"postal_code": "", "city": ""}, NEEDS_PLACE),
        ("Barn", {"postal_code": "", "state": ""}, NEEDS_PLACE),
        ("Barn", {"postal_code": "7870"}, "7870 is no postal code of United States."),
        ("Barn", {"country": "CA"}, "78701 is no postal code of Canada."),
        ("Barn", {"state": "Texas"}, "Texas is no state: write it with two capital letters, such as TX."),
        ("Barn", {"line1": "x" * 129}, "No line of an address has more than 128 characters."),
    ],
)
def test_what_ebay_needs_of_a_location_is_asked_for(name: str, changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        new_location(name, replace(AUSTIN, **changed))
    assert str(refusal.value) == problem


@pytest.mark.parametrize(
    "changed",
    [
        {"postal_code": "78701-1234"},
        {"postal_code": ""},
        {"city": "", "state": ""},
        {"country": "CA", "postal_code": "k1a 0b1", "state": "Ontario"},
        {"country": "GB", "postal_code": "SW1A 1AA", "state": "London"},
        {"line1": "x" * 128},
    ],
)
def test_a_location_that_ebay_takes_is_taken(changed: dict[str, str]) -> None:
    wanted = replace(AUSTIN, **changed)
    assert new_location("x" * 60, wanted).address == replace(wanted, postal_code=wanted.postal_code.upper())


def test_policies_are_by_kind() -> None:
    account = SellerAccount(policies={PolicyKind.PAYMENT: (Policy("1", "Pay"),)})
    assert account.policies_of(PolicyKind.PAYMENT) == (Policy("1", "Pay"),)
    assert account.policies_of(PolicyKind.RETURN) == ()
