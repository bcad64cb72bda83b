"""`/api/metrics`: the metrics of the console and of all that is in the job store, for a Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from engine.api.batches import CHECKED, TheEngine
from engine.api.exports import file
from engine.api.refusals import EVERY_CALL, documented

router = APIRouter(prefix="/api", tags=["system"], responses=EVERY_CALL, dependencies=CHECKED)
TEXT = "text/plain; version=0.0.4; charset=utf-8"
OFF = "No metrics are kept for Prometheus here: set OTEL_METRICS_EXPORTER=prometheus for the console."


@router.get(
    "/metrics",
    summary="Metrics, as Prometheus reads them",
    response_class=Response,
    responses=file("text/plain") | documented({404: "No metrics are kept for Prometheus."}),
)
def metrics(request: Request, engine: TheEngine) -> Response:
    """Return how the queue, batches, workers, services and stores are, and what the console itself counts.

    While the job store does not answer, `draftmaker_store_up` is 0 and what it would say is left out. A worker tells of
    its rows and calls at a port of its own.
    """
    engine.fleet.now()  # what the metrics are made of: who may not see it gets no further
    found: bytes | None = request.app.state.scrape()
    if found is None:
        raise HTTPException(404, OFF)
    return Response(found, media_type=TEXT)
