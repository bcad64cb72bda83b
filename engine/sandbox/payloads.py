"""What eBay finds wrong with an item or an offer, as far as its documents and recorded answers tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Fault = tuple[int, str, list[dict[str, str]]]
"""eBay's number, its message and its parameters."""

_CONDITIONS = ("NEW", "LIKE_NEW", "USED_EXCELLENT", "USED_VERY_GOOD", "USED_GOOD", "USED_ACCEPTABLE")
_MONEY = re.compile(r"\d+(\.\d{1,2})?")
_ITEM_FIELDS = {"availability", "condition", "conditionDescription", "product", "packageWeightAndSize"}
_PRODUCT_FIELDS = {"title", "description", "aspects", "imageUrls", "upc", "ean", "epid", "brand", "mpn"}
_OFFER_FIELDS = {
    "sku", "marketplaceId", "format", "availableQuantity", "categoryId", "listingDescription", "listingDuration",
    "merchantLocationKey", "listingPolicies", "pricingSummary", "includeCatalogProductDetails",
    "storeCategoryNames",
}  # fmt: skip


def item_fault(item: Mapping[str, Any] | None) -> Fault | None:
    """Return the first thing wrong with an inventory item, None when it is sound."""
    if item is None:
        return _unreadable("body")
    product = item.get("product")
    stock = (item.get("availability") or {}).get("shipToLocationAvailability") or {}
    if not isinstance(product, dict | None) or not _whole(stock.get("quantity")):
        return _unreadable("availability.shipToLocationAvailability.quantity")
    if item.get("condition") not in (None, *_CONDITIONS):
        return 25021, "The eBay listing has an invalid condition.", []
    if len(item.get("conditionDescription", "")) > 1000:
        return 25709, "Invalid value for conditionDescription.", []
    strange = [*(item.keys() - _ITEM_FIELDS), *((product or {}).keys() - _PRODUCT_FIELDS)]
    return _unreadable(strange[0]) if strange else _product_fault(product or {})


def offer_fault(offer: Mapping[str, Any] | None) -> Fault | None:
    """Return the first thing wrong with an offer, None when it is sound."""
    if offer is None:
        return _unreadable("body")
    for name in ("sku", "marketplaceId", "format"):
        if not offer.get(name):
            return 25709, f"Invalid value for {name}.", []
    strange = offer.keys() - _OFFER_FIELDS
    if strange:
        return _unreadable(min(strange))
    if not _whole(offer.get("availableQuantity")):
        return _unreadable("availableQuantity")
    price = (offer.get("pricingSummary") or {}).get("price")
    if price is not None and not _money(price):
        return 25003, "The unpublished offer has an invalid price.", []
    if not str(offer.get("categoryId", "1")).isdecimal():
        return 25005, "The unpublished offer has an invalid category ID.", []
    return None


def _product_fault(product: Mapping[str, Any]) -> Fault | None:
    """Return the first thing wrong with what describes the item."""
    if "imageUrls" in product and not product["imageUrls"]:
        return 25717, "imageUrls cannot be null or empty.", [{"name": "text1", "value": "imageUrls"}]
    pictures = product.get("imageUrls", [])
    if len(pictures) > 24 or not all(isinstance(link, str) and link.startswith("https://") for link in pictures):
        return 25014, "The eBay listing has invalid pictures.", []
    for name, values in product.get("aspects", {}).items():
        if not _texts(values):
            return _unreadable(f"product.aspects.{name}")
        if len(name) > 40 or any(len(value) > 65 for value in values):
            return 25002, f"A user error has occurred. The item specific {name} is too long.", []
    for name in ("upc", "ean"):
        if not _texts(product.get(name, [])):
            return _unreadable(f"product.{name}")
    for name, limit in (("title", 80), ("description", 4000)):
        if len(product.get(name, "")) > limit:
            return 25709, f"Invalid value for {name}. It may have {limit} characters.", []
    return None


def _unreadable(name: str) -> Fault:
    return 2004, "Invalid request", [{"name": "reason", "value": f"Could not serialize field [{name}]"}]


def _whole(number: object) -> bool:
    return number is None or (isinstance(number, int) and not isinstance(number, bool) and number >= 0)


def _money(price: Mapping[str, Any]) -> bool:
    value = price.get("value")
    return price.get("currency") == "USD" and isinstance(value, str) and bool(_MONEY.fullmatch(value))


def _texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
