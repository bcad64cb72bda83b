"""What every answer tells a browser: what it may load and run for a page, and that no other site may use the answer."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

from starlette.datastructures import Headers
from starlette.types import Message, Scope

CORS = b"access-control-"
POLICY = b"content-security-policy"
API_PATHS = ("/api", "/health")
API_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
HSTS = (b"strict-transport-security", b"max-age=31536000")
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # not "no-referrer": a page's own calls would then have the origin "null"
    (
        b"permissions-policy",
        b"camera=(self), microphone=(), geolocation=(), payment=(), usb=(), serial=(), display-capture=()",
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def screens_policy(pages: Iterable[str], pictures: Iterable[str] = ()) -> str:
    """Return the content policy of the screens: our own scripts only, and those that stand in the HTML `pages`.

    Pictures of covers come from any server by https, and from the origins in `pictures`. Streamlit writes styles into
    the page as it draws, so inline styles must pass.

    Source: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy (read 2026-11).
    """
    hashes = [f"'sha256-{_digest(script)}'" for page in pages for script in _SCRIPT.findall(page)]
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "blob:", *hashes],  # Streamlit runs the script of a component from a blob of the page
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:", "https:", *pictures],
        "font-src": ["'self'", "data:"],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())


def hardened(start: Message, scope: Scope, screens: str) -> Message:
    """Return the head of an answer with our headers, and without those by which other sites could read it.

    `screens` is the content policy of all that is not the API. Over TLS, here or at what stands in front, browsers are
    asked to come by TLS only for a year; they ignore that where it did not arrive by TLS.
    """
    api = any(scope["path"] == path or scope["path"].startswith(f"{path}/") for path in API_PATHS)
    own = [*ALWAYS, (POLICY, (API_POLICY if api else screens).encode())]
    if "https" in {scope.get("scheme"), Headers(scope=scope).get("x-forwarded-proto")}:
        own.append(HSTS)
    names = {name for name, _ in own}
    kept = [pair for pair in start["headers"] if pair[0].lower() not in names and not pair[0].lower().startswith(CORS)]
    return {**start, "headers": [*kept, *own]}


def _digest(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()
