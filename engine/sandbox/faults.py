"""Faults that can be switched on: what each service does when it has a bad day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "latency",  # answers, `seconds` late
    "unauthorized",  # 401, and 400 where eBay gives out tokens
    "denied",  # 403 of the service itself
    "forbidden_html",  # 403 of the network in front of it, in HTML
    "rate_limited",  # 429; 503 where the service has no 429
    "server_error",  # 500
    "busy",  # 503
    "timeout",  # takes the call and never answers
    "cut_body",  # does what was asked, and breaks off in the middle of the answer
    "created_but_500",  # does what was asked, and answers 500
    "not_indexed",  # eBay does not see an item yet that was put a moment ago
    "refused",  # eBay answers 400 with the error `number` and `said`
    "repeated",  # eBay does what was asked twice, and answers as the second time; in parts of bulk calls only
    "left_out",  # eBay does what was asked, and its answer says nothing of it; in parts of bulk calls only
]
KINDS: tuple[str, ...] = Kind.__args__  # type: ignore[attr-defined]
ONLY_PARTS: tuple[Kind, ...] = ("repeated", "left_out")
APPLIED: tuple[Kind, ...] = ("created_but_500", *ONLY_PARTS)  # what was asked is done before
PARTS: tuple[Kind, ...] = (*APPLIED, "rate_limited", "server_error", "busy", "not_indexed", "refused")
SERVICES = ("discogs", "musicbrainz", "coverart", "ebay")

_CREATES = ("POST /sell/inventory/v1/offer", "POST /sell/inventory/v1/bulk_create_offer")

Canned = tuple[int, dict[str, str], dict[str, object] | str]
"""A status, headers, and a JSON body or a page of HTML."""


@dataclass(slots=True)
class Fault:
    """One fault: it befalls calls whose `METHOD path` contains `match`, but not the first `after`, and `times` in all.

    `times` None means until it is cleared. `seconds` is how late a latency makes the answer; `number` and `said` are
    the error with which eBay refuses. With `half` it befalls every second request of a bulk call, with `sku` the one
    for that SKU, and no whole call.
    """

    service: str
    fault: Kind
    times: int | None = None
    after: int = 0
    match: str = ""
    seconds: float = 0.0
    number: int = 0
    said: str = ""
    half: bool = False
    sku: str = ""
    seen: int = 0
    fired: int = 0

    def fires(self, service: str, call: str) -> bool:
        """Count this call, and tell whether it is to fail."""
        if service != self.service or self.match not in call:
            return False
        if self.fault == "not_indexed" and call not in _CREATES:
            return False
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True


@dataclass(slots=True)
class Faults:
    """The faults in force, and how late each service answers on a good day."""

    active: list[Fault] = field(default_factory=list)
    latency: dict[str, float] = field(default_factory=dict)

    def take(self, service: str, call: str) -> list[Fault]:
        """Return the faults that befall this call, at most one besides latency."""
        whole = [fault for fault in self.active if not (fault.half or fault.sku)]
        late = [fault for fault in whole if fault.fault == "latency" and fault.fires(service, call)]
        other = (fault for fault in whole if fault.fault != "latency" and fault.fires(service, call))
        return [*late, *([first] if (first := next(other, None)) else [])]

    def take_parts(self, service: str, call: str, skus: Sequence[str]) -> list[Fault | None]:
        """Return the fault that befalls each request of this bulk call, None for none."""
        half = next((fault for fault in self.active if fault.half and fault.fires(service, call)), None)
        own = [
            next((fault for fault in self.active if fault.sku == sku and fault.fires(service, call)), None)
            for sku in skus
        ]
        return [fault or (half if place % 2 else None) for place, fault in enumerate(own)]


def canned(fault: Fault, path: str) -> Canned:
    """Return the answer a fault gives in place of the service's own."""
    service, kind = fault.service, fault.fault
    if kind == "refused":
        return 400, {}, ebay_error(fault.number, fault.said)
    if kind == "forbidden_html":
        return 403, {"Server": "cloudflare"}, "<!DOCTYPE html><title>Attention Required! | Cloudflare</title>"
    if kind == "unauthorized" and path.endswith("/oauth2/token"):
        said = "the provided authorization refresh token is invalid or was issued to another client"
        return 400, {}, {"error": "invalid_grant", "error_description": said}
    answers = _EBAY if service == "ebay" else _MUSICBRAINZ if service == "musicbrainz" else _DISCOGS
    status, headers, body = answers["server_error" if kind == "created_but_500" else kind]
    return status, headers, body


def ebay_error(number: int, message: str, **more: Any) -> dict[str, object]:
    """Return eBay's error envelope."""
    error = {"errorId": number, "domain": "API_INVENTORY", "subdomain": "Selling", "category": "REQUEST"}
    return {"errors": [{**error, "message": message, **more}]}


_DISCOGS: dict[str, Canned] = {
    "unauthorized": (401, {}, {"message": "You must authenticate to access this resource."}),
    "denied": (403, {}, {"message": "You don't have permission to access this resource."}),
    "rate_limited": (429, {}, {"message": "You are making requests too quickly."}),
    "server_error": (500, {}, {"message": "An internal server error occurred. (Malformed query?)"}),
    "busy": (503, {}, "<html><title>503 Service Temporarily Unavailable</title></html>"),
}
_BUSY = "The MusicBrainz web server is currently busy. Please try again later."
_TOO_FAST = "Your requests are exceeding the allowable rate limit."
_NAMELESS = "Your requests are being throttled by MusicBrainz because the application has not identified itself."
_MUSICBRAINZ: dict[str, Canned] = {
    "unauthorized": (401, {}, {"error": "Authorization required."}),
    "denied": (403, {"X-RateLimit-Who": "ua-missing"}, {"error": _NAMELESS}),
    "rate_limited": (503, {"Retry-After": "1", "X-RateLimit-Zone": "ws ip=127.0.0.1"}, {"error": _TOO_FAST}),
    "server_error": (500, {}, {"error": "Internal server error"}),
    "busy": (503, {"Retry-After": "0", "X-RateLimit-Zone": "global"}, {"error": _BUSY}),
}
_EBAY: dict[str, Canned] = {
    "unauthorized": (401, {}, ebay_error(1001, "Invalid access token", domain="OAuth")),
    "denied": (403, {}, ebay_error(1100, "Access denied", domain="ACCESS")),
    "rate_limited": (429, {}, ebay_error(2001, "Too many requests.", domain="ACCESS")),
    "server_error": (500, {}, ebay_error(25001, "A system error has occurred. Dependent service failure")),
    "busy": (503, {"Retry-After": "2"}, "<html><title>503 Service Unavailable</title></html>"),
    "not_indexed": (400, {}, ebay_error(25751, "The SKU could not be found or is not available in the system.")),
}
