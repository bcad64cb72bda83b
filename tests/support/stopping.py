"""A store whose process is killed before or after one of its commits."""

from __future__ import annotations

from typing import Any

from engine.store.base import Committed, Store, Write


class Killed(BaseException):
    """The process is gone."""


class Stopping:
    """A store over another one; the commit of number `at`, from 1, is the last thing that its process does."""

    def __init__(self, store: Store, at: int, *, after: bool) -> None:
        self._store = store
        self._left, self._after = at, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, *writes: Write) -> Committed:
        return self._counted(self._store.commit, writes)

    def transact(self, *writes: Write) -> Committed:
        return self._counted(self._store.transact, writes)

    def _counted(self, commit: Any, writes: tuple[Write, ...]) -> Committed:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Killed
        made: Committed = commit(*writes)
        if self._left == 0:
            raise Killed
        return made
