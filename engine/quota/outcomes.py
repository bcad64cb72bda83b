"""What an ended call says of its service, in the terms of the budget."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import CredentialsRefused, Trouble, UpstreamDown
from engine.quota.budgets import Slot
from engine.quota.calls import CallOutcome, CompletedCall
from engine.upstream.http import CallResult

_GRANTED, _REMAINING = "X-Discogs-Ratelimit", "X-Discogs-Ratelimit-Remaining"
_OUTCOMES = {Trouble.QUOTA: CallOutcome.QUOTA, Trouble.OUTAGE: CallOutcome.OUTAGE}


def outcome_of(result: CallResult) -> CallOutcome:
    """Return what came of a call, for the service as a whole."""
    error = result.error
    if isinstance(error, UpstreamDown):
        return _OUTCOMES.get(error.trouble, CallOutcome.BUSY)
    if error is None and result.status is None:
        return CallOutcome.UNKNOWN
    if isinstance(error, CredentialsRefused):
        return CallOutcome.REFUSED
    return CallOutcome.GOOD if error is None and (result.status or 0) < 400 else CallOutcome.ANSWERED


def completed_call(
    result: CallResult, *, started: float, latest: float, slot: Slot | None, probing: bool
) -> CompletedCall:
    """Return an ended call; it began at `started` or later and ended by `latest`, by the store's clock."""
    granted, remaining = _number(result.headers, _GRANTED), _number(result.headers, _REMAINING)
    return CompletedCall(
        outcome_of(result),
        started=started,
        ended=latest,
        seconds=result.seconds,
        slot=slot,
        error=str(result.error or ""),
        granted=granted,
        used=None if granted is None or remaining is None else max(0, granted - remaining),
        retry_after=result.error.retry_after if isinstance(result.error, UpstreamDown) else None,
        probing=probing,
    )


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "")
    return int(text) if text.isdecimal() else None
