"""The limiters of a process, and the thread that stores what their calls changed."""

from __future__ import annotations

import threading
from datetime import datetime
from hashlib import sha256
from typing import Self

from engine.clock import Clock
from engine.domain.services import Service
from engine.errors import StoreError
from engine.log import get_logger
from engine.quota.beside import Bystander, Spare
from engine.quota.budgets import Allowance
from engine.quota.limiter import ServiceLimiter
from engine.store.base import Store

log = get_logger(__name__)

LOOK_SECONDS = 0.25
AWAY_SECONDS = 2.0
_SALT = "draft-maker"


class Limiters:
    """The limiters of one process; their thread starts with the first call.

    Closing stores what is left, and ends the thread.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self.clock = clock
        self._store = store
        self._limiters: dict[Service, ServiceLimiter] = {}
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def limiter(self, allowance: Allowance) -> ServiceLimiter:
        """Return the limiter of a service. One that is there already goes on under this allowance."""
        known = self._limiters.get(allowance.service)
        if known is None:
            known = self._limiters[allowance.service] = ServiceLimiter(self._store, self.clock, allowance, self._wake)
        else:
            known.renew(allowance)
        return known

    def bystander(self, service: Service) -> Bystander:
        """Return what guards calls to a service that no row waits for; the service has a limiter already."""
        return Bystander(self._limiters[service])

    def spare(self, service: Service) -> Spare:
        """Return what permits calls to a service while nobody else uses it; the service has a limiter already."""
        return Spare(self._limiters[service])

    def recovered(self, service: Service, since: datetime) -> bool:
        """Whether a service has answered a call well since `since`, by the store's clock, as far as is known."""
        limiter = self._limiters.get(service)
        try:
            return limiter is not None and limiter.recovered(since)
        except StoreError:
            return False

    def free_share(self, service: Service) -> float:
        """Return which share of its quota a service would grant now, from 0 to 1, as far as is known."""
        limiter = self._limiters.get(service)
        try:
            return limiter.free_share() if limiter else 0.0
        except StoreError:
            return 0.0

    def close(self) -> None:
        """Store what is left, as far as the store answers."""
        self._closing.set()
        self._wanted.set()
        if self._thread:
            self._thread.join()
        try:
            for limiter in list(self._limiters.values()):
                limiter.close()
        except StoreError as error:
            _warn(error)

    def _wake(self) -> None:
        if self._wanted.is_set():
            return
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="limiters", daemon=True)
                self._thread.start()
        self._wanted.set()

    def _run(self) -> None:
        pause = LOOK_SECONDS
        while self._wanted.wait() and not self._closing.wait(pause):
            self._wanted.clear()
            try:
                left = [limiter.sync_due() for limiter in list(self._limiters.values())]
                pause = LOOK_SECONDS
            except StoreError as error:
                _warn(error)
                left, pause = [True], AWAY_SECONDS
            if any(left):
                self._wanted.set()


def _warn(error: StoreError) -> None:
    log.warning("budget_not_stored", error=str(error))


def fingerprint(*secrets: str) -> str:
    """Return a text that differs for other credentials and reveals none; "" when one is missing."""
    return sha256("\n".join((_SALT, *secrets)).encode()).hexdigest()[:8] if all(secrets) else ""
