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
from typing import Any
from urllib.parse import quote

from engine.clock import Clock
from engine.domain.identify.barcodes import display
from engine.errors import UpstreamError
from engine.upstream import fields
from engine.upstream.caller import Caller, CallerBound
from engine.upstream.ebay_bulk import CREATE_OFFERS, ITEMS, PUT_ITEMS
from engine.upstream.failure_policy.kinds import STANDING
from engine.upstream.fields import Body
from engine.upstream.http import UNLIMITED, HttpTransport, Limiter, ServiceClient, ServiceResponse
from engine.upstream.oauth import AuthorizedClient, Keys, Token

_ITEM = "/sell/inventory/v1/inventory_item"
_OFFER = "/sell/inventory/v1/offer"
LOCALE = "en_US"
_BROWSE = "/buy/browse/v1/item_summary/search"


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as eBay holds it; `status` is UNPUBLISHED for a draft. `body` is all that eBay says of it."""

    offer_id: str
    status: str
    body: Mapping[str, Any] = field(repr=False)


class Ebay(CallerBound):
    """A seller's account at eBay. `browse_limiter` guards the asking prices, which have a quota of their own."""

    def __init__(
        self,
        transport: HttpTransport,
        base: str,
        *,
        keys: Keys,
        clock: Clock,
        limiter: Limiter = UNLIMITED,
        browse_limiter: Limiter = UNLIMITED,
    ) -> None:
        client = ServiceClient("ebay", base, transport, limiter)
        self._seller = AuthorizedClient(client, Token(client, keys, clock, seller=True))
        browse = ServiceClient("ebay", base, transport, browse_limiter)
        self._application = AuthorizedClient(browse, Token(client, keys, clock, seller=False))

    def check(self) -> None:
        """Return if eBay lets us act for the seller.

        Raises:
            CredentialsRefused: it does not; the sentence says what to do.
            UpstreamDown: eBay does not answer.
        """
        self._seller.token.value(self._seller.client.caller)

    def put_item(self, sku: str, item: Mapping[str, object]) -> None:
        """Make `item` all that eBay holds under `sku`; doing it twice changes nothing.

        Raises:
            RequestRefused: eBay finds a fault with the item.
            OutcomeUnknown: the item may or may not be written.
            UpstreamDown, CredentialsRefused: as every call here.
        """
        self._seller.request("put_item", "PUT", f"{_ITEM}/{quote(sku, safe='')}", json=item)

    def item(self, sku: str) -> dict[str, object] | None:
        """Return the inventory item under `sku`; None when there is none."""
        answer = self._seller.request("item", "GET", f"{_ITEM}/{quote(sku, safe='')}")
        return answer.body if answer.found else None

    def have_items(self, skus: Sequence[str]) -> dict[str, bool | UpstreamError]:
        """Return whether there is an inventory item under each of `MOST` SKUs at most, in one call.

        Raises:
            RequestRefused: eBay refuses the call as a whole.
            UpstreamDown, CredentialsRefused: as every call here.
        """
        parts = ITEMS.send(self._seller, {sku: {} for sku in skus})
        return {sku: part if isinstance(part, UpstreamError) else part.found for sku, part in parts.items()}

    def put_items(self, items: Mapping[str, Mapping[str, object]]) -> dict[str, UpstreamError | None]:
        """Do what `put_item` does for `MOST` SKUs at most, in one call; return what each comes to.

        Raises:
            RequestRefused: eBay refuses the call as a whole; nothing is written.
            OutcomeUnknown, UpstreamDown, CredentialsRefused: as `put_item`, for all of them.
        """
        parts = PUT_ITEMS.send(self._seller, {sku: {"locale": LOCALE, **item} for sku, item in items.items()})
        return {sku: part if isinstance(part, UpstreamError) else None for sku, part in parts.items()}

    def delete_item(self, sku: str) -> None:
        """Remove the inventory item under `sku`, with any offer of it; one that is not there is removed already."""
        self._seller.request("delete_item", "DELETE", f"{_ITEM}/{quote(sku, safe='')}")

    def offers(self, sku: str) -> list[Offer]:
        """Return the offers for `sku`; [] when there are none."""
        answer = self._seller.request("offers", "GET", _OFFER, params={"sku": sku}, needs=("offers",))
        return parse_offers(answer.body) if answer.found else []

    def create_offer(self, offer: Mapping[str, object]) -> str:
        """Create an unpublished offer and return its id; the id of the one that stands there when there is one.

        Raises:
            RequestRefused: eBay finds a fault with the offer.
            OutcomeUnknown: the offer may or may not exist; ask `offers` before creating it again.
            UpstreamDown: also, as `busy`, when eBay does not see the item yet, some moments after it was put.
        """
        answer = self._seller.request("create_offer", "POST", _OFFER, json=offer, needs=("offerId",))
        return _offer_id(answer)

    def create_offers(self, offers: Mapping[str, Mapping[str, object]]) -> dict[str, str | UpstreamError]:
        """Do what `create_offer` does for `MOST` SKUs at most, in one call; return the number of the offer of each.

        Raises:
            RequestRefused: eBay refuses the call as a whole; no offer is created.
            OutcomeUnknown, UpstreamDown, CredentialsRefused: as `create_offer`, for all of them.
        """
        parts = CREATE_OFFERS.send(self._seller, offers)
        return {sku: part if isinstance(part, UpstreamError) else _offer_id(part) for sku, part in parts.items()}

    def update_offer(self, offer_id: str, offer: Mapping[str, object]) -> None:
        """Make `offer` all that eBay holds under `offer_id`; doing it twice changes nothing."""
        self._seller.request("update_offer", "PUT", f"{_OFFER}/{quote(offer_id, safe='')}", json=offer)

    def delete_offer(self, offer_id: str) -> None:
        """Remove an offer; one that is not there is removed already."""
        self._seller.request("delete_offer", "DELETE", f"{_OFFER}/{quote(offer_id, safe='')}")

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
        answer = self._application.request("comparable_prices", "GET", _BROWSE, params=params, needs=("total",))
        return parse_prices(answer.body)

    def _bind(self, caller: Caller) -> None:
        self._seller = self._seller.for_caller(caller)
        self._application = self._application.for_caller(caller)


def parse_offers(body: Body) -> list[Offer]:
    """Return the offers of an answer; what has no number is none."""
    offers = ((fields.text(offer.get("offerId")), offer) for offer in fields.bodies(body.get("offers")))
    return [Offer(number, fields.text(offer.get("status")), offer) for number, offer in offers if number]


def parse_prices(body: Body) -> list[int]:
    """Return the asking prices of a Browse answer in US cents; other currencies are left out."""
    prices = (fields.body(listing.get("price")) for listing in fields.bodies(body.get("itemSummaries")))
    found = (fields.cents(price.get("value")) for price in prices if price.get("currency") == "USD")
    return [cents for cents in found if cents is not None]


def _offer_id(answer: ServiceResponse) -> str:
    """Return the id of the offer that was created, or of the one that eBay says is there already."""
    if answer.policy is not STANDING:
        return str(answer.body["offerId"])
    items = (
        item for error in fields.bodies(answer.body.get("errors")) for item in fields.bodies(error.get("parameters"))
    )
    return next(fields.text(item.get("value")) for item in items if item.get("name") == "offerId")
