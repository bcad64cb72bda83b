"""The HTTP API: what clients already in use call, and our additions in the same style.

Bodies are compact JSON, since some of those clients cut them apart with grep.
"""

from __future__ import annotations

from fastapi import FastAPI

from engine import __version__
from engine.api import batches, docs, drafts, exports, system
from engine.api.limits import OwnPagesOnly
from engine.api.refusals import apologise, refuse
from engine.errors import EngineError
from engine.public import Engine
from engine.settings import Settings


def create_app(engine: Engine, settings: Settings) -> FastAPI:
    """Return the application; its routes carry their full paths, `/api/…` and `/health`."""
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
    for router in (batches.router, batches.uploads, drafts.router, exports.router, system.router, docs.router):
        app.include_router(router)
    app.add_middleware(OwnPagesOnly)
    app.add_exception_handler(EngineError, refuse)
    app.add_exception_handler(Exception, apologise)
    return app
