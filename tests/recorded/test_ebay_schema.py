"""Our schema of what eBay takes agrees with eBay's own specification."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from engine.domain.listing.seller_account import PolicyKind
from engine.upstream import ebay, ebay_account, ebay_bulk, ebay_rules
from tests.support import ebay_schema
from tests.support.ebay_schema import Schema
from tests.support.recordings import ACCOUNT, INVENTORY, METADATA, TAXONOMY, Recording, loaded

MOST = re.compile(r"max\s*length\s*:?\s*(?:</b>|</strong>)?\s*:?\s*([\d,]+)", re.IGNORECASE)
NO_TYPE = {".product.aspects"}  # eBay's generator calls a map of lists a string


class Place(NamedTuple):
    """One field in both: where, what we say of it, and what eBay says."""

    path: str
    ours: Schema
    theirs: Schema


def places(path: str, ours: Schema, theirs: Schema, known: dict[str, Schema]) -> Iterator[Place]:
    """Yield every field of our schema with eBay's; one that eBay does not have fails."""
    if "$ref" in theirs:
        theirs = {**known[theirs["$ref"].rpartition("/")[2]]}
    yield Place(path, ours, theirs)
    if ours["type"] == "array":
        yield from places(f"{path}[]", ours["items"], theirs["items"], known)
    for name, inner in ours.get("properties", {}).items():
        assert name in theirs["properties"], f"eBay has no {path}.{name}"
        yield from places(f"{path}.{name}", inner, theirs["properties"][name], known)


SCHEMAS = [
    (INVENTORY, "InventoryItem", ebay_schema.INVENTORY_ITEM),
    (INVENTORY, "EbayOfferDetailsWithKeys", ebay_schema.OFFER),
    (TAXONOMY, "AspectMetadata", ebay_schema.ASPECT_METADATA),
    (METADATA, "ItemConditionPolicyResponse", ebay_schema.CONDITION_POLICIES),
    (INVENTORY, "InventoryLocationFull", ebay_schema.LOCATION),
    (ACCOUNT, "Programs", ebay_schema.PROGRAMS),
    (ACCOUNT, "FulfillmentPolicyResponse", ebay_schema.FULFILLMENT_POLICIES),
    (ACCOUNT, "PaymentPolicyResponse", ebay_schema.PAYMENT_POLICIES),
    (ACCOUNT, "ReturnPolicyResponse", ebay_schema.RETURN_POLICIES),
]


def stated(recording: Recording, name: str, schema: str, ours: Schema) -> list[Place]:
    known: dict[str, Schema] = loaded(recording(name))["components"]["schemas"]
    return list(places("", ours, known[schema], known))


@pytest.mark.parametrize(("name", "schema", "ours"), SCHEMAS, ids=[schema for _, schema, _ in SCHEMAS])
def test_every_field_of_ours_is_one_of_ebay_s_and_of_its_type(
    recording: Recording, name: str, schema: str, ours: Schema
) -> None:
    found = stated(recording, name, schema, ours)
    different = {place.path for place in found if place.ours["type"] != place.theirs["type"]}
    assert different == {path for path in NO_TYPE if schema == "InventoryItem"}


def test_the_lengths_that_ebay_states_are_ours(recording: Recording) -> None:
    found = [place for name, schema, ours in SCHEMAS[:2] for place in stated(recording, name, schema, ours)]
    limits = {place.path: (place.ours.get("maxLength"), said(place.theirs)) for place in found if said(place.theirs)}
    assert {path: (our, their) for path, (our, their) in limits.items() if our != their} == {}
    assert {path: our for path, (our, _) in limits.items()} == {
        ".product.title": 80,
        ".product.description": 4000,
        ".conditionDescription": 1000,
        ".sku": 50,
        ".merchantLocationKey": 36,
    }


def said(theirs: Schema) -> int | None:
    """Return the greatest length that the description of a field states."""
    found = MOST.search(theirs.get("description", ""))
    return int(found[1].replace(",", "")) if found else None


def test_every_address_that_is_called_is_one_of_ebay_s(recording: Recording) -> None:
    paths: set[str] = set()
    for name in (INVENTORY, TAXONOMY, METADATA, ACCOUNT):
        told: dict[str, Any] = loaded(recording(name))
        base = told["servers"][0]["variables"]["basePath"]["default"]
        paths |= {re.sub(r"\{\w+\}", "*", base + path) for path in told["paths"]}
    called = {f"{ebay._ITEM}/*", ebay._OFFER, f"{ebay._OFFER}/*", ebay_rules._ASPECTS, ebay_rules._CONDITIONS}
    called |= {ebay_account._LOCATIONS, f"{ebay_account._LOCATIONS}/*", ebay_account._PROGRAMS}
    called |= {call.path for call in (ebay_bulk.ITEMS, ebay_bulk.PUT_ITEMS, ebay_bulk.CREATE_OFFERS)}
    called |= {ebay_account._POLICIES.format(kind=kind) for kind in PolicyKind}
    assert {path.replace("/0/", "/*/").replace("/EBAY_US/", "/*/") for path in called} <= paths
