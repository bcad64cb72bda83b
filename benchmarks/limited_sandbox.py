"""The sandbox with the quotas of the real services, for `benchmarks.rows_budgets`.

    python -m benchmarks.limited_sandbox --latency 2 [--limit 60] [--window 60]

Prints its port. Discogs grants `--limit` calls in a true moving window of `--window` seconds and answers 429 beyond
them, MusicBrainz one in any second and 503. Every answer of every service takes `--latency` seconds; a call is counted
at any moment of them. It knows `COPIES` releases beside its own, each under a barcode of its own (`barcodes`). `GET
/told` returns, by service, every call: when it was counted, in seconds, and whether it was let through.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from benchmarks.window_server import Window
from engine import sandbox
from engine.domain.identify.barcodes import check_digit
from engine.sandbox.app import create_app
from engine.sandbox.catalogue import Entry
from engine.sandbox.emulators import free_port

COPIES = 2_000
FIRST = 70_000_000
BEFORE_COUNTING = 0.9  # of an answer's time at most: what lies between counting and the answer is not nothing
_TOO_OFTEN = {
    "discogs": (429, {"message": "You are making requests too quickly."}),
    "musicbrainz": (503, {"error": "Your requests are exceeding the allowable rate limit."}),
}


def barcode(number: int) -> str:
    """Return the UPC of the release `number`, from 0."""
    payload = f"{84_000_000_000 + number}"
    return payload + check_digit(payload)


def copies() -> Iterator[Entry]:
    """Yield `COPIES` releases that both databases know, each like one of the sandbox but for number and barcode."""
    lines = Path(sandbox.__file__).with_name("releases.jsonl").read_text(encoding="utf-8").splitlines()
    known = [entry for line in lines if len((entry := json.loads(line))["known_to"]) == 2 and entry["id"] < 900_000_000]
    plain = [entry for entry in known if entry["search"] == "plain" and len(entry["barcodes"]) == 1]
    for number, entry in zip(range(COPIES), itertools.cycle(plain), strict=False):
        upc = barcode(number)
        yield entry | {"id": FIRST + number, "barcodes": [f"00{upc}"], "identifiers": [["Barcode", upc]]}


class Limited:
    """The sandbox behind the gates of its services: each call waits, is counted, waits again and is answered."""

    def __init__(self, app: ASGIApp, windows: dict[str, Window], latency: float) -> None:
        self._app = app
        self._windows = windows
        self._latency = latency

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http" or scope["path"].startswith("/sandbox"):
            await self._app(scope, receive, send)
        elif scope["path"] == "/told":
            told = {name: window.told for name, window in self._windows.items()}
            await JSONResponse(told)(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        before = random.uniform(0, BEFORE_COUNTING * self._latency)
        await asyncio.sleep(before)
        service = scope["path"].split("/")[1]
        window = self._windows.get(service)
        passed, left = window.count() if window else (True, 0)
        await asyncio.sleep(self._latency - before)
        if not passed:
            status, body = _TOO_OFTEN[service]
            await JSONResponse(body, status)(scope, receive, send)
            return

        async def with_quota(message: Message) -> None:
            if window and service == "discogs" and message["type"] == "http.response.start":
                message["headers"] = _headers(message["headers"], window.limit, left)
            await send(message)

        await self._app(scope, receive, with_quota)


def _headers(headers: list[tuple[bytes, bytes]], limit: int, left: int) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with what is left of Discogs' quota in place of what the sandbox says."""
    kept = [pair for pair in headers if not pair[0].startswith(b"x-discogs")]
    numbers = {b"": limit, b"-used": limit - left, b"-remaining": left}
    return kept + [(b"x-discogs-ratelimit" + name, str(number).encode()) for name, number in numbers.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.3)
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--window", type=float, default=60.0)
    asked = parser.parse_args()
    windows = {"discogs": Window(asked.limit, asked.window), "musicbrainz": Window(1, 1.0)}
    app = Limited(create_app(latency=0.0, more=tuple(copies())), windows, asked.latency)
    port = free_port()
    print(port, flush=True)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, http="httptools", access_log=False, log_level="critical")
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
