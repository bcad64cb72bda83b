"""What the seller of the sandbox has set up at eBay: business policies, locations, a store.

`PUT /sandbox/account` changes it: `opted_in`; `policies` and `store` (names by kind, or null); `locations` (all that
there are); `scopes` of the seller's consent, those of `SCOPES` that are left out being refused. `DELETE` sets it back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine.sandbox.faults import ebay_error

SCOPES = ("sell.account", "sell.stores", "sell.inventory")
_NAMES = {
    "fulfillment": ("Media Mail, 1 business day", "First Class, 2 business days"),
    "payment": ("Immediate payment",),
    "return": ("30 days, buyer pays", "No returns"),
}
_LISTS = {"fulfillment": "fulfillmentPolicies", "payment": "paymentPolicies", "return": "returnPolicies"}
_FIRST = {"fulfillment": 6_100_000_001, "payment": 6_200_000_001, "return": 6_300_000_001}
_GARAGE = {
    "name": "Garage",
    "location": {"address": {"city": "Austin", "stateOrProvince": "TX", "postalCode": "78701", "country": "US"}},
    "merchantLocationStatus": "ENABLED",
    "locationTypes": ["WAREHOUSE"],
}
_STORE = {
    "name": "Sandbox Records",
    "storeCategories": [
        {"categoryId": "1", "categoryName": "Music", "level": 1, "childrenCategories": [
            {"categoryId": "2", "categoryName": "CDs", "level": 2},
            {"categoryId": "3", "categoryName": "Vinyl", "level": 2},
        ]},
        {"categoryId": "4", "categoryName": "Films", "level": 1},
    ],
}  # fmt: skip
_KEY_LENGTH = 36


@dataclass(slots=True)
class SellerAccount:
    """The account as it is now. `locations` are by their keys."""

    opted_in: bool = True
    policies: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(_NAMES))
    locations: dict[str, dict[str, Any]] = field(default_factory=lambda: {"GARAGE": dict(_GARAGE)})
    store: Mapping[str, Any] | None = field(default_factory=lambda: dict(_STORE))
    scopes: tuple[str, ...] = SCOPES

    async def programs(self, _request: Request) -> Response:
        """Return the programs that the seller has opted in to."""
        programs = [{"programType": "SELLING_POLICY_MANAGEMENT"}] if self.opted_in else []
        return self._covered("sell.account") or JSONResponse({"programs": programs})

    async def policies_of(self, request: Request) -> Response:
        """Return the policies of one kind for one marketplace."""
        kind, marketplace = request.path_params["kind"], request.query_params.get("marketplace_id")
        if refused := self._covered("sell.account"):
            return refused
        if marketplace != "EBAY_US":
            return JSONResponse(ebay_error(20401, "Missing field marketplaceId.", domain="API_ACCOUNT"), 400)
        if not self.opted_in:
            said = "User is not eligible for Business Policy"
            return JSONResponse(ebay_error(20403, said, domain="API_ACCOUNT"), 400)
        found = [_policy(kind, number, name) for number, name in enumerate(self.policies.get(kind, ()))]
        return JSONResponse({"total": len(found), _LISTS[kind]: found})

    async def list_locations(self, request: Request) -> Response:
        """Return one page of the locations."""
        asked = request.query_params
        limit, offset = int(asked.get("limit", "100")), int(asked.get("offset", "0"))
        everything = [{"merchantLocationKey": key, **known} for key, known in self.locations.items()]
        page = everything[offset : offset + limit]
        answer = {"total": len(everything), "limit": limit, "offset": offset, "locations": page}
        return self._covered("sell.inventory") or JSONResponse(answer)

    async def create_location(self, request: Request) -> Response:
        """Set up a location, unless its key is taken."""
        key = request.path_params["key"]
        if refused := self._covered("sell.inventory"):
            return refused
        if key in self.locations:
            return JSONResponse(ebay_error(25803, "merchantLocationKey already exists."), 409)
        body = json.loads(await request.body())
        if fault := _location_fault(key, body):
            return JSONResponse(ebay_error(*fault), 400)
        self.locations[key] = body
        return Response(status_code=204)

    async def get_store(self, _request: Request) -> Response:
        """Return the store of the seller, who may have none."""
        if self.store is None:
            return JSONResponse(ebay_error(404, "The seller has no store.", domain="API_STORES"), 404)
        return self._covered("sell.stores") or JSONResponse(self.store)

    async def read(self, _request: Request) -> Response:
        """Return the account as the switches of the sandbox show it."""
        return JSONResponse(
            {
                "opted_in": self.opted_in,
                "policies": self.policies,
                "locations": self.locations,
                "store": self.store,
                "scopes": self.scopes,
            }
        )

    async def change(self, request: Request) -> Response:
        """Change what is named."""
        for name, value in (await request.json()).items():
            setattr(self, name, value)
        return await self.read(request)

    async def reset(self, request: Request) -> Response:
        """Set everything back."""
        fresh = SellerAccount()
        self.opted_in, self.policies, self.locations = fresh.opted_in, fresh.policies, fresh.locations
        self.store, self.scopes = fresh.store, fresh.scopes
        return await self.read(request)

    def _covered(self, scope: str) -> Response | None:
        """Return the refusal of a call that the seller's consent does not cover, None when it does."""
        if scope in self.scopes:
            return None
        said = "Insufficient permissions to fulfill the request."
        return JSONResponse(ebay_error(1100, "Access denied", domain="ACCESS", longMessage=said), 403)


def _policy(kind: str, number: int, name: str) -> dict[str, Any]:
    """Return a policy; the first one of a kind is the seller's default, and its postage does not go by weight."""
    cost = {"optionType": "DOMESTIC", "costType": "CALCULATED" if number else "FLAT_RATE"}
    return {
        **({"shippingOptions": [cost]} if kind == "fulfillment" else {}),
        f"{kind}PolicyId": str(_FIRST[kind] + number),
        "name": name,
        "marketplaceId": "EBAY_US",
        "categoryTypes": [{"name": "ALL_EXCLUDING_MOTORS_VEHICLES", "default": number == 0}],
    }


def _location_fault(key: str, body: dict[str, Any]) -> tuple[int, str] | None:
    """Return what eBay finds wrong with a location."""
    address = (body.get("location") or {}).get("address") or {}
    if len(key) > _KEY_LENGTH:
        return 25800, "Invalid merchantLocationKey."
    if not address.get("country"):
        return 25801, "Missing field country."
    if not address.get("postalCode") and not (address.get("city") and address.get("stateOrProvince")):
        return 25801, "Missing field postalCode."
    if address.get("postalCode") == "00000":
        return 25802, "Input error. The postal code does not exist."
    return None
