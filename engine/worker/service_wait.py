"""How a row waits for a service: as long as it must, and no longer than until the service answers somebody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from engine.domain.services import Service
from engine.errors import Trouble, UpstreamDown
from engine.log import get_logger
from engine.pipeline.work import RowPort
from engine.retry import RetryPolicy
from engine.telemetry import tracing

log = get_logger(__name__)

WAITS = RetryPolicy(first=1.0, factor=2.0, longest=60.0)
LOOK_SECONDS = 0.5
OF_THE_SERVICE = frozenset({Trouble.OUTAGE, Trouble.BUSY, Trouble.BREAKER_OPEN})

Recovered = Callable[[Service, datetime], bool]


class ServiceWait:
    """The waits of one row, over all its tries; `recovered` says whether a service has answered since a moment.

    When it has, the row goes on at once. A row that fails all the same while others get through waits at least a
    second, and twice as long after each time: the trouble is its own.
    """

    def __init__(self, port: RowPort, recovered: Recovered) -> None:
        self._port = port
        self._recovered = recovered
        self._at_least = WAITS.first

    def __call__(self, seconds: float, down: UpstreamDown) -> bool:
        """Let `seconds` pass, or the time that `down` names; never give up.

        Raises:
            Requeued: the row is not to go on.
        """
        asked = down.retry_after or 0.0
        if down.trouble is Trouble.BREAKER_OPEN:
            seconds = max(asked, WAITS.first)
            asked = 0.0
        else:
            seconds = max(asked, seconds)
        began = self._port.now()
        until, least = began + timedelta(seconds=seconds), began + timedelta(seconds=max(asked, self._at_least))
        log.warning("row_waits", service=down.service, reason=str(down))
        tracing.waits(down.service, down.trouble)
        reason = f"{str(down).rstrip('.')}. Next try at {until:%H:%M:%S} UTC."
        waited = 0.0
        while waited < seconds and (now := self._port.now()) < until:
            if now >= least and down.trouble in OF_THE_SERVICE and self._recovered(Service(down.service), began):
                self._at_least = min(2 * self._at_least, WAITS.longest)
                break
            pause = min(LOOK_SECONDS, seconds - waited)
            self._port.wait(pause, reason)
            waited += pause
        return False
