"""What guards calls that no row waits for."""

from __future__ import annotations

from engine.quota.limiter import Permit, ServiceLimiter
from engine.upstream.caller import Caller
from engine.upstream.http import CallResult


class Bystander:
    """Lets calls pass that no row waits for, but not while the breaker of `limiter` is open. It records nothing."""

    def __init__(self, limiter: ServiceLimiter) -> None:
        self._limiter = limiter

    def acquire(self, _caller: Caller, *, write: bool = False) -> None:  # noqa: ARG002 - it probes nothing
        """Permit a call; see `Limiter.acquire`."""
        self._limiter.ensure_closed()

    def release(self, permit: None, result: CallResult) -> None:
        """Record nothing."""


class Spare:
    """Permits calls of `limiter` that no row waits for, only while nobody else uses the service."""

    def __init__(self, limiter: ServiceLimiter) -> None:
        self._limiter = limiter

    def acquire(self, caller: Caller, *, write: bool = False) -> Permit:
        """Permit a call; see `Limiter.acquire`."""
        self._limiter.ensure_unused()
        return self._limiter.acquire(caller, write=write)

    def release(self, permit: Permit, result: CallResult) -> None:
        """Record how the call ended; see `Limiter.release`."""
        self._limiter.release(permit, result)
