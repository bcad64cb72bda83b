"""`POST /api/lookups/forget`: the services are asked anew about barcodes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from engine.api.batches import CHECKED, TheEngine
from engine.api.models.base import Answer, Body
from engine.api.refusals import AWAY, WRITE, documented
from engine.public import MOST_FORGOTTEN, Forgotten

router = APIRouter(prefix="/api", tags=["lookups"], responses=AWAY | WRITE, dependencies=CHECKED)


class ForgetRequest(Body):
    """The barcodes whose answers are wrong."""

    upcs: Annotated[
        list[Annotated[str, Field(max_length=100)]],
        Field(min_length=1, max_length=MOST_FORGOTTEN, examples=[["720642442524"]]),
    ]


class ForgottenAnswer(Answer):
    """What was kept of one barcode."""

    upc: str
    gtin: str
    answers: Mapping[str, datetime] = Field(description="when each question was answered last, by its name")
    sentence: str


class ForgetAnswer(Answer):
    """What was forgotten."""

    forgotten: list[ForgottenAnswer]


@router.post(
    "/lookups/forget",
    summary="Forget what the services said of barcodes",
    responses=documented({400: "One of them is no barcode, or the body cannot be read."}),
)
def forget(body: ForgetRequest, engine: TheEngine) -> ForgetAnswer:
    """Return what was forgotten: the next row with one of these barcodes asks the services anew.

    To have a row done again at once, call `POST /api/batch/{job_id}/items/{index}/again` after it.
    """
    return ForgetAnswer(forgotten=list(map(_answer, engine.answers.forget(body.upcs))))


def _answer(one: Forgotten) -> ForgottenAnswer:
    return ForgottenAnswer(upc=one.upc, gtin=one.gtin, answers=one.answers, sentence=one.sentence)
