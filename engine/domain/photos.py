"""Addresses of pictures, as eBay takes them. Pure.

Source: contracts/UPSTREAMS.md 3.3; eBay's Inventory API v1.18.4, `imageUrls` (https only, up to 24).
"""

from __future__ import annotations

import re

MAX_PHOTOS = 24
_LONGEST = 2_000
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]+)?(?:[/?#][!-~]*)?")
_FORBIDDEN = frozenset('"<>\\^`{|}')


def refused(address: str) -> str:
    """Return the sentence that says why `address` cannot be a picture's, "" when it can."""
    if not address.casefold().startswith("https://"):
        return "a photo's address begins with https://"
    if len(address) > _LONGEST:
        return f"a photo's address has up to {_LONGEST} characters"
    if not _ADDRESS.fullmatch(f"https{address[5:]}") or _FORBIDDEN & set(address):
        return "it is not an address that a browser would open"
    return ""
