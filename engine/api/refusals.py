"""What the API answers when it does not do what was asked: a status and a sentence, never a traceback."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.routing import Match

from engine.api.models.base import UNKNOWN_FIELD
from engine.errors import (
    BadRequest,
    DecisionRefused,
    DocumentBroken,
    EngineError,
    FileForbidden,
    FileMissing,
    FilesAway,
    FileTooLarge,
    Forbidden,
    IllegalTransition,
    JobUnknown,
    NotThere,
    SecretsError,
    StoreError,
    UnreadableFile,
)
from engine.log import get_logger

log = get_logger(__name__)

AWAY_STATUS, RETRY_SECONDS = 503, 5
STATUS: dict[type[EngineError], int] = {
    BadRequest: 400,
    DecisionRefused: 422,
    NotThere: 404,
    FileForbidden: 403,
    Forbidden: 403,
    FileMissing: 404,
    JobUnknown: 404,
    IllegalTransition: 409,
    FileTooLarge: 413,
    UnreadableFile: 422,
    DocumentBroken: 500,
    StoreError: AWAY_STATUS,
    FilesAway: AWAY_STATUS,
    SecretsError: AWAY_STATUS,
}


MOST_MISTAKES = 5  # so many are named in one answer
Responses = dict[int | str, dict[str, object]]


class Refusal(BaseModel):
    """Why a call was refused, in a sentence."""

    detail: str


class RefusedRow(BaseModel):
    """A row of an uploaded file that cannot be used."""

    row: int = Field(description="the line in the file, from 1")
    value: str
    reason: str


class RefusedFile(Refusal):
    """Why an upload was refused; with the first rows where it is the file of which nothing can be used."""

    rows: tuple[RefusedRow, ...] = ()


def documented(meanings: Mapping[int, str], model: type[Refusal] = Refusal) -> Responses:
    """Return how the API's document describes refusals, by status."""
    return {status: {"model": model, "description": meaning} for status, meaning in meanings.items()}


EVERY_CALL = documented(
    {
        401: "Nobody is signed in, or the token is not known, has ended or was revoked.",
        403: "The token, or the role of who asks, may less than this call needs.",
        429: "Too many wrong tokens came from your address; `Retry-After` says how long to wait.",
        421: "The console does not answer under that name: DM_HOSTS lists those it is reached by.",
        422: "A value or a field that the call does not have; the sentence names it.",
    }
)
AWAY = EVERY_CALL | documented({503: "The store does not answer; nothing was changed for certain."})
UNKNOWN = documented({404: "There is no such job."})
WRITE = documented(
    {
        403: "A page of another site sent it; or the token, or the role of who asks, may less than this call needs.",
        413: "The body is larger than the call takes.",
        415: "The body is of another type than the call takes.",
    }
)
UNREADABLE = documented({400: "The body cannot be read."})
CONFLICT = WRITE | documented({409: "The state of the job does not allow it."})


def known_parameters_only(request: Request) -> None:
    """Refuse a query parameter that the call does not have, by name.

    Raises:
        HTTPException: 422.
    """
    call = request.scope["route"].dependant
    known = sorted(field.alias for part in (call, *call.dependencies) for field in part.query_params)
    if strange := sorted(set(request.query_params) - set(known)):
        there = f"there are {', '.join(known)}" if known else "there are none"
        raise HTTPException(422, f"{', '.join(strange)}: no such parameter; {there}")


def malformed(request: Request, error: Exception) -> JSONResponse:
    """Return what is wrong with a request as a sentence that names every field concerned, up to five."""
    mistakes = list(error.errors()) if isinstance(error, RequestValidationError) else []
    told_of = [_mistake(mistake) for mistake in mistakes[:MOST_MISTAKES]]
    more = [f"and {len(mistakes) - MOST_MISTAKES} more"] if len(mistakes) > MOST_MISTAKES else []
    detail = "; ".join([*told_of, *more])
    log.info("request_refused", extra={"path": request.url.path, "status": 422, "error": detail})
    return JSONResponse({"detail": detail}, 422)


def _mistake(mistake: Mapping[str, Any]) -> str:
    """Return where a mistake is and what it is; the value itself is left out."""
    place = [str(part) for part in mistake["loc"]]
    if mistake["type"] == "json_invalid":
        return f"The body is not JSON: {mistake['ctx']['error']}"
    name = ".".join(place[1:])
    if name or mistake["type"] == UNKNOWN_FIELD:
        return ": ".join(filter(None, (name, mistake["msg"])))
    return f"The {place[0]}: {mistake['msg']}"


def refuse(request: Request, error: Exception) -> JSONResponse:
    """Return an error of ours as the API answers it: `{"detail": sentence}`, with the rows where a file has some."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    body: dict[str, object] = {"detail": str(error)}
    if isinstance(error, UnreadableFile):
        body["rows"] = [{"row": line, "value": value, "reason": reason} for line, value, reason in error.rows]
    log.info("request_refused", path=request.url.path, status=status, error=str(error))
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == AWAY_STATUS else {}
    return JSONResponse(body, status, headers)


METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


def wrong_method(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001 - its header knows one route only
    """Answer a method that an address does not take, with all that it takes."""
    taken = [
        method
        for method in METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]
    body = {"detail": f"{request.url.path} takes {', '.join(taken)}, not {request.method}."}
    return JSONResponse(body, 405, {"Allow": ", ".join(taken)})


def apologise(request: Request, error: Exception) -> JSONResponse:
    """Answer an error that nobody foresaw with a reference to its log line, and with nothing of the error itself."""
    reference = secrets.token_hex(4)
    log.error("request_broke", path=request.url.path, reference=reference, kind=type(error).__name__)
    return JSONResponse({"detail": f"An error that nobody foresaw; nothing was lost. Reference {reference}."}, 500)
