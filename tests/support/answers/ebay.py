"""Answers of eBay, made from a few named facts.

Source: https://developer.ebay.com/api-docs/static/handling-error-messages.html, the Inventory, Browse and OAuth pages
of the same site (read 2026-11).
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def error(number: int, message: str = "", *, domain: str = "API_INVENTORY", **parameters: str) -> Json:
    """Return eBay's envelope around one error; `parameters` are what the error is about, by name."""
    about = [{"name": name, "value": value} for name, value in parameters.items()]
    told: Json = {"errorId": number, "domain": domain, "category": "REQUEST", "message": message}
    return {"errors": [told | ({"parameters": about} if about else {})]}


def bulk(sku: str, status: int, errors: Json) -> Json:
    """Return one entry of the answer to a bulk call, around what `error` makes."""
    return {"sku": sku, "statusCode": status, **errors}


def grant_refused(error: str, description: str = "") -> Json:
    """Return what the token service says when it gives none."""
    return {"error": error, "error_description": description}


def listings(*prices: tuple[str, str]) -> Json:
    """Return a page of a Browse search; `prices` are value and currency."""
    found = [{"price": {"value": value, "currency": currency}} for value, currency in prices]
    return {"total": len(found), **({"itemSummaries": found} if found else {})}
