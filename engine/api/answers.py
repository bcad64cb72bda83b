"""A job and its rows as the API answers them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.domain.items import Item
from engine.domain.jobs import Job, outcome

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


def item_answer(item: Item) -> dict[str, Any]:
    """Return one row as clients read it."""
    document = item.document()
    document.pop("terms")
    return document


def success_rate(job: Job) -> float:
    """Return how many percent of the rows that were processed succeeded; 0 before the first."""
    return round(100 * job.successful_upcs / job.processed_upcs, 1) if job.processed_upcs else 0.0


def processing_seconds(job: Job) -> float | None:
    """Return the seconds from the start to the end, or to the last sign of life; None before the start."""
    end = job.completed_at or job.updated_at
    return round((end - job.started_at).total_seconds(), 3) if job.started_at and end else None
