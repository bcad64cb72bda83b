"""What the API answers when it does not do what was asked: a status and a sentence, never a traceback."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from engine.errors import (
    BadRequest,
    DecisionRefused,
    EngineError,
    FileForbidden,
    FileMissing,
    FilesAway,
    FileTooLarge,
    IllegalTransition,
    JobUnknown,
    RowUnknown,
    StoreError,
    UnreadableFile,
)

log = logging.getLogger(__name__)

STATUS: dict[type[EngineError], int] = {
    BadRequest: 400,
    DecisionRefused: 422,
    RowUnknown: 404,
    FileForbidden: 403,
    FileMissing: 404,
    JobUnknown: 404,
    IllegalTransition: 409,
    FileTooLarge: 413,
    UnreadableFile: 422,
    StoreError: 503,
    FilesAway: 503,
}


class Refusal(BaseModel):
    """Why a call was refused, in a sentence."""

    detail: str


def told(meanings: dict[int, str]) -> dict[int | str, dict[str, Any]]:
    """Return how the API's document tells of refusals, by status."""
    return {status: {"model": Refusal, "description": meaning} for status, meaning in meanings.items()}


AWAY = told({503: "The store does not answer; nothing was changed for certain."})
UNKNOWN = told({404: "There is no such job."})
CONFLICT = told({409: "The state of the job does not allow it."})


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
