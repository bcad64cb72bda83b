"""The console as one ASGI application: the screens, and beside them the HTTP API."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from console import navigation
from console.bearer import Bearers
from console.context import handles
from console.counted import Counted
from console.gate import Gate, SignIn
from console.headers import API_PATHS, screens_policy
from console.hosts import own_hosts
from console.lasting import Lasting
from console.rules import SIGN_IN
from console.widgets import keys, scrolling, session
from engine.api import create_app
from engine.log import adopt, get_logger
from engine.public import Clock, Sessions
from engine.settings import Settings
from engine.telemetry.metrics import sessions

log = get_logger(__name__)

SCRIPT = Path(__file__).resolve().parent / "main.py"
INLINE = {"streamlit": "static/index.html", "streamlit-autorefresh": "frontend/build/index.html"}  # pages with scripts
OWN_FILES = frozenset({"", "index.html", "favicon.png", "manifest.json"})
OWN_FOLDERS = frozenset({"_stcore", "static", "media", "component"})  # what Streamlit itself serves


class Beside(BaseRoute):
    """Hands every request at or below one of `paths` to another application, which knows its full paths."""

    def __init__(self, application: ASGIApp, paths: tuple[str, ...]) -> None:
        self._application = application
        self._paths = paths

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether the request is one of ours."""
        path = scope.get("path", "")
        ours = scope["type"] == "http" and any(path == own or path.startswith(f"{own}/") for own in self._paths)
        return (Match.FULL if ours else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        await self._application(scope, receive, send)


class Elsewhere(BaseRoute):
    """Answers 404 at every path that is neither a screen nor Streamlit's: Streamlit would show its shell there."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether nothing is at the path of the request."""
        path = scope.get("path", "").strip("/")
        known = path in OWN_FILES or path in navigation.ADDRESSES.values() or path.partition("/")[0] in OWN_FOLDERS
        return (Match.NONE if known or scope["type"] != "http" else Match.FULL), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say that nothing is there."""
        await JSONResponse({"detail": "Not Found"}, 404)(scope, receive, send)


def to_batches(request: Request) -> RedirectResponse:
    """Lead to the list of batches, with what the address says beside it: as the first screen, it has no path."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


def to_screen(request: Request) -> RedirectResponse:
    """Lead from the name of a screen's file to the screen, with what the address says beside it."""
    address = navigation.BY_FILE[request.url.path.strip("/")]
    return RedirectResponse(f"{address}?{request.url.query}" if request.url.query else address)


def sign_in(settings: Settings, clock: Clock, sessions: Sessions) -> SignIn | None:
    """Return what signs people in, None where nothing does, or something in front."""
    if settings.sign_in == "iap":
        from console.iap import IdentityAwareProxy  # loads Google's library

        return IdentityAwareProxy(settings.iap_audience, settings.iap_keys_url, clock)
    if settings.sign_in == "oidc":
        from console.oidc import Client, Provider
        from console.sign_in import OidcSignIn

        url = settings.console_url.rstrip("/")
        client = Client(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret,
            f"{url}{SIGN_IN}/callback",
            settings.oidc_name,
            settings.oidc_groups,
        )
        return OidcSignIn(Provider(client, clock), sessions, url, timedelta(hours=settings.session_hours))
    return None


def policy(settings: Settings) -> str:
    """Return the content policy of the screens; the sandbox has no certificate, so its pictures come by http."""
    theirs = (distribution(name).locate_file(f"{name.replace('-', '_')}/{page}") for name, page in INLINE.items())
    ours = (keys.LISTENER, scrolling.LISTENER, session.LISTENER)
    pages = [Path(str(page)).read_text(encoding="utf-8") for page in (*theirs, *ours)]
    return screens_policy(pages, [settings.sandbox_url] if settings.profile == "demo" else [])


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Poll what is in view for as long as the console runs."""
    adopt()
    handles().poller.start()
    gc.freeze()  # what is loaded now stays: the collector need not walk it at every rerun
    log.info("console_started", port=handles().settings.port)
    try:
        yield {}
    finally:
        handles().poller.stop()
        handles().telemetry.close()


settings = handles().settings
api = create_app(handles().engine, settings, handles().telemetry.text)
people = sign_in(settings, handles().clock, handles().engine.sessions)
gate = Middleware(
    Gate,
    hosts=own_hosts(settings.host, settings.port, settings.own_hosts),
    sign_in=people,
    callers=Bearers(handles().engine.tokens, handles().clock),
    roles=handles().engine.people,
    audit=handles().engine.audit,
    policy=policy(settings),
)
lasting = [Middleware(Lasting, sign_in=people, clock=handles().clock)] if people and people.way_in else []
counted = Middleware(Counted, count=sessions.add)
BY_FILE = [Route(f"/{name}", to_screen) for name in navigation.BY_FILE]
IN_AND_OUT = getattr(people, "routes", [])
ROUTES = [Beside(api, API_PATHS), Route("/batches", to_batches), *BY_FILE, *IN_AND_OUT, Elsewhere()]
app = st.App(SCRIPT, routes=ROUTES, middleware=[gate, *lasting, counted], lifespan=lifespan)
