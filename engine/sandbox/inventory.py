"""What each request about an inventory item or an offer comes to at the sandbox's eBay, one by one and by the dozen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine.sandbox.faults import APPLIED, Fault, Faults, canned, ebay_error
from engine.sandbox.gate import KEY
from engine.sandbox.ledger import Ledger
from engine.sandbox.payloads import Fault as Refusal
from engine.sandbox.payloads import item_fault, offer_fault

Body = dict[str, object]
Answer = tuple[int, Body | None]
"""A status and a body, None for none."""

MOST = 25  # requests of a bulk call
_SKU = re.compile(r"[A-Za-z0-9_-]{1,50}")
_FIRST_OFFER = 9_000_000_000
_SKU_SAID = (
    "This is an invalid value for a SKU. Only alphanumeric characters can be used for SKUs, "
    "and their length must not exceed 50 characters"
)


@dataclass(frozen=True, slots=True)
class Inventory:
    """The inventory of the seller, in the ledger."""

    ledger: Ledger

    def put(self, sku: str, body: Body | None) -> Answer:
        """Replace an inventory item."""
        if not _SKU.fullmatch(sku):
            return 400, ebay_error(25707, _SKU_SAID)
        if fault := item_fault(body):
            return refusal(fault)
        self.ledger.write("item", sku=sku, body=body)
        return 204, None

    def item(self, sku: str) -> Answer:
        """Return an inventory item."""
        item = self.ledger.draft(sku).item
        if item is None:
            return 404, ebay_error(25710, "We didn't find the entity you are requesting.")
        return 200, {"sku": sku, "locale": "en_US", **item}

    def create(self, body: Body | None) -> Answer:
        """Create an unpublished offer, unless there is one."""
        if fault := offer_fault(body):
            return refusal(fault)
        sku = sku_of(body)
        draft = self.ledger.draft(sku)
        if draft.item is None:
            return 400, ebay_error(25702, f"{sku} could not be found or is not available in the system.")
        if draft.offer_id:
            standing = [{"name": "offerId", "value": draft.offer_id}]
            return 400, ebay_error(
                25002, "A user error has occurred. Offer entity already exists.", parameters=standing
            )
        offer_id = str(_FIRST_OFFER + self.ledger.offers_made + 1)
        self.ledger.write("offer", sku=sku, offer_id=offer_id, body=body)
        return 201, {"offerId": offer_id}


@dataclass(frozen=True, slots=True)
class Bulk:
    """The calls that carry up to 25 requests; each is answered by itself, and faults may befall some of them."""

    inventory: Inventory
    faults: Faults = field(default_factory=Faults)

    async def put_items(self, request: Request) -> Response:
        """Replace inventory items."""

        def put(asked: Body) -> Answer:
            body = {name: value for name, value in asked.items() if name not in ("sku", "locale")}
            status, answer = self.inventory.put(sku_of(asked), body)
            return (200, {"locale": asked.get("locale")}) if answer is None else (status, answer)

        return await self._each(request, put, 25727)

    async def get_items(self, request: Request) -> Response:
        """Return inventory items."""

        def get(asked: Body) -> Answer:
            status, body = self.inventory.item(sku_of(asked))
            return (status, {"inventoryItem": body}) if status == 200 else (status, body)

        return await self._each(request, get, 25727)

    async def create_offers(self, request: Request) -> Response:
        """Create unpublished offers."""

        def create(asked: Body) -> Answer:
            status, body = self.inventory.create(asked)
            of = {"marketplaceId": asked.get("marketplaceId"), "format": asked.get("format")}
            return (200 if status == 201 else status), {**of, **(body or {})}

        return await self._each(request, create, 25730)

    async def _each(self, request: Request, do: Callable[[Body], Answer], too_many: int) -> Response:
        """Answer with a status for each request: 207 where they differ or all failed, else 200."""
        body = await read(request)
        asked = body.get("requests") if body else None
        if not isinstance(asked, list) or not asked or not all(isinstance(one, dict) for one in asked):
            return JSONResponse(ebay_error(2004, "Invalid request"), 400)
        request.scope[KEY] = f"{len(asked)} SKUs"
        if refused := _refused(asked, too_many):
            return JSONResponse(refused, 400)
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        faults = self.faults.take_parts("ebay", f"{request.method} {path}", [sku_of(one) for one in asked])
        answers = [_befallen(fault, one, do) for fault, one in zip(faults, asked, strict=True)]
        pairs = zip(asked, answers, strict=True)
        said = [{"sku": sku_of(one), "statusCode": status, **body} for one, (status, body) in pairs if status]
        return JSONResponse({"responses": said}, 200 if {status for status, _ in answers} == {200} else 207)


def _refused(asked: Sequence[Mapping[str, Any]], too_many: int) -> Body | None:
    """Return why a bulk call is refused as a whole, None when it is not."""
    if len(asked) > MOST:
        return ebay_error(too_many, f"The number of requests cannot exceed {MOST}.")
    if len({sku_of(one) for one in asked}) < len(asked):
        return ebay_error(25734, "SKU should be unique in the request.")
    return None


def _befallen(fault: Fault | None, asked: Body, do: Callable[[Body], Answer]) -> tuple[int, Body]:
    """Return what one request comes to, or what a fault makes of it; the status 0 is to be left out."""
    if fault and fault.fault in APPLIED:
        do(asked)
    if fault and fault.fault == "left_out":
        return 0, {}
    if fault and fault.fault != "repeated":
        status, _, said = canned(fault, "")
        return status, said if isinstance(said, dict) else {}
    status, body = do(asked)
    return status, body or {}


def sku_of(body: Mapping[str, Any] | None) -> str:
    """Return the SKU that a request names, "" for none."""
    return str(body.get("sku", "")) if body else ""


async def read(request: Request) -> Body | None:
    """Return the JSON object that was sent, None when it is none."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def refusal(fault: Refusal) -> Answer:
    """Return the answer to a request that has something wrong with it."""
    number, message, parameters = fault
    return 400, ebay_error(number, message, parameters=parameters)


def answered(answer: Answer) -> Response:
    """Return an answer as it is sent."""
    status, body = answer
    return Response(status_code=status) if body is None else JSONResponse(body, status)
