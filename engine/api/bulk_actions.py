"""`POST /api/drafts/bulk`: one decision on several drafts."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from engine.api.batches import CHECKED, TheEngine
from engine.api.models.base import NUMBER, Answer, Body, Time
from engine.api.refusals import AWAY, UNREADABLE, WRITE
from engine.public import MAX_CENTS, BulkAction, RowResult, SeenRow

router = APIRouter(prefix="/api", tags=["drafts"], responses=AWAY | WRITE | UNREADABLE, dependencies=CHECKED)
MOST_ROWS = 200


class BulkRow(Body):
    """A draft, by the batch and the index of its row."""

    job_id: str = Field(examples=["batch_20250821_145610_0"])
    index: Annotated[int, Field(ge=0, le=2**31 - 1), NUMBER]
    seen_at: Time | None = Field(
        None, description="`changed_at` of the draft you looked at: it is left alone if it has changed since"
    )


_PRICED: JsonDict = {
    "if": {"properties": {"action": {"const": BulkAction.PRICE}}},
    "then": {"required": ["price_cents"], "properties": {"price_cents": {"type": "integer"}}},
    "else": {"properties": {"price_cents": {"type": "null"}}},
}


class BulkRequest(Body):
    """One action, and the drafts that it is for."""

    model_config = ConfigDict(json_schema_extra=_PRICED)

    action: BulkAction
    rows: Annotated[list[BulkRow], Field(min_length=1, max_length=MOST_ROWS)]
    price_cents: Annotated[int | None, Field(ge=1, le=MAX_CENTS), NUMBER] = Field(
        None, description="in US cents: the price that the action `price` gives them; no other action takes one"
    )

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if (self.action is BulkAction.PRICE) is (self.price_cents is None):
            raise ValueError("price_cents goes with the action price, and with no other")
        return self


class BulkRowAnswer(Answer):
    """What became of one draft; `reason` says why it was left alone, "" when the action was done."""

    job_id: str
    index: int
    done: bool
    reason: str


class BulkAnswer(Answer):
    """How many drafts the action was done with, how many were left alone, and what became of each."""

    done: int
    left_alone: int
    rows: list[BulkRowAnswer]


@router.post("/drafts/bulk", summary="Approve, hold, reopen, send again, remove, put back or price several drafts")
def bulk(body: BulkRequest, engine: TheEngine) -> BulkAnswer:
    """Return what became of each draft.

    Drafts that somebody has changed since you saw them, and rows that are being done, are left alone and say why.
    `send_again`, `remove`, `put_back` and `price` are queued: a worker does them.
    """
    rows = [SeenRow(row.job_id, row.index, row.seen_at) for row in body.rows]
    results = engine.bulk_actions.apply(body.action, rows, price_cents=body.price_cents)
    done = sum(result.done for result in results)
    return BulkAnswer(done=done, left_alone=len(results) - done, rows=[_answer(result) for result in results])


def _answer(result: RowResult) -> BulkRowAnswer:
    row = result.row
    return BulkRowAnswer(job_id=row.job_id, index=row.index, done=result.done, reason=result.reason)
