"""Pages of a batch's rows: filtered, searched, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from engine.batches.records import item_path, items_of
from engine.batches.rows import RowFiles
from engine.batches.views import ItemPage
from engine.domain.items import BEGINNING, Item, ItemStatus, waiting, words
from engine.domain.jobs import Job
from engine.domain.rows import Row
from engine.domain.shards import ShardKind
from engine.errors import Cause, FileMissing
from engine.store.base import Order, Store, Where

SCAN = 1_000
DIGITS = 6  # so many digits and nothing else are taken for part of a barcode


class ItemPages:
    """Rows of a batch. A row that nobody has begun has no document: it is read from the batch's file."""

    def __init__(self, store: Store, rows: RowFiles) -> None:
        self._store = store
        self._rows = rows

    def all(self, job: Job, limit: int, cursor: int) -> ItemPage:
        """Return a page of every row: the file's rows, and over them what is stored."""
        total = job.total_upcs or 0
        stop = min(cursor + limit, total)
        items = tuple(self.items(job.job_id, self._read(job.job_id, cursor, stop)))
        return ItemPage(items, stop if items and stop < total else None)

    def at(self, job_id: str, indices: Sequence[int]) -> tuple[Item, ...]:
        """Return the rows at `indices`, in that order."""
        return tuple(self.items(job_id, (row for index in indices for row in self._read(job_id, index, index + 1))))

    def stored(self, job_id: str, where: Sequence[Where], limit: int, cursor: int) -> ItemPage:
        """Return a page of the rows that have a document and hold the conditions."""
        wanted = [*where, Where("index", ">=", cursor)]
        found = self._store.find(items_of(job_id), wanted, Order("index"), limit + 1)
        items = tuple(Item.from_document(document.fields) for document in found)
        return ItemPage(items[:limit], items[limit].index if len(items) > limit else None)

    def waiting(self, job: Job, limit: int, cursor: int) -> ItemPage:
        """Return a page of the rows without a document: those behind the watermark of each shard."""
        rows = (row for start, stop in _undone(job, cursor) for row in self._read(job.job_id, start, stop))
        waiting = (item for item in self.items(job.job_id, rows) if item.status is ItemStatus.WAITING)
        return _page(waiting, limit)

    def by_barcode(self, job: Job, digits: str, where: Sequence[Where], limit: int, cursor: int) -> ItemPage:
        """Return a page of the rows whose barcode holds `digits`, whether they were begun or not."""
        rows = self._read(job.job_id, cursor, job.total_upcs or 0)
        part = digits.lstrip("0") or digits
        hits = (row for row in rows if part in (row.gtin or row.value))
        items = self.items(job.job_id, hits)
        return _page((item for item in items if all(_holds(item, condition) for condition in where)), limit)

    def by_words(self, job_id: str, asked: Sequence[str], where: Sequence[Where], limit: int, cursor: int) -> ItemPage:
        """Return a page of the rows in which every one of `asked` begins a word of artist, title or label.

        The store looks for the beginning of the longest one; so a page can be shorter than `limit` and not the last.
        """
        longest = max(asked, key=len)[:BEGINNING]
        found = [Where("terms", "contains", longest)] if len(longest) > 1 else []
        page = self.stored(job_id, [*where, *found], limit, cursor)
        return ItemPage(tuple(item for item in page.items if _has(item, asked)), page.next)

    def items(self, job_id: str, rows: Iterable[Row]) -> Iterator[Item]:
        """Return for each row what is stored of it, else the row as it waits."""
        remaining = iter(rows)
        while some := list(islice(remaining, SCAN)):
            found = self._store.get(*(item_path(job_id, row.index) for row in some))
            for row, document in zip(some, found, strict=True):
                yield Item.from_document(document.fields) if document else waiting(row)

    def _read(self, job_id: str, start: int, stop: int) -> Iterator[Row]:
        """Return rows of the file; none before the batch was opened."""
        try:
            yield from self._rows.read(job_id, start, stop)
        except FileMissing:
            return


def left_out(row: Row) -> Item:
    """Return the item of a row behind those that its batch is limited to."""
    reason = "Not among the first rows, to which this batch was limited."
    return replace(waiting(row), status=ItemStatus.SKIPPED, cause=Cause.LEFT_OUT, error=reason)


def searched(q: str) -> tuple[str, list[str]]:
    """Return what a search asks for: the digits of a barcode, or else words."""
    digits = q.replace(" ", "").replace("-", "")
    if digits.isascii() and digits.isdigit() and len(digits) >= DIGITS:
        return digits, []
    return "", words(q)


def conditions(status: ItemStatus | None, cause: Cause | None) -> list[Where]:
    """Return the conditions of a filter."""
    only = [Where("status", "==", status)] if status else []
    return [*only, Where("cause", "==", cause)] if cause else only


def _page(items: Iterable[Item], limit: int) -> ItemPage:
    found = list(islice(items, limit + 1))
    return ItemPage(tuple(found[:limit]), found[limit].index if len(found) > limit else None)


def _has(item: Item, asked: Sequence[str]) -> bool:
    return all(any(word.startswith(part) for word in item.words) for part in asked)


def _holds(item: Item, condition: Where) -> bool:
    return bool(getattr(item, condition.field) == condition.value)


def _undone(job: Job, cursor: int) -> Iterator[tuple[int, int]]:
    """Return the ranges of rows from `cursor` on that are not known to be done."""
    for progress in sorted(job.engine.get("shards", {}).values(), key=lambda progress: progress["a"]):
        if progress["kind"] == ShardKind.ROWS and not progress["done"] and progress["b"] > cursor:
            yield max(cursor, progress["next"]), progress["b"]
