"""A few quick retries in place, where a service says or shows that a moment is enough."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, repeat
from typing import TypeVar

from engine.errors import Trouble, UpstreamDown
from engine.retry import RetryPolicy, retry
from engine.upstream.caller import Caller
from engine.upstream.failure_policy.policies import QUICK_TRIES

QUICK = RetryPolicy(first=1.0, factor=1.5, longest=2.0, jitter=0.25, tries=1 + QUICK_TRIES)

T = TypeVar("T")


def retry_while_busy(caller: Caller, call: Callable[[], T], *, again: Callable[[], T] | None = None) -> T:
    """Return what `call` returns; while the service is busy, try `QUICK_TRIES` times more, with `again` if given.

    The caller waits 1 to 2 s between tries, never exactly as long as others do.

    Raises:
        UpstreamDown: it is busy still, or down.
        Requeued: the caller must not go on.
    """
    calls = chain([call], repeat(again or call))

    def wait(pause: float, down: UpstreamDown) -> bool:
        busy = down.trouble is Trouble.BUSY
        if busy:
            caller.wait(max(pause, down.retry_after or 0.0), str(down))
        return not busy

    return retry(lambda: next(calls)(), QUICK, UpstreamDown, wait=wait)
