"""What the console lets in: one gate before screens, websocket, media, uploads and the HTTP API.

A page of another site can make a browser send requests here, under its own name too once its address was made to lead
to this machine (DNS rebinding). `console.rules` says of every path what passes. Where there is a sign-in, it has the
last word, and so has the role of whoever asks.
"""

from __future__ import annotations

import json
from contextlib import suppress
from http import HTTPStatus
from typing import NamedTuple, Protocol
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.headers import hardened, screens_policy
from console.rules import READS, WEBSOCKET, Refused, Rule, refusal, rule_of, too_large
from engine.log import get_logger
from engine.public import StoreError, access

log = get_logger(__name__)

STARTS = frozenset({"http.response.start", "websocket.http.response.start"})
MOST_CALL = 200  # letters of a call that stand in the audit
USER, GROUPS = b"x-draft-maker-user", b"x-draft-maker-groups"  # who is signed in, for the screens: ours alone to send


class Asking(NamedTuple):
    """Who asks: who acts at the API, None where nobody needs to say; and the person, None for a program."""

    actor: access.Actor | None
    person: access.Person | None = None


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


class Roles(Protocol):
    """Which role people have."""

    def role(self, person: access.Person) -> access.Role | None:
        """Return the role of a person, None where they have none; StoreError where nobody can tell."""
        ...


class Audited(Protocol):
    """What is written down of whoever asks for more than they may."""

    def refused(self, actor: access.Actor, action: str, words: str, *, sentence: str) -> None:
        """Write it down."""
        ...


class _TooLarge(Exception):
    """The body has grown past what its rule allows."""


class Gate:
    """Passes on what `RULES` let in under one of `hosts`, with bodies that stay within their limit as they stream.

    With `sign_in`, only what somebody sends whom it knows, and who has one of the `roles`. A program that sends one of
    the tokens that `callers` know may do what its scope covers, and needs no other sign-in. Who asks for more than they
    may stands in the `audit`. `policy` is the content policy of the screens.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: frozenset[str],
        sign_in: SignIn | None = None,
        callers: Callers | None = None,
        roles: Roles | None = None,
        audit: Audited | None = None,
        policy: str = screens_policy(()),
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._sign_in = sign_in
        self._callers = callers
        self._roles = roles
        self._audit = audit
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        rule, headers, send = rule_of(scope["path"]), Headers(scope=scope), self._hardening(scope, send)
        refused = refusal(rule, scope.get("method", WEBSOCKET), headers, self._hosts)
        asking = refused or await self._asking(rule, scope, headers)
        if not isinstance(asking, Refused):
            await self._pass(rule, _signed(scope, asking), receive, send)
        elif way_in := self._way_in(asking, scope, headers):
            await RedirectResponse(way_in, 303)(scope, receive, send)
        else:
            await _refuse(asking, scope, receive, send)

    def _hardening(self, scope: Scope, send: Send) -> Send:
        """Return `send` with our headers on every answer."""

        async def own(message: Message) -> None:
            await send(hardened(message, scope, self._policy) if message["type"] in STARTS else message)

        return own

    async def _asking(self, rule: Rule, scope: Scope, headers: Headers) -> Asking | Refused:
        """Return who is asking, or why they do not pass."""
        if rule.unsigned:
            return Asking(None)
        address = (scope.get("client") or ("",))[0]
        token = await self._callers.token(headers, address) if self._callers else None
        if isinstance(token, Refused):
            return token
        found = Asking(_program(token, address)) if token else await self._person(headers, address)
        if isinstance(found, Refused) or found.actor is None:
            return found
        return await self._beyond(rule, scope, found.actor, is_program=bool(token)) or found

    async def _person(self, headers: Headers, address: str) -> Asking | Refused:
        """Return which person is asking, an admin where nobody signs in; or why nobody is known to."""
        if self._sign_in is None:
            return Asking(access.Actor(str(access.Via.API), access.TokenScope.ADMIN, access.Via.API, address))
        person = await self._sign_in.user(headers)
        if isinstance(person, Refused):
            return person
        try:
            role = await run_in_threadpool(self._roles.role, person) if self._roles else None
        except StoreError:
            return Refused(503, "The store does not answer, so nobody's role is known: try again soon.")
        if role is None:
            return Refused(403, f"{person.name} is known but has no role here: ask an admin for one.")
        return Asking(access.Actor(person.name, role.scope, access.Via.API, address, role), person)

    async def _beyond(self, rule: Rule, scope: Scope, actor: access.Actor, *, is_program: bool) -> Refused | None:
        """Return why a request is beyond who asks, None where it is not; what they asked to change is in the audit."""
        method = scope.get("method", WEBSOCKET)
        needed = rule.reads if method in READS else rule.writes
        if needed is None:
            people = "Tokens are for calls of the API; this is for people: call it without a token."
            return Refused(403, people) if is_program else None
        sentence = actor.refusal(needed)
        if sentence and self._audit and method not in READS:  # any page can lead a browser to a read
            call = f"{method} {scope['path']}"[:MOST_CALL]
            await run_in_threadpool(self._audit.refused, actor, call, f"Call {call}", sentence=sentence)
        return Refused(403, sentence) if sentence else None

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
            await _refuse(too_large(rule, None), scope, receive, send)


def _program(token: access.Token, address: str) -> access.Actor:
    """Return a program as who acts."""
    return access.Actor(f"token {token.name}", token.scope, access.Via.API, address)


def _signed(scope: Scope, asking: Asking) -> Scope:
    """Return a request as that of who asks: screens find a person in headers, the API who acts in the state."""
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in (USER, GROUPS)]
    if person := asking.person:
        groups = json.dumps(sorted(person.groups))
        headers += [(USER, person.name.encode()), (GROUPS, groups.encode())]
    return {**scope, "headers": headers, "state": {**scope.get("state", {}), "actor": asking.actor}}


async def _refuse(refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the refusal; a websocket is not opened. What is left of the body is read by no one."""
    log.info("request_refused", path=scope["path"], status=refused.status, error=refused.sentence)
    headers = {
        401: {"WWW-Authenticate": "Bearer"},
        405: {"Allow": ", ".join(sorted(READS))},
        429: {"Retry-After": "60"},
    }.get(refused.status)
    await JSONResponse({"detail": refused.sentence}, refused.status, headers)(scope, receive, send)
