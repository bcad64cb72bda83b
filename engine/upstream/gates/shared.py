"""The budget of one service in the job store, as one process sees it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from engine.clock import Clock
from engine.domain import budgets
from engine.domain.budgets import Allowance, Budget, from_the_future, under
from engine.errors import Conflict
from engine.store.base import Expect, Fields, Patch, Put, Store, Version
from engine.upstream.gates.storetime import StoreTime

BUDGETS = "budgets"
FRESH_SECONDS = 1.0
_OTHERS_SECONDS = 60.0


class Shared:
    """The document `budgets/{service}`: read seldom, and written only at the version that was seen.

    One thread uses it at a time, but for `now`, `latest` and `age`. Every method that reads or writes raises StoreAway
    when the store does not answer.
    """

    def __init__(self, store: Store, clock: Clock, allowance: Allowance) -> None:
        self.allowance = allowance
        self._store = store
        self._clock = clock
        self._path = f"{BUDGETS}/{allowance.service}"
        self._time = StoreTime()
        self._stored: Fields = {}
        self._version: Version | None = None
        self._seen = self._others = float("-inf")
        self._stepped = False

    @property
    def age(self) -> float:
        """Return the seconds since the document was seen; infinite before the first time."""
        return self._clock.monotonic() - self._seen

    @property
    def stale(self) -> bool:
        """Whether to read before writing: it was seen long ago, or others write it too."""
        return self.age > FRESH_SECONDS or self._clock.monotonic() - self._others < _OTHERS_SECONDS

    @property
    def stepped(self) -> bool:
        """Whether the store's clock was set, and the document is yet to allow for it."""
        return self._stepped

    def now(self) -> float:
        """Return the store's time, never ahead of it."""
        return self._time.least(self._clock.monotonic())

    def latest(self) -> float:
        """Return the store's time, never behind it."""
        return self._time.most(self._clock.monotonic())

    def budget(self, now: float) -> Budget:
        """Return the budget as it was seen last, as it stands at `now`; `read` comes first."""
        return budgets.at(under(self.allowance, Budget.from_document(self._stored)), now, stepped=self._stepped)

    def read(self) -> None:
        """See the document as it is, and make one where there is none."""
        while True:
            asked = self._clock.monotonic()
            (found,) = self._store.get(self._path)
            if found is None:
                self._make()
                continue
            if self._version is not None and found.version != self._version:
                self._others = asked
            self._heard(found.read_at, asked)
            self._stored, self._version = found.fields, found.version
            self._stepped = self._stepped or from_the_future(Budget.from_document(found.fields), self.now())
            return

    def write(self, budget: Budget, now: float) -> bool:
        """Store `budget`; return False, with nothing stored, when somebody else was faster."""
        document = replace(budget, updated_at=now).document()
        changed = {name: value for name, value in document.items() if self._stored.get(name) != value}
        asked = self._clock.monotonic()
        allowed = self._stepped
        try:
            committed = self._store.commit(Patch(self._path, changed, self._version))
        except Conflict:
            self._others = asked
            return False
        self._stepped = self._stepped and not allowed
        self._heard(committed.at, asked)
        self._stored, self._version = document, committed.versions[0]
        return True

    def _make(self) -> None:
        """Store a budget of which nothing is known: only a document that is there tells the store's time."""
        with suppress(Conflict):
            self._store.commit(Put(self._path, under(self.allowance, None).document(), Expect.ABSENT))

    def _heard(self, at: datetime, asked: float) -> None:
        self._seen = self._clock.monotonic()
        self._stepped = self._time.heard(at, asked, self._seen) or self._stepped
