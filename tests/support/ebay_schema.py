"""What eBay takes of us and what it tells of its categories, as JSON Schema: the fields that this project uses.

Types, limits and enums come from the field tables of eBay's documentation. Nothing else may stand in a payload, so a
field that is misspelt is refused here. `tests/recorded` compares this with eBay's own specification.

Source: https://developer.ebay.com/api-docs/sell/inventory/resources/inventory_item/methods/createOrReplaceInventoryItem,
…/offer/methods/createOffer, https://developer.ebay.com/api-docs/sell/inventory/types/slr:ConditionEnum,
https://developer.ebay.com/api-docs/commerce/taxonomy/types/txn:Aspect and
https://developer.ebay.com/api-docs/sell/metadata/types/sel:ItemConditionPolicy (read 2026-11).
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

BOOLEAN: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number", "exclusiveMinimum": 0}
MEDIA_CONDITIONS = ("NEW", "LIKE_NEW", "USED_EXCELLENT", "USED_VERY_GOOD", "USED_GOOD", "USED_ACCEPTABLE")


def text(most: int | None = None, *, least: int = 0) -> Schema:
    """Return the schema of a text of `least` to `most` characters."""
    return {"type": "string", "minLength": least} | ({} if most is None else {"maxLength": most})


def one_of(*words: str) -> Schema:
    """Return the schema of an enum."""
    return {"type": "string", "enum": list(words)}


def pattern(expression: str) -> Schema:
    """Return the schema of a text of a form."""
    return {"type": "string", "pattern": f"^{expression}$"}


def whole(least: int) -> Schema:
    """Return the schema of a whole number."""
    return {"type": "integer", "minimum": least, "maximum": 2**31 - 1}


def listed(items: Schema, most: int | None = None, *, least: int = 0) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items, "minItems": least} | ({} if most is None else {"maxItems": most})


def record(fields: dict[str, Schema], *required: str) -> Schema:
    """Return the schema of an object that has no other fields than these."""
    return {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}


AMOUNT = record({"currency": one_of("USD"), "value": pattern(r"\d{1,6}\.\d\d")}, "currency", "value")
IDENTIFIER = text(50, least=1)
ASPECTS: Schema = {
    "type": "object",
    "propertyNames": {"minLength": 1, "maxLength": 40},
    "additionalProperties": listed(text(50, least=1), least=1),
}
PRODUCT = record(
    {
        "title": text(80, least=1),
        "description": text(4000, least=1),
        "aspects": ASPECTS,
        "upc": listed(pattern(r"(\d{12}|Does not apply)"), least=1),
        "ean": listed(pattern(r"(\d{8}|\d{13})"), least=1),
        "imageUrls": listed(pattern(r"https://\S+"), 24, least=1),
    },
    "title",
    "description",
    "aspects",
)
PACKAGE = record(
    {
        "weight": record({"value": NUMBER, "unit": one_of("OUNCE", "POUND", "GRAM", "KILOGRAM")}, "value", "unit"),
        "dimensions": record(
            {
                "length": NUMBER,
                "width": NUMBER,
                "height": NUMBER,
                "unit": one_of("INCH", "FEET", "CENTIMETER", "METER"),
            },
            "length",
            "width",
            "height",
            "unit",
        ),
    }
)
INVENTORY_ITEM = record(
    {
        "availability": record({"shipToLocationAvailability": record({"quantity": whole(0)}, "quantity")}),
        "condition": one_of(*MEDIA_CONDITIONS),
        "conditionDescription": text(1000, least=1),
        "packageWeightAndSize": PACKAGE,
        "product": PRODUCT,
    },
    "availability",
    "product",
)
OFFER = record(
    {
        "sku": IDENTIFIER,
        "marketplaceId": one_of("EBAY_US"),
        "format": one_of("FIXED_PRICE"),
        "availableQuantity": whole(1),
        "categoryId": pattern(r"\d+"),
        "listingDuration": one_of("GTC"),
        "pricingSummary": record({"price": AMOUNT}, "price"),
        "merchantLocationKey": text(36, least=1),
        "storeCategoryNames": listed(text(least=1), 2),
        "listingPolicies": record(
            {
                "fulfillmentPolicyId": IDENTIFIER,
                "paymentPolicyId": IDENTIFIER,
                "returnPolicyId": IDENTIFIER,
                "bestOfferTerms": record({"bestOfferEnabled": BOOLEAN}, "bestOfferEnabled"),
            }
        ),
        "includeCatalogProductDetails": BOOLEAN,
    },
    "sku",
    "marketplaceId",
    "format",
)

ADDRESS = {
    name: text(128, least=1)
    for name in ("addressLine1", "addressLine2", "city", "stateOrProvince", "postalCode", "country")
}
LOCATION = record(
    {
        "name": text(1000, least=1),
        "location": record({"address": record(ADDRESS, "country")}, "address"),
        "locationTypes": listed(one_of("WAREHOUSE"), least=1),
        "merchantLocationStatus": one_of("ENABLED", "DISABLED"),
    },
    "location",
)
PROGRAMS = record({"programs": listed(record({"programType": one_of("SELLING_POLICY_MANAGEMENT")}))})


def policies(listing: str, number: str) -> Schema:
    """Return the schema of a list of business policies."""
    category = record({"name": text(), "default": BOOLEAN})
    policy = {number: IDENTIFIER, "name": text(), "description": text(), "marketplaceId": one_of("EBAY_US")}
    listed_policies = listed(record({**policy, "categoryTypes": listed(category)}, number, "name"))
    return record({"total": whole(0), listing: listed_policies}, listing)


FULFILLMENT_POLICIES = policies("fulfillmentPolicies", "fulfillmentPolicyId")
PAYMENT_POLICIES = policies("paymentPolicies", "paymentPolicyId")
RETURN_POLICIES = policies("returnPolicies", "returnPolicyId")

ASPECT_METADATA = record(
    {
        "aspects": listed(
            record(
                {
                    "localizedAspectName": text(least=1),
                    "aspectConstraint": record(
                        {
                            "aspectApplicableTo": listed(one_of("ITEM", "PRODUCT")),
                            "aspectDataType": one_of("DATE", "NUMBER", "STRING", "STRING_ARRAY"),
                            "aspectEnabledForVariations": BOOLEAN,
                            "aspectMaxLength": whole(1),
                            "aspectMode": one_of("FREE_TEXT", "SELECTION_ONLY"),
                            "aspectRequired": BOOLEAN,
                            "aspectUsage": one_of("RECOMMENDED", "OPTIONAL"),
                            "itemToAspectCardinality": one_of("SINGLE", "MULTI"),
                        },
                        "aspectRequired",
                        "aspectMode",
                        "itemToAspectCardinality",
                    ),
                    "aspectValues": listed(record({"localizedValue": text(least=1)}, "localizedValue")),
                },
                "localizedAspectName",
                "aspectConstraint",
            )
        )
    },
    "aspects",
)
CONDITION_POLICIES = record(
    {
        "itemConditionPolicies": listed(
            record(
                {
                    "categoryId": pattern(r"\d+"),
                    "categoryTreeId": pattern(r"\d+"),
                    "itemConditionRequired": BOOLEAN,
                    "itemConditions": listed(
                        record({"conditionId": pattern(r"\d{4}"), "conditionDescription": text(least=1)}, "conditionId")
                    ),
                },
                "categoryId",
                "itemConditions",
            )
        )
    },
    "itemConditionPolicies",
)
