"""The circuit breaker: when a service that does not answer is called no more, and when it is tried again. Pure.

After some outages in a row the breaker opens: no worker calls for a while, then a single call probes (half-open), never
one that writes. If that fails too, the next pause is longer; any answer closes the breaker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.domain.services import Service
from engine.quota.budgets import Budget

PROBE_SECONDS = 30.0  # after so long the probe is taken for dead: connecting and reading take 25 at most
ASK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """So many `outages` in a row open the breaker, for as many seconds as `pauses` say, one after the other.

    The last pause is repeated for as long as the outage lasts.
    """

    outages: int = 5
    pauses: tuple[float, ...] = (5.0, 10.0, 20.0, 40.0, 60.0)

    def after(self, pause: float) -> float:
        """Return the pause that follows on a pause of so many seconds, 0 for none."""
        return next((longer for longer in self.pauses if longer > pause), self.pauses[-1])


USUAL = BreakerPolicy()
PATIENT = BreakerPolicy(outages=3, pauses=(10.0, 25.0, 65.0, 200.0, 300.0))
_POLICIES: Mapping[Service, BreakerPolicy] = {Service.EBAY: PATIENT, Service.EBAY_BROWSE: PATIENT}


def policy_of(service: Service) -> BreakerPolicy:
    """Return when the breaker of a service opens; no row can go on without eBay, so it is asked seldom."""
    return _POLICIES.get(service, USUAL)


def next_try(budget: Budget, now: float) -> float | None:
    """Return when the service may be called again; None when it may be called now, perhaps by one call only."""
    if budget.breaker == "open" and budget.open_until is not None and now < budget.open_until:
        return budget.open_until
    if budget.breaker == "probing" and budget.probe_until is not None and now < budget.probe_until:
        return min(now + ASK_AGAIN_SECONDS, budget.probe_until)
    return None


def begin_probe(budget: Budget, now: float) -> Budget | None:
    """Return the budget with one call on its way to probe the service; None when that is not due."""
    if budget.breaker == "closed" or next_try(budget, now) is not None:
        return None
    return replace(budget, breaker="probing", probe_until=now + PROBE_SECONDS)


def record_outage(budget: Budget, now: float, *, probing: bool) -> Budget:
    """Return the budget after an outage; while the breaker is open, only that of the probe counts."""
    budget = replace(budget, failures=budget.failures + 1)
    if budget.breaker == "closed":
        opens = budget.failures >= policy_of(budget.service).outages
        return _open(budget, now, opened_at=now) if opens else budget
    if not probing:
        return budget
    return _open(budget, now, opened_at=budget.opened_at)


def record_answer(budget: Budget) -> Budget:
    """Return the budget after the service has answered, well or not."""
    return replace(
        budget, breaker="closed", failures=0, opened_at=None, open_until=None, open_seconds=0.0, probe_until=None
    )


def cancel_probe(budget: Budget, now: float) -> Budget:
    """Return the budget after the probe was not made: another call may be one."""
    return replace(budget, breaker="open", open_until=now, probe_until=None) if budget.breaker == "probing" else budget


def _open(budget: Budget, now: float, *, opened_at: float | None) -> Budget:
    seconds = policy_of(budget.service).after(budget.open_seconds)
    return replace(
        budget,
        breaker="open",
        opened_at=opened_at,
        open_until=now + seconds,
        open_seconds=seconds,
        probe_until=None,
    )
