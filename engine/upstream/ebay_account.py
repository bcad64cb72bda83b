"""eBay: what the seller has set up there, which drafts refer to: business policies, locations, a store.

Limits a day: Account 25,000 calls, Inventory 2,000,000; this program makes six when a person asks for them, past the
budget and the breaker of drafts. Reading policies needs the scope sell.account or sell.account.readonly, the store
sell.stores or sell.stores.readonly, locations sell.inventory. The token is for all that the seller consented to.

Source: https://developer.ebay.com/api-docs/sell/account/resources/methods,
https://developer.ebay.com/api-docs/sell/inventory/resources/location/methods/createInventoryLocation (eBay's OpenAPI
files), https://developer.ebay.com/api-docs/sell/stores/resources/store/methods/getStore (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from engine.clock import Clock
from engine.domain.listing.seller_account import Location, NewLocation, Policy, PolicyKind, Store
from engine.upstream import fields
from engine.upstream.caller import Caller, CallerBound
from engine.upstream.failure_policy.kinds import NOT_OPTED_IN, STANDING
from engine.upstream.fields import Body
from engine.upstream.http import HttpTransport, ServiceClient
from engine.upstream.oauth import ALL_CONSENTED, MARKETPLACE, AuthorizedClient, Keys, Token

PROGRAM = "SELLING_POLICY_MANAGEMENT"
PAGE = 100
_PROGRAMS = "/sell/account/v1/program/get_opted_in_programs"
_POLICIES = "/sell/account/v1/{kind}_policy"
_LOCATIONS = "/sell/inventory/v1/location"
_STORE = "/sell/stores/v1/store"
_FIELDS = {  # the list in the answer, and the field of its entries that holds the id
    PolicyKind.FULFILLMENT: ("fulfillmentPolicies", "fulfillmentPolicyId"),
    PolicyKind.PAYMENT: ("paymentPolicies", "paymentPolicyId"),
    PolicyKind.RETURN: ("returnPolicies", "returnPolicyId"),
}


class EbayAccount(CallerBound):
    """The account of the seller whose keys these are."""

    def __init__(self, transport: HttpTransport, base: str, *, keys: Keys, clock: Clock) -> None:
        client = ServiceClient("ebay", base, transport)
        self._seller = AuthorizedClient(client, Token(client, keys, clock, seller=True, scope=ALL_CONSENTED))

    def opted_in(self) -> bool:
        """Return whether the seller uses business policies.

        Raises:
            PersonNeeded: the consent of the seller does not cover it.
            UpstreamError: as every call to eBay.
        """
        body = self._seller.request("programs", "GET", _PROGRAMS).body
        return any(program.get("programType") == PROGRAM for program in fields.bodies(body.get("programs")))

    def policies(self, kind: PolicyKind) -> list[Policy] | None:
        """Return the policies of one kind for eBay's US site; None when the seller has not opted in to policies.

        Raises:
            PersonNeeded: the consent of the seller does not cover them.
            UpstreamError: as every call to eBay.
        """
        params = {"marketplace_id": MARKETPLACE}
        answer = self._seller.request("policies", "GET", _POLICIES.format(kind=kind), params=params)
        return None if answer.policy is NOT_OPTED_IN else parse_policies(kind, answer.body)

    def locations(self) -> list[Location]:
        """Return the places that the seller sends from, by name; those that are not enabled are among them."""
        found: list[Location] = []
        seen = 0
        while True:
            params = {"limit": str(PAGE), "offset": str(seen)}
            body = self._seller.request("locations", "GET", _LOCATIONS, params=params).body
            found += parse_locations(body)
            page = len(fields.bodies(body.get("locations")))
            seen += page
            if not page or seen >= (fields.count(body.get("total")) or 0):
                return sorted(found, key=lambda location: location.name.casefold())

    def create_location(self, location: NewLocation) -> bool:
        """Set up a location; False when one of its key stands there. Doing it twice changes nothing.

        Raises:
            RequestRefused: eBay finds a fault with it.
            OutcomeUnknown: it may or may not be there: create it again, or look.
        """
        path = f"{_LOCATIONS}/{quote(location.key, safe='')}"
        answer = self._seller.request("create_location", "POST", path, json=location.fields())
        return answer.policy is not STANDING

    def store(self) -> Store | None:
        """Return the seller's store; None when they have none, as most.

        Raises:
            PersonNeeded: the consent of the seller does not cover it.
            UpstreamError: as every call to eBay.
        """
        answer = self._seller.request("store", "GET", _STORE)
        return parse_store(answer.body) if answer.found else None

    def _bind(self, caller: Caller) -> None:
        self._seller = self._seller.for_caller(caller)


def parse_policies(kind: PolicyKind, body: Body) -> list[Policy]:
    """Return the policies of an answer of the Account API by name; those for motor vehicles are left out."""
    field, number = _FIELDS[kind]
    listed = [policy for policy in fields.bodies(body.get(field)) if not _motors_only(policy)]
    policies = (
        Policy(
            policy_id,
            fields.text(policy.get("name")) or policy_id,
            default=any(category.get("default") is True for category in fields.bodies(policy.get("categoryTypes"))),
            description=fields.text(policy.get("description")),
            calculated=any(option.get("costType") == "CALCULATED" for option in _postage(policy)),
        )
        for policy in listed
        if (policy_id := fields.text(policy.get(number)))
    )
    return sorted(policies, key=lambda policy: policy.name.casefold())


def parse_locations(body: Body) -> list[Location]:
    """Return the locations of an answer of the Inventory API; one without a name goes by its key."""
    return [
        Location(
            key,
            fields.text(location.get("name")) or key,
            enabled=location.get("merchantLocationStatus") != "DISABLED",
            place=_place(fields.body(fields.body(location.get("location")).get("address"))),
        )
        for location in fields.bodies(body.get("locations"))
        if (key := fields.text(location.get("merchantLocationKey")))
    ]


def parse_store(body: Body) -> Store:
    """Return the store of an answer of the Stores API; only categories without others below them take listings."""
    return Store(fields.text(body.get("name")), tuple(_paths(fields.bodies(body.get("storeCategories")), "")))


def _paths(categories: Sequence[Body], above: str) -> Iterator[str]:
    for category in categories:
        if name := fields.text(category.get("categoryName")):
            below = fields.bodies(category.get("childrenCategories"))
            yield from _paths(below, f"{above}/{name}") if below else (f"{above}/{name}",)


def _postage(policy: Body) -> list[Body]:
    """Return the ways of sending that a policy offers."""
    return fields.bodies(policy.get("shippingOptions"))


def _motors_only(policy: Body) -> bool:
    names = {fields.text(category.get("name")) for category in fields.bodies(policy.get("categoryTypes"))}
    return names == {"MOTORS_VEHICLES"}


def _place(address: Body) -> str:
    """Return where a location is, as far as a person needs it to tell it from others."""
    parts = (fields.text(address.get(name)) for name in ("city", "stateOrProvince", "postalCode", "country"))
    return ", ".join(filter(None, parts))
