"""What the answers of eBay mean.

Sources: https://developer.ebay.com/api-docs/sell/inventory/overview.html,
https://developer.ebay.com/api-docs/static/oauth-refresh-token-request.html (read 2026-11).
"""

from __future__ import annotations

from engine.domain.services import RECONNECT_EBAY
from engine.upstream.failure_policy import ebay_inventory
from engine.upstream.failure_policy.kinds import (
    ABSENT,
    NARROW,
    NOT_OPTED_IN,
    RENEW,
    STANDING,
    credentials,
    person,
    refuse,
    wait,
)
from engine.upstream.failure_policy.policies import ANY_BODY, Entry

_ASKED = ("token", "exchange", "scopes")  # whatever an application asks for with its keys
_TOKEN = (
    Entry(
        "invalid_grant for the code of a consent",
        person(
            "eBay does not take the code of this consent: it was used before, or is older than five minutes. "
            "Nothing was changed; press Connect eBay again."
        ),
        codes=("invalid_grant",),
        points=("exchange",),
    ),
    Entry(
        "invalid_scope while it is found out what a consent covers",
        NARROW,
        codes=("invalid_scope",),
        points=("scopes",),
    ),
    Entry(
        "invalid_grant",
        credentials(f"The connection to the seller's account at eBay has run out or was taken back. {RECONNECT_EBAY}"),
        codes=("invalid_grant",),
        points=("token",),
    ),
    Entry(
        "invalid_client",
        credentials(
            "eBay does not accept the keys of this application. Press Save keys on the Connections screen, with the "
            "right ones, or correct EBAY_CLIENT_ID and EBAY_CLIENT_SECRET where they are used; then press Resume."
        ),
        codes=("invalid_client",),
        points=_ASKED,
    ),
    Entry(
        "unauthorized_client",
        credentials("eBay has disabled this application. Look at its keys on developer.ebay.com, then press Resume."),
        codes=("unauthorized_client",),
        points=_ASKED,
    ),
    Entry(
        "invalid_scope",
        credentials(f"The connection to eBay does not cover the scope sell.inventory. {RECONNECT_EBAY}"),
        codes=("invalid_scope",),
        points=("token",),
    ),
    Entry(
        "400, 401, 403 for a token, for another reason",
        credentials("eBay gives us no access token: {said}. " + RECONNECT_EBAY),
        statuses=(400, 401, 403),
        points=_ASKED,
    ),
)

_ACCOUNT = (
    Entry("20403 for policies: not opted in to business policies", NOT_OPTED_IN, codes=(20403,), points=("policies",)),
    Entry(
        "403 for policies, with a new token: the consent is too small",
        person(
            "The seller's consent at eBay does not cover business policies. "
            "Connect eBay again on the Connections screen and allow sell.account.readonly, then press Refresh."
        ),
        statuses=(403,),
        points=("policies", "programs"),
    ),
    Entry(
        "403 for the store, with a new token: the consent is too small",
        person(
            "The seller's consent at eBay does not cover the store: its categories cannot be chosen by name. "
            "Connect eBay again on the Connections screen and allow sell.stores.readonly, then press Refresh."
        ),
        statuses=(403,),
        points=("store",),
    ),
    Entry("404 for the store: there is none", ABSENT, statuses=(404,), points=("store",)),
    Entry("409 for a location: its key is taken", STANDING, statuses=(409,), points=("create_location",)),
    Entry("25803 for a location: its key is taken", STANDING, codes=(25803,), points=("create_location",)),
    Entry(
        "25800 to 25804 for a location: its address",
        refuse("eBay does not take this location: {said}. Correct the address and create it again."),
        codes=(25800, 25801, 25802, 25804),
        points=("create_location",),
    ),
    Entry(
        "any other 4xx for the account",
        person(
            "eBay does not say what the seller has set up: {said}. Look at the account at eBay, then press Refresh."
        ),
        statuses=frozenset(range(400, 500)) - {401, 403},
        points=("policies", "programs", "locations", "store"),
    ),
)

EBAY = (
    *_TOKEN,
    Entry("401 for a token that may have run out", RENEW, statuses=(401,), renewable=True),
    Entry("403/1100 for a token that may have run out", RENEW, statuses=(403,), codes=(1100,), renewable=True),
    *ebay_inventory.LOOKED_FOR,
    Entry(
        "62004 to 62009: no such category",
        ABSENT,
        codes=(62004, 62005, 62006, 62008, 62009),
        points=("item_aspects", "category_name"),
    ),
    *ebay_inventory.PASSING,
    Entry(
        "429/2001: the quota is used up",
        wait("eBay's quota of calls is used up; the row waits until eBay lets us call again.", quota=True),
        statuses=(429,),
        failures=ANY_BODY,
    ),
    *_ACCOUNT,
    *ebay_inventory.REFUSALS,
    Entry(
        "401, 403 for asking prices, or for the rules of a category",
        credentials(
            "eBay does not let this application ask for prices and rules: {said}. "
            "Look at its keys on developer.ebay.com, then press Resume."
        ),
        statuses=(401, 403),
        points=("comparable_prices", "item_aspects", "category_name", "condition_policies"),
    ),
    Entry(
        "401/1001 with a new token",
        credentials(f"eBay does not accept our access to the seller's account. {RECONNECT_EBAY}"),
        statuses=(401,),
    ),
    Entry(
        "403/1100 with a new token",
        credentials("eBay does not let us act for the seller: {said}. " + RECONNECT_EBAY),
        statuses=(403,),
    ),
)
