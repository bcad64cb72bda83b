"""The HTTP API: what clients already in use call, and our additions in the same style.

Bodies are compact JSON, since some of those clients cut them apart with grep.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from engine import __version__
from engine.api import (
    attention,
    audit,
    batch_list,
    batches,
    bulk_actions,
    catalogue,
    connections,
    docs,
    drafts,
    exports,
    handover,
    lookups,
    metrics,
    notifications,
    people,
    scans,
    seller,
    system,
    tokens,
)
from engine.api.refusals import apologise, malformed, refuse, wrong_method
from engine.errors import EngineError
from engine.public import Engine
from engine.settings import Settings


def create_app(engine: Engine, settings: Settings, scrape: Callable[[], bytes | None] = lambda: None) -> FastAPI:
    """Return the application; its routes carry their full paths, `/api/…` and `/health`.

    `scrape` returns all metrics as Prometheus reads them, None where it is not to be told any.
    """
    app = FastAPI(
        title="Draft Maker",
        version=__version__,
        description=__doc__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.engine = engine
    app.state.settings = settings
    app.state.scrape = scrape
    routers = (
        batches.router,
        batch_list.router,
        drafts.router,
        attention.router,
        bulk_actions.router,
        exports.router,
        handover.router,
        system.router,
    )
    more = (
        catalogue.router,
        connections.router,
        connections.browsers,
        lookups.router,
        metrics.router,
        notifications.router,
        scans.router,
        seller.router,
        system.probes,
        tokens.router,
        people.router,
        audit.router,
        docs.router,
    )
    for router in (*routers, *more):
        app.include_router(router)
    app.add_exception_handler(EngineError, refuse)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(405, wrong_method)
    app.add_exception_handler(Exception, apologise)
    return app
