"""`/api/audit`: who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from engine.api.batches import CHECKED, TheEngine
from engine.api.exports import CSV, download, file
from engine.api.models.base import Answer, Time
from engine.api.refusals import AWAY
from engine.public import access, audit

router = APIRouter(prefix="/api/audit", tags=["system"], responses=AWAY, dependencies=CHECKED)


class EntryAnswer(Answer):
    """What somebody did, or asked for."""

    entry_id: str
    at: datetime
    by: str
    via: Annotated[str, Field(examples=[*access.Via])]
    address: str = Field(description='from where; "" where it is not known')
    scope: Annotated[str, Field(examples=[*access.TokenScope], description="how far they might go")]
    action: str = Field(description="its name")
    words: str = Field(description="what it does")
    about: str = Field(description="on what: rows, names, values; never a secret")
    batches: list[str]
    result: Annotated[str, Field(examples=[*audit.Result], description="`asked` where nobody knows what came of it")]
    sentence: str = Field(description="why it was refused or failed")
    ended_at: datetime | None


class AuditAnswer(Answer):
    """Entries, the newest first."""

    entries: list[EntryAnswer]
    next: str | None = Field(description="what the next page is `before`; null on the last one")


def _wanted(by: str = "", batch: str = "", since: Time | None = None, until: Time | None = None) -> audit.AuditFilter:
    """Return which entries a call asks for; all without a parameter."""
    return audit.AuditFilter(by, batch, since, until)


Wanted = Annotated[audit.AuditFilter, Depends(_wanted)]


@router.get("", summary="Who did what")
def entries(
    engine: TheEngine, wanted: Wanted, limit: Annotated[int, Query(ge=1, le=200)] = 50, before: str = ""
) -> AuditAnswer:
    """Return what people and programs did, of one person (`by`) or on one `batch`, the newest first."""
    found = engine.audit.page(wanted, limit, before)
    listed = [EntryAnswer.model_validate(entry, from_attributes=True) for entry in found]
    return AuditAnswer(entries=listed, next=found[-1].entry_id if len(found) == limit else None)


@router.get("/audit.csv", summary="The same as a file", response_class=StreamingResponse, responses=file(CSV))
def table(engine: TheEngine, wanted: Wanted) -> StreamingResponse:
    """Stream one line for each entry, the newest first."""
    return download(engine.audit.csv(wanted), CSV, "audit.csv")
