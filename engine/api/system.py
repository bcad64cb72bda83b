"""`/health`, `/api/ready`, `/api/workers` and `/api/upstreams`: whether it runs, who runs it, and what it hangs on."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request

from engine.api.answers import upstream_answer
from engine.api.batches import CHECKED, TheEngine
from engine.api.models.system import HealthAnswer, UpstreamAnswer, UpstreamsAnswer, WorkerAnswer, WorkersAnswer
from engine.api.refusals import AWAY, AWAY_STATUS, WRITE, documented
from engine.codec import encode
from engine.domain.services import Service
from engine.public import NO_ENGINE, WorkerView

probes = APIRouter(tags=["system"])  # whoever watches may add what they like to the address
router = APIRouter(prefix="/api", tags=["system"], responses=AWAY, dependencies=CHECKED)


@probes.get("/health", summary="Whether the service and its stores answer")
def health(request: Request, engine: TheEngine) -> HealthAnswer:
    """Return the state within 5 seconds, whatever the stores do; `firestore` stands for the job store in use."""
    found = engine.health.check()
    return HealthAnswer(
        status=found.status,
        firestore="connected" if found.connected else "disconnected",
        files="disconnected" if found.troubles.files else "connected",
        files_away=found.troubles.files,
        unwritable=found.troubles.writing,
        timestamp=found.at,
        environment=request.app.state.settings.profile,
        version=request.app.version,
    )


@probes.get(
    "/api/ready",
    summary="The same, told by the status",
    responses=documented({503: "A store does not answer or cannot be written; the sentence says which."}),
)
def ready(request: Request, engine: TheEngine) -> HealthAnswer:
    """Return what `/health` answers while both stores do, and 503 while one does not."""
    answer = health(request, engine)
    if answer.status != "healthy":
        raise HTTPException(AWAY_STATUS, answer.unwritable or answer.files_away or "The job store does not answer.")
    return answer


@router.get("/workers", summary="Who is alive and what they hold")
def workers(engine: TheEngine) -> WorkersAnswer:
    """Return the workers heard of in the last hour, the newest heartbeat first; `waits_for` says when none is alive."""
    found = engine.queries.workers()
    alive = sum(not worker.silent for worker in found)
    return WorkersAnswer(
        workers=[_answer(worker) for worker in found],
        alive=alive,
        queued=engine.queries.queued(),
        waits_for="" if alive else NO_ENGINE,
    )


@router.get("/upstreams", summary="How the services are")
def upstreams(engine: TheEngine) -> UpstreamsAnswer:
    """Return for each service its state, budget, breaker, last error, credentials and last test.

    `state` is `ok`, `waiting` (its quota is used up), `down`, `refused` (our credentials), `not connected` (there are
    none) or `unknown` (not asked yet).
    """
    view = engine.upstreams.all()
    answers = [upstream_answer(one, view.engines) for one in view.upstreams]
    return UpstreamsAnswer(upstreams=answers, workers=view.engines)


@router.post(
    "/upstreams/{service}/test",
    summary="Have a live worker make one harmless call to a service",
    status_code=202,
    responses=WRITE | documented({404: "There is no such service."}),
)
def test(service: str, engine: TheEngine) -> UpstreamAnswer:
    """Return how the service is; what comes of the test stands in `test` of `GET /api/upstreams` within seconds."""
    if service not in set(Service):
        raise HTTPException(404, f"There is no service {service!r}; there are {', '.join(Service)}.")
    view = engine.upstreams.test(Service(service))
    return upstream_answer(view.of(Service(service)), view.engines)


def _answer(worker: WorkerView) -> WorkerAnswer:
    fields = {
        "worker": worker.worker,
        "state": "silent" if worker.silent else worker.state,
        "heartbeat_at": worker.heartbeat_at,
        "heartbeat_age_seconds": round(worker.age.total_seconds(), 1),
        "started_at": worker.started_at,
        "host": worker.host,
        "job_id": worker.job_id,
        "items": list(map(encode, worker.rows)),
        "waits_for": worker.waits_for,
        "connections": worker.connections,
    }
    return WorkerAnswer.model_validate(fields)
