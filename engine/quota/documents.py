"""The budget of one service in the job store, as one process sees it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from engine.clock import Clock
from engine.errors import Conflict
from engine.quota import budgets
from engine.quota.budgets import Allowance, Budget, was_set_back, with_allowance
from engine.quota.stored_budget import decode_budget, encode_budget
from engine.store.base import Expect, Fields, Patch, Put, Store, Version
from engine.store.clock import StoreClock

BUDGETS = "budgets"
FRESH_SECONDS = 1.0
_OTHERS_SECONDS = 60.0


class BudgetDocument:
    """The document `budgets/{service}`: read seldom, and written only at the version that was seen.

    One thread uses it at a time, but for `now`, `latest` and `age`. Every method that reads or writes raises StoreAway
    when the store does not answer.
    """

    def __init__(self, store: Store, clock: Clock, allowance: Allowance) -> None:
        self.allowance = allowance
        self._store = store
        self._clock = clock
        self._path = f"{BUDGETS}/{allowance.service}"
        self._store_clock = StoreClock()
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
        return self._store_clock.earliest(self._clock.monotonic())

    def latest(self) -> float:
        """Return the store's time, never behind it."""
        return self._store_clock.latest(self._clock.monotonic())

    def budget(self, now: float) -> Budget:
        """Return the budget as it was seen last, as it stands at `now`; `read` comes first."""
        return budgets.at(
            with_allowance(self.allowance, decode_budget(self._stored, self._path)), now, stepped=self._stepped
        )

    def read(self) -> None:
        """Read the document, and create it where there is none."""
        while True:
            asked = self._clock.monotonic()
            (found,) = self._store.get(self._path)
            if found is None:
                self._create()
                continue
            if self._version is not None and found.version != self._version:
                self._others = asked
            self._observed(found.read_at, asked)
            self._stored, self._version = found.fields, found.version
            self._stepped = self._stepped or was_set_back(decode_budget(found.fields, self._path), self.now())
            return

    def write(self, budget: Budget, now: float) -> bool:
        """Store `budget`; return False, with nothing stored, when another process was faster."""
        document = encode_budget(replace(budget, updated_at=now))
        changed = {name: value for name, value in document.items() if self._stored.get(name) != value}
        asked = self._clock.monotonic()
        allowed = self._stepped
        try:
            committed = self._store.commit(Patch(self._path, changed, self._version))
        except Conflict:
            self._others = asked
            return False
        self._stepped = self._stepped and not allowed
        self._observed(committed.at, asked)
        self._stored, self._version = document, committed.versions[0]
        return True

    def _create(self) -> None:
        """Store a budget of which nothing is known: the store's time comes with a document that exists."""
        with suppress(Conflict):
            self._store.commit(Put(self._path, encode_budget(with_allowance(self.allowance, None)), Expect.ABSENT))

    def _observed(self, at: datetime, asked: float) -> None:
        self._seen = self._clock.monotonic()
        self._stepped = self._store_clock.observe(at, asked, self._seen) or self._stepped
