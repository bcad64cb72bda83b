"""How the services are, and how long a batch will take with what they grant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.batches.connections import ConnectionTest, ConnectionTests
from engine.batches.queries import Queries
from engine.batches.upstream_views import Breaker, Credentials, UpstreamsView, UpstreamView
from engine.batches.views import BatchView, WorkerView
from engine.clock import Clock
from engine.domain import pace
from engine.domain.forecast import Forecast, Quota
from engine.domain.services import Service
from engine.store.base import Store

BUDGETS = "budgets"
KEYS = {Service.DISCOGS: "discogs", Service.EBAY: "ebay", Service.EBAY_BROWSE: "ebay"}  # as a heartbeat names them


class Upstreams:
    """What is known of the services. Every method raises StoreAway when the store does not answer.

    `limits` are those of the settings, as `limit` and `window_seconds`: they count until a gate has told its own.
    """

    def __init__(
        self, store: Store, queries: Queries, clock: Clock, limits: Mapping[Service, Mapping[str, Any]] | None = None
    ) -> None:
        self._store = store
        self._queries = queries
        self._clock = clock
        self._limits = limits or {}
        self._tests = ConnectionTests(store, clock)

    def all(self) -> UpstreamsView:
        """Return every service as it is now; one that was never asked is there too."""
        return self._view(self._tests.known(), self._queries.workers())

    def test(self, service: Service, *, by: str = "") -> UpstreamsView:
        """Have a live worker test a service, and return how the services are; a test that is still open stands."""
        return self._view({service: self._tests.ask(service, by=by)}, self._queries.workers())

    def forecast(self, batch: BatchView) -> Forecast | None:
        """Return when a batch will be done, None while nobody works or nobody can tell."""
        job = batch.job
        if not batch.moving or not batch.engines or job.started_at is None:
            return None
        speed = pace.speed(job.pace, job.started_at, batch.at)
        return self.of(batch).forecast(batch.left, job.options, job_id=job.job_id, done=job.processed_upcs, speed=speed)

    def of(self, batch: BatchView) -> UpstreamsView:
        """Return every service as it is now for who works on a batch, without tests."""
        return self._view({}, batch.workers)

    def _view(self, tests: Mapping[Service, ConnectionTest], workers: Sequence[WorkerView]) -> UpstreamsView:
        found = {document.name: document for document in self._store.find(BUDGETS)}
        at = max((document.read_at for document in found.values()), default=self._clock.now())
        alive = [worker for worker in workers if not worker.silent]
        views = [
            upstream(
                service,
                {**self._limits.get(service, {}), **(found[service].fields if service in found else {})},
                at,
                keys=[
                    worker.connections[key] for worker in alive if (key := KEYS.get(service, "")) in worker.connections
                ],
                test=tests.get(service),
            )
            for service in Service
        ]
        return UpstreamsView(tuple(views), len(alive), at)


def upstream(
    service: Service,
    fields: Mapping[str, Any],
    at: datetime,
    *,
    keys: Sequence[bool] = (),
    test: ConnectionTest | None = None,
) -> UpstreamView:
    """Return a service as the document of its budget describes it; {} when it was never asked.

    `keys` is what each live worker tells: whether it has credentials.
    """
    now, slots = at.timestamp(), fields.get("slots", ())
    resets = fields.get("daily_resets_at")
    limit = fields.get("daily_limit")
    used = 0 if resets and resets <= at else fields.get("daily_used", 0)
    quota = Quota(
        limit=fields.get("limit"),
        window_seconds=fields.get("window_seconds", 60.0),
        busy=tuple(sorted(slot - now for slot in slots if slot > now)),
        daily_limit=limit,
        daily_left=None if limit is None else max(0, limit - used),
        day_ends_seconds=max(0.0, (resets - at).total_seconds()) if resets else 0.0,
    )
    said = Credentials(
        fields.get("credentials", "unknown"), fields.get("credentials_said", ""), fields.get("credentials_at")
    )
    if keys and not any(keys):
        said = Credentials("missing")
    elif keys and said.state == "missing":
        said = Credentials("unknown")
    return UpstreamView(
        service=service,
        at=at,
        quota=quota,
        granted=fields.get("granted"),
        daily_resets_at=resets,
        breaker=Breaker(
            fields.get("breaker", "closed"),
            fields.get("failures", 0),
            fields.get("opened_at"),
            fields.get("open_until"),
        ),
        credentials=said,
        last_error=fields.get("last_error", ""),
        last_error_at=fields.get("last_error_at"),
        last_ok_at=fields.get("last_ok_at"),
        latency_ms=fields.get("latency_ms"),
        calls=fields.get("calls", 0),
        updated_at=fields.get("updated_at"),
        takers=Counter(taker for slot, taker in zip(slots, fields.get("takers", ()), strict=False) if slot > now),
        keys=any(keys) if keys else None,
        test=test,
    )
