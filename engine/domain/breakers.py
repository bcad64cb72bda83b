"""When a service that does not answer is let alone, and when it is tried again. Pure.

After `OUTAGES` outages in a row nobody calls for `FIRST_SECONDS`, then one call tries, over all workers. If that fails
too, the pause doubles, up to `LONGEST_SECONDS`; any answer ends it.
"""

from __future__ import annotations

from dataclasses import replace

from engine.domain.budgets import Budget

OUTAGES = 5
FIRST_SECONDS = 5.0
LONGEST_SECONDS = 60.0
PROBE_SECONDS = 30.0  # after so long the call that tries is taken for dead: connecting and reading take 25 at most
ASK_AGAIN_SECONDS = 1.0


def next_try(budget: Budget, now: float) -> float | None:
    """Return when the service may be called again; None when it may be called now, perhaps by one call only."""
    if budget.breaker == "open" and budget.open_until is not None and now < budget.open_until:
        return budget.open_until
    if budget.breaker == "probing" and budget.probe_until is not None and now < budget.probe_until:
        return min(now + ASK_AGAIN_SECONDS, budget.probe_until)
    return None


def probe(budget: Budget, now: float) -> Budget | None:
    """Return the budget with one call on its way to try the service; None when that is not due."""
    if budget.breaker == "closed" or next_try(budget, now) is not None:
        return None
    return replace(budget, breaker="probing", probe_until=now + PROBE_SECONDS)


def failed(budget: Budget, now: float, *, probing: bool) -> Budget:
    """Return the budget after an outage; while calls are stopped, only that of the one that tries counts."""
    budget = replace(budget, failures=budget.failures + 1)
    if budget.breaker == "closed":
        return _open(budget, now, FIRST_SECONDS, opened_at=now) if budget.failures >= OUTAGES else budget
    if not probing:
        return budget
    return _open(budget, now, min(budget.open_seconds * 2, LONGEST_SECONDS), opened_at=budget.opened_at)


def answered(budget: Budget) -> Budget:
    """Return the budget after the service answered, well or not."""
    return replace(
        budget, breaker="closed", failures=0, opened_at=None, open_until=None, open_seconds=0.0, probe_until=None
    )


def unmade(budget: Budget, now: float) -> Budget:
    """Return the budget after the call that was to try was not made: another one may."""
    return replace(budget, breaker="open", open_until=now, probe_until=None) if budget.breaker == "probing" else budget


def _open(budget: Budget, now: float, seconds: float, *, opened_at: float | None) -> Budget:
    return replace(
        budget,
        breaker="open",
        opened_at=opened_at,
        open_until=now + seconds,
        open_seconds=seconds,
        probe_until=None,
    )
