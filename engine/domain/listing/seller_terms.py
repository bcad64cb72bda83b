"""The terms on which a seller sells, as set up at eBay and chosen in a profile or a setting. None is ever guessed.

Source: eBay's Inventory API v1.18.4 (`merchantLocationKey`, `listingPolicies`, `packageWeightAndSize`,
`storeCategoryNames`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.codec import Value
from engine.domain.listing.description.texts import NO_TEXTS, ListingTexts

ANY = "*"


class Package(Value, frozen=True):
    """A parcel: its weight in ounces; its length, width and height in inches, None when nobody says."""

    ounces: float
    inches: tuple[float, float, float] | None = None

    def fields(self) -> dict[str, object]:
        """Return the parcel as eBay takes it."""
        weight: dict[str, object] = {"weight": {"value": self.ounces, "unit": "OUNCE"}}
        if self.inches is None:
            return weight
        length, width, height = self.inches
        return {**weight, "dimensions": {"length": length, "width": width, "height": height, "unit": "INCH"}}


@dataclass(frozen=True, slots=True)
class SellingTerms:
    """The seller's location and policies by eBay's numbers for them, "" for those that are not set.

    `packages` holds the parcels by kind of medium (`CD`, `Vinyl`, … or `*` for any). `best_offer` lets buyers propose a
    price. `store_category` is a path in the seller's store, `description` the template of the listing's text, `texts`
    what it says beside the facts, `titles` the templates of titles by kind of medium (`*` for any). `by_weight`: the
    postage follows from the parcel's.
    """

    location_key: str = ""
    fulfillment_policy: str = ""
    payment_policy: str = ""
    return_policy: str = ""
    best_offer: bool = False
    packages: Mapping[str, Package] = field(default_factory=dict)
    store_category: str = ""
    description: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    by_weight: bool = False
    texts: ListingTexts = NO_TEXTS

    def offer_fields(self) -> dict[str, object]:
        """Return what an offer says of the terms; what is not set is left out."""
        policies = {
            "fulfillmentPolicyId": self.fulfillment_policy,
            "paymentPolicyId": self.payment_policy,
            "returnPolicyId": self.return_policy,
            "bestOfferTerms": {"bestOfferEnabled": True} if self.best_offer else None,
        }
        fields = {
            "merchantLocationKey": self.location_key,
            "listingPolicies": {name: value for name, value in policies.items() if value},
            "storeCategoryNames": [self.store_category] if self.store_category else [],
        }
        return {name: value for name, value in fields.items() if value}

    def item_fields(self, medium: str) -> dict[str, object]:
        """Return what an inventory item says of its parcel, {} when none is set for the medium."""
        package = self.package(medium)
        return {"packageWeightAndSize": package.fields()} if package else {}

    def package(self, medium: str) -> Package | None:
        """Return the parcel for a kind of medium, None when none is set."""
        return self.packages.get(medium) or self.packages.get(ANY)

    @property
    def unset(self) -> tuple[str, ...]:
        """Return what a buyer has to know and the terms do not say."""
        known = {
            "postage": self.fulfillment_policy,
            "payment": self.payment_policy,
            "returns": self.return_policy,
            "the place it is sent from": self.location_key,
        }
        return tuple(name for name, value in known.items() if not value)
