"""What a worker reports of itself: `workers/{name}`, for the console and for recovery."""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from engine import health
from engine.batches.documents import WORKERS
from engine.batches.fixes import Fixes
from engine.clock import Clock
from engine.codec import encode
from engine.domain.batch.workers import RowInFlight, WorkerRecord
from engine.errors import SecretsError, StoreError
from engine.log import bound, get_logger
from engine.outage import Outage
from engine.store.base import Put, Store
from engine.store.clock import StoreClock
from engine.upstream.connections import Connections
from engine.worker.account_keeper import AccountKeeper
from engine.worker.chores import ChoreRunner
from engine.worker.tester import Tester

log = get_logger(__name__)

BEAT_SECONDS = 2.0
IDLE_BEAT_SECONDS = 5.0
KEPT = timedelta(days=1)  # Firestore deletes the record of a worker so long after its last heartbeat


@dataclass(frozen=True, slots=True)
class Activity:
    """What a worker does now; see `WorkerRecord`."""

    state: str
    job_id: str | None = None
    rows: tuple[RowInFlight, ...] = ()
    waits_for: str = ""


class ConnectionsInUse(Protocol):
    """The services as this worker reaches them. `generation` counts what was connected and disconnected so far."""

    @property
    def current(self) -> Connections:
        """Return the clients that rows are given now."""
        ...

    @property
    def generation(self) -> int:
        """Return the generation of the credentials that they were made from."""
        ...

    def refresh(self) -> None:
        """Take up what was connected or disconnected since the last look.

        Raises:
            StoreAway, SecretsError: that cannot be read; the clients stay as they are.
        """
        ...


class Helper(Protocol):
    """Something that a worker does beside its rows when it is asked to."""

    def look(self) -> None:
        """See whether it is asked, and begin.

        Raises:
            StoreError: the store does not answer.
        """
        ...

    def close(self) -> None:
        """Wait for nothing any more."""
        ...


class Heartbeat:
    """A thread that writes what `state` returns every few seconds, until it is closed.

    With `connections` it takes up what a person connects or disconnects, reports for which services there are
    credentials, and looks whether they are to be tested and whether anything is wanted of the seller's account.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        name: str,
        state: Callable[[], Activity],
        connections: ConnectionsInUse | None = None,
        helpers: Sequence[Helper] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self._name = name
        self._path = f"{WORKERS}/{name}"
        self._state = state
        self._connections = connections
        self._helpers: list[Helper] = [ChoreRunner(Fixes(store, clock), "fixes", name), *helpers]
        if connections:
            self._helpers += [kind(store, clock, name, lambda: connections.current) for kind in (Tester, AccountKeeper)]
        self._sign: Path | None = None
        self._outage, self._unread = Outage(clock, "heartbeat"), Outage(clock, "credentials")
        self._store_clock, self._known = StoreClock(), False
        self._started_at = clock.now()
        self._changed = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self, sign: Path | None = None) -> None:
        """Write a first time, and go on writing; with `sign` also into that file, for `python -m engine.health`."""
        self._sign = sign
        self._write(self._state())
        self._thread.start()

    def close(self) -> None:
        """Report a last time that the worker has stopped."""
        self._closing = True
        self._changed.set()
        for helper in self._helpers:
            helper.close()
        self._thread.join(BEAT_SECONDS)
        self._write(Activity("stopped"))
        if self._sign:
            self._sign.unlink(missing_ok=True)

    def _run(self) -> None:
        with bound(worker=self._name):
            while not self._closing:
                self._changed.wait(BEAT_SECONDS if self._state().job_id else IDLE_BEAT_SECONDS)
                self._changed.clear()
                self._refresh()
                self._write(self._state())
                self._look()

    def beat(self) -> None:
        """Report now: something changed."""
        self._changed.set()

    def _write(self, now: Activity) -> None:
        at, connections = self._now(), self._connections
        record = WorkerRecord(
            now.state,
            heartbeat_at=at,
            started_at=self._started_at,
            host=platform.node(),
            job_id=now.job_id,
            rows=now.rows,
            waits_for=now.waits_for,
            connections=dict(connections.current.keys) if connections else {},
            credentials=connections.generation if connections else 0,
            expires_at=at + KEPT,
        )
        asked = self._clock.monotonic()
        try:
            committed = self._store.commit(Put(self._path, encode(record)))
        except StoreError as error:
            self._outage.failed(error)
            self._write_sign(store_answers=False)
        else:
            self._store_clock.observe(committed.at, asked, self._clock.monotonic())
            self._known = True
            self._outage.over()
            self._write_sign(store_answers=True)

    def _now(self) -> datetime:
        """Return the time by the store's clock, by which heartbeats are judged, once the store has told it."""
        return self._store_clock.earliest_at(self._clock.monotonic()) if self._known else self._clock.now()

    def _write_sign(self, *, store_answers: bool) -> None:
        if self._sign is None:
            return
        try:
            health.write_sign(self._sign, at=self._clock.now(), store_answers=store_answers)
        except OSError as error:
            log.warning("sign_not_written", file=str(self._sign), error=error.strerror)

    def _refresh(self) -> None:
        if self._connections is None or self._closing:
            return
        try:
            self._connections.refresh()
        except (StoreError, SecretsError) as error:
            self._unread.failed(error)
        else:
            self._unread.over()

    def _look(self) -> None:
        """See whether anything is wanted of this worker beside its rows."""
        try:
            for helper in self._helpers:
                if not self._closing:
                    helper.look()
        except StoreError as error:
            log.warning("wishes_not_read", error=str(error))
