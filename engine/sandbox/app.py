"""The four services under one address: /discogs, /musicbrainz, /coverart and /ebay, with switches under /sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount, Router

from engine.clock import Clock, SystemClock
from engine.sandbox import catalogue, discogs, musicbrainz
from engine.sandbox.controls import Controls
from engine.sandbox.ebay import Ebay
from engine.sandbox.faults import Faults
from engine.sandbox.gate import Gate
from engine.sandbox.ledger import Ledger
from engine.startup import refuse_taken_port


def create_app(
    ledger: Path | None = None,
    *,
    latency: float = 0.0,
    clock: Clock | None = None,
    accept_url: str = "",
    everywhere: bool = False,
    more: Sequence[catalogue.Entry] = (),
) -> Starlette:
    """Return the sandbox; with `ledger` it goes on where the file of that name ended.

    Every service answers `latency` seconds late until this is changed. `accept_url` is where a consent at eBay leads.
    `everywhere` has every service know every release; `more` are releases beside those of the sandbox.
    """
    clock = clock or SystemClock()
    known, faults, book = catalogue.load(everywhere=everywhere, more=more), Faults(), Ledger(clock, ledger)
    ebay = Ebay(book, clock, faults=faults)
    ebay.consents.accept_url = accept_url
    services = {
        "discogs": discogs.routes(known),
        "musicbrainz": musicbrainz.routes(known),
        "coverart": musicbrainz.cover_routes(known),
        "ebay": ebay.routes(),
    }

    faults.latency = dict.fromkeys(services, latency)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        book.close()

    mounts = [
        Mount(f"/{name}", Gate(name, Router(routes, redirect_slashes=False), book, faults))
        for name, routes in services.items()
    ]
    return Starlette(routes=[*mounts, *Controls(book, faults, ebay.account, ebay.consents).routes()], lifespan=lifespan)


def server(
    port: int,
    *,
    host: str = "127.0.0.1",
    ledger: Path | None = None,
    latency: float = 0.0,
    accept_url: str = "",
    everywhere: bool = False,
    more: Sequence[catalogue.Entry] = (),
) -> uvicorn.Server:
    """Return a server that is ready to run."""
    config = uvicorn.Config(
        create_app(ledger, latency=latency, accept_url=accept_url, everywhere=everywhere, more=more),
        host=host,
        port=port,
        http="httptools",
        access_log=False,
        log_level="critical",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=60,
    )
    return uvicorn.Server(config)


def serve(
    port: int, *, host: str = "127.0.0.1", ledger: Path | None = None, latency: float = 0.0, accept_url: str = ""
) -> None:
    """Serve until the process is asked to stop.

    `ledger` is an append-only JSON-lines file: what was asked and made survives a restart, even a kill.

    Raises:
        BadSetting: the port is in use.
    """
    refuse_taken_port(host, port)
    server(port, host=host, ledger=ledger, latency=latency, accept_url=accept_url).run()
