"""`/api/drafts` and the rows behind them: the evidence of each, and what a person decides of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from engine.api.answers import draft_entry, job_answer, row_fields
from engine.api.batches import CHECKED, TheEngine
from engine.api.models.base import Time
from engine.api.models.decisions import Decision, Decisions, Opinion
from engine.api.models.drafts import DraftsAnswer
from engine.api.models.jobs import JobAnswer
from engine.api.models.rows import WholeRowAnswer
from engine.api.refusals import AWAY, CONFLICT, UNKNOWN, UNREADABLE, documented
from engine.domain.batch.draft_index import Review, review
from engine.errors import RowUnknown
from engine.public import DraftNeed, Engine

router = APIRouter(prefix="/api", tags=["drafts"], responses=AWAY, dependencies=CHECKED)
REFUSED = documented(
    {
        400: "No rows, too many, or the body cannot be read.",
        404: "There is no such job, or no such row that is done.",
        422: "A field that nobody knows, or a value that no draft has.",
    }
)


@router.get("/drafts", summary="The drafts of all batches, or of one", response_model_exclude_unset=True)
def drafts(
    engine: TheEngine,
    job_id: str = "",
    review: Review | None = None,
    look: bool = False,
    needs: DraftNeed | None = None,
    before: Time | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> DraftsAnswer:
    """Return drafts, the newest first, and how many there are; `look=true` those whose match is worth a look.

    `needs=price` those that cannot be published for want of a price, and so on; removed drafts need nothing.
    `next` is the moment that the next page is `before`, null on the last one.
    """
    found = engine.drafts.page(job_id=job_id, review=review, look=look, needs=needs, before=before, limit=limit)
    total = engine.drafts.count(job_id=job_id, review=review, look=look, needs=needs)
    entries = list(map(draft_entry, found))
    return DraftsAnswer(total=total, drafts=entries, next=entries[-1].at if len(entries) == limit else None)


@router.get(
    "/batch/{job_id}/items/{index}",
    summary="One row with all its evidence",
    responses=documented({404: "There is no such job or row."}),
    response_model_exclude_unset=True,
)
def item(job_id: str, index: int, engine: TheEngine) -> WholeRowAnswer:
    """Return the row: its release, candidates, price, draft, history, what was decided, other drafts of its barcode."""
    return _row(engine, job_id, index)


@router.post(
    "/batch/{job_id}/items/{index}/again",
    summary="Do a row again: as it is, with another release or edits, or remove its draft",
    status_code=202,
    responses=UNKNOWN | CONFLICT | REFUSED,
    response_model_exclude_unset=True,
)
def again(job_id: str, index: int, body: Decision, engine: TheEngine) -> WholeRowAnswer:
    """Return the row, `wanted` until a worker has done it; 409 while it is done already, or has changed since."""
    seen = {index: body.seen_at} if body.seen_at else {}
    engine.commands.again(job_id, {index: body.wanted()}, seen=seen)
    return _row(engine, job_id, index)


@router.post(
    "/batch/{job_id}/again",
    summary="Do several rows again, all of them or none",
    status_code=202,
    responses=UNKNOWN | CONFLICT | REFUSED,
    response_model_exclude_unset=True,
)
def all_again(job_id: str, body: Decisions, engine: TheEngine) -> JobAnswer:
    """Return the job, pending or running; at most 200 rows at once."""
    rows = body.by_index()
    seen = {index: decision.seen_at for index, decision in rows.items() if decision.seen_at}
    wanted = {index: decision.wanted() for index, decision in rows.items()}
    return job_answer(engine.commands.again(job_id, wanted, seen=seen))


@router.post(
    "/batch/{job_id}/items/{index}/review",
    summary="Approve a draft, hold it, or open it again",
    responses=UNKNOWN | CONFLICT | UNREADABLE | documented({404: "There is no such job, or the row has no draft."}),
    response_model_exclude_unset=True,
)
def opinion(job_id: str, index: int, body: Opinion, engine: TheEngine) -> WholeRowAnswer:
    """Return the row; 409 while it is done again, or when somebody else has changed it since."""
    engine.commands.review(job_id, index, body.state, seen=body.seen_at)
    return _row(engine, job_id, index)


def _row(engine: Engine, job_id: str, index: int) -> WholeRowAnswer:
    """Return a row with its evidence.

    Raises:
        JobUnknown, RowUnknown: there is no such batch, or it has no such row.
    """
    job = engine.queries.job(job_id)
    found = engine.queries.items_at(job_id, [index]) if 0 <= index < (job.total_upcs or 0) else ()
    if not found:
        raise RowUnknown(job_id, index)
    row = found[0]
    waits = {} if row.done else engine.queries.waits(job_id)
    others = engine.drafts.of_key(row.key) if row.key else ()
    more = {
        "review": review(row) if row.draft else None,
        "changed_at": row.changed_at,
        "other_drafts": [draft_entry(draft) for draft in others if draft.sku != row.sku],
    }
    return WholeRowAnswer.model_validate(row_fields(row, waits.get(index, "")) | more)
