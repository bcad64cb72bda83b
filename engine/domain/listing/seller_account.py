"""What a seller has set up at eBay: business policies, places they send from, a store. Their names are for people.

Source: eBay's Account API v1 and Inventory API v1.18.4 (eBay's OpenAPI files); the Stores API,
https://developer.ebay.com/api-docs/sell/stores/resources/store/methods/getStore (read 2026-11).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime

from engine.codec import OpenEnum, Value
from engine.errors import BadRequest

OPT_IN = "https://www.bizpolicy.ebay.com/businesspolicy/policyoptin"
"""Where a seller opts in to business policies."""

MANAGE_POLICIES = "https://www.ebay.com/bp/manage"
"""Where a seller makes and changes business policies."""

NOT_OPTED_IN = (
    f"The seller's account at eBay has not opted in to business policies. Opt in at {OPT_IN}, then press Refresh."
)

MAX_KEY = 36
MAX_NAME = 60
COUNTRIES = {"US": "United States", "CA": "Canada", "GB": "United Kingdom", "DE": "Germany", "AU": "Australia"}
_STATE = re.compile(r"[A-Z]{2}")
_POSTAL_CODES = {"US": re.compile(r"\d{5}(-\d{4})?"), "CA": re.compile(r"[A-Z]\d[A-Z] ?\d[A-Z]\d")}
_LINE = 128


class PolicyKind(OpenEnum):
    """The kinds of business policies. Stored: never renamed."""

    FULFILLMENT = "fulfillment"
    PAYMENT = "payment"
    RETURN = "return"


class Policy(Value, frozen=True, omit_defaults=False):
    """A business policy. `default` says that eBay takes it for the seller's listings where nobody names one.

    `calculated` says that the postage follows from the weight of the parcel.
    """

    id: str
    name: str
    default: bool = False
    description: str = ""
    calculated: bool = False


class Location(Value, frozen=True, omit_defaults=False):
    """A place that a seller sends from. eBay takes no new stock for one that is not `enabled`."""

    key: str
    name: str
    enabled: bool = True
    place: str = ""


class Store(Value, frozen=True, omit_defaults=False):
    """A seller's store; `categories` are paths such as `/Music/CDs`, as an offer names them."""

    name: str
    categories: tuple[str, ...] = ()


class Address(Value, frozen=True, omit_defaults=False):
    """Where a seller sends from. eBay needs the postal code and the country, or city, state and country."""

    country: str
    postal_code: str = ""
    city: str = ""
    state: str = ""
    line1: str = ""
    line2: str = ""

    def fields(self) -> dict[str, str]:
        """Return the address as eBay takes it; what is not known is left out."""
        known = {
            "addressLine1": self.line1,
            "addressLine2": self.line2,
            "city": self.city,
            "stateOrProvince": self.state,
            "postalCode": self.postal_code,
            "country": self.country,
        }
        return {name: value for name, value in known.items() if value}


class NewLocation(Value, frozen=True, omit_defaults=False):
    """A place to be set up at eBay under `key`, which the same name and address always have."""

    key: str
    name: str
    address: Address

    def fields(self) -> dict[str, object]:
        """Return the location as eBay takes it: a warehouse, which buyers do not visit."""
        return {
            "name": self.name,
            "location": {"address": self.address.fields()},
            "locationTypes": ["WAREHOUSE"],
            "merchantLocationStatus": "ENABLED",
        }


class SellerAccount(Value, frozen=True, omit_defaults=False):
    """What eBay said of the seller's account, `read_at` by the store's clock.

    `opted_in` is None where eBay did not say. `unread` holds, by the name of a part (`policies`, `locations`,
    `store`), the sentence why it could not be read; what is known of it is then older, or nothing.
    """

    read_at: datetime | None = None
    opted_in: bool | None = None
    policies: Mapping[PolicyKind, tuple[Policy, ...]] = {}
    locations: tuple[Location, ...] = ()
    store: Store | None = None
    unread: Mapping[str, str] = {}

    def policies_of(self, kind: PolicyKind) -> tuple[Policy, ...]:
        """Return the policies of one kind, by name."""
        return self.policies.get(kind, ())


def new_location(name: str, address: Address) -> NewLocation:
    """Return the location that a person describes, with its blanks and letters put in order.

    Raises:
        BadRequest: something that eBay needs is missing or malformed.
    """
    name = " ".join(name.split())
    tidy = Address(
        address.country.strip().upper(),
        " ".join(address.postal_code.upper().split()),
        *(" ".join(part.split()) for part in (address.city, address.state, address.line1, address.line2)),
    )
    if problem := _problem(name, tidy):
        raise BadRequest(problem)
    digest = hashlib.sha256("\n".join([name, *tidy.fields().values()]).encode()).hexdigest()[:8]
    slug = re.sub(r"[^A-Z0-9]+", "-", name.upper()).strip("-")[: MAX_KEY - len(digest) - 1].strip("-")
    return NewLocation("-".join(filter(None, (slug, digest))), name, tidy)


def _problem(name: str, address: Address) -> str:
    """Return what is wrong with a location, "" when nothing is."""
    if not name or len(name) > MAX_NAME:
        return f"A location needs a name of up to {MAX_NAME} characters: it is what you choose it by."
    if address.country not in COUNTRIES:
        return f"{address.country or 'The country'} is none of {', '.join(COUNTRIES)}: set up the location at eBay."
    if not address.postal_code and not (address.city and address.state):
        return "eBay needs the postal code, or the city with its state."
    code = _POSTAL_CODES.get(address.country)
    if address.postal_code and code and not code.fullmatch(address.postal_code):
        return f"{address.postal_code} is no postal code of {COUNTRIES[address.country]}."
    if address.country == "US" and address.state and not _STATE.fullmatch(address.state):
        return f"{address.state} is no state: write it with two capital letters, such as TX."
    if any(len(part) > _LINE for part in address.fields().values()):
        return f"No line of an address has more than {_LINE} characters."
    return ""
