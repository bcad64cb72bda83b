"""eBay's custom label (SKU) of a row: the seller's own number and, behind it, ours, which is one a row. Pure.

Source: contracts/UPSTREAMS.md 3.3 (up to 50 characters; letters, digits, hyphen and underscore are seen to work).
"""

from __future__ import annotations

import re

MAX_LABEL = 50
_NOT_TAKEN = re.compile(r"[^A-Za-z0-9_]+")
_OURS = re.compile(r"-?\bDM(?:[0-9]{12,14}N[0-9]+|[0-9A-F]{16})R[0-9]{6}$")


def label(seller_sku: str, ours: str) -> str:
    """Return the label of a row with our number `ours`; what eBay does not take of the seller's becomes a hyphen.

    The seller's number is cut where both do not fit; ours is never cut, so no two rows share a label.
    """
    if not seller_sku:
        return ours
    room = MAX_LABEL - len(ours) - 1
    front = _NOT_TAKEN.sub("-", seller_sku).strip("-")[: max(room, 0)].rstrip("-")
    return f"{front}-{ours}" if front else ours


def sellers_own(text: str) -> str:
    """Return the seller's own part of a label that one of our exports brought back, and any other text as it is."""
    return _OURS.sub("", text)
