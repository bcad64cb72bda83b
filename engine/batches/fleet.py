"""What the job store knows of all workers, batches and services together, for whoever watches them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from engine.batches.attention import Attention
from engine.batches.documents import SHARDS
from engine.batches.health import HealthCheck
from engine.batches.listing import BatchFilter, together
from engine.batches.queries import Queries
from engine.batches.upstream_views import UpstreamView
from engine.batches.upstreams import Upstreams
from engine.clock import Clock
from engine.domain.batch.jobs import JobStatus
from engine.errors import StoreError
from engine.store.base import Order, Store, Where

KNOWN_SECONDS = 5.0  # so long a look counts: the metrics of one collection come from one


@dataclass(frozen=True, slots=True)
class Fleet:
    """All workers, batches and services at one moment.

    `stores` says which store answers, and by `writing` whether the job store can be written. `queue_age` is in seconds:
    for how long the part of a batch that waits longest has waited for a worker. `failed` are failed rows by cause,
    `workers` those alive and those silent. Where the job store does not answer, the rest is empty or None.
    """

    stores: Mapping[str, bool]
    queue_age: float | None = None
    rows_left: int | None = None
    batches: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    workers: Mapping[str, int] = field(default_factory=dict)
    services: tuple[UpstreamView, ...] = ()


class FleetWatch:
    """Looks at the fleet when it is asked to, at most every `KNOWN_SECONDS`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        queries: Queries,
        attention: Attention,
        upstreams: Upstreams,
        health: HealthCheck,
    ) -> None:
        self._store = store
        self._clock = clock
        self._queries = queries
        self._attention = attention
        self._upstreams = upstreams
        self._health = health
        self._lock = threading.Lock()
        self._known: Fleet | None = None
        self._looked_at = float("-inf")

    def now(self) -> Fleet:
        """Return the fleet as it is, or was a few seconds ago."""
        with self._lock:
            if self._known is None or self._clock.monotonic() > self._looked_at + KNOWN_SECONDS:
                self._known, self._looked_at = self._look(), self._clock.monotonic()
            return self._known

    def _look(self) -> Fleet:
        health = self._health.check()
        written = health.connected and not health.troubles.writing
        stores = {"jobs": health.connected, "writing": written, "files": not health.troubles.files}
        if not health.connected:
            return Fleet(stores)
        try:
            return self._read(stores)
        except StoreError:
            return Fleet({**stores, "jobs": False})

    def _read(self, stores: Mapping[str, bool]) -> Fleet:
        queries, states = self._queries, [*JobStatus]
        of_each = (partial(queries.count_batches, BatchFilter(status=status)) for status in states)
        age, workers, *counts = together(self._queue_age, queries.workers, *of_each)
        silent = sum(worker.silent for worker in workers)
        return Fleet(
            stores,
            queue_age=age,
            rows_left=queries.overview(self._clock.now()).left,
            batches=dict(zip(map(str, states), counts, strict=True)),
            failed={str(one.cause): one.count for one in self._attention.causes()},
            workers={"alive": len(workers) - silent, "silent": silent},
            services=self._upstreams.all().upstreams,
        )

    def _queue_age(self) -> float:
        due = [Where("available_at", "<=", self._clock.now())]
        longest = self._store.find(SHARDS, due, Order("available_at"), 1)
        return max(((one.read_at - one.fields["available_at"]).total_seconds() for one in longest), default=0.0)
