"""The terms on which a seller sells: what eBay is told of them, and what is left out."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.listing.seller_terms import Package, SellingTerms

ALL = SellingTerms("shop", "11", "22", "33", best_offer=True, store_category="/Music/CDs")


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        (SellingTerms(), {}),
        (SellingTerms("shop"), {"merchantLocationKey": "shop"}),
        (SellingTerms(payment_policy="22"), {"listingPolicies": {"paymentPolicyId": "22"}}),
        (
            ALL,
            {
                "merchantLocationKey": "shop",
                "listingPolicies": {
                    "fulfillmentPolicyId": "11",
                    "paymentPolicyId": "22",
                    "returnPolicyId": "33",
                    "bestOfferTerms": {"bestOfferEnabled": True},
                },
                "storeCategoryNames": ["/Music/CDs"],
            },
        ),
    ],
)
def test_an_offer_says_what_is_set(terms: SellingTerms, told: dict[str, Any]) -> None:
    assert terms.offer_fields() == told


SMALL, LARGE = Package(4.5), Package(16, (12.5, 12.0, 1.0))
WEIGHT = {"weight": {"value": 4.5, "unit": "OUNCE"}}
PARCELS = {"CD": SMALL, "*": LARGE}
SIZED = {
    "weight": {"value": 16, "unit": "OUNCE"},
    "dimensions": {"length": 12.5, "width": 12.0, "height": 1.0, "unit": "INCH"},
}


@pytest.mark.parametrize(
    ("parcels", "medium", "told"),
    [
        (PARCELS, "CD", {"packageWeightAndSize": WEIGHT}),
        (PARCELS, "Vinyl", {"packageWeightAndSize": SIZED}),
        (PARCELS, "", {"packageWeightAndSize": SIZED}),
        ({"CD": SMALL}, "Vinyl", {}),
        ({}, "CD", {}),
    ],
)
def test_an_item_is_sent_in_the_parcel_of_its_medium(
    parcels: dict[str, Package], medium: str, told: dict[str, Any]
) -> None:
    assert SellingTerms(packages=parcels).item_fields(medium) == told
