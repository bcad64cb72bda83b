"""`/api/batch/…`: batches renamed, started again, archived and deleted."""

from __future__ import annotations

from fastapi import APIRouter

from engine.api.answers import job_answer
from engine.api.batches import CHECKED, TheEngine, started
from engine.api.models.deletion import DeletedAnswer
from engine.api.models.jobs import JobAnswer, StartedJobAnswer
from engine.api.models.requests import RenameRequest
from engine.api.refusals import AWAY, CONFLICT, UNKNOWN, UNREADABLE, documented

router = APIRouter(prefix="/api/batch", tags=["batches"], responses=AWAY, dependencies=CHECKED)


@router.post(
    "/{job_id}/rename",
    summary="Give a batch another name",
    responses=UNKNOWN | CONFLICT | UNREADABLE,
    response_model_exclude_unset=True,
)
def rename(job_id: str, body: RenameRequest, engine: TheEngine) -> JobAnswer:
    """Return the job under its new name; 409 while it is being deleted."""
    return job_answer(engine.commands.rename(job_id, body.name))


@router.post(
    "/{job_id}/start-again",
    summary="Start a new batch over the same file, with the same options",
    responses=UNKNOWN
    | CONFLICT
    | documented({403: "Jobs, or photos, may not be read from that bucket; or a page of another site sent it."}),
    response_model_exclude_unset=True,
)
def start_again(job_id: str, engine: TheEngine) -> StartedJobAnswer:
    """Return the new job; 409 where the batch was made of failed rows of another.

    `drafted_before` counts the barcodes of the file that other batches, this one too, have drafted.
    """
    return started(engine, engine.start_again(job_id))


@router.post(
    "/{job_id}/archive",
    summary="Put a batch out of sight",
    responses=UNKNOWN | CONFLICT,
    response_model_exclude_unset=True,
)
def archive(job_id: str, engine: TheEngine) -> JobAnswer:
    """Return the job, which is in no list from now on unless `archived=true` asks for it; nothing of it is lost.

    409 while it waits, runs or is paused. When rows of it are done again it comes back by itself.
    """
    return job_answer(engine.archive.archive(job_id))


@router.post(
    "/{job_id}/unarchive",
    summary="Bring an archived batch back into the lists",
    responses=UNKNOWN | CONFLICT,
    response_model_exclude_unset=True,
)
def unarchive(job_id: str, engine: TheEngine) -> JobAnswer:
    """Return the job, in the lists again; one that is not archived is left as it is."""
    return job_answer(engine.archive.unarchive(job_id))


@router.post(
    "/{job_id}/delete",
    summary="Delete a batch with its rows and its history",
    responses=UNKNOWN | CONFLICT | UNREADABLE,
)
def delete(job_id: str, engine: TheEngine, leave_drafts: bool = False) -> DeletedAnswer:
    """Return what was deleted; 409 while the batch waits or runs, or rows of it are in flight.

    Its drafts stay at eBay and in the list of drafts, so that no copy is drafted twice: where there are any, 409 says
    how many unless `leave_drafts` is true. Asked again it goes on where it was stopped.
    """
    return DeletedAnswer.of(engine.deletions.delete(job_id, leave_drafts=leave_drafts))
