"""Limiters of several workers on one store, by a clock that a test moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.domain.services import Service
from engine.errors import CredentialsRefused, Requeued, UpstreamDown
from engine.quota.budgets import Allowance
from engine.quota.limiter import Permit, ServiceLimiter
from engine.quota.limiters import fingerprint
from engine.store.base import Store
from engine.store.sqlite import SQLiteStore
from engine.upstream.http import CallResult
from tests.support.clocks import FakeClock

TWO = Allowance(Service.DISCOGS, 2, 60.0)
ONE_A_SECOND = Allowance(Service.MUSICBRAINZ, 1, 1.0)
KEYED = Allowance(Service.DISCOGS, 60, 60.0, key=fingerprint("a token"), needs_key=True, keyless_limit=25)
FREE = Allowance(Service.COVERART)
DOWN = UpstreamDown("discogs", "GET /", "Discogs does not answer.")
REFUSED = CredentialsRefused("discogs", "GET /", "Look at DISCOGS_TOKEN.", status=401)
GOOD = CallResult(0.2, 200)


@dataclass
class Row:
    """A caller: what it waits for, and what happens while it waits. It is given back after `patience` seconds."""

    clock: FakeClock
    batch: str = "batch"
    patience: float = float("inf")
    reasons: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def wait(self, seconds: float, reason: str) -> None:
        self.reasons.append(reason)
        self.clock.seconds += min(seconds, self.patience)
        self.patience -= seconds
        self.meanwhile()
        if self.patience <= 0:
            raise Requeued(reason)


class Workers:
    """Limiters on one store, each as a process of its own has it; nothing is stored but by `sync`."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.place = folder / "store.db"
        self.store = SQLiteStore(self.place, self.clock)
        self.limiters: list[ServiceLimiter] = []

    def limiter(self, allowance: Allowance, store: Store | None = None) -> ServiceLimiter:
        self.limiters.append(ServiceLimiter(store or self.store, self.clock, allowance, lambda: None))
        return self.limiters[-1]

    def sync(self) -> None:
        for limiter in self.limiters:
            limiter.sync_due()

    def row(self, batch: str = "batch", **more: Any) -> Row:
        return Row(self.clock, batch, meanwhile=more.pop("meanwhile", self.sync), **more)

    def acquire(self, limiter: ServiceLimiter, row: Row | None = None) -> Permit:
        return limiter.acquire(row or self.row())

    def call(self, limiter: ServiceLimiter, result: CallResult = GOOD, row: Row | None = None) -> float:
        """Make a call; return the seconds it waited for."""
        before = self.clock.seconds
        permit = self.acquire(limiter, row)
        waited = self.clock.seconds - before
        self.clock.seconds += result.seconds
        limiter.release(permit, result)
        return round(waited, 1)

    def pass_by(self, seconds: float) -> None:
        """Let time pass, in which everything recorded is stored."""
        self.clock.seconds += seconds
        self.sync()

    def stored(self, service: Service = Service.DISCOGS) -> dict[str, Any]:
        (found,) = self.store.get(f"budgets/{service}")
        assert found
        return found.fields
