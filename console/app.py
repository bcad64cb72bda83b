"""The console as one ASGI application: the screens, and beside them the HTTP API."""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from console.context import context
from engine.api import create_app

log = logging.getLogger(__name__)

SCRIPT = Path(__file__).resolve().parent / "main.py"
API_PATHS = ("/api", "/health")


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


def to_batches(_: Request) -> RedirectResponse:
    """Lead to the list of batches: as the first screen, it has no path of its own."""
    return RedirectResponse("./")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Poll what is in view for as long as the console runs."""
    context().live.start()
    gc.freeze()  # what is loaded now stays: the collector need not walk it at every rerun
    log.info("console_started", extra={"port": context().settings.port})
    try:
        yield {}
    finally:
        context().live.stop()


api = create_app(context().engine, context().settings)
app = st.App(SCRIPT, routes=[Beside(api, API_PATHS), Route("/batches", to_batches)], lifespan=lifespan)
