"""What a request must be to pass, by its path: its host, the page it comes from, its method, media type and size.

`RULES` says of every path what passes. Scripts send no header of a browser's; for them only host, method, media type
and size count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from starlette.datastructures import Headers

from console.hosts import are_ours
from engine.public import MOST_BYTES, access

JSON, FORM, FIELDS = "application/json", "multipart/form-data", "application/x-www-form-urlencoded"
SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
MOST_JSON = 1_000_000
MOST_FORM = MOST_BYTES + 100_000  # a file, and what a form holds beside it
MOST_WIDGET = 11_000_000  # a little more than Streamlit takes, which says so in its own words
READS = frozenset({"GET", "HEAD", "OPTIONS"})
WEBSOCKET = "WEBSOCKET"  # in the place of a method: it is opened by GET, but what comes through it may change anything
OWN_SITES = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Rule:
    """What passes at `path` and below it.

    Without a media type in `takes`, nothing is written there. `for_all`: under any name. `unsigned`: without a sign-in.
    `own_only`: no read on behalf of another site's page, not even by a link that a person follows. Whoever asks reads
    where their scope covers `reads`, and writes where it covers `writes`; where that is None, no token passes, and what
    people may is seen to in the engine.
    """

    path: str
    takes: str = ""
    most_bytes: int = 0
    for_all: bool = False
    unsigned: bool = False
    own_only: bool = False
    reads: access.TokenScope | None = None
    writes: access.TokenScope | None = None


RULES = (  # the first that fits counts
    Rule("/health", for_all=True, unsigned=True),  # probes call it by number; it holds nothing secret
    Rule("/api/ready", for_all=True, unsigned=True),
    Rule(SIGN_IN, unsigned=True),
    Rule(SIGN_OUT, FIELDS, 100, unsigned=True),
    Rule("/api/batch/upload", FORM, MOST_FORM, writes=access.TokenScope.SUBMIT),
    Rule("/api/batch/check", FORM, MOST_FORM, writes=access.TokenScope.SUBMIT),
    Rule("/api/batch/process", JSON, MOST_JSON, writes=access.TokenScope.SUBMIT),
    Rule("/api/scans", JSON, MOST_JSON, reads=access.TokenScope.READ, writes=access.TokenScope.SUBMIT),
    Rule("/api/connections/ebay/start", own_only=True),  # sets a cookie, and begins a consent
    Rule("/api/connections/ebay", JSON, MOST_JSON),  # for browsers, and for eBay itself
    Rule("/api/people", JSON, MOST_JSON, reads=access.TokenScope.ADMIN, writes=access.TokenScope.ADMIN),
    Rule("/api/audit", reads=access.TokenScope.ADMIN),
    Rule("/api/tokens", JSON, MOST_JSON, reads=access.TokenScope.ADMIN, writes=access.TokenScope.ADMIN),
    Rule("/api/catalogue", JSON, MOST_JSON, reads=access.TokenScope.READ, writes=access.TokenScope.ADMIN),
    Rule("/api", JSON, MOST_JSON, reads=access.TokenScope.READ, writes=access.TokenScope.STEER),
    Rule("/_stcore/upload_file", FORM, MOST_WIDGET),
    Rule(""),  # screens, their websocket, media, and all else
)


class Refused(NamedTuple):
    """Why a request does not pass: a status, and a sentence that says how to mend it."""

    status: int
    sentence: str


def rule_of(path: str) -> Rule:
    """Return the rule of a path."""
    return next(rule for rule in RULES if path == rule.path or path.startswith(f"{rule.path}/") or not rule.path)


def refusal(rule: Rule, method: str, headers: Headers, hosts: frozenset[str]) -> Refused | None:
    """Return why a request may not pass, None when it may."""
    if not rule.for_all and not are_ours(headers.getlist("host"), hosts):
        name = (headers.get("host") or "")[:100]
        return Refused(421, f"The console does not answer under the name {name!r}. If it is yours, add it to DM_HOSTS.")
    if foreign(headers) and (rule.own_only or not _is_visit(method, headers)):
        return Refused(403, "Pages of other sites may not use this console. Open it in a tab of its own.")
    if method in READS or method == WEBSOCKET:
        return None
    if not rule.takes:
        return Refused(405, f"Nothing can be changed here by {method}: only GET, HEAD and OPTIONS are answered.")
    return _wrong_body(rule, headers)


def foreign(headers: Headers) -> bool:
    """Whether a browser says that the request comes from a page of another site.

    Source: https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site (read 2026-11).
    """
    if site := headers.get("sec-fetch-site"):
        return site not in OWN_SITES
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2].lower() != headers.get("host", "").lower()


def _is_visit(method: str, headers: Headers) -> bool:
    """Whether a person follows a link to a tab of its own: no frame, picture, script or call."""
    fetched = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest"))
    return method == "GET" and fetched == ("navigate", "document")


def _wrong_body(rule: Rule, headers: Headers) -> Refused | None:
    """Return what is wrong with the type or the stated length of a body, None when nothing is."""
    length = headers.get("content-length", "")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = length not in {"", "0"} or "transfer-encoding" in headers
    if (kind or has_body) and kind != rule.takes:
        given = f"not {kind[:100]}" if kind else "and its Content-Type header says nothing"
        return Refused(415, f"The body must be {rule.takes}, {given}: set the header Content-Type: {rule.takes}.")
    return too_large(rule, int(length)) if length.isdecimal() and int(length) > rule.most_bytes else None


def too_large(rule: Rule, size: int | None) -> Refused:
    """Return the refusal of a body, of which `size` bytes are announced."""
    most = f"{rule.most_bytes / 1e6:.1f} MB"
    has = f"The body has {size / 1e6:.1f} MB and the most is {most}" if size else f"The body has more than {most}"
    return Refused(413, f"{has}: split it into smaller {'files' if rule.takes == FORM else 'calls'}.")
