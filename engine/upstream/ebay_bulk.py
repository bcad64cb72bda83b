"""eBay's bulk calls: up to 25 inventory items or offers in one, each answered by itself, in any order.

What each request comes to is judged like the answer to a single call. One that was called too often counts as that for
the whole call; a bulk call is an outage only where nothing of it went through.

Source: https://developer.ebay.com/api-docs/sell/inventory/resources/inventory_item/methods/bulkCreateOrReplaceInventoryItem,
…/bulkGetInventoryItem, https://developer.ebay.com/api-docs/sell/inventory/resources/offer/methods/bulkCreateOffer
(read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.errors import Trouble, UpstreamDown, UpstreamError
from engine.upstream import fields
from engine.upstream.failure_policy.policies import Failure, reply
from engine.upstream.failure_policy.table import entry_for
from engine.upstream.fields import Body
from engine.upstream.http import ServiceResponse
from engine.upstream.oauth import AuthorizedClient

MOST = 25
_INVENTORY = "/sell/inventory/v1"

Part = ServiceResponse | UpstreamError
"""What one request of a bulk call comes to."""


@dataclass(frozen=True, slots=True)
class BulkCall:
    """A bulk call by its `point` and `path`; each request in it stands for the single call `part`.

    A success of a part has the field `needs`, if there is one. `write` says that it changes something at eBay.
    """

    point: str
    path: str
    part: str
    needs: str = ""
    write: bool = True

    def send(self, client: AuthorizedClient, requests: Mapping[str, Mapping[str, object]]) -> dict[str, Part]:
        """Return what each request comes to, by its SKU; `requests` are at most `MOST`.

        Raises:
            RequestRefused: eBay refuses the call as a whole; none of it was done.
            UpstreamError: as every call; of writes that fail nothing is known.
        """
        parts: dict[str, Part] = {}

        def judge(body: Body) -> None:
            parts.update(self._parts(requests, body))
            if error := _verdict(parts.values()):
                raise error

        asked = [{"sku": sku, **request} for sku, request in requests.items()]
        try:
            client.request(
                self.point,
                "POST",
                self.path,
                json={"requests": asked},
                needs=("responses",),
                write=self.write,
                judge=judge,
            )
        except UpstreamError:
            if not parts:
                raise
        return parts

    def _parts(self, skus: Iterable[str], body: Body) -> dict[str, Part]:
        said = {fields.text(one.get("sku")): one for one in fields.bodies(body.get("responses"))}
        return {sku: self._part(said.get(sku, {})) for sku in skus}

    def _part(self, said: Body) -> Part:
        status = said.get("statusCode")
        done = isinstance(status, int) and 200 <= status < 300
        lacks = not isinstance(status, int) or (done and self.needs and said.get(self.needs) is None)
        came = reply(
            "ebay",
            self.part,
            status if isinstance(status, int) else 200,
            {},
            said,
            failure=Failure.LACKS_FIELD if lacks else None,
        )
        policy = None if came.success else entry_for(came).policy
        if policy is None or policy.blame is None:
            return ServiceResponse(dict(said), policy)
        return policy.error(came, f"POST {self.path}", write=self.write)


PUT_ITEMS = BulkCall("put_items", f"{_INVENTORY}/bulk_create_or_replace_inventory_item", "put_item")
ITEMS = BulkCall("items", f"{_INVENTORY}/bulk_get_inventory_item", "item", needs="inventoryItem", write=False)
CREATE_OFFERS = BulkCall("create_offers", f"{_INVENTORY}/bulk_create_offer", "create_offer", needs="offerId")


def _verdict(parts: Iterable[Part]) -> UpstreamError | None:
    """Return what a call comes to as a whole, for its quota and for the breaker; None when eBay did its work."""
    found = list(parts)
    errors = [part for part in found if isinstance(part, UpstreamError)]
    often = (error for error in errors if isinstance(error, UpstreamDown) and error.trouble is Trouble.QUOTA)
    return next(often, None) or (errors[0] if len(errors) == len(found) else None)
