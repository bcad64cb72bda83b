"""What an ended call tells of its service. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from engine.domain import breakers, slots
from engine.domain.budgets import Allowance, Budget, Slot, under
from engine.domain.services import NAMES

_OF_OLD = 0.8  # of the moving average of latencies


class Verdict(Enum):
    """What came of a call, for the service as a whole."""

    GOOD = "it did what was asked"
    ANSWERED = "it answered, which tells nothing of our credentials"
    REFUSED = "it did not accept our credentials"
    QUOTA = "it was called too often"
    BUSY = "it cannot just now"
    OUTAGE = "it did not answer"
    UNKNOWN = "nobody knows"


@dataclass(frozen=True, slots=True)
class Call:
    """An ended call. `started` is never after, `ended` never before what it says, by the store's clock.

    `slot` is what it held, None without a quota. `said` is the sentence of its error, "" for none. `granted` and `used`
    are what the service told of its quota, `retry_after` the seconds that it asked for. `probing` tells that the call
    was to try a service that had not answered.
    """

    verdict: Verdict
    started: float
    ended: float
    seconds: float
    slot: Slot | None = None
    said: str = ""
    granted: int | None = None
    used: int | None = None
    retry_after: float | None = None
    probing: bool = False


def told(budget: Budget, call: Call, allowance: Allowance, now: float) -> Budget:
    """Return the budget after `call`."""
    if call.slot:
        budget = slots.stamp(budget, call.slot, call.ended)
    if call.verdict is Verdict.UNKNOWN:
        return breakers.unmade(budget, now) if call.probing else budget
    if call.granted is not None:
        budget = under(allowance, replace(budget, granted=call.granted))
    if call.used is not None:
        budget = slots.others_use(budget, call.used, started=call.started, ended=call.ended, now=now)
    if call.verdict is Verdict.QUOTA:
        budget = slots.refuse(budget, call.ended, call.retry_after)
    budget = _health(budget, call)
    return _credentials(budget, call, allowance)


def _health(budget: Budget, call: Call) -> Budget:
    """Return the budget with breaker, last error, latency and count as `call` leaves them.

    An answer that is told late, after an outage that came later, says nothing of how the service is.
    """
    outage = call.verdict is Verdict.OUTAGE
    news = call.probing or budget.last_error_at is None or call.ended >= budget.last_error_at
    if outage:
        budget = breakers.failed(budget, call.ended, probing=call.probing)
    elif news and (call.probing or call.verdict in (Verdict.GOOD, Verdict.ANSWERED, Verdict.REFUSED)):
        budget = breakers.answered(budget)
    latency, milliseconds = budget.latency_ms, call.seconds * 1000
    if not outage:
        latency = milliseconds if latency is None else latency * _OF_OLD + milliseconds * (1 - _OF_OLD)
    budget = replace(budget, latency_ms=latency, calls=budget.calls + 1)
    if call.said:
        return replace(budget, last_error=call.said, last_error_at=call.ended)
    return replace(budget, last_ok_at=call.ended)


def _credentials(budget: Budget, call: Call, allowance: Allowance) -> Budget:
    """Return the budget with what `call` tells of our credentials."""
    if call.verdict is Verdict.REFUSED:
        state, said = "refused", call.said
    elif call.verdict is not Verdict.GOOD:
        return budget
    elif allowance.credentials != "unknown":
        return replace(budget, credentials=allowance.credentials, credentials_said="")
    elif call.granted is not None and call.granted <= allowance.keyless_limit:
        name = NAMES[allowance.service]
        state, said = "unknown", f"{name} grants {call.granted} calls a minute: it did not accept the token."
    else:
        state, said = "accepted", ""
    return replace(budget, credentials=state, credentials_said=said, credentials_at=call.ended)
