"""A store, or files, of a process that is killed before or after one of its writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.store.base import Committed, Write

Counts = Callable[[Write], bool]


class Killed(BaseException):
    """The process is gone."""


class Dying:
    """What is `kept`, for a process of which the write of number `at`, from 1, is the last thing that it does.

    Of a store, those commits count that have a write which `counts`; of files, all that are made.
    """

    def __init__(self, kept: Any, at: int, *, after: bool, counts: Counts = lambda _: True) -> None:
        self._kept, self._counts = kept, counts
        self._left, self._after = at, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kept, name)

    def commit(self, *writes: Write) -> Committed:
        return self._committed(self._kept.commit, writes)

    def transact(self, *writes: Write) -> Committed:
        return self._committed(self._kept.transact, writes)

    def create(self, path: str, content: bytes) -> bool:
        return bool(self._counted(lambda: self._kept.create(path, content)))

    def _committed(self, commit: Callable[..., Committed], writes: tuple[Write, ...]) -> Committed:
        made: Committed = self._counted(lambda: commit(*writes)) if any(map(self._counts, writes)) else commit(*writes)
        return made

    def _counted(self, write: Callable[[], Any]) -> Any:
        self._left -= 1
        if self._left <= 0 and not self._after:
            raise Killed
        made = write()
        if self._left <= 0:
            raise Killed
        return made
