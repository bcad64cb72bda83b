"""`/api/catalogue`: the offline catalogue of the console's machine, and its update."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import Field

from engine.api.batches import CHECKED, TheEngine
from engine.api.models.base import Answer
from engine.api.refusals import EVERY_CALL, WRITE
from engine.public import CatalogueView, encode

router = APIRouter(prefix="/api", tags=["system"], responses=EVERY_CALL, dependencies=CHECKED)


class UpdateAnswer(Answer):
    """An update of the catalogue."""

    state: str = Field(description="`running`, `done`, `failed` or `stopped`")
    started_at: datetime
    at: datetime
    dump: str
    percent: float
    releases: int
    seconds_left: float | None
    sentence: str


class CatalogueAnswer(Answer):
    """The offline catalogue; null where there is none that can be used."""

    dump: str | None
    made_on: date | None
    age_days: int | None
    releases: int | None = Field(description="releases with a barcode")
    imported_at: datetime | None
    bytes: int
    trouble: str
    update: UpdateAnswer | None


@router.get("/catalogue", summary="The offline catalogue and its last update")
def catalogue(engine: TheEngine) -> CatalogueAnswer:
    """Return what the catalogue of the console's machine is made from, and how its last update is."""
    return _answer(engine.catalogue.view())


@router.post(
    "/catalogue/update", summary="Have the catalogue updated in the background", status_code=202, responses=WRITE
)
def update(engine: TheEngine) -> CatalogueAnswer:
    """Return the catalogue; how the update goes stands in `update` of `GET /api/catalogue` within seconds."""
    return _answer(engine.catalogue.update())


def _answer(view: CatalogueView) -> CatalogueAnswer:
    about = view.about
    return CatalogueAnswer(
        dump=about.dump if about else None,
        made_on=about.made_on if about else None,
        age_days=view.age_days,
        releases=about.kept if about else None,
        imported_at=about.imported_at if about else None,
        bytes=view.size,
        trouble=view.trouble,
        update=UpdateAnswer.model_validate(encode(view.update)) if view.update else None,
    )
