"""`/api/batch/…`: submit, steer and read batches."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field, Json

from engine.api.answers import MAX_FAILED, item_answer, job_answer, progress_answer
from engine.api.limits import LimitedRoute
from engine.api.price_rules import PriceRuleBody
from engine.api.refusals import AWAY, CONFLICT, UNKNOWN, told
from engine.domain.items import ItemStatus
from engine.domain.jobs import Job, JobStatus, failure
from engine.domain.options import Ambiguous, DraftedBefore, Duplicates, Need, Options
from engine.domain.pricing import PriceRule
from engine.domain.rows import Condition
from engine.errors import BadRequest, Cause, IllegalTransition
from engine.public import Engine

router = APIRouter(prefix="/api/batch", tags=["batches"], responses=AWAY)
uploads = APIRouter(prefix="/api/batch", tags=["batches"], responses=AWAY, route_class=LimitedRoute)
NEWEST = 50
LARGE = 2_500  # rows above which a status tells the bounded lists of the document
MOST_JOBS = 200
BY = "api"
PROCESS_REFUSED = told(
    {
        400: "The path is not gs://bucket/object, or the photos are not named by a pattern.",
        403: "Jobs, or photos, may not be read from that bucket.",
    }
)
UPLOAD_REFUSED = told(
    {
        400: "The photos are not named by a pattern.",
        403: "Photos may not be read from that bucket.",
        411: "The length is missing.",
        413: "The file is too large.",
    }
)


class ProcessRequest(BaseModel):
    """What a batch is started with. Fields beyond these are ignored, as they always were."""

    model_config = ConfigDict(extra="ignore")

    gcs_path: str = Field(examples=["gs://bucket/file.txt"])
    create_drafts: bool = True
    test_mode: bool = False
    condition: Condition | None = None
    duplicates: Duplicates = Duplicates.EACH
    discogs: Need = Need.REQUIRED
    ambiguous: Ambiguous = Ambiguous.HOLD
    drafted_before: DraftedBefore = DraftedBefore.AGAIN
    price_rule: PriceRuleBody | None = None
    photos: str = Field("", examples=["gs://bucket/photos/{upc}_*.jpg"])
    name: str = ""


def engine_of(request: Request) -> Engine:
    """Return the engine of this application."""
    engine: Engine = request.app.state.engine
    return engine


TheEngine = Annotated[Engine, Depends(engine_of)]


@router.post("/process", summary="Start a batch over a file in the file store", responses=PROCESS_REFUSED)
def process(body: ProcessRequest, engine: TheEngine) -> dict[str, Any]:
    """Queue a batch; the engine reads the file, so `total_upcs` may still be null and a missing file fails the job."""
    options = Options(
        create_drafts=body.create_drafts,
        test_mode=body.test_mode,
        condition=body.condition,
        duplicates=body.duplicates,
        discogs=body.discogs,
        ambiguous=body.ambiguous,
        drafted_before=body.drafted_before,
        price_rule=_price_rule(body.price_rule),
        photos=body.photos,
    )
    return job_answer(engine.submission.submit(body.gcs_path, options, name=body.name, by=BY))


@uploads.post("/upload", summary="Start a batch over an uploaded file", responses=UPLOAD_REFUSED)
def upload(
    engine: TheEngine,
    file: Annotated[UploadFile, File(description="txt, csv or xlsx, up to 10 MB")],
    create_drafts: Annotated[bool, Form()] = True,
    test_mode: Annotated[bool, Form()] = False,
    condition: Annotated[Condition | None, Form()] = None,
    duplicates: Annotated[Duplicates, Form()] = Duplicates.EACH,
    discogs: Annotated[Need, Form(description="optional: go on when Discogs refuses us")] = Need.REQUIRED,
    ambiguous: Annotated[Ambiguous, Form(description="best: draft the best of several")] = Ambiguous.HOLD,
    drafted_before: Annotated[
        DraftedBefore,
        Form(description="skip: leave out what an earlier batch drafted; quantity: add its copies to that draft"),
    ] = DraftedBefore.AGAIN,
    price_rule: Annotated[Json[PriceRuleBody] | None, Form(description="as JSON, as in `process`")] = None,
    photos: Annotated[str, Form(description="how your photos are named, gs://bucket/photos/{upc}_*.jpg")] = "",
    name: Annotated[str, Form()] = "",
) -> dict[str, Any]:
    """Check a file, store it and queue a batch; 422 with the rows and their reasons when nothing can be used."""
    options = Options(
        create_drafts=create_drafts,
        test_mode=test_mode,
        condition=condition,
        duplicates=duplicates,
        discogs=discogs,
        ambiguous=ambiguous,
        drafted_before=drafted_before,
        price_rule=_price_rule(price_rule),
        photos=photos,
    )
    content = file.file.read()
    return job_answer(engine.submission.upload(content, file.filename or "upload.txt", options, name=name, by=BY))


@router.get("/status/{job_id}", summary="The state and progress of a batch", responses=UNKNOWN)
def status(job_id: str, engine: TheEngine) -> dict[str, Any]:
    """Return the job; `results.failed_upc_list` holds up to 250 failed rows, `failed.txt` all of them.

    Of a batch of more than 2,500 rows it holds the newest 100. While the batch runs, `waits_for` says what rows wait
    for, and `eta_seconds` in how many seconds it will be done; `eta_limited_by` names the service that limits it.
    """
    batch = engine.queries.batch(job_id)
    progress = progress_answer(batch, engine.upstreams.forecast(batch)) if batch.moving else {}
    return _whole(engine, batch.job) | progress


@router.get("/jobs", summary="The newest batches")
def jobs(engine: TheEngine, limit: Annotated[int, Query(ge=1)] = 10, status: JobStatus | None = None) -> dict[str, Any]:
    """Return jobs, newest first, at most 200; `filtered` counts those with the status, `total` all."""
    page = engine.queries.jobs(min(limit, MOST_JOBS), status)
    return {"total": page.total, "filtered": page.filtered, "jobs": [job_answer(job) for job in page.jobs]}


@router.post(
    "/recover/{job_id}",
    summary="Let an interrupted, failed or stopped batch go on",
    responses=UNKNOWN | told({400: "It is completed, or a live worker holds it."}),
)
def recover(job_id: str, engine: TheEngine) -> dict[str, Any]:
    """Return the job, pending again; 400 when it is completed or a live worker holds it."""
    try:
        return job_answer(engine.control.recover(job_id, by=BY))
    except IllegalTransition as error:
        raise BadRequest(str(error)) from error


@router.post("/{job_id}/pause", summary="Stop after the rows in hand", responses=UNKNOWN | CONFLICT)
def pause(job_id: str, engine: TheEngine) -> dict[str, Any]:
    """Return the job, paused; 409 when it neither waits nor runs."""
    return job_answer(engine.control.pause(job_id, by=BY))


@router.post("/{job_id}/resume", summary="Let a paused batch go on", responses=UNKNOWN | CONFLICT)
def resume(job_id: str, engine: TheEngine) -> dict[str, Any]:
    """Return the job, pending again; 409 when it is not paused."""
    return job_answer(engine.control.resume(job_id, by=BY))


@router.post("/{job_id}/cancel", summary="Stop for good after the rows in hand", responses=UNKNOWN | CONFLICT)
def cancel(job_id: str, engine: TheEngine) -> dict[str, Any]:
    """Return the job, cancelled; 409 when it is completed or cancelled."""
    return job_answer(engine.control.cancel(job_id, by=BY))


@router.post("/{job_id}/retry-failed", summary="Run the failed rows again, in place", responses=UNKNOWN | CONFLICT)
def retry_failed(job_id: str, engine: TheEngine) -> dict[str, Any]:
    """Return the job, pending again; 409 when nothing in it can be retried, or it is being retried already."""
    return job_answer(engine.control.retry_failed(job_id, by=BY))


@router.post("/{job_id}/complete", summary="Do again what lacks a service", responses=UNKNOWN | CONFLICT)
def complete(job_id: str, engine: TheEngine) -> dict[str, Any]:
    """Return the job, pending again; 409 when no row was drafted without a service that was away."""
    return job_answer(engine.control.complete(job_id, by=BY))


@router.post("/{job_id}/retry-as-new", summary="Start a batch of the failed rows", responses=UNKNOWN | CONFLICT)
def retry_as_new(job_id: str, engine: TheEngine) -> dict[str, Any]:
    """Return the new job, `retry_of` this one; 409 when nothing in it can be retried."""
    return job_answer(engine.retry_as_new(job_id, by=BY))


@router.get("/{job_id}/items", summary="The rows of a batch", responses=UNKNOWN)
def items(
    job_id: str,
    engine: TheEngine,
    status: ItemStatus | None = None,
    cause: Cause | None = None,
    q: str = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[int, Query(ge=0)] = 0,
) -> dict[str, Any]:
    """Return rows in the order of the file, and the cursor of the next page, null on the last."""
    page = engine.queries.items(job_id, status=status, cause=cause, q=q, limit=limit, cursor=cursor)
    waits = engine.queries.waits(job_id) if any(not item.done for item in page.items) else {}
    return {"items": [item_answer(item, waits.get(item.index, "")) for item in page.items], "next": page.next}


def _price_rule(body: PriceRuleBody | None) -> PriceRule:
    return body.rule() if body else PriceRule()


def _whole(engine: Engine, job: Job) -> dict[str, Any]:
    """Return a job with its failed rows and its newest ones read from the items, not from the bounded lists.

    A large batch tells what its document holds, so that asking costs the same whatever its size; and a job of the
    service this replaces has no items: its own lists are all there is.
    """
    large = (job.total_upcs or 0) > LARGE
    newest = engine.queries.newest(job.job_id, NEWEST) if job.processed_upcs and not large else []
    if not newest:
        return job_answer(job)
    failed = [failure(item) for item in engine.queries.failed(job.job_id, MAX_FAILED)] if job.failed_upcs else []
    return job_answer(job, failed=failed, newest=newest)
