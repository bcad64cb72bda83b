"""What an ended call tells of its service, in the terms of the budget."""

from __future__ import annotations

from collections.abc import Mapping

from engine.domain.budgets import Slot
from engine.domain.calls import Call, Verdict
from engine.errors import CredentialsRefused, UpstreamDown
from engine.upstream.http import Ended

_GRANTED, _REMAINING = "X-Discogs-Ratelimit", "X-Discogs-Ratelimit-Remaining"


def verdict(ended: Ended) -> Verdict:
    """Return what came of a call, for the service as a whole."""
    error = ended.error
    if isinstance(error, UpstreamDown):
        return Verdict.QUOTA if error.quota else Verdict.OUTAGE if error.outage else Verdict.BUSY
    if error is None and ended.status is None:
        return Verdict.UNKNOWN
    if isinstance(error, CredentialsRefused):
        return Verdict.REFUSED
    return Verdict.GOOD if error is None and (ended.status or 0) < 400 else Verdict.ANSWERED


def call_of(ended: Ended, *, started: float, latest: float, slot: Slot | None, probing: bool) -> Call:
    """Return an ended call; it began at `started` or later and ended by `latest`, by the store's clock."""
    granted, remaining = _number(ended.headers, _GRANTED), _number(ended.headers, _REMAINING)
    return Call(
        verdict(ended),
        started=started,
        ended=latest,
        seconds=ended.seconds,
        slot=slot,
        said=str(ended.error or ""),
        granted=granted,
        used=None if granted is None or remaining is None else max(0, granted - remaining),
        retry_after=ended.error.retry_after if isinstance(ended.error, UpstreamDown) else None,
        probing=probing,
    )


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "")
    return int(text) if text.isdecimal() else None
