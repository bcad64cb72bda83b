"""`/health` and `/api/workers`: whether it runs, and who runs it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from engine.api.batches import TheEngine
from engine.api.refusals import AWAY
from engine.public import WorkerView

router = APIRouter(tags=["system"])


@router.get("/health", summary="Whether the service and its job store answer")
def health(request: Request, engine: TheEngine) -> dict[str, Any]:
    """Return the state within 5 seconds, whatever the store does; `firestore` stands for the job store in use."""
    found = engine.health.check()
    return {
        "status": found.status,
        "firestore": "connected" if found.connected else "disconnected",
        "timestamp": found.at,
        "environment": request.app.state.settings.profile,
        "version": request.app.version,
    }


@router.get("/api/workers", summary="Who is alive and what they hold", responses=AWAY)
def workers(engine: TheEngine) -> dict[str, Any]:
    """Return the workers heard of in the last hour, the newest heartbeat first."""
    return {"workers": [_answer(worker) for worker in engine.queries.workers()], "queued": engine.queries.queued()}


def _answer(worker: WorkerView) -> dict[str, Any]:
    return {
        "worker": worker.worker,
        "state": "silent" if worker.silent else worker.state,
        "heartbeat_at": worker.heartbeat_at,
        "heartbeat_age_seconds": round(worker.age.total_seconds(), 1),
        "started_at": worker.started_at,
        "host": worker.host,
        "job_id": worker.job_id,
        "items": list(worker.rows),
        "waits_for": worker.waits_for,
    }
