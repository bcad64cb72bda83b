"""The HTTP API: what clients already in use call, and our additions in the same style.

Bodies are compact JSON, since some of those clients cut them apart with grep.
"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from engine import __version__
from engine.api import batches, system
from engine.errors import (
    BadRequest,
    EngineError,
    FileForbidden,
    FilesAway,
    FileTooLarge,
    IllegalTransition,
    JobUnknown,
    StoreError,
    UnreadableFile,
)
from engine.public import Engine
from engine.settings import Settings

log = logging.getLogger(__name__)

STATUS: dict[type[EngineError], int] = {
    BadRequest: 400,
    FileForbidden: 403,
    JobUnknown: 404,
    IllegalTransition: 409,
    FileTooLarge: 413,
    UnreadableFile: 422,
    StoreError: 503,
    FilesAway: 503,
}


def create_app(engine: Engine, settings: Settings) -> FastAPI:
    """Return the application; its routes carry their full paths, `/api/…` and `/health`."""
    app = FastAPI(
        title="Draft Maker",
        version=__version__,
        docs_url="/api/docs",
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.engine = engine
    app.state.settings = settings
    app.include_router(batches.router)
    app.include_router(system.router)
    app.add_exception_handler(EngineError, refuse)
    return app


def refuse(request: Request, error: Exception) -> JSONResponse:
    """Return an error of ours as the API answers it: `{"detail": sentence}`, with the rows where a file has some."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    body: dict[str, Any] = {"detail": str(error)}
    if isinstance(error, UnreadableFile):
        body["rows"] = [{"row": line, "value": value, "reason": reason} for line, value, reason in error.rows]
    log.info("request_refused", extra={"path": request.url.path, "status": status, "error": str(error)})
    return JSONResponse(body, status)
