"""`/api/drafts` and the rows behind them: the evidence of each, and what a person decides of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from engine.api.answers import item_answer, job_answer
from engine.api.batches import BY, TheEngine
from engine.api.refusals import AWAY, CONFLICT, UNKNOWN, told
from engine.domain.drafted import Review, review
from engine.errors import RowUnknown
from engine.public import Engine

router = APIRouter(prefix="/api", tags=["drafts"], responses=AWAY)
REFUSED = told({400: "There is no such row that is done.", 422: "A field that nobody knows, or a value no draft has."})


class Decision(BaseModel):
    """What is to change of a row; what is not named stays, null takes it back, and a row without any is just redone."""

    model_config = ConfigDict(extra="allow")

    choice: Any = Field(None, description="a release: `discogs_id`, `musicbrainz_id` or both")
    edits: Any = Field(
        None,
        description="`title`, `price_cents`, `condition`, `quantity`, `note`, `paragraph`, `category_id`, "
        "`aspects`, `photos`; null takes one back",
    )
    removed: Any = Field(None, description="true takes the draft back from eBay, false makes it again")
    seen_at: datetime | None = Field(None, description="`changed_at` of the row you looked at: 409 if it changed since")

    def wanted(self) -> dict[str, Any]:
        """Return what was named."""
        return self.model_dump(exclude_unset=True, exclude={"seen_at"})


class Decisions(BaseModel):
    """What is to change of several rows, by their index."""

    rows: dict[int, Decision] = Field(examples=[{"0": {"removed": True}}])


class Opinion(BaseModel):
    """What a person thinks of a draft."""

    state: Review = Field(examples=["approved"])
    seen_at: datetime | None = Field(None, description="`changed_at` of the row you looked at: 409 if it changed since")


@router.get("/drafts", summary="The drafts of all batches, or of one")
def drafts(
    engine: TheEngine,
    job_id: str = "",
    review: Review | None = None,
    look: bool = False,
    before: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """Return drafts, the newest first, and how many there are; `look=true` those whose match is worth a look.

    `next` is the moment that the next page is `before`, null on the last one.
    """
    found = engine.drafts.page(job_id=job_id, review=review, look=look, before=before, limit=limit)
    total = engine.drafts.count(job_id=job_id, review=review, look=look)
    return {"total": total, "drafts": list(found), "next": found[-1]["at"] if len(found) == limit else None}


@router.get(
    "/batch/{job_id}/items/{index}",
    summary="One row with all its evidence",
    responses=told({404: "There is no such job or row."}),
)
def item(job_id: str, index: int, engine: TheEngine) -> dict[str, Any]:
    """Return the row: its release, candidates, price, draft, history, what was decided, other drafts of its barcode."""
    return _row(engine, job_id, index)


@router.post(
    "/batch/{job_id}/items/{index}/again",
    summary="Do a row again: as it is, with another release or edits, or remove its draft",
    status_code=202,
    responses=UNKNOWN | CONFLICT | REFUSED,
)
def again(job_id: str, index: int, body: Decision, engine: TheEngine) -> dict[str, Any]:
    """Return the row, `wanted` until a worker has done it; 409 while it is done already, or has changed since."""
    seen = {index: body.seen_at} if body.seen_at else {}
    engine.control.again(job_id, {index: body.wanted()}, by=BY, seen=seen)
    return _row(engine, job_id, index)


@router.post(
    "/batch/{job_id}/again",
    summary="Do several rows again, all of them or none",
    status_code=202,
    responses=UNKNOWN | CONFLICT | REFUSED,
)
def all_again(job_id: str, body: Decisions, engine: TheEngine) -> dict[str, Any]:
    """Return the job, pending or running; at most 200 rows at once."""
    seen = {index: decision.seen_at for index, decision in body.rows.items() if decision.seen_at}
    wanted = {index: decision.wanted() for index, decision in body.rows.items()}
    return job_answer(engine.control.again(job_id, wanted, by=BY, seen=seen))


@router.post(
    "/batch/{job_id}/items/{index}/review",
    summary="Approve a draft, hold it, or open it again",
    responses=UNKNOWN | CONFLICT | told({400: "The row has no draft."}),
)
def opinion(job_id: str, index: int, body: Opinion, engine: TheEngine) -> dict[str, Any]:
    """Return the row; 409 while it is done again, or when somebody else has changed it since."""
    engine.control.review(job_id, index, body.state, by=BY, seen=body.seen_at)
    return _row(engine, job_id, index)


def _row(engine: Engine, job_id: str, index: int) -> dict[str, Any]:
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
    others = engine.drafts.of_barcode(row.gtin) if row.gtin else ()
    return item_answer(row, waits.get(index, "")) | {
        "review": review(row) if row.draft else None,
        "changed_at": row.changed_at,
        "other_drafts": [draft for draft in others if draft["sku"] != row.sku],
    }
