"""eBay's rules of categories: which item specifics they have, and which conditions they take.

Limits a day: Taxonomy 5,000 calls; this program makes some six a month. Both are asked as the application, past the
budget and the breaker of drafts: no draft waits for them.

Source: https://developer.ebay.com/api-docs/commerce/taxonomy/resources/category_tree/methods/getItemAspectsForCategory
and https://developer.ebay.com/api-docs/sell/metadata/resources/marketplace/methods/getItemConditionPolicies
(eBay's OpenAPI files; read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.clock import Clock
from engine.domain.categories import CONDITION_IDS
from engine.domain.category_rules import MAX_VALUE, Specific
from engine.upstream.http import Door, Line
from engine.upstream.oauth import MARKETPLACE, Keys, Token, TokenDoor

_ASPECTS = "/commerce/taxonomy/v1/category_tree/0/get_item_aspects_for_category"
_CONDITIONS = f"/sell/metadata/v1/marketplace/{MARKETPLACE}/get_item_condition_policies"
_ENUMS = {number: enum for enum, number in CONDITION_IDS.items()}


class EbayRules:
    """What eBay takes in the categories of its US site."""

    def __init__(self, line: Line, base: str, *, keys: Keys, clock: Clock) -> None:
        door = Door("ebay", base, line)
        self._application = TokenDoor(door, Token(door, keys, clock, seller=False))

    def specifics(self, category_id: str) -> list[Specific] | None:
        """Return the item specifics of a category, [] when eBay lists none; None when it is no category to list in.

        Raises:
            UpstreamError: as every call to eBay.
        """
        answer = self._application.ask("item_aspects", "GET", _ASPECTS, params={"category_id": category_id})
        return parse_specifics(answer.body) if answer.found else None

    def conditions(self, category_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        """Return the conditions that each category takes, by eBay's enum; one that eBay says nothing of is left out.

        Raises:
            UpstreamError: as every call to eBay.
        """
        params = {"filter": f"categoryIds:{{{'|'.join(category_ids)}}}"}
        return parse_conditions(self._application.ask("condition_policies", "GET", _CONDITIONS, params=params).body)


def parse_specifics(body: Mapping[str, Any]) -> list[Specific]:
    """Return the item specifics of a Taxonomy answer. `aspectUsage` is not trusted: only `aspectRequired` is."""
    return [_specific(aspect) for aspect in body.get("aspects") or () if aspect.get("localizedAspectName")]


def parse_conditions(body: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the conditions of a Metadata answer by category; those that media do not have are left out."""
    told = {
        str(policy.get("categoryId")): frozenset(
            _ENUMS[str(condition["conditionId"])]
            for condition in policy.get("itemConditions") or ()
            if str(condition.get("conditionId")) in _ENUMS
        )
        for policy in body.get("itemConditionPolicies") or ()
    }
    return {category_id: conditions for category_id, conditions in told.items() if conditions}


def _specific(aspect: Mapping[str, Any]) -> Specific:
    rule = aspect.get("aspectConstraint") or {}
    listed = aspect.get("aspectValues") or () if rule.get("aspectMode") == "SELECTION_ONLY" else ()
    return Specific(
        str(aspect["localizedAspectName"]),
        required=bool(rule.get("aspectRequired")),
        several=rule.get("itemToAspectCardinality") == "MULTI",
        max_length=int(rule.get("aspectMaxLength") or MAX_VALUE),
        choices=tuple(str(value["localizedValue"]) for value in listed if value.get("localizedValue")),
    )
