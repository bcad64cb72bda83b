"""A store that counts in Firestore's units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.store.base import Committed, Document, Order, Store, Where, Write


class Metered:
    """A store that counts what Firestore would bill."""

    def __init__(self, store: Store) -> None:
        self.reads = self.writes = self.commits = 0
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def get(self, *paths: str) -> list[Document | None]:
        """Count a read a document, there or not."""
        self.reads += len(paths)
        return self._store.get(*paths)

    def find(
        self, collection: str, where: Sequence[Where] = (), order: Order | None = None, limit: int = 100
    ) -> list[Document]:
        """Count a read a document, one at least."""
        found = self._store.find(collection, where, order, limit)
        self.reads += max(1, len(found))
        return found

    def count(self, collection: str, where: Sequence[Where] = ()) -> int:
        """Count a read for every 1,000 documents, one at least."""
        counted = self._store.count(collection, where)
        self.reads += max(1, -(-counted // 1_000))
        return counted

    def sum(self, collection: str, field: str, where: Sequence[Where] = ()) -> int:
        """Count a read for every 1,000 documents that are added up, one at least."""
        self.reads += max(1, -(-self._store.count(collection, where) // 1_000))
        return self._store.sum(collection, field, where)

    def commit(self, *writes: Write) -> Committed:
        """Count a write a document."""
        self.writes, self.commits = self.writes + len(writes), self.commits + 1
        return self._store.commit(*writes)

    def transact(self, *writes: Write) -> Committed:
        """Count a write a document."""
        return self.commit(*writes)

    def take(self, factor: float) -> dict[str, int]:
        """Return what was counted since the last time, times `factor`."""
        taken = {name: round(getattr(self, name) * factor) for name in ("reads", "writes", "commits")}
        self.reads = self.writes = self.commits = 0
        return taken
