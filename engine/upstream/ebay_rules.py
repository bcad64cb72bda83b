"""eBay's rules of categories: which item specifics they have, and which conditions they take.

Limits a day: Taxonomy 5,000 calls; this program makes some twenty a month. They are made as the application,
past the budget and the breaker of drafts: no draft waits for them.

Source: https://developer.ebay.com/api-docs/commerce/taxonomy/resources/category_tree/methods/getItemAspectsForCategory,
…/category_tree/methods/getCategorySubtree
and https://developer.ebay.com/api-docs/sell/metadata/resources/marketplace/methods/getItemConditionPolicies
(eBay's OpenAPI files; read 2026-11).
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.clock import Clock
from engine.domain.listing.categories import CONDITION_IDS
from engine.domain.listing.category_rules import MAX_VALUE, Specific
from engine.upstream import fields
from engine.upstream.fields import Body
from engine.upstream.http import UNLIMITED, HttpTransport, Limiter, ServiceClient
from engine.upstream.oauth import MARKETPLACE, AuthorizedClient, Keys, Token

_ASPECTS = "/commerce/taxonomy/v1/category_tree/0/get_item_aspects_for_category"
_SUBTREE = "/commerce/taxonomy/v1/category_tree/0/get_category_subtree"
_CONDITIONS = f"/sell/metadata/v1/marketplace/{MARKETPLACE}/get_item_condition_policies"
_ENUMS = {number: enum for enum, number in CONDITION_IDS.items()}


class EbayRules:
    """What eBay takes in the categories of its US site."""

    def __init__(
        self, transport: HttpTransport, base: str, *, keys: Keys, clock: Clock, limiter: Limiter = UNLIMITED
    ) -> None:
        client = ServiceClient("ebay", base, transport, limiter)
        self._application = AuthorizedClient(client, Token(client, keys, clock, seller=False))

    def specifics(self, category_id: str) -> list[Specific] | None:
        """Return the item specifics of a category, [] when eBay lists none; None when it is no category to list in.

        Raises:
            UpstreamError: as every call to eBay.
        """
        answer = self._application.request("item_aspects", "GET", _ASPECTS, params={"category_id": category_id})
        return parse_specifics(answer.body) if answer.found else None

    def category_name(self, category_id: str) -> str:
        """Return what eBay calls a category, "" when it has none of that number.

        Raises:
            UpstreamError: as every call to eBay.
        """
        answer = self._application.request("category_name", "GET", _SUBTREE, params={"category_id": category_id})
        node = fields.body(answer.body.get("categorySubtreeNode")) if answer.found else {}
        return fields.text(fields.body(node.get("category")).get("categoryName"))

    def conditions(self, category_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        """Return the conditions that each category takes, by eBay's enum; one that eBay says nothing of is left out.

        Raises:
            UpstreamError: as every call to eBay.
        """
        params = {"filter": f"categoryIds:{{{'|'.join(category_ids)}}}"}
        return parse_conditions(self._application.request("condition_policies", "GET", _CONDITIONS, params=params).body)


def parse_specifics(body: Body) -> list[Specific]:
    """Return the item specifics of a Taxonomy answer. `aspectUsage` is not trusted: only `aspectRequired` is."""
    aspects = map(_specific, fields.bodies(body.get("aspects")))
    return [specific for specific in aspects if specific.name]


def parse_conditions(body: Body) -> dict[str, frozenset[str]]:
    """Return the conditions of a Metadata answer by category; those that media do not have are left out."""
    found = {
        fields.text(policy.get("categoryId")): frozenset(
            _ENUMS[number]
            for condition in fields.bodies(policy.get("itemConditions"))
            if (number := fields.text(condition.get("conditionId"))) in _ENUMS
        )
        for policy in fields.bodies(body.get("itemConditionPolicies"))
    }
    return {category_id: conditions for category_id, conditions in found.items() if conditions}


def _specific(aspect: Body) -> Specific:
    rule = fields.body(aspect.get("aspectConstraint"))
    listed = fields.bodies(aspect.get("aspectValues")) if rule.get("aspectMode") == "SELECTION_ONLY" else []
    return Specific(
        fields.text(aspect.get("localizedAspectName")),
        required=rule.get("aspectRequired") is True,
        several=rule.get("itemToAspectCardinality") == "MULTI",
        max_length=fields.count(rule.get("aspectMaxLength")) or MAX_VALUE,
        choices=fields.texts([value.get("localizedValue") for value in listed]),
    )
