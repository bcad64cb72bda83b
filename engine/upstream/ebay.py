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
from engine.errors import CredentialsRefused, OutcomeUnknown, RequestRefused, UpstreamDown, UpstreamError
from engine.upstream.http import Answer, Door, Gate, Line
from engine.upstream.oauth import Keys, Token

_ITEM = "/sell/inventory/v1/inventory_item"
_OFFER = "/sell/inventory/v1/offer"
_BROWSE = "/buy/browse/v1/item_summary/search"
_MARKETPLACE = "EBAY_US"
_LANGUAGE = {"Accept-Language": "en-US", "Content-Language": "en-US"}

_OFFER_OR_GENERIC = 25002
_NO_SUCH_ITEM = (25710, 25702)
_NO_SUCH_OFFER = (25713,)
_NOT_INDEXED_YET = (25751, 25702)
_ACCESS_DENIED = 1100
_INDEXING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as eBay holds it; `status` is UNPUBLISHED for a draft. `body` is all that eBay says of it."""

    offer_id: str
    status: str
    body: Mapping[str, Any] = field(repr=False)


class Ebay:
    """A seller's account at eBay."""

    def __init__(self, line: Line, base: str, *, keys: Keys, clock: Clock, gate: Gate | None = None) -> None:
        self._door = Door("ebay", base, line, gate=gate)
        self._seller = Token(self._door, keys, clock, seller=True)
        self._application = Token(self._door, keys, clock, seller=False)

    def check(self) -> None:
        """Return if eBay lets us act for the seller.

        Raises:
            CredentialsRefused: it does not; the sentence says what to do.
            UpstreamDown: eBay does not answer.
        """
        self._seller.value()

    def put_item(self, sku: str, item: Mapping[str, Any]) -> None:
        """Make `item` all that eBay holds under `sku`; doing it twice changes nothing.

        Raises:
            RequestRefused: eBay finds a fault with the item.
            OutcomeUnknown: the item may or may not be written.
            UpstreamDown, CredentialsRefused: as every call here.
        """
        _expect(self._ask("put_item", "PUT", f"{_ITEM}/{quote(sku, safe='')}", json=item))

    def item(self, sku: str) -> dict[str, Any] | None:
        """Return the inventory item under `sku`; None when there is none (25710, 25702)."""
        answer = self._ask("item", "GET", f"{_ITEM}/{quote(sku, safe='')}")
        return answer.body if _found(answer, _NO_SUCH_ITEM) else None

    def offers(self, sku: str) -> list[Offer]:
        """Return the offers for `sku`; [] when there are none (25713)."""
        answer = self._ask("offers", "GET", _OFFER, params={"sku": sku})
        if not _found(answer, _NO_SUCH_OFFER):
            return []
        return [Offer(str(offer["offerId"]), offer["status"], offer) for offer in answer.part("offers")]

    def create_offer(self, offer: Mapping[str, Any]) -> str:
        """Create an unpublished offer and return its id; the id of the one that stands there when there is one.

        Raises:
            RequestRefused: eBay finds a fault with the offer.
            OutcomeUnknown: the offer may or may not exist; ask `offers` before creating it again.
            UpstreamDown: also when eBay does not see the item yet, some moments after it was put.
        """
        answer = self._ask("create_offer", "POST", _OFFER, json=offer)
        standing = _standing_offer(answer)
        if standing:
            return standing
        _expect(answer)
        if "offerId" not in answer.body:
            raise OutcomeUnknown(answer.service, answer.call, "it names no offer", status=answer.status)
        return str(answer.body["offerId"])

    def update_offer(self, offer_id: str, offer: Mapping[str, Any]) -> None:
        """Make `offer` all that eBay holds under `offer_id`; doing it twice changes nothing."""
        _expect(self._ask("update_offer", "PUT", f"{_OFFER}/{quote(offer_id, safe='')}", json=offer))

    def delete_offer(self, offer_id: str) -> None:
        """Remove an offer; one that is not there is removed already."""
        _found(self._ask("delete_offer", "DELETE", f"{_OFFER}/{quote(offer_id, safe='')}"), _NO_SUCH_OFFER)

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
        answer = self._ask("comparable_prices", "GET", _BROWSE, params=params, token=self._application)
        _expect(answer)
        answer.part("total")
        return parse_prices(answer.body)

    def _ask(
        self,
        point: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        token: Token | None = None,
    ) -> Answer:
        """Call eBay; when it refuses the token, once more with a fresh one: expired and forbidden look alike."""
        token = token or self._seller
        refused = ""
        while True:
            bearer = token.value(instead_of=refused)
            answer = self._door.ask(
                point,
                method,
                path,
                params=params,
                json=json,
                headers={
                    "Authorization": f"Bearer {bearer}",
                    "X-EBAY-C-MARKETPLACE-ID": _MARKETPLACE,
                    **_LANGUAGE,
                },
                write=method != "GET",
            )
            if refused or not _token_refused(answer):
                return answer
            refused = bearer


def parse_prices(body: Mapping[str, Any]) -> list[int]:
    """Return the asking prices of a Browse answer in US cents; other currencies are left out."""
    prices = (listing.get("price") or {} for listing in body.get("itemSummaries") or ())
    return [round(Decimal(price["value"]) * 100) for price in prices if price.get("currency") == "USD"]


def refusal(answer: Answer) -> UpstreamError:
    """Return the error that an eBay error answer means; its first error tells."""
    error: Mapping[str, Any] = next(iter(answer.body.get("errors") or ()), {})
    code, said = error.get("errorId"), error.get("message") or f"it answered {answer.status}"
    where = (answer.service, answer.call)
    if answer.status == 401:
        return CredentialsRefused(*where, "eBay refuses our access: connect eBay again", status=401)
    if answer.status == 403 and code in (_ACCESS_DENIED, None):
        reason = "eBay denies access: connect eBay again and grant the scope sell.inventory"
        return CredentialsRefused(*where, reason, status=403)
    if code in _NOT_INDEXED_YET:
        return UpstreamDown(*where, said, status=answer.status, retry_after=_INDEXING_SECONDS)
    if code == _OFFER_OR_GENERIC and "system error" in said.lower():
        unsure = not answer.call.startswith("GET ")
        return (OutcomeUnknown if unsure else UpstreamDown)(*where, said, status=answer.status)
    return RequestRefused(*where, _sentence(error, said), status=answer.status, code=code)


def _sentence(error: Mapping[str, Any], said: str) -> str:
    """Return eBay's message, with the reason it adds where the message alone says nothing (2004)."""
    reasons = [item["value"] for item in error.get("parameters") or () if item.get("name") == "reason"]
    return ": ".join((said, *reasons))


def _expect(answer: Answer) -> None:
    """Raise what an answer other than success means."""
    if not 200 <= answer.status < 300:
        raise refusal(answer)


def _found(answer: Answer, absent: Sequence[int]) -> bool:
    """Tell whether the thing is there; a code of `absent`, or a 404 with no code at all, says that it is not."""
    code = next((error.get("errorId") for error in answer.body.get("errors") or ()), None)
    if code in absent or (answer.status == 404 and code is None):
        return False
    _expect(answer)
    return True


def _token_refused(answer: Answer) -> bool:
    return answer.status in (401, 403) and isinstance(refusal(answer), CredentialsRefused)


def _standing_offer(answer: Answer) -> str:
    """Return the id of the offer that eBay says is there already, "" when it does not say so."""
    for error in answer.body.get("errors") or ():
        if error.get("errorId") == _OFFER_OR_GENERIC:
            for item in error.get("parameters") or ():
                if item.get("name") == "offerId":
                    return str(item["value"])
    return ""
