"""Documents that wait for their time: `due_at` says when each is to be looked at, None once it is over."""

from __future__ import annotations

from engine.batches.listing import BEGINNING
from engine.store.base import Document, Order, Store, Where


def outstanding(store: Store, collection: str, order: Order | None = None, limit: int = 100) -> list[Document]:
    """Return the documents of a collection that are not over, at most `limit`."""
    return store.find(collection, [Where("due_at", ">", BEGINNING)], order, limit)


def due(store: Store, collection: str, order: Order | None = None, limit: int = 100) -> list[Document]:
    """Return those of them that are to be looked at now, by the store's clock."""
    found = outstanding(store, collection, order, limit)
    return [document for document in found if document.fields["due_at"] <= document.read_at]
