"""eBay: inventory items, unpublished offers and the asking prices of others.

An unpublished offer is what this program calls a draft. Nothing here can publish one.

Limits a day: Inventory 2,000,000 calls, Browse 5,000. One offer a SKU, marketplace and format; at most two automatic
retries. PUT replaces the whole item or offer. Right after PUT an item may not be found yet (25751, 25702).

Source: https://developer.ebay.com/api-docs/sell/inventory/resources/methods (read 2026-11),
https://developer.ebay.com/api-docs/buy/browse/resources/item_summary/methods/search (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from engine.clock import Clock
from engine.domain.upc import display
from engine.upstream.blame.table import STANDING
from engine.upstream.http import Door, Gate, Line
from engine.upstream.oauth import Keys, Token, TokenDoor

_ITEM = "/sell/inventory/v1/inventory_item"
_OFFER = "/sell/inventory/v1/offer"
_BROWSE = "/buy/browse/v1/item_summary/search"


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as eBay holds it; `status` is UNPUBLISHED for a draft. `body` is all that eBay says of it."""

    offer_id: str
    status: str
    body: Mapping[str, Any] = field(repr=False)


class Ebay:
    """A seller's account at eBay. `browse_gate` stands before the asking prices, which have a quota of their own."""

    def __init__(
        self,
        line: Line,
        base: str,
        *,
        keys: Keys,
        clock: Clock,
        gate: Gate | None = None,
        browse_gate: Gate | None = None,
    ) -> None:
        door = Door("ebay", base, line, gate=gate)
        self._seller = TokenDoor(door, Token(door, keys, clock, seller=True))
        browse = Door("ebay", base, line, gate=browse_gate or gate)
        self._application = TokenDoor(browse, Token(door, keys, clock, seller=False))

    def check(self) -> None:
        """Return if eBay lets us act for the seller.

        Raises:
            CredentialsRefused: it does not; the sentence says what to do.
            UpstreamDown: eBay does not answer.
        """
        self._seller.token.value()

    def put_item(self, sku: str, item: Mapping[str, Any]) -> None:
        """Make `item` all that eBay holds under `sku`; doing it twice changes nothing.

        Raises:
            RequestRefused: eBay finds a fault with the item.
            OutcomeUnknown: the item may or may not be written.
            UpstreamDown, CredentialsRefused: as every call here.
        """
        self._seller.ask("put_item", "PUT", f"{_ITEM}/{quote(sku, safe='')}", json=item)

    def item(self, sku: str) -> dict[str, Any] | None:
        """Return the inventory item under `sku`; None when there is none."""
        answer = self._seller.ask("item", "GET", f"{_ITEM}/{quote(sku, safe='')}")
        return answer.body if answer.found else None

    def delete_item(self, sku: str) -> None:
        """Remove the inventory item under `sku`, with any offer of it; one that is not there is removed already."""
        self._seller.ask("delete_item", "DELETE", f"{_ITEM}/{quote(sku, safe='')}")

    def offers(self, sku: str) -> list[Offer]:
        """Return the offers for `sku`; [] when there are none."""
        answer = self._seller.ask("offers", "GET", _OFFER, params={"sku": sku}, needs=("offers",))
        if not answer.found:
            return []
        return [Offer(str(offer["offerId"]), offer["status"], offer) for offer in answer.body["offers"]]

    def create_offer(self, offer: Mapping[str, Any]) -> str:
        """Create an unpublished offer and return its id; the id of the one that stands there when there is one.

        Raises:
            RequestRefused: eBay finds a fault with the offer.
            OutcomeUnknown: the offer may or may not exist; ask `offers` before creating it again.
            UpstreamDown: also, as `busy`, when eBay does not see the item yet, some moments after it was put.
        """
        answer = self._seller.ask("create_offer", "POST", _OFFER, json=offer, needs=("offerId",))
        return _standing_offer(answer.body) if answer.ruling is STANDING else str(answer.body["offerId"])

    def update_offer(self, offer_id: str, offer: Mapping[str, Any]) -> None:
        """Make `offer` all that eBay holds under `offer_id`; doing it twice changes nothing."""
        self._seller.ask("update_offer", "PUT", f"{_OFFER}/{quote(offer_id, safe='')}", json=offer)

    def delete_offer(self, offer_id: str) -> None:
        """Remove an offer; one that is not there is removed already."""
        self._seller.ask("delete_offer", "DELETE", f"{_OFFER}/{quote(offer_id, safe='')}")

    def comparable_prices(self, gtin14: str, category_id: str, conditions: Sequence[str]) -> list[int]:
        """Return what others ask for this barcode now, in US cents, at most 50 prices, [] when nobody sells it.

        `conditions` are `NEW` and `USED`. Prices are without postage. Browse knows UPCs only; an EAN is searched for as
        a word, so those listings merely mention it.
        """
        upc = gtin14.startswith("00") and not gtin14.startswith("000000")
        params = {
            "gtin" if upc else "q": display(gtin14),
            "category_ids": category_id,
            "filter": f"conditions:{{{'|'.join(conditions)}}},buyingOptions:{{FIXED_PRICE}}",
            "limit": "50",
        }
        answer = self._application.ask("comparable_prices", "GET", _BROWSE, params=params, needs=("total",))
        return parse_prices(answer.body)


def parse_prices(body: Mapping[str, Any]) -> list[int]:
    """Return the asking prices of a Browse answer in US cents; other currencies are left out."""
    prices = (listing.get("price") or {} for listing in body.get("itemSummaries") or ())
    return [round(Decimal(price["value"]) * 100) for price in prices if price.get("currency") == "USD"]


def _standing_offer(body: Mapping[str, Any]) -> str:
    """Return the id of the offer that eBay says is there already."""
    items = (item for error in body["errors"] for item in error.get("parameters") or ())
    return next(str(item["value"]) for item in items if item.get("name") == "offerId")
