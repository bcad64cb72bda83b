"""A job, its rows and the services as the API answers them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.api.models.drafts import DraftEntry
from engine.api.models.jobs import JobAnswer, OpenJobAnswer
from engine.api.models.rows import RowAnswer
from engine.api.models.system import UpstreamAnswer
from engine.codec import encode
from engine.domain.batch import legacy
from engine.domain.batch.draft_index import DraftRecord
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job
from engine.domain.batch.results import RowFailure, outcome
from engine.domain.services import NAMES
from engine.public import NO_ENGINE, BatchView, ConnectionTest, Forecast, Troubles, UpstreamView

MAX_FAILED = 250  # `results.failed_upc_list` of an answer; `failed.txt` has them all


def job_answer(job: Job) -> JobAnswer:
    """Return a job as clients read it, with the bounded lists of its document."""
    return JobAnswer.model_validate(job_fields(job))


def open_job_answer(
    fields: Mapping[str, object], batch: BatchView, forecast: Forecast | None, troubles: Troubles
) -> OpenJobAnswer:
    """Return a job that waits or runs, with what it waits for and when it will be done.

    `fields` are those of `job_fields`, `troubles` those of the stores; `eta_seconds` is null where nobody can tell.
    """
    limit = forecast.limited_by if forecast else None
    waits = [wait.sentence for wait in batch.waits] if batch.engines else [NO_ENGINE]
    progress = {
        "waits_for": [*troubles.sentences, *waits],
        "eta_seconds": round(forecast.seconds) if forecast else None,
        "eta_limited_by": NAMES[limit] if limit else None,
    }
    return OpenJobAnswer.model_validate({**fields, **progress})


def job_fields(
    job: Job, *, failed: Iterable[RowFailure] | None = None, newest: Iterable[Item] | None = None
) -> dict[str, object]:
    """Return the fields of a job: the published document, its short names, and `results` as an object.

    `failed` and `newest`, oldest first, replace the bounded lists of the document by fuller ones.
    """
    document = encode(job)
    del document["engine"], document["schema"], document["name_terms"]
    failures = list(document.pop("failed_upc_list")) if failed is None else list(map(encode, failed))
    results = document.pop("results") if newest is None else [encode(outcome(item)) for item in newest]
    left_out = max(0, job.failed_upcs - len(failures))
    return {
        **document,
        "successful": job.successful_upcs,
        "failed": job.failed_upcs,
        "skipped": job.skipped_upcs,
        "failed_upc_list": failures,
        "results": {
            "failed_upc_list": failures,
            "failed_upc_list_complete": not left_out,
            "failed_upc_list_left_out": left_out,
            "failed_upc_list_all": f"/api/batch/{job.job_id}/failed.txt"
            if left_out and not legacy.unqueued(job)
            else None,
            "success_rate": success_rate(job),
            "processing_time_seconds": processing_seconds(job),
            "results": results,
            "next": None if len(results) >= job.processed_upcs else f"/api/batch/{job.job_id}/items",
        },
    }


def row_answer(item: Item, waits_for: str = "") -> RowAnswer:
    """Return one row as clients read it; `waits_for` is what it waits for on a worker's lane, "" when it does not."""
    return RowAnswer.model_validate(row_fields(item, waits_for))


def row_fields(item: Item, waits_for: str) -> dict[str, object]:
    """Return the fields of a row."""
    return item.document() | {"waits_for": waits_for}


def draft_entry(draft: DraftRecord) -> DraftEntry:
    """Return a draft as it stands in lists."""
    return DraftEntry.model_validate(encode(draft))


def upstream_answer(view: UpstreamView, engines: int) -> UpstreamAnswer:
    """Return a service as clients read it; `engines` counts the workers that could test it."""
    breaker, credentials = view.breaker, view.credentials
    fields = {
        "service": view.service,
        "name": view.name,
        "state": view.state,
        "sentence": view.sentence,
        "budget": _budget_fields(view),
        "breaker": {
            "state": breaker.state,
            "failures": breaker.failures,
            "since": breaker.opened_at,
            "next_try_at": breaker.open_until,
        },
        "last_error": view.last_error,
        "last_error_at": view.last_error_at,
        "last_ok_at": view.last_ok_at,
        "credentials": {
            "state": credentials.state,
            "accepted": credentials.accepted,
            "said": credentials.said,
            "at": credentials.at,
        },
        "latency_ms": None if view.latency_ms is None else round(view.latency_ms, 1),
        "calls": view.calls,
        "updated_at": view.updated_at,
        "test": _test(view.test, view, engines) if view.test else None,
    }
    return UpstreamAnswer.model_validate(fields)


def _budget_fields(view: UpstreamView) -> dict[str, object]:
    """Return the quota of a service by the API's names."""
    quota = view.quota
    return {
        "limit": quota.limit,
        "window_seconds": quota.window_seconds,
        "granted": view.granted,
        "used": quota.used,
        "remaining": quota.remaining,
        "next_at": view.next_at,
        "reset_at": view.full_at,
        "daily_limit": quota.daily_limit,
        "daily_used": view.daily_used,
        "daily_remaining": quota.daily_left,
        "daily_reset_at": view.daily_resets_at,
    }


def _test(test: ConnectionTest, view: UpstreamView, engines: int) -> dict[str, object]:
    return {
        "asked_at": test.asked_at,
        "asked_by": test.asked_by,
        "done_at": test.done_at,
        "ok": test.ok,
        "sentence": test.sentence_at(view.at, engines),
        "worker": test.worker,
        "latency_ms": test.latency_ms,
    }


def success_rate(job: Job) -> float:
    """Return how many percent of the rows that were processed succeeded; 0 before the first."""
    return round(100 * job.successful_upcs / job.processed_upcs, 1) if job.processed_upcs else 0.0


def processing_seconds(job: Job) -> float | None:
    """Return the seconds from the start to the end, or to the last sign of life; None before the start."""
    end = job.completed_at or job.updated_at
    return round((end - job.started_at).total_seconds(), 3) if job.started_at and end else None
