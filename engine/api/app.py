"""The HTTP API: what clients already in use call, and our additions in the same style.

Bodies are compact JSON, since some of those clients cut them apart with grep.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from engine import __version__
from engine.api import batches, docs, system
from engine.api.limits import OwnPagesOnly
from engine.errors import (
    BadRequest,
    EngineError,
    FileForbidden,
    FileMissing,
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
    FileMissing: 404,
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
        description=__doc__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.engine = engine
    app.state.settings = settings
    for router in (batches.uploads, batches.router, system.router, docs.router):
        app.include_router(router)
    app.add_middleware(OwnPagesOnly)
    app.add_exception_handler(EngineError, refuse)
    app.add_exception_handler(Exception, apologise)
    return app


def refuse(request: Request, error: Exception) -> JSONResponse:
    """Return an error of ours as the API answers it: `{"detail": sentence}`, with the rows where a file has some."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    body: dict[str, Any] = {"detail": str(error)}
    if isinstance(error, UnreadableFile):
        body["rows"] = [{"row": line, "value": value, "reason": reason} for line, value, reason in error.rows]
    log.info("request_refused", extra={"path": request.url.path, "status": status, "error": str(error)})
    return JSONResponse(body, status)


def apologise(request: Request, error: Exception) -> JSONResponse:
    """Answer an error that nobody foresaw with a reference to its log line, and with nothing of the error itself."""
    reference = secrets.token_hex(4)
    log.error("request_broke", extra={"path": request.url.path, "reference": reference, "kind": type(error).__name__})
    return JSONResponse({"detail": f"An error that nobody foresaw; nothing was lost. Reference {reference}."}, 500)
