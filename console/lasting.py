"""Cuts the websocket of a browser whose session has ended: what came after would be done for nobody."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.gate import SignIn
from console.rules import Refused
from engine.log import get_logger
from engine.public import Clock

log = get_logger(__name__)

LOOK_SECONDS = 5.0  # so often a websocket that is used is looked at
POLICY_VIOLATION = 1008
SIGNED_OUT = 401


class Lasting:
    """Asks `sign_in` again who sends what comes through a websocket, every few seconds in which something comes."""

    def __init__(self, app: ASGIApp, sign_in: SignIn, clock: Clock) -> None:
        self._app = app
        self._sign_in = sign_in
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        headers, looked_at = Headers(scope=scope), self._clock.monotonic()

        async def looked() -> Message:
            nonlocal looked_at
            message = await receive()
            if message["type"] != "websocket.receive" or self._clock.monotonic() - looked_at < LOOK_SECONDS:
                return message
            looked_at = self._clock.monotonic()
            found = await self._sign_in.user(headers)
            if not (isinstance(found, Refused) and found.status == SIGNED_OUT):
                return message
            log.info("websocket_cut", error=found.sentence)
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}

        await self._app(scope, looked, send)
