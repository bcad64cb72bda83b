"""Tests of connections: an operator asks for one, a worker makes one harmless call and reports the result.

All of them are one document, so that a worker pays one read to see whether it is asked for anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.batches.documents import retry_on_conflict
from engine.clock import Clock
from engine.codec import Value, decode, encode, replace
from engine.domain.services import Service
from engine.errors import Conflict
from engine.store.base import Document, Expect, Patch, Put, Store

PATH = "connections/tests"
ANSWERED_WITHIN = timedelta(seconds=45)  # after so long a test that nobody has answered never will be


class ConnectionTest(Value, frozen=True, omit_defaults=False):
    """A test of one service, as far as it has come.

    `worker` makes the call, "" while none has taken it. `ok` is None before its end, and when the service could not be
    asked at all; `sentence` is the result in words. `latency_ms` is how long the service took, None when it gave no
    answer.
    """

    service: Service
    asked_at: datetime
    asked_by: str = ""
    worker: str = ""
    done_at: datetime | None = None
    ok: bool | None = None
    sentence: str = ""
    latency_ms: float | None = None

    def open(self, at: datetime) -> bool:
        """Whether an answer may still come."""
        return self.done_at is None and at - self.asked_at < ANSWERED_WITHIN

    def sentence_at(self, at: datetime, engines: int) -> str:
        """Return what came of it, or what it waits for while `engines` workers live."""
        if self.done_at:
            return self.sentence
        if not self.open(at):
            return "No engine has answered: ask again."
        if self.worker:
            return "Asked: an engine makes the call."
        return "Asked: an engine answers within seconds." if engines else "No engine is running, so nobody can ask."


class ConnectionTests:
    """Asks for tests, hands each out to one worker, and keeps what came of it.

    Every method raises StoreAway when the store does not answer.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def known(self) -> Mapping[Service, ConnectionTest]:
        """Return the last test of each service that was ever tested."""
        return self._read().tests

    def ask(self, service: Service, *, by: str = "") -> ConnectionTest:
        """Have a service tested and return the test; one that is still open stands."""
        return retry_on_conflict(lambda: self._ask(service, by), PATH)

    def take(self, worker: str) -> list[ConnectionTest]:
        """Return the tests that `worker` is to make now; nobody else is given them."""
        read = self._read()
        taken = [replace(test, worker=worker) for test in read.tests.values() if not test.worker and test.open(read.at)]
        try:
            self._write(read, taken)
        except Conflict:
            return []
        return taken

    def answer(self, test: ConnectionTest) -> None:
        """Keep what came of a test as of now, unless it was asked for anew in the meantime."""
        retry_on_conflict(lambda: self._answer(test), PATH)

    def _ask(self, service: Service, by: str) -> ConnectionTest:
        read = self._read()
        standing = read.tests.get(service)
        if standing and standing.open(read.at):
            return standing
        asked = ConnectionTest(service, read.at, by)
        self._write(read, [asked])
        return asked

    def _answer(self, test: ConnectionTest) -> None:
        read = self._read()
        standing = read.tests.get(test.service)
        if standing and standing.asked_at == test.asked_at:
            self._write(read, [replace(test, done_at=read.at)])

    def _read(self) -> _Read:
        found = self._store.get(PATH)[0]
        if found is None:
            return _Read(None, {}, self._clock.now())
        known = [service for service in Service if service in found.fields]
        tests = {service: decode(ConnectionTest, found.fields[service], PATH) for service in known}
        return _Read(found, tests, found.read_at)

    def _write(self, read: _Read, tests: Sequence[ConnectionTest]) -> None:
        """Write tests, as long as nobody has written any since they were read."""
        fields = {str(test.service): encode(test) for test in tests}
        found = read.found
        if fields:
            self._store.commit(Patch(PATH, fields, found.version) if found else Put(PATH, fields, Expect.ABSENT))


@dataclass(frozen=True, slots=True)
class _Read:
    """The document and the tests in it, `at` by the store's clock; `found` is None where there is none yet."""

    found: Document | None
    tests: Mapping[Service, ConnectionTest]
    at: datetime
