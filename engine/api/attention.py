"""`/api/attention` and `/api/fixes`: failed rows of all batches, and one fix for many of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from engine.api.answers import row_answer
from engine.api.batches import CHECKED, TheEngine
from engine.api.models.attention import (
    AttentionAnswer,
    AttentionCause,
    ConcernedAnswer,
    FailedRowAnswer,
    FailedRowsAnswer,
    FixAnswer,
    FixesAnswer,
    FixRequest,
)
from engine.api.models.base import Time
from engine.api.refusals import AWAY, CONFLICT, UNREADABLE, WRITE, documented
from engine.errors import Cause
from engine.public import Fix, RowsWanted, kinds

router = APIRouter(prefix="/api", tags=["attention"], responses=AWAY, dependencies=CHECKED)
NO_FIX = documented({404: "There is no such fix."})
Gtin = Annotated[str, Query(pattern=r"^(\d{14})?$")]


@router.get("/attention", summary="Why rows of all batches need attention")
def attention(engine: TheEngine) -> AttentionAnswer:
    """Return how many rows failed for each cause, and which kinds of fix can mend them."""
    counts = engine.attention.causes()
    causes = [AttentionCause(cause=one.cause, rows=one.count, fixes=kinds(one.cause)) for one in counts]
    return AttentionAnswer(rows=sum(one.count for one in counts), causes=causes)


@router.get("/attention/rows", summary="Failed rows of all batches", response_model_exclude_unset=True)
def failed_rows(
    engine: TheEngine,
    cause: Cause,
    gtin: Gtin = "",
    job_id: str = "",
    before: Time | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> FailedRowsAnswer:
    """Return the rows that failed for a cause, those that failed last first."""
    wanted = RowsWanted(cause, gtin, job_id)
    found = engine.attention.rows(wanted, limit, before)
    rows = [FailedRowAnswer(job_id=one.job_id, row=row_answer(one.item)) for one in found]
    more = found[-1].item.finished_at if len(found) == limit else None
    return FailedRowsAnswer(total=engine.attention.count(wanted), rows=rows, next=more)


@router.post("/attention/check", summary="How many rows a fix would be done with", responses=WRITE | UNREADABLE)
def check(body: FixRequest, engine: TheEngine) -> ConcernedAnswer:
    """Return how many rows it is for, and why some would be left alone; nothing is changed."""
    found = engine.attention.concerned(body.rows, body.remedy)
    bars = {str(bar): count for bar, count in found.bars.items()}
    facts = dict(found.facts)
    return ConcernedAnswer(
        rows=found.rows, fixed=found.fixed, left=found.left, judged=found.judged, bars=bars, facts=facts
    )


@router.post(
    "/fixes",
    summary="Fix all failed rows of a cause: retry, price, choose, take_best, barcode, leave_out",
    status_code=202,
    responses=CONFLICT | UNREADABLE,
)
def begin(body: FixRequest, engine: TheEngine) -> FixAnswer:
    """Return the fix. It begins ten seconds later, and until then `undo` takes it back as a whole.

    409 where no row is wanted, or such rows are being fixed already; 400 where the remedy cannot mend them.
    """
    return fix_answer(engine.fixes.begin(body.rows, body.remedy))


@router.get("/fixes", summary="The newest fixes")
def newest(engine: TheEngine, limit: Annotated[int, Query(ge=1, le=100)] = 10) -> FixesAnswer:
    """Return the fixes that were asked for last, the newest first."""
    return FixesAnswer(fixes=list(map(fix_answer, engine.fixes.newest(limit))))


@router.get("/fixes/{fix_id}", summary="One fix, and how far it is", responses=NO_FIX)
def one(fix_id: str, engine: TheEngine) -> FixAnswer:
    """Return the fix."""
    return fix_answer(engine.fixes.get(fix_id))


@router.post("/fixes/{fix_id}/undo", summary="Take back a fix that has not begun", responses=CONFLICT | NO_FIX)
def undo(fix_id: str, engine: TheEngine) -> FixAnswer:
    """Return the fix, undone: nothing was changed. 409 once it has begun."""
    return fix_answer(engine.fixes.undo(fix_id))


@router.post("/fixes/{fix_id}/stop", summary="Stop a fix where it stands", responses=CONFLICT | NO_FIX)
def stop(fix_id: str, engine: TheEngine) -> FixAnswer:
    """Return the fix, stopped: what it has queued goes on. 409 once it has ended."""
    return fix_answer(engine.fixes.stop(fix_id))


def fix_answer(fix: Fix) -> FixAnswer:
    """Return a fix as clients read it."""
    return FixAnswer(
        fix_id=fix.fix_id,
        kind=fix.remedy.kind,
        cause=fix.rows.cause,
        gtin=fix.rows.gtin,
        upc=fix.rows.upc,
        job_id=fix.rows.job_id,
        by=fix.by,
        at=fix.at,
        due_at=fix.due_at,
        state=fix.state,
        total=fix.total,
        done=fix.done,
        left=dict(fix.left),
        ended_at=fix.ended_at,
    )
