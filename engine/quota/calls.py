"""What an ended call changes in the budget of its service. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from engine.domain.services import NAMES
from engine.quota import breakers, slots
from engine.quota.budgets import Allowance, Budget, Slot, with_allowance

_OF_OLD = 0.8  # of the moving average of latencies


class CallOutcome(Enum):
    """What came of a call, for the service as a whole."""

    GOOD = "it did what was asked"
    ANSWERED = "it answered, which says nothing of our credentials"
    REFUSED = "it did not accept our credentials"
    QUOTA = "it was called too often"
    BUSY = "it cannot just now"
    OUTAGE = "it did not answer"
    UNKNOWN = "nobody knows"


@dataclass(frozen=True, slots=True)
class CompletedCall:
    """An ended call. `started` is never after, `ended` never before what it says, by the store's clock.

    `slot` is what it held, None without a quota. `error` is the sentence of its error, "" for none. `granted` and
    `used` are what the service said of its quota, `retry_after` the seconds that it asked for. `probing` says that the
    call probed a service that had not answered.
    """

    outcome: CallOutcome
    started: float
    ended: float
    seconds: float
    slot: Slot | None = None
    error: str = ""
    granted: int | None = None
    used: int | None = None
    retry_after: float | None = None
    probing: bool = False


def of_other_credentials(call: CompletedCall) -> CompletedCall:
    """Return a call as one that says nothing of the credentials that count now."""
    said = call.outcome in {CallOutcome.GOOD, CallOutcome.REFUSED}
    return replace(call, outcome=CallOutcome.ANSWERED, error="") if said else call


def after_call(budget: Budget, call: CompletedCall, allowance: Allowance, now: float) -> Budget:
    """Return the budget after `call`."""
    if call.slot:
        budget = slots.stamp(budget, call.slot, call.ended)
    if call.outcome is CallOutcome.UNKNOWN:
        return breakers.cancel_probe(budget, now) if call.probing else budget
    if call.granted is not None:
        budget = with_allowance(allowance, replace(budget, granted=call.granted))
    if call.used is not None:
        budget = slots.add_foreign_use(budget, call.used, started=call.started, ended=call.ended, now=now)
    if call.outcome is CallOutcome.QUOTA:
        budget = slots.exhaust(budget, call.ended, call.retry_after)
    budget = _health(budget, call)
    return _credentials(budget, call, allowance)


def _health(budget: Budget, call: CompletedCall) -> Budget:
    """Return the budget with breaker, last error, latency and count as `call` leaves them.

    An answer that is recorded late, after an outage that came later, says nothing of how the service is.
    """
    outage = call.outcome is CallOutcome.OUTAGE
    current = call.probing or budget.last_error_at is None or call.ended >= budget.last_error_at
    if outage:
        budget = breakers.record_outage(budget, call.ended, probing=call.probing)
    elif current and (call.probing or call.outcome in (CallOutcome.GOOD, CallOutcome.ANSWERED, CallOutcome.REFUSED)):
        budget = breakers.record_answer(budget)
    latency, milliseconds = budget.latency_ms, call.seconds * 1000
    if not outage:
        latency = milliseconds if latency is None else latency * _OF_OLD + milliseconds * (1 - _OF_OLD)
    budget = replace(budget, latency_ms=latency, calls=budget.calls + 1)
    if call.error:
        return replace(budget, last_error=call.error, last_error_at=call.ended)
    return replace(budget, last_ok_at=call.ended)


def _credentials(budget: Budget, call: CompletedCall, allowance: Allowance) -> Budget:
    """Return the budget with what `call` says of our credentials."""
    if call.outcome is CallOutcome.REFUSED:
        state, reason = "refused", call.error
    elif call.outcome is not CallOutcome.GOOD:
        return budget
    elif allowance.credentials != "unknown":
        return replace(budget, credentials=allowance.credentials, credentials_said="")
    elif call.granted is not None and call.granted <= allowance.keyless_limit:
        name = NAMES[allowance.service]
        state, reason = "unknown", f"{name} grants {call.granted} calls a minute: it did not accept the token."
    else:
        state, reason = "accepted", ""
    return replace(budget, credentials=state, credentials_said=reason, credentials_at=call.ended)
