"""Which rows of a shard are to be run, in their order, with what is stored of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from itertools import islice

from engine.batches.documents import item_path, items_of
from engine.batches.rows import RowFiles
from engine.codec import decode, replace
from engine.domain.batch.items import SOURCES, Item, ItemStatus, waiting
from engine.domain.batch.rows import Row
from engine.domain.batch.shards import FIRST_RUN, WINDOW, Shard, ShardKind
from engine.domain.batch.unpriced import unpriced
from engine.domain.listing.readiness import DraftNeed
from engine.errors import Cause
from engine.store.base import Order, Store, Where

PAGE = 100
AHEAD = 100


def rows_to_run(store: Store, files: RowFiles, shard: Shard) -> Iterator[tuple[Row, Item]]:
    """Return the rows of `shard` that are not done, from its watermark on.

    Raises:
        FileMissing: the rows of the batch are gone.
    """
    return _first(store, files, shard) if shard.kind in FIRST_RUN else _again(store, files, shard)


def foreseen(rows: Iterator[tuple[Row, Item]], foresee: Callable[[Sequence[str]], None]) -> Iterator[tuple[Row, Item]]:
    """Return `rows`, and announce to `foresee` the barcodes of the next hundred before the first of them comes."""
    while page := list(islice(rows, AHEAD)):
        foresee([row.gtin for row, _ in page if row.gtin and not row.named.discogs_id])
        yield from page


def _first(store: Store, files: RowFiles, shard: Shard) -> Iterator[tuple[Row, Item]]:
    """Return rows for their first run. What an earlier worker stored lies within a window behind the watermark.

    A row that a retry works on has been through its first run, whatever its state is now.
    """
    window = range(shard.next, min(shard.next + WINDOW, shard.b)) if shard.epoch > 1 else range(0)
    found = store.get(*(item_path(shard.job_id, index) for index in window))
    stored = {
        index: decode(Item, document.fields, document.path)
        for index, document in zip(window, found, strict=True)
        if document
    }
    for row in files.read(shard.job_id, shard.next, shard.b):
        item = stored.get(row.index) or waiting(row)
        if not item.done and item.round == shard.round:
            yield row, item


def _again(store: Store, files: RowFiles, shard: Shard) -> Iterator[tuple[Row, Item]]:
    """Return the rows that are to be done again, and those that an earlier worker left in flight in this retry."""
    found = merge(_CHOSEN[shard.kind](store, shard), _in_flight(store, shard), key=lambda item: item.index)
    for item in found:
        yield _corrected(next(files.read(shard.job_id, item.index, item.index + 1)), item)


def _corrected(row: Row, item: Item) -> tuple[Row, Item]:
    """Return a row and its item with the barcode that a person gave it."""
    barcode = item.decided.barcode
    if barcode is None:
        return row, item
    row = row.corrected(barcode.gtin)
    return row, replace(item, upc=row.shown, gtin=row.gtin)


def _failed(store: Store, shard: Shard) -> Iterator[Item]:
    """Return failed rows, but those that this retry has tried, which carry its round, and those that a person wants."""
    retryable = [Where("status", "==", ItemStatus.FAILED), Where("retryable", "==", True)]
    found = _pages(store, shard, retryable)
    mine = (item for item in found if item.round < shard.round and item.wanted is None)
    return (item for item in mine if item.cause not in shard.but)


def _lacking(store: Store, shard: Shard) -> Iterator[Item]:
    """Return drafted rows that lack what a service knows, without those that this retry has tried."""
    pages = (_pages(store, shard, [Where("lacking", "contains", service)]) for service in SOURCES)
    last = -1
    for item in merge(*pages, key=lambda item: item.index):
        drafted = item.status is ItemStatus.SUCCEEDED and item.wanted is None
        if drafted and item.index > last and item.round < shard.round:
            yield item
        last = item.index


def _unpriced(store: Store, shard: Shard) -> Iterator[Item]:
    """Return rows that lack a price, drafted or failed, without those that this retry has tried."""
    failed = [Where("status", "==", ItemStatus.FAILED), Where("cause", "==", Cause.NO_PRICE)]
    drafted = [Where("needs", "contains", DraftNeed.PRICE)]
    found = merge(_pages(store, shard, failed), _pages(store, shard, drafted), key=lambda item: item.index)
    return (item for item in found if unpriced(item) and item.round < shard.round)


def _wanted(store: Store, shard: Shard) -> Iterator[Item]:
    """Return the rows that a person wants done again in this retry."""
    return _pages(store, shard, [Where("wanted", "==", shard.round)])


def _pages(store: Store, shard: Shard, where: list[Where]) -> Iterator[Item]:
    """Return rows in their order, page by page."""
    start = shard.next
    while True:
        found = store.find(items_of(shard.job_id), [*where, Where("index", ">=", start)], Order("index"), PAGE)
        items = [decode(Item, document.fields, document.path) for document in found]
        yield from items
        if len(items) < PAGE:
            return
        start = items[-1].index + 1


_CHOSEN = {
    ShardKind.RETRY: _failed,
    ShardKind.COMPLETE: _lacking,
    ShardKind.PRICE: _unpriced,
    ShardKind.AGAIN: _wanted,
}


def _in_flight(store: Store, shard: Shard) -> list[Item]:
    """Return the rows whose intent was stored in this retry and whose end was not."""
    if shard.epoch == 1:
        return []
    in_flight = [Where("status", "==", ItemStatus.WORKING), Where("round", "==", shard.round)]
    found = store.find(items_of(shard.job_id), [*in_flight, Where("index", ">=", shard.next)], Order("index"), PAGE)
    return [decode(Item, document.fields, document.path) for document in found]
