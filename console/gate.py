"""What the console lets in: one gate before screens, websocket, media, uploads and the HTTP API.

A page of another site can make a browser send requests here, under its own name too once its address was made to lead
to this machine (DNS rebinding). `RULES` says of every path what passes. Scripts send no header of a browser's; for them
only host, method, media type and size count. Where there is a sign-in, it has the last word.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple, Protocol
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.headers import hardened, screens_policy
from console.hosts import are_ours
from engine.log import get_logger
from engine.public import MOST_BYTES, access

log = get_logger(__name__)

JSON, FORM, FIELDS = "application/json", "multipart/form-data", "application/x-www-form-urlencoded"
SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
MOST_JSON = 1_000_000
MOST_FORM = MOST_BYTES + 100_000  # a file, and what a form holds beside it
MOST_WIDGET = 11_000_000  # a little more than Streamlit takes, which says so in its own words
READS = frozenset({"GET", "HEAD", "OPTIONS"})
WEBSOCKET = "WEBSOCKET"  # in the place of a method: it is opened by GET, but what comes through it may change anything
STARTS = frozenset({"http.response.start", "websocket.http.response.start"})
OWN_SITES = frozenset({"same-origin", "none"})
USER = b"x-draft-maker-user"  # who is signed in, for the screens; what a client sends under this name is dropped


@dataclass(frozen=True, slots=True)
class Rule:
    """What passes at `path` and below it.

    Without a media type in `takes`, nothing is written there. `for_all`: under any name. `unsigned`: without a sign-in.
    `own_only`: no read on behalf of another site's page, not even by a link that a person follows. A program's token
    reads where its scope covers `reads`, and writes where it covers `writes`; where that is None, none does.
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
    Rule(SIGN_IN, unsigned=True),
    Rule(SIGN_OUT, FIELDS, 100, unsigned=True),
    Rule("/api/batch/upload", FORM, MOST_FORM, writes=access.TokenScope.SUBMIT),
    Rule("/api/batch/check", FORM, MOST_FORM, writes=access.TokenScope.SUBMIT),
    Rule("/api/batch/process", JSON, MOST_JSON, writes=access.TokenScope.SUBMIT),
    Rule("/api/scans", JSON, MOST_JSON, reads=access.TokenScope.READ, writes=access.TokenScope.SUBMIT),
    Rule("/api/connections/ebay/start", own_only=True),  # sets a cookie, and begins a consent
    Rule("/api/connections/ebay", JSON, MOST_JSON),  # for browsers, and for eBay itself
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


class SignIn(Protocol):
    """Who is asking. `way_in` is the address at which people sign in, "" where something in front asks them."""

    way_in: str

    async def user(self, headers: Headers) -> access.Person | Refused:
        """Return who sends a request, or why nobody is known to."""
        ...


class Callers(Protocol):
    """Which program is asking."""

    async def token(self, headers: Headers, address: str) -> access.Token | Refused | None:
        """Return the token of a call from `address`, why it does not count, or None where none is sent."""
        ...


class _TooLarge(Exception):
    """The body has grown past what its rule allows."""


class Gate:
    """Passes on what `RULES` let in under one of `hosts`, with bodies that stay within their limit as they stream.

    With `sign_in`, only what somebody sends whom it knows. A program that sends one of the tokens that `callers` know
    may do what its scope covers, and needs no other sign-in. `policy` is the content policy of the screens.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: frozenset[str],
        sign_in: SignIn | None = None,
        callers: Callers | None = None,
        policy: str = screens_policy(()),
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._sign_in = sign_in
        self._callers = callers
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        rule, headers, send = rule_of(scope["path"]), Headers(scope=scope), self._hardening(scope, send)
        refused = refusal(rule, scope.get("method", WEBSOCKET), headers, self._hosts)
        user = refused or await self._user(rule, scope, headers)
        if not isinstance(user, Refused):
            await self._pass(rule, _signed(scope, user), receive, send)
        elif way_in := self._way_in(user, scope, headers):
            await RedirectResponse(way_in, 303)(scope, receive, send)
        else:
            await _refuse(user, scope, receive, send)

    def _hardening(self, scope: Scope, send: Send) -> Send:
        """Return `send` with our headers on every answer."""

        async def own(message: Message) -> None:
            await send(hardened(message, scope, self._policy) if message["type"] in STARTS else message)

        return own

    async def _user(self, rule: Rule, scope: Scope, headers: Headers) -> str | Refused:
        """Return who is asking, "" where nobody needs to say, or why nobody is known to."""
        if rule.unsigned:
            return ""
        address = (scope.get("client") or ("",))[0]
        if self._callers and (token := await self._callers.token(headers, address)):
            return token if isinstance(token, Refused) else _caller(token, rule, scope.get("method", WEBSOCKET))
        if self._sign_in is None:
            return ""
        person = await self._sign_in.user(headers)
        return person if isinstance(person, Refused) else person.name

    def _way_in(self, refused: Refused, scope: Scope, headers: Headers) -> str:
        """Return where a person signs in who opens a page, "" for another request or reason."""
        page = scope.get("method") == "GET" and headers.get("sec-fetch-dest", "document") == "document"
        if self._sign_in is None or not self._sign_in.way_in or refused.status != HTTPStatus.UNAUTHORIZED:
            return ""
        if not (page and "text/html" in headers.get("accept", "")):
            return ""
        query = scope["query_string"].decode("latin-1")
        wanted = quote(f"{scope['path']}?{query}" if query else scope["path"], safe="")
        return f"{self._sign_in.way_in}?next={wanted}"

    async def _pass(self, rule: Rule, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on; where its body grows too large, it is refused unless an answer has begun."""
        read, began = 0, False

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > rule.most_bytes:
                    raise _TooLarge
            return message

        async def own(message: Message) -> None:
            nonlocal began
            if read > rule.most_bytes and not began:
                return  # what the application says of a body that broke off
            began = began or message["type"] == "http.response.start"
            await send(message)

        with suppress(_TooLarge):
            await self._app(scope, bounded, own)
        if read > rule.most_bytes and not began:
            await _refuse(_too_large(rule, None), scope, receive, send)


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
    return _too_large(rule, int(length)) if length.isdecimal() and int(length) > rule.most_bytes else None


def _too_large(rule: Rule, size: int | None) -> Refused:
    """Return the refusal of a body, of which `size` bytes are announced."""
    most = f"{rule.most_bytes / 1e6:.1f} MB"
    has = f"The body has {size / 1e6:.1f} MB and the most is {most}" if size else f"The body has more than {most}"
    return Refused(413, f"{has}: split it into smaller {'files' if rule.takes == FORM else 'calls'}.")


def _caller(token: access.Token, rule: Rule, method: str) -> str | Refused:
    """Return under which name a program asks, or why its token does not do here."""
    needed = rule.reads if method in READS else rule.writes
    if needed is None:
        return Refused(403, "Tokens are for calls of the API; this is for people: call it without a token.")
    if not token.scope.covers(needed):
        return Refused(403, f"The token may {token.scope}, and this needs one that may {needed}.")
    return f"token {token.name}"


def _signed(scope: Scope, user: str) -> Scope:
    """Return a request as that of `user`, "" for nobody: screens find it in a header, the API in the state."""
    headers = [(name, value) for name, value in scope["headers"] if name.lower() != USER]
    own = {"headers": [*headers, (USER, user.encode())], "state": {**scope.get("state", {}), "by": user}}
    return {**scope, **(own if user else {"headers": headers})}


async def _refuse(refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the refusal; a websocket is not opened. What is left of the body is read by no one."""
    log.info("request_refused", path=scope["path"], status=refused.status, error=refused.sentence)
    headers = {
        401: {"WWW-Authenticate": "Bearer"},
        405: {"Allow": ", ".join(sorted(READS))},
        429: {"Retry-After": "60"},
    }.get(refused.status)
    await JSONResponse({"detail": refused.sentence}, refused.status, headers)(scope, receive, send)
