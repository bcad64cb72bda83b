"""`/api/batch/…`: submit, steer and read batches."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, File, Query, Request

from engine.api.answers import MAX_FAILED, job_answer, job_fields, open_job_answer, row_answer
from engine.api.models.base import Time
from engine.api.models.jobs import JobAnswer, JobsAnswer, OpenJobAnswer, StartedJobAnswer
from engine.api.models.layouts import CheckAnswer, CheckForm, check_answer
from engine.api.models.requests import PriceRequest, ProcessRequest, UploadForm
from engine.api.models.rows import RowsAnswer
from engine.api.refusals import (
    AWAY,
    CONFLICT,
    UNKNOWN,
    UNREADABLE,
    WRITE,
    RefusedFile,
    RefusedRow,
    documented,
    known_parameters_only,
)
from engine.domain.batch.items import ItemStatus
from engine.domain.batch.jobs import OPEN, Job, JobStatus
from engine.domain.batch.results import failure
from engine.errors import BadRequest, Cause, IllegalTransition
from engine.public import BatchFilter, DraftNeed, Engine, RowState, Visibility, access

STRANGER = access.Actor(access.NOBODY, access.TokenScope.READ, access.Via.API)
CHECKED = [Depends(known_parameters_only)]
router = APIRouter(prefix="/api/batch", tags=["batches"], responses=AWAY, dependencies=CHECKED)
NEWEST = 50
LARGE = 2_500  # rows above which a status has the bounded lists of the document
MOST_JOBS = 200
MOST_INVALID = 100
PROCESS_REFUSED = WRITE | documented(
    {
        400: "The path is not gs://bucket/object, the photos are not named by a pattern, the columns fit no file, "
        "there is no such profile, or the body cannot be read.",
        403: "Jobs, or photos, may not be read from that bucket; a page of another site sent it; or the token may "
        "less than this call needs.",
    }
)
FILE_REFUSED = documented(
    {
        413: "The file is too large.",
        422: "Nothing in the file can be used, or it has no such column, sheet or line; or a value or field that the "
        "call does not have.",
    },
    RefusedFile,
)
CHECK_REFUSED = (
    WRITE
    | FILE_REFUSED
    | documented({400: "The columns fit no file, there is no such profile, or the body cannot be read."})
)
UPLOAD_REFUSED = (
    WRITE
    | FILE_REFUSED
    | documented(
        {
            400: "The photos are not named by a pattern, the columns fit no file, there is no such profile, or the "
            "body cannot be read.",
            403: "Photos may not be read from that bucket; or a page of another site sent it.",
        }
    )
)


def engine_of(request: Request) -> Engine:
    """Return the engine as who asks may use it; the gate knows them, and without it nothing is changed."""
    engine: Engine = request.app.state.engine
    actor = getattr(request.state, "actor", None) or STRANGER
    return engine.acting_for(lambda: actor)


TheEngine = Annotated[Engine, Depends(engine_of)]

# A route that steers one batch and answers with it
command = partial(router.post, responses=UNKNOWN | CONFLICT, response_model_exclude_unset=True)


@router.post(
    "/process",
    summary="Start a batch over a file in the file store",
    responses=PROCESS_REFUSED,
    response_model_exclude_unset=True,
)
def process(body: ProcessRequest, engine: TheEngine) -> StartedJobAnswer:
    """Queue a batch; the engine reads the file, so `total_upcs` may still be null and a missing file fails the job.

    `drafted_before` counts the barcodes of the file that other batches have drafted; null while it cannot be read.
    """
    options = body.options(engine.profiles.chosen(body.profile))
    return started(engine, engine.submission.submit(body.gcs_path, options, name=body.name))


@router.post(
    "/upload",
    summary="Start a batch over an uploaded file",
    responses=UPLOAD_REFUSED,
    response_model_exclude_unset=True,
)
def upload(form: Annotated[UploadForm, File()], engine: TheEngine) -> StartedJobAnswer:
    """Check a file, store it and queue a batch; 422 with the rows and their reasons when nothing can be used.

    `drafted_before` counts the barcodes of the file that other batches have drafted.
    """
    content, filename = form.file.file.read(), form.file.filename or "upload.txt"
    options = form.options(engine.profiles.chosen(form.profile))
    return started(engine, engine.submission.upload(content, filename, options, name=form.name))


@router.post("/check", summary="Check a file, and start nothing", responses=CHECK_REFUSED)
def check(form: Annotated[CheckForm, File()], engine: TheEngine) -> CheckAnswer:
    """Return what is in a file and how it is read: its columns with five rows, the rows by state, the invalid ones.

    `calls` says what a batch of it would ask of the services, and what their quotas for the day leave.
    """
    options = form.options(engine.profiles.chosen(form.profile))
    opened = engine.submission.open(form.file.file.read(), form.file.filename or "upload.txt", form.layout())
    invalid = islice(opened.rows(RowState.INVALID), MOST_INVALID)
    refused = [RefusedRow(row=row.line, value=row.value, reason=row.problem) for row in invalid]
    return check_answer(opened.check(), refused, engine.upstreams.all(), options)


@router.get(
    "/status/{job_id}",
    summary="The state and progress of a batch",
    responses=UNKNOWN,
    response_model_exclude_unset=True,
)
def status(job_id: str, engine: TheEngine) -> OpenJobAnswer:
    """Return the job; `results.failed_upc_list` holds up to 250 failed rows, and says how many it leaves out.

    Of a batch of more than 2,500 rows it holds the newest 100; `failed.txt` has them all. While the batch waits or
    runs, `waits_for` says what its rows wait for, and `eta_seconds` in how many seconds it will be done;
    `eta_limited_by` names the service that limits it. `needs_price` counts the drafts that are not ready for want of a
    price.
    """
    batch = engine.queries.batch(job_id)
    unpriced = engine.queries.needing(job_id, DraftNeed.PRICE) if batch.job.successful_upcs else 0
    fields = _whole(engine, batch.job) | {"needs_price": unpriced}
    if batch.job.status not in OPEN:
        return OpenJobAnswer.model_validate(fields)
    return open_job_answer(fields, batch, engine.upstreams.forecast(batch), engine.health.troubles())


@router.get("/jobs", summary="The newest batches, or those that are wanted", response_model_exclude_unset=True)
def jobs(
    engine: TheEngine,
    limit: Annotated[int, Query(ge=1)] = 10,
    status: JobStatus | None = None,
    q: Annotated[str, Query(max_length=100)] = "",
    since: Time | None = None,
    until: Time | None = None,
    before: Time | None = None,
    archived: bool = False,
) -> JobsAnswer:
    """Return jobs, newest first, at most 200 (a few more where times are equal); `next` is `before` for the next page.

    `q` begins words of the name, one after another. `since` and `until` limit when a batch was made. `filtered` counts
    those for which these and `status` hold, `total` all. Archived ones are not listed, or with `archived` nothing else.
    """
    visibility = Visibility.ARCHIVED if archived else Visibility.VISIBLE
    page = engine.queries.jobs(min(limit, MOST_JOBS), BatchFilter(q, status, since, until, visibility), before)
    answers = [job_answer(job) for job in page.jobs]
    return JobsAnswer(total=page.total, filtered=page.filtered, next=page.next, jobs=answers)


@router.post(
    "/recover/{job_id}",
    summary="Let an interrupted, failed or stopped batch go on",
    responses=UNKNOWN | WRITE | documented({400: "It is completed, or a worker with a recent heartbeat holds it."}),
    response_model_exclude_unset=True,
)
def recover(job_id: str, engine: TheEngine) -> JobAnswer:
    """Return the job, pending again; 400 when it is completed, or a worker heard of in the last 10 seconds holds it."""
    try:
        return job_answer(engine.commands.recover(job_id))
    except IllegalTransition as error:
        raise BadRequest(str(error)) from error


@command("/{job_id}/pause", summary="Stop after the rows in flight")
def pause(job_id: str, engine: TheEngine) -> JobAnswer:
    """Return the job, paused; 409 when it neither waits nor runs."""
    return job_answer(engine.commands.pause(job_id))


@command("/{job_id}/resume", summary="Let a paused batch go on")
def resume(job_id: str, engine: TheEngine) -> JobAnswer:
    """Return the job, pending again; 409 when it is not paused."""
    return job_answer(engine.commands.resume(job_id))


@command("/{job_id}/cancel", summary="Stop for good after the rows in flight")
def cancel(job_id: str, engine: TheEngine) -> JobAnswer:
    """Return the job, cancelled; 409 when it is completed or cancelled."""
    return job_answer(engine.commands.cancel(job_id))


@command("/{job_id}/retry-failed", summary="Run the failed rows again, in place")
def retry_failed(job_id: str, engine: TheEngine) -> JobAnswer:
    """Return the job, pending again; 409 when nothing in it can be retried, or it is being retried already."""
    return job_answer(engine.commands.retry_failed(job_id))


@command("/{job_id}/complete", summary="Do again what lacks a service")
def complete(job_id: str, engine: TheEngine) -> JobAnswer:
    """Return the job, pending again; 409 when no row was drafted without a service that was away."""
    return job_answer(engine.commands.complete(job_id))


@router.post(
    "/{job_id}/price",
    summary="Do again what lacks a price",
    responses=UNKNOWN | CONFLICT | UNREADABLE,
    response_model_exclude_unset=True,
)
def price(job_id: str, engine: TheEngine, body: PriceRequest | None = None) -> JobAnswer:
    """Return the job, pending again; 409 when no row lacks a price: neither a draft nor one that failed for that.

    `prices` are your own, by format and condition, for rows for which none is found; they stay with the batch. So does
    `no_price`: `draft` completes rows that failed for want of a price as drafts without one. Without either, prices are
    only looked for again. What is at eBay is updated in place.
    """
    asked = body or PriceRequest()
    return job_answer(engine.commands.price(job_id, asked.table(), no_price=asked.no_price))


@command("/{job_id}/retry-as-new", summary="Start a batch of the failed rows")
def retry_as_new(job_id: str, engine: TheEngine) -> JobAnswer:
    """Return the new job, `retry_of` this one, to which the failed rows were handed over; 409 when there is none.

    The rows say so in `handed_to` and count as skipped. Asked again with no failed row left, it returns that job again.
    """
    return job_answer(engine.retry_as_new(job_id))


@router.get("/{job_id}/items", summary="The rows of a batch", responses=UNKNOWN, response_model_exclude_unset=True)
def items(
    job_id: str,
    engine: TheEngine,
    status: ItemStatus | None = None,
    cause: Cause | None = None,
    needs: DraftNeed | None = None,
    q: str = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> RowsAnswer:
    """Return rows in the order of the file, and the cursor of the next page, null on the last.

    `needs=price` are those whose draft cannot be published for want of a price, and so on.
    """
    page = engine.queries.items(job_id, status=status, cause=cause, needs=needs, q=q, limit=limit, cursor=cursor)
    waits = engine.queries.waits(job_id) if any(not item.done for item in page.items) else {}
    return RowsAnswer(items=[row_answer(item, waits.get(item.index, "")) for item in page.items], next=page.next)


def started(engine: Engine, job: Job) -> StartedJobAnswer:
    """Return a job that was just queued, and how many of its barcodes have drafts already."""
    options = job.options
    drafted = engine.drafted_before(job.gcs_path, layout=options.layout, first=options.first, job_id=job.job_id)
    return StartedJobAnswer.model_validate({**job_fields(job), "drafted_before": drafted})


def _whole(engine: Engine, job: Job) -> dict[str, object]:
    """Return a job with its failed rows and its newest ones read from the items, not from the bounded lists.

    A large batch answers with what its document holds, so that a call costs the same for any size; and a job of the
    service this replaces has no items: its own lists are all there is.
    """
    large = (job.total_upcs or 0) > LARGE
    newest = engine.queries.newest(job.job_id, NEWEST) if job.processed_upcs and not large else []
    if not newest:
        return job_fields(job)
    failed = [failure(item) for item in engine.queries.failed(job.job_id, MAX_FAILED)] if job.failed_upcs else []
    return job_fields(job, failed=failed, newest=newest[::-1])
