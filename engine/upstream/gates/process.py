"""The gates of a process, and the thread that stores what calls told."""

from __future__ import annotations

import logging
import threading
from hashlib import sha256
from typing import Self

from engine.clock import Clock
from engine.domain.budgets import Allowance
from engine.errors import StoreError
from engine.store.base import Store
from engine.upstream.gates.gate import StoredGate

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
AWAY_SECONDS = 2.0
_SALT = "draft-maker"


class Gates:
    """The gates that one process makes its calls through; the thread begins with the first call.

    Closing stores what is left to tell, and ends the thread.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self.clock = clock
        self._store = store
        self._gates: list[StoredGate] = []
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def before(self, allowance: Allowance) -> StoredGate:
        """Return a gate before a service."""
        gate = StoredGate(self._store, self.clock, allowance, self._wake)
        self._gates.append(gate)
        return gate

    def close(self) -> None:
        """Store what is left, as far as the store answers."""
        self._closing.set()
        self._wanted.set()
        if self._thread:
            self._thread.join()
        try:
            for gate in self._gates:
                gate.close()
        except StoreError as error:
            _warn(error)

    def _wake(self) -> None:
        if self._wanted.is_set():
            return
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="gates", daemon=True)
                self._thread.start()
        self._wanted.set()

    def _run(self) -> None:
        pause = LOOK_SECONDS
        while self._wanted.wait() and not self._closing.wait(pause):
            self._wanted.clear()
            try:
                left = [gate.keep() for gate in self._gates]
                pause = LOOK_SECONDS
            except StoreError as error:
                _warn(error)
                left, pause = [True], AWAY_SECONDS
            if any(left):
                self._wanted.set()


def _warn(error: StoreError) -> None:
    log.warning("budget_not_stored", extra={"error": str(error)})


def fingerprint(*secrets: str) -> str:
    """Return what tells credentials from others, and nothing else of them; "" when one is missing."""
    return sha256("\n".join((_SALT, *secrets)).encode()).hexdigest()[:8] if all(secrets) else ""
