"""The gate before each service: it writes every call down, and lets faults befall it."""

from __future__ import annotations

import asyncio
import json
import re
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.sandbox.faults import Canned, Faults, canned
from engine.sandbox.ledger import Ledger

KEY = "sandbox.key"
_QUERY_KEYS = ("barcode", "query", "resource", "gtin", "q", "sku", "category_id")
_LAST_PART = re.compile(r"/(?:releases|release|inventory_item|offer)/([^/]+)")


class Gate:
    """An ASGI application in front of one service.

    A call is in the ledger before its answer leaves; one that gets no answer is there with status 0.
    """

    def __init__(self, service: str, app: ASGIApp, ledger: Ledger, faults: Faults) -> None:
        self._service = service
        self._app = app
        self._ledger = ledger
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or do to it what a fault does."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        scope[KEY] = _key(path, scope["query_string"])
        struck = self._faults.take(self._service, f"{scope['method']} {path}")
        late = self._faults.latency.get(self._service, 0.0) + sum(f.seconds for f in struck if f.fault == "latency")
        if late:
            await asyncio.sleep(late)
        fault = next((fault for fault in struck if fault.fault != "latency"), None)
        names = "+".join(fault.fault for fault in struck)

        async def send_written(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._ledger.call(self._service, scope["method"], path, message["status"], scope[KEY], names)
            await send(message)

        if fault is None:
            await self._app(scope, receive, send_written)
        elif fault.fault == "timeout":
            self._ledger.call(self._service, scope["method"], path, 0, scope[KEY], names)
            await _hang(receive)
        elif fault.fault == "cut_body":
            await self._app(scope, receive, _cutting(send_written))
        else:
            if fault.fault == "created_but_500":
                await self._app(scope, receive, _unheard)
            await _answer(canned(fault, path), send_written)


def _key(path: str, query: bytes) -> str:
    """Return what a call is about, as far as its address says."""
    asked = parse_qs(query.decode())
    for name in _QUERY_KEYS:
        if name in asked:
            return asked[name][0]
    part = _LAST_PART.search(path)
    return part[1] if part else ""


async def _hang(receive: Receive) -> None:
    """Keep the caller waiting until it hangs up."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _unheard(_message: Message) -> None:
    """Swallow the answer of a service whose caller is to hear something else."""


def _cutting(send: Send) -> Send:
    """Return a `send` that promises more than it gives; the server then drops the connection."""

    async def send_half(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name, value) for name, value in message["headers"] if name != b"content-length"]
            status = 200 if message["status"] == 204 else message["status"]
            await send({**message, "status": status, "headers": [*headers, (b"content-length", b"1000000")]})
        else:
            body = message.get("body", b"")
            await send({"type": "http.response.body", "body": body[: len(body) // 2] or b"{", "more_body": True})

    return send_half


async def _answer(answer: Canned, send: Send) -> None:
    """Send a status, headers and a body, JSON unless it is text."""
    status, headers, body = answer
    kind = "text/html" if isinstance(body, str) else "application/json"
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    pairs = {"Content-Type": kind, "Content-Length": str(len(raw)), **headers}
    lines = [(name.lower().encode(), value.encode()) for name, value in pairs.items()]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": raw})
