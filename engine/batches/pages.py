"""Pages of a batch's rows: filtered, searched, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from engine.batches.documents import item_path, items_of
from engine.batches.rows import RowFiles
from engine.batches.views import ItemPage
from engine.codec import decode, replace
from engine.domain.batch.items import Item, ItemStatus, waiting
from engine.domain.batch.jobs import Job
from engine.domain.batch.row_filter import RowFilter
from engine.domain.batch.rows import Row
from engine.domain.batch.shards import ShardKind
from engine.domain.folding import BEGINNING, words, words_before
from engine.domain.listing.pricing import shown
from engine.errors import Cause, FileMissing
from engine.store.base import Document, Order, Store, Where

SCAN = 1_000
DIGITS = 6  # so many digits and nothing else are taken for part of a barcode


class Asked(NamedTuple):
    """One word of a search, as rows store it now, and as they stored it before December 2026."""

    word: str
    before: str


class ItemPages:
    """Rows of a batch. A row that nobody has begun has no document: it is read from the batch's file."""

    def __init__(self, store: Store, rows: RowFiles) -> None:
        self._store = store
        self._rows = rows

    def page(self, job: Job, wanted: RowFilter, limit: int, cursor: int) -> ItemPage:
        """Return at most `limit` of the rows that are wanted, from index `cursor` on."""
        where = _conditions(wanted)
        digits, words = searched(wanted.q)
        if digits:
            return self.by_barcode(job, digits, where, limit, cursor)
        if words:
            return self.by_words(job.job_id, words, where, limit, cursor)
        if wanted.status is ItemStatus.WAITING:
            return self.waiting(job, limit, cursor)
        if where:
            return self.stored(job.job_id, where, limit, cursor)
        return self.all(job, limit, cursor)

    def pairs(self, job: Job, wanted: RowFilter) -> Iterator[tuple[Row, Item]]:
        """Return every row that is wanted, as it stands in the file and with what became of it."""
        cursor: int | None = 0
        while cursor is not None:
            page = self.page(job, wanted, SCAN, cursor)
            for item in page.items:
                (row,) = self._rows.read(job.job_id, item.index, item.index + 1)
                yield row, item
            cursor = page.next

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
        items = tuple(map(_shown, found))
        return ItemPage(items[:limit], items[limit].index if len(items) > limit else None)

    def waiting(self, job: Job, limit: int, cursor: int) -> ItemPage:
        """Return a page of the rows without a document: those behind the watermark of each shard."""
        rows = (row for start, stop in _undone(job, cursor) for row in self._read(job.job_id, start, stop))
        waiting = (item for item in self.items(job.job_id, rows) if item.status is ItemStatus.WAITING)
        return _page(waiting, limit)

    def by_barcode(self, job: Job, digits: str, where: Sequence[Where], limit: int, cursor: int) -> ItemPage:
        """Return a page of the rows whose barcode or own number holds `digits`, whether they were begun or not."""
        rows = self._read(job.job_id, cursor, job.total_upcs or 0)
        part = digits.lstrip("0") or digits
        hits = (row for row in rows if part in (row.gtin or row.shown) or digits in _bare(row.seller_sku))
        items = self.items(job.job_id, hits)
        return _page((item for item in items if all(_holds(item, condition) for condition in where)), limit)

    def by_words(
        self, job_id: str, asked: Sequence[Asked], where: Sequence[Where], limit: int, cursor: int
    ) -> ItemPage:
        """Return a page of the rows in which every one of `asked` begins one of its words.

        The store looks for the beginning of the longest one; so a page can be shorter than `limit` and not the last.
        Where rows stored before December 2026 have it in another form, it looks for both. It looks into one list only:
        conditions on other lists are checked here.
        """
        equal = [condition for condition in where if condition.comparison == "=="]
        longest = max(asked, key=lambda one: len(one.word))
        begun = {form[:BEGINNING]: None for form in longest if len(form) > 1}
        terms = [[Where("terms", "contains", term)] for term in begun] or [[]]
        page = _merged([self.stored(job_id, [*equal, *term], limit, cursor) for term in terms], limit)
        hits = (item for item in page.items if _has(item, asked) and all(_holds(item, one) for one in where))
        return ItemPage(tuple(hits), page.next)

    def items(self, job_id: str, rows: Iterable[Row]) -> Iterator[Item]:
        """Return for each row what is stored of it, else the row as it waits."""
        remaining = iter(rows)
        while some := list(islice(remaining, SCAN)):
            found = self._store.get(*(item_path(job_id, row.index) for row in some))
            for row, document in zip(some, found, strict=True):
                yield _shown(document) if document else waiting(row)

    def _read(self, job_id: str, start: int, stop: int) -> Iterator[Row]:
        """Return rows of the file; none before the batch was opened."""
        try:
            yield from self._rows.read(job_id, start, stop)
        except FileMissing:
            return


def _shown(document: Document) -> Item:
    """Return a row as people may see it when it was read."""
    item = decode(Item, document.fields, document.path)
    price = shown(item.price, document.read_at)
    return item if price is item.price else replace(item, price=price)


def left_out(row: Row) -> Item:
    """Return the item of a row behind those that its batch is limited to."""
    reason = "Not among the first rows, to which this batch was limited."
    return replace(waiting(row), status=ItemStatus.SKIPPED, cause=Cause.LEFT_OUT, error=reason)


def searched(q: str) -> tuple[str, list[Asked]]:
    """Return what a search asks for: the digits of a barcode, or else words."""
    digits = _bare(q)
    if digits.isascii() and digits.isdigit() and len(digits) >= DIGITS:
        return digits, []
    return "", list(map(Asked, words(q), words_before(q)))


def _bare(text: str) -> str:
    """Return a number without what parts its digits."""
    return text.replace(" ", "").replace("-", "")


def _conditions(wanted: RowFilter) -> list[Where]:
    """Return what a filter asks of the stored rows."""
    equal = [Where(name, "==", value) for name, value in (("status", wanted.status), ("cause", wanted.cause)) if value]
    return [*equal, Where("needs", "contains", wanted.needs)] if wanted.needs else equal


def _page(items: Iterable[Item], limit: int) -> ItemPage:
    found = list(islice(items, limit + 1))
    return ItemPage(tuple(found[:limit]), found[limit].index if len(found) > limit else None)


def _merged(pages: Sequence[ItemPage], limit: int) -> ItemPage:
    """Return the rows of several pages from one cursor as one page, as far as all of them reach."""
    stop = min((page.next for page in pages if page.next is not None), default=None)
    found = {item.index: item for page in pages for item in page.items if stop is None or item.index < stop}
    items = [found[index] for index in sorted(found)]
    return ItemPage(tuple(items[:limit]), items[limit].index if len(items) > limit else stop)


def _has(item: Item, asked: Sequence[Asked]) -> bool:
    return all(any(word.startswith(part.word) for word in item.words) for part in asked)


def _holds(item: Item, condition: Where) -> bool:
    held = getattr(item, condition.field)
    return bool(condition.value in held if condition.comparison == "contains" else held == condition.value)


def _undone(job: Job, cursor: int) -> Iterator[tuple[int, int]]:
    """Return the ranges of rows from `cursor` on that are not known to be done."""
    for progress in sorted(job.engine.open_shards.values(), key=lambda progress: progress.a):
        if progress.kind is ShardKind.ROWS and progress.b > cursor:
            yield max(cursor, progress.next), progress.b
