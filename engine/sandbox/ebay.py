"""eBay as the sandbox plays it: tokens, inventory items, unpublished offers, asking prices and rules of categories."""

from __future__ import annotations

import base64
import gzip
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.clock import Clock
from engine.sandbox import taxonomy
from engine.sandbox.browse import listings
from engine.sandbox.consent import Consents
from engine.sandbox.ebay_account import SellerAccount
from engine.sandbox.faults import Faults, ebay_error
from engine.sandbox.gate import KEY
from engine.sandbox.inventory import Bulk, Inventory, answered, read, refusal, sku_of
from engine.sandbox.ledger import Draft, Ledger
from engine.sandbox.payloads import offer_fault

CLIENT_ID = CLIENT_SECRET = REFRESH_TOKEN = "sandbox"  # noqa: S105 - the ones that the sandbox accepts
Handler = Callable[[Request], Awaitable[Response]]

_LIVES_SECONDS = 7200
_USER_TOKEN = "User Access Token"  # noqa: S105 - a word


@dataclass(slots=True)
class Ebay:
    """The state of eBay: access tokens with the moment they run out, the drafts in the ledger, the seller's account."""

    ledger: Ledger
    clock: Clock
    account: SellerAccount = field(default_factory=SellerAccount)
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    consents: Consents = field(init=False)
    inventory: Inventory = field(init=False)

    def __post_init__(self) -> None:
        self.inventory = Inventory(self.ledger)
        self.consents = Consents(self.clock, self.account, CLIENT_ID)

    def routes(self) -> list[Route]:
        """Return the calls that eBay answers."""
        application = partial(self._guarded, seller=False)
        tree = "/commerce/taxonomy/v1/category_tree/0"
        policies = "/sell/metadata/v1/marketplace/EBAY_US/get_item_condition_policies"
        inventory, bulk = "/sell/inventory/v1", Bulk(self.inventory, self.faults)
        items, offers = f"{inventory}/inventory_item/{{sku}}", f"{inventory}/offer"
        seller, writes = partial(self._guarded, seller=True), partial(self._guarded, seller=True, write=True)
        return [
            Route("/oauth2/authorize", self.consents.ask, methods=["GET"]),
            Route("/oauth2/authorize", self.consents.answer, methods=["POST"]),
            Route("/identity/v1/oauth2/token", self.token, methods=["POST"]),
            Route("/commerce/identity/v1/user/", seller(self.consents.user), methods=["GET"]),
            Route(items, writes(self.put_item), methods=["PUT"]),
            Route(items, seller(self.get_item), methods=["GET"]),
            Route(items, seller(self.delete_item), methods=["DELETE"]),
            Route(offers, writes(self.create_offer), methods=["POST"]),
            Route(offers, seller(self.offers), methods=["GET"]),
            Route(offers + "/{offer_id}", writes(self.put_offer), methods=["PUT"]),
            Route(offers + "/{offer_id}", seller(self.delete_offer), methods=["DELETE"]),
            Route(offers + "/{offer_id}/publish", seller(self.publish), methods=["POST"]),
            Route(f"{inventory}/bulk_create_or_replace_inventory_item", writes(bulk.put_items), methods=["POST"]),
            Route(f"{inventory}/bulk_get_inventory_item", seller(bulk.get_items), methods=["POST"]),
            Route(f"{inventory}/bulk_create_offer", writes(bulk.create_offers), methods=["POST"]),
            *self._account_routes(),
            Route("/buy/browse/v1/item_summary/search", application(self.browse), methods=["GET"]),
            Route(f"{tree}/get_item_aspects_for_category", application(self.aspects), methods=["GET"]),
            Route(f"{tree}/get_category_subtree", application(self.subtree), methods=["GET"]),
            Route(policies, application(self.policies), methods=["GET"]),
        ]

    def _account_routes(self) -> list[Route]:
        """Return the calls about what the seller has set up."""
        seller, writes = partial(self._guarded, seller=True), partial(self._guarded, seller=True, write=True)
        kinds, location = "/sell/account/v1/{kind}_policy", "/sell/inventory/v1/location"
        return [
            Route("/sell/account/v1/program/get_opted_in_programs", seller(self.account.programs), methods=["GET"]),
            Route(kinds, seller(self.account.policies_of), methods=["GET"]),
            Route(location, seller(self.account.list_locations), methods=["GET"]),
            Route(location + "/{key}", writes(self.account.create_location), methods=["POST"]),
            Route("/sell/stores/v1/store", seller(self.account.get_store), methods=["GET"]),
        ]

    async def token(self, request: Request) -> JSONResponse:
        """Give out an access token to the one application, and for the one seller."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client", "error_description": "client authentication failed"}, 401)
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchanged(form)
            case "refresh_token":
                return self._refreshed(form)
            case "client_credentials":
                return JSONResponse(self._access("Application Access Token"))
        return JSONResponse({"error": "unsupported_grant_type"}, 400)

    def _exchanged(self, form: dict[str, str]) -> JSONResponse:
        """Give out a refresh token for a code."""
        exchanged = self.consents.exchange(form.get("code", ""))
        if exchanged is None or not form.get("redirect_uri"):
            said = "the provided authorization grant code is invalid or was issued to another client"
            return JSONResponse({"error": "invalid_grant", "error_description": said}, 400)
        more = {"refresh_token": exchanged[0], "refresh_token_expires_in": int(self.consents.lives_seconds)}
        return JSONResponse(self._access(_USER_TOKEN) | more)

    def _refreshed(self, form: dict[str, str]) -> JSONResponse:
        """Give out an access token for a refresh token that counts, and covers what is asked for."""
        token = form.get("refresh_token", "")
        covered = True if token == REFRESH_TOKEN else self.consents.covers(token, form.get("scope", ""))
        if covered is None:
            said = "the provided authorization refresh token is invalid or was issued to another client"
            return JSONResponse({"error": "invalid_grant", "error_description": said}, 400)
        if not covered:
            said = "The requested scope is invalid, unknown, malformed, or exceeds the scope granted to the client"
            return JSONResponse({"error": "invalid_scope", "error_description": said}, 400)
        return JSONResponse(self._access(_USER_TOKEN))

    def _access(self, kind: str) -> dict[str, object]:
        """Return a new access token."""
        value = secrets.token_urlsafe(24)
        self.tokens[value] = (kind, self.clock.monotonic() + _LIVES_SECONDS)
        return {"access_token": value, "expires_in": _LIVES_SECONDS, "token_type": kind}

    async def put_item(self, request: Request) -> Response:
        """Replace an inventory item."""
        return answered(self.inventory.put(request.path_params["sku"], await read(request)))

    async def get_item(self, request: Request) -> Response:
        """Return an inventory item."""
        return answered(self.inventory.item(request.path_params["sku"]))

    async def delete_item(self, request: Request) -> Response:
        """Remove an inventory item."""
        sku = request.path_params["sku"]
        if self.ledger.draft(sku).item is None:
            return JSONResponse(ebay_error(25710, "We didn't find the entity you are requesting."), 404)
        self.ledger.write("item", sku=sku, body=None)
        return Response(status_code=204)

    async def create_offer(self, request: Request) -> Response:
        """Create an unpublished offer, unless there is one."""
        body = await read(request)
        request.scope[KEY] = sku_of(body)
        return answered(self.inventory.create(body))

    async def offers(self, request: Request) -> Response:
        """Return the offers for a SKU."""
        sku = request.query_params.get("sku", "")
        if not sku:
            return JSONResponse(ebay_error(25707, "This is an invalid value for a SKU."), 400)
        draft = self.ledger.draft(sku)
        if not draft.offer_id:
            return JSONResponse(ebay_error(25713, "This Offer is not available."), 404)
        return JSONResponse({"total": 1, "size": 1, "offers": [self._offer(draft)]})

    async def put_offer(self, request: Request) -> Response:
        """Replace an offer."""
        body = await read(request)
        offer_id = request.path_params["offer_id"]
        sku = self.ledger.by_offer.get(offer_id)
        if sku is None:
            return JSONResponse(ebay_error(25713, "This Offer is not available."), 404)
        request.scope[KEY] = sku
        fault = offer_fault({**(body or {}), "sku": sku, "marketplaceId": "EBAY_US", "format": "FIXED_PRICE"})
        if fault:
            return answered(refusal(fault))
        self.ledger.write("update", sku=sku, offer_id=offer_id, body=body)
        return Response(status_code=204)

    async def delete_offer(self, request: Request) -> Response:
        """Remove an offer."""
        sku = self.ledger.by_offer.get(request.path_params["offer_id"])
        if sku is None:
            return JSONResponse(ebay_error(25713, "This Offer is not available."), 404)
        self.ledger.write("delete", sku=sku)
        return Response(status_code=204)

    async def publish(self, request: Request) -> Response:
        """Note that somebody sells, as a person does by hand; a test can assert that nobody did."""
        self.ledger.write("publish", offer_id=request.path_params["offer_id"])
        return JSONResponse({"listingId": "110000000000"})

    def _offer(self, draft: Draft) -> dict[str, object]:
        status = self.ledger.status(draft)
        return {**(draft.offer or {}), "offerId": draft.offer_id, "sku": draft.sku, "status": status}

    async def browse(self, request: Request) -> Response:
        """Return what others ask."""
        if "X-EBAY-C-MARKETPLACE-ID" not in request.headers:
            return JSONResponse(ebay_error(12023, "The marketplace ID is missing.", domain="API_BROWSE"), 400)
        asked = request.query_params
        return JSONResponse(listings(asked.get("gtin") or asked.get("q", ""), asked.get("filter", "")))

    async def aspects(self, request: Request) -> Response:
        """Return the item specifics of a category."""
        return _of_tree(taxonomy.aspects(request.query_params.get("category_id", "")))

    async def subtree(self, request: Request) -> Response:
        """Return a category with its name."""
        return _of_tree(taxonomy.subtree(request.query_params.get("category_id", "")))

    async def policies(self, request: Request) -> Response:
        """Return the conditions of categories, packed where the caller can unpack."""
        answer = JSONResponse(taxonomy.policies(request.query_params.get("filter", "")))
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return answer
        packed = gzip.compress(bytes(answer.body))
        return Response(packed, headers={"Content-Encoding": "gzip"}, media_type="application/json")

    def _guarded(self, call: Handler, *, seller: bool, write: bool = False) -> Handler:
        """Return `call` behind the check of token and language."""

        async def guarded(request: Request) -> Response:
            return self._refused(request, seller=seller, write=write) or await call(request)

        return guarded

    def _refused(self, request: Request, *, seller: bool, write: bool) -> Response | None:
        """Return the refusal of a call without a good token or language, None when it may go on."""
        value = request.headers.get("authorization", "").removeprefix("Bearer ")
        kind, until = self.tokens.get(value, ("", 0.0))
        if not kind or self.clock.monotonic() >= until:
            return JSONResponse(ebay_error(1001, "Invalid access token", domain="OAuth"), 401)
        if seller and kind != _USER_TOKEN:
            said = "Insufficient permissions to fulfill the request."
            return JSONResponse(ebay_error(1100, "Access denied", domain="ACCESS", longMessage=said), 403)
        for header in ("Content-Language", "Accept-Language") if write else ():
            if request.headers.get(header) != "en-US":
                return JSONResponse(ebay_error(25709, f"Invalid value for header {header}."), 400)
        return None


def _of_tree(found: dict[str, object] | None) -> JSONResponse:
    """Return what the category tree says, or that it has no such category."""
    if found is None:
        said = "The specified category ID does not belong to the specified category tree."
        return JSONResponse(ebay_error(62005, said, domain="API_TAXONOMY"), 400)
    return JSONResponse(found)
