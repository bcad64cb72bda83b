"""A few quick tries in place, where a service says or shows that a moment is enough."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

from engine.errors import UpstreamDown
from engine.upstream.asking import asker
from engine.upstream.blame.rulings import QUICK_TRIES

_SHORTEST_SECONDS = 1.0
_LONGEST_SECONDS = 5.0
_WIDENING = 1.5
_JITTER = 0.25

T = TypeVar("T")


def patient(ask: Callable[[], T], *, again: Callable[[], T] | None = None) -> T:
    """Return what `ask` returns; while the service is busy, try `QUICK_TRIES` times more, with `again` if given.

    The asker waits 1 to 5 s between, longer each time and never exactly as long as others do.

    Raises:
        UpstreamDown: it is busy still, or down.
        GivenBack: the asker is not to go on.
    """
    for pause in islice(_pauses(), QUICK_TRIES):
        try:
            return ask()
        except UpstreamDown as down:
            if not down.busy:
                raise
            asker().wait(max(pause, down.retry_after or 0.0), str(down))
            ask = again or ask
    return ask()


def _pauses() -> Iterator[float]:
    """Yield the seconds between the tries."""
    seconds = _SHORTEST_SECONDS
    while True:
        yield min(seconds * random.uniform(1.0, 1.0 + _JITTER), _LONGEST_SECONDS)  # noqa: S311 - no secret
        seconds *= _WIDENING
