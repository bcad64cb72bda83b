"""The service itself, its workers, and the services that it asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import Field

from engine.api.models.base import Answer
from engine.domain.services import Service
from engine.public import UpstreamState


class HealthAnswer(Answer):
    """Whether the service and its stores answer."""

    status: Literal["healthy", "degraded"]
    firestore: Literal["connected", "disconnected"] = Field(description="the job store in use")
    files: Literal["connected", "disconnected"] = Field(description="the file store in use")
    files_away: str = Field(description='why the file store cannot be used, "" when it can')
    unwritable: str = Field(description='why nothing can be kept in the job store, "" when it can')
    timestamp: datetime
    environment: str
    version: str


class RowInFlight(Answer):
    """A row that a worker is doing."""

    job_id: str | None
    index: int
    upc: str
    step: str
    waits_for: str


class WorkerAnswer(Answer):
    """A worker as of its last heartbeat."""

    worker: str
    state: str = Field(
        description="`working`, `idle`, `stopping`, or `silent` when it was not heard of for ten seconds"
    )
    heartbeat_at: datetime
    heartbeat_age_seconds: float
    started_at: datetime
    host: str
    job_id: str | None
    items: list[RowInFlight]
    waits_for: str
    connections: Mapping[str, bool] = Field(description="for which services it has credentials")


class WorkersAnswer(Answer):
    """The workers heard of in the last hour, the newest heartbeat first."""

    workers: list[WorkerAnswer]
    alive: int = Field(description="workers that are not silent")
    queued: int = Field(description="shards that wait or are worked on")
    waits_for: str = Field(description='what they wait for when no worker is alive, else ""')


class BudgetAnswer(Answer):
    """What a service grants and what of it is used; null without a limit."""

    limit: int | None
    window_seconds: float
    granted: int | None
    used: int
    remaining: int | None
    next_at: datetime | None
    reset_at: datetime | None
    daily_limit: int | None
    daily_used: int | None
    daily_remaining: int | None
    daily_reset_at: datetime | None


class BreakerAnswer(Answer):
    """Whether calls are let through."""

    state: str = Field(description="`closed`, `open` or `probing`")
    failures: int
    since: datetime | None
    next_try_at: datetime | None


class CredentialsAnswer(Answer):
    """Whether a service accepts our credentials."""

    state: str = Field(description="`unknown`, `accepted`, `refused`, `missing` or `unneeded`")
    accepted: bool | None
    said: str
    at: datetime | None


class ConnectionTestAnswer(Answer):
    """The last test of a connection."""

    asked_at: datetime
    asked_by: str
    done_at: datetime | None
    ok: bool | None
    sentence: str
    worker: str
    latency_ms: float | None


class UpstreamAnswer(Answer):
    """A service."""

    service: Service
    name: str
    state: UpstreamState
    sentence: str
    budget: BudgetAnswer
    breaker: BreakerAnswer
    last_error: str
    last_error_at: datetime | None
    last_ok_at: datetime | None
    credentials: CredentialsAnswer
    latency_ms: float | None
    calls: int
    updated_at: datetime | None
    test: ConnectionTestAnswer | None


class UpstreamsAnswer(Answer):
    """All services."""

    upstreams: list[UpstreamAnswer]
    workers: int = Field(description="workers that are alive")
