"""A job, its rows and the services as the API answers them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.domain.forecast import Forecast
from engine.domain.items import Item
from engine.domain.jobs import Job, outcome
from engine.domain.services import NAMES
from engine.public import BatchView, ConnectionTest, UpstreamView

MAX_FAILED = 250  # `results.failed_upc_list` of an answer; `failed.txt` has them all


def job_answer(
    job: Job, *, failed: Iterable[Any] | None = None, newest: Iterable[Item] | None = None
) -> dict[str, Any]:
    """Return a job as clients read it: the published document, its short names, and `results` as an object.

    `failed` and `newest` replace the bounded lists of the document by fuller ones.
    """
    document = job.document()
    document.pop("engine")
    failures = list(document.pop("failed_upc_list")) if failed is None else list(failed)
    results = document.pop("results") if newest is None else [outcome(item) for item in newest]
    return {
        **document,
        "successful": job.successful_upcs,
        "failed": job.failed_upcs,
        "skipped": job.skipped_upcs,
        "failed_upc_list": failures,
        "results": {
            "failed_upc_list": failures,
            "failed_upc_list_complete": len(failures) >= job.failed_upcs,
            "success_rate": success_rate(job),
            "processing_time_seconds": processing_seconds(job),
            "results": results,
            "next": None if len(results) >= job.processed_upcs else f"/api/batch/{job.job_id}/items",
        },
    }


def item_answer(item: Item, waits_for: str = "") -> dict[str, Any]:
    """Return one row as clients read it; `waits_for` is what it waits for on a worker's lane, "" when it does not."""
    document = item.document()
    document.pop("terms")
    return document | {"waits_for": waits_for}


def progress_answer(batch: BatchView, forecast: Forecast | None) -> dict[str, Any]:
    """Return what a running batch waits for and when it will be done; [] and null where nobody can tell.

    `eta_limited_by` names the service whose quota keeps the batch from being done sooner.
    """
    return {
        "waits_for": [wait.sentence for wait in batch.waits],
        "eta_seconds": round(forecast.seconds) if forecast else None,
        "eta_limited_by": NAMES[forecast.limited_by] if forecast and forecast.limited_by else None,
    }


def upstream_answer(view: UpstreamView, engines: int) -> dict[str, Any]:
    """Return a service as clients read it; `engines` counts the workers that could test it."""
    quota, breaker, credentials = view.quota, view.breaker, view.credentials
    return {
        "service": view.service,
        "name": view.name,
        "state": view.state,
        "sentence": view.sentence,
        "budget": {
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
        },
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


def _test(test: ConnectionTest, view: UpstreamView, engines: int) -> dict[str, Any]:
    return {
        "asked_at": test.asked_at,
        "asked_by": test.asked_by,
        "done_at": test.done_at,
        "ok": test.ok,
        "sentence": test.told(view.at, engines),
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
