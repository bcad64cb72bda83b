"""`/api/handover`: what a shift hands over to the next."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from engine.api.attention import fix_answer
from engine.api.batches import CHECKED, TheEngine
from engine.api.models.handover import FinishedBatch, HandoverAnswer, RunningAnswer, StuckAnswer
from engine.api.refusals import AWAY
from engine.public import LONGEST_SHIFT, Running, Stuck, shift_message

router = APIRouter(prefix="/api", tags=["system"], responses=AWAY, dependencies=CHECKED)


@router.get("/handover", summary="What a shift hands over to the next")
def handover(engine: TheEngine, hours: Annotated[int, Query(ge=1, le=LONGEST_SHIFT)] = 8) -> HandoverAnswer:
    """Return what was finished in the last `hours`, what is stuck and what mends it, and what runs.

    `text` says the same as a message.
    """
    found = engine.shifts.report(timedelta(hours=hours))
    done = found.finished
    return HandoverAnswer(
        since=found.since,
        at=found.at,
        finished=done.batches,
        finished_batches=[FinishedBatch(job_id=job.job_id, name=job.name) for job in done.newest],
        drafts=done.drafts,
        failed=done.failed,
        stuck=list(map(_stuck, found.stuck)),
        unnamed=found.unnamed,
        running=list(map(_running, found.running)),
        unnamed_running=found.unnamed_running,
        left=found.left,
        open=found.open,
        workers=found.engines,
        fixes=list(map(fix_answer, found.fixes)),
        text=shift_message(found),
    )


def _stuck(one: Stuck) -> StuckAnswer:
    return StuckAnswer(
        screen=one.screen,
        name=one.name,
        why=one.why,
        next_step=one.next_step,
        since=one.since,
        until=one.until,
        rows=one.rows,
        lately=one.lately,
        job_id=one.job_id,
        cause=one.cause,
    )


def _running(one: Running) -> RunningAnswer:
    return RunningAnswer(
        job_id=one.job_id,
        name=one.name,
        done=one.done,
        total=one.total,
        per_minute=None if one.per_minute is None else round(one.per_minute, 1),
        done_at=one.done_at,
        limited_by=one.limited_by,
        waits=list(one.waits),
    )
