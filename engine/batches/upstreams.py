"""How the services are, and how long a batch will take with what they grant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from engine.batches.connections import ConnectionTest, ConnectionTests
from engine.batches.queries import Queries
from engine.batches.upstream_views import Breaker, Credentials, UpstreamsView, UpstreamView
from engine.batches.views import BatchView, WorkerView
from engine.clock import Clock
from engine.codec import decode
from engine.domain.services import Service
from engine.quota.budgets import Allowance, midnight
from engine.quota.documents import BUDGETS
from engine.quota.forecast import Forecast, Quota
from engine.quota.stored_budget import StoredBudget
from engine.store.base import Document, Store

KEYS = {Service.DISCOGS: "discogs", Service.EBAY: "ebay", Service.EBAY_BROWSE: "ebay"}  # as a heartbeat names them


class Upstreams:
    """What is known of the services. Every method raises StoreAway when the store does not answer.

    `limits` are those of the settings: they count until a limiter has stored its own.
    """

    def __init__(
        self, store: Store, queries: Queries, clock: Clock, limits: Mapping[Service, Allowance] | None = None
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
        """Return when a batch will be done, as `UpstreamsView.ending`."""
        return self.of(batch).ending(batch)

    def of(self, batch: BatchView) -> UpstreamsView:
        """Return every service as it is now for who works on a batch, without tests."""
        return self._view({}, batch.workers)

    def _view(self, tests: Mapping[Service, ConnectionTest], workers: Sequence[WorkerView]) -> UpstreamsView:
        found = {document.name: document for document in self._store.find(BUDGETS)}
        at = max((document.read_at for document in found.values()), default=self._clock.now())
        alive = [worker for worker in workers if not worker.silent]
        views = [
            upstream(
                self._budget(service, found.get(service)),
                at,
                keys=[
                    worker.connections[key] for worker in alive if (key := KEYS.get(service, "")) in worker.connections
                ],
                test=tests.get(service),
            )
            for service in Service
        ]
        return UpstreamsView(tuple(views), len(alive), at)

    def _budget(self, service: Service, found: Document | None) -> StoredBudget:
        """Return the stored budget of a service; before its first call, what the settings allow of it."""
        if found:
            return decode(StoredBudget, found.fields, found.path)
        limits = self._limits.get(service, Allowance(service))
        credentials = "unknown" if service in KEYS else "unneeded"
        return StoredBudget(
            service, limits.limit, limits.window_seconds, daily_limit=limits.daily_limit, credentials=credentials
        )


def upstream(
    budget: StoredBudget, at: datetime, *, keys: Sequence[bool] = (), test: ConnectionTest | None = None
) -> UpstreamView:
    """Return a service as its budget describes it.

    `keys` holds, for each live worker, whether it has credentials.
    """
    used = [slot for slot in zip(budget.slots, budget.takers, strict=False) if slot[0] > at.timestamp()]
    return UpstreamView(
        service=budget.service,
        at=at,
        quota=_quota(budget, at),
        granted=budget.granted,
        daily_resets_at=budget.daily_resets_at,
        breaker=Breaker(budget.breaker, budget.failures, budget.opened_at, budget.open_until),
        credentials=_credentials(budget, keys),
        last_error=budget.last_error,
        last_error_at=budget.last_error_at,
        last_ok_at=budget.last_ok_at,
        latency_ms=budget.latency_ms,
        calls=budget.calls,
        updated_at=budget.updated_at,
        takers=Counter(taker for _, taker in used),
        keys=any(keys) if keys else None,
        test=test,
    )


def _quota(budget: StoredBudget, at: datetime) -> Quota:
    """Return what is left of the window and of the day."""
    now, limit, resets = at.timestamp(), budget.daily_limit, budget.daily_resets_at
    ends = resets.timestamp() if resets and resets > at else midnight(now)
    used = 0 if resets and resets <= at else budget.daily_used
    return Quota(
        limit=budget.limit,
        window_seconds=budget.window_seconds,
        busy=tuple(sorted(free_at - now for free_at in budget.slots if free_at > now)),
        daily_limit=limit,
        daily_left=None if limit is None else max(0, limit - used),
        day_ends_seconds=0.0 if limit is None else ends - now,
    )


def _credentials(budget: StoredBudget, keys: Sequence[bool]) -> Credentials:
    """Return what is known of our credentials; what live workers have counts before what was stored of none."""
    if keys and not any(keys):
        return Credentials("missing")
    if keys and budget.credentials == "missing":
        return Credentials("unknown")
    return Credentials(budget.credentials, budget.credentials_said, budget.credentials_at)
