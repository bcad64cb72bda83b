"""A store whose reads and commits are counted and timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from engine.errors import Conflict, StoreAway
from engine.store.base import Committed, Document, Order, Store, Where, Write
from engine.telemetry import metrics

T = TypeVar("T")


class Measured:
    """The store it is given, measured; see `Store`. A snapshot is not: it takes as long as its reader."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, *paths: str) -> list[Document | None]:
        """Return documents; see `Store.get`."""
        return _timed("get", lambda: self._store.get(*paths))

    def find(
        self, collection: str, where: Sequence[Where] = (), order: Order | None = None, limit: int = 100
    ) -> list[Document]:
        """Return the documents that match; see `Store.find`."""
        return _timed("find", lambda: self._store.find(collection, where, order, limit))

    def count(self, collection: str, where: Sequence[Where] = ()) -> int:
        """Return how many documents match; see `Store.count`."""
        return _timed("count", lambda: self._store.count(collection, where))

    def sum(self, collection: str, field: str, where: Sequence[Where] = ()) -> int:
        """Return the sum of one field; see `Store.sum`."""
        return _timed("sum", lambda: self._store.sum(collection, field, where))

    def snapshot(self) -> Iterator[Document]:
        """Yield every document; see `Store.snapshot`."""
        return self._store.snapshot()

    def commit(self, *writes: Write) -> Committed:
        """Apply writes; see `Store.commit`."""
        return _counted("commit", lambda: self._store.commit(*writes))

    def transact(self, *writes: Write) -> Committed:
        """Apply writes; see `Store.transact`."""
        return _counted("transact", lambda: self._store.transact(*writes))

    def close(self) -> None:
        """Let go of connections; see `Store.close`."""
        self._store.close()


def _timed(operation: str, ask: Callable[[], T]) -> T:
    began = time.monotonic()
    try:
        return ask()
    finally:
        metrics.store_duration.record(time.monotonic() - began, {"operation": operation})


def _counted(operation: str, commit: Callable[[], Committed]) -> Committed:
    try:
        committed = _timed(operation, commit)
    except Conflict:
        metrics.commits.add(1, {"outcome": "conflict"})
        raise
    except StoreAway:
        metrics.commits.add(1, {"outcome": "away"})
        raise
    metrics.commits.add(1, {"outcome": "applied"})
    return committed
