"""`/health`, `/api/workers` and `/api/upstreams`: whether it runs, who runs it, and what it hangs on."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request

from engine.api.answers import upstream_answer
from engine.api.batches import BY, TheEngine
from engine.api.refusals import AWAY, told
from engine.domain.services import Service
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


@router.get("/api/upstreams", summary="How the services are", responses=AWAY)
def upstreams(engine: TheEngine) -> dict[str, Any]:
    """Return for each service its state, budget, breaker, last error, credentials and last test.

    `state` is `ok`, `waiting` (its quota is used up), `down`, `refused` (our credentials), `not connected` (there are
    none) or `unknown` (not asked yet).
    """
    view = engine.upstreams.all()
    return {"upstreams": [upstream_answer(one, view.engines) for one in view.upstreams], "workers": view.engines}


@router.post(
    "/api/upstreams/{service}/test",
    summary="Have a live worker make one harmless call to a service",
    status_code=202,
    responses=AWAY | told({404: "There is no such service."}),
)
def test(service: str, engine: TheEngine) -> dict[str, Any]:
    """Return how the service is; what comes of the test stands in `test` of `GET /api/upstreams` within seconds."""
    if service not in set(Service):
        raise HTTPException(404, f"There is no service {service!r}; there are {', '.join(Service)}.")
    view = engine.upstreams.test(Service(service), by=BY)
    return upstream_answer(view.of(Service(service)), view.engines)


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
        "connections": dict(worker.connections),
    }
