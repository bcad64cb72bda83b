"""What the API does not let in: bodies larger than any file may be, and writes that a foreign web page sends."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.errors import FileTooLarge
from engine.public import MOST_BYTES

FORM_BYTES = 100_000  # what a form may hold beside its file
READS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({"same-origin", "none"})


class LimitedRoute(APIRoute):
    """A route for uploads: a body that is too large is read to its end, kept nowhere, and refused."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route, behind the limit."""
        answer = super().get_route_handler()

        async def limited(request: Request) -> Response:
            length = request.headers.get("content-length", "")
            if not length.isdecimal():
                raise HTTPException(411, "An upload must say its length in a Content-Length header.")
            if int(length) > MOST_BYTES + FORM_BYTES:
                async for _ in request.stream():
                    continue
                sizes = f"{int(length) / 1e6:.1f} MB and the most is {MOST_BYTES / 1e6:.0f}"
                raise FileTooLarge(f"The upload has {sizes}: split it into smaller files")
            return await answer(request)

        return limited


class OwnPagesOnly:
    """Refuses what a browser sends on behalf of another site's page: it would act with this operator's access.

    Scripts send neither header and are not concerned.

    Source: https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site (read 2026-11).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and scope["method"] not in READS and foreign(Headers(scope=scope)):
            refusal = JSONResponse({"detail": "Pages of other sites may not use this API."}, 403)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def foreign(headers: Headers) -> bool:
    """Whether a browser says that the request comes from a page of another site."""
    if site := headers.get("sec-fetch-site"):
        return site not in OWN_SITES
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")
