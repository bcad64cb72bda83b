"""The first thing done for a batch: its file is pinned, read, and cut into shards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from engine.batches.records import Change, item_path, shard_path
from engine.batches.rows import ROWS_A_PIECE, RowFiles
from engine.domain import jobs, legacy
from engine.domain.items import Item
from engine.domain.jobs import Job
from engine.domain.rows import Row
from engine.domain.shards import SHARD_ROWS, Shard, ShardKind
from engine.reading import MOST_BYTES, Sheet, open_file
from engine.store.base import Expect, Put
from engine.worker.holding import Holding

ITEMS_A_COMMIT = 100


def open_batch(files: RowFiles, holding: Holding, job: Job) -> Job:
    """Read the file of `job`, store its rows, and make shards of them; the first stays in hand.

    Done again after a crash, it reads the copy that was pinned first and comes to the same rows. Of a batch that an
    earlier service has begun, the rows it was done with become items first.

    Raises:
        FileMissing: the file is not there.
        UnreadableFile: nothing in it can be used, or it is not the one that an earlier service has begun with.
        LeaseLost: another worker took over meanwhile.
    """
    content, identity = files.pin(job.job_id, job.gcs_path, at_most=MOST_BYTES)
    sheet = open_file(content, job.gcs_path.rpartition("/")[2])
    first = job.options.first
    total = files.write(job.job_id, _renewing(_limited(sheet, first), holding.renew))
    count = total if first is None else min(total, first)
    known = {"content": identity, "columns": _columns(sheet), "rows": total}
    adopted = bool(job.engine.get("earlier"))
    done = _adopted(files, holding, job, count) if adopted else []

    def tell(job: Job, shard: Shard, now: datetime) -> Change:
        others = list(cut(shard, count, now))
        opened = replace(job, total_upcs=count, engine={**job.engine, **known}, updated_at=now)
        queued = tuple(Put(shard_path(other), other.document(), Expect.ABSENT) for other in others)
        if adopted:
            opened = replace(opened, results=(), checkpoints=(), failed_upc_list=())
        settled = jobs.settle(opened, [shard, *others], done, now=now)
        return Change(settled, "opened", f"{count} rows", queued)

    tally = legacy.tally(job, done) if adopted else holding.shard.tally
    return holding.tell(lambda shard: replace(read(shard, count), tally=tally), tell)


def read(shard: Shard, count: int) -> Shard:
    """Return the unread `shard` of a batch of `count` rows as its first range of rows."""
    last = min(max(SHARD_ROWS, shard.next), count)
    return replace(shard, kind=ShardKind.ROWS, b=last, seq=shard.seq + 1, kills=0)


def cut(first: Shard, count: int, now: datetime) -> Iterator[Shard]:
    """Return the shards behind the `first` of a batch of `count` rows; while it is held, they are."""
    for number, start in enumerate(range(first.b, count, SHARD_ROWS), start=1):
        stop = min(start + SHARD_ROWS, count)
        free_at = None if first.hold else now
        yield Shard(
            first.job_id,
            number,
            ShardKind.ROWS,
            start,
            stop,
            start,
            created_at=now,
            available_at=free_at,
            hold=first.hold,
        )


def _adopted(files: RowFiles, holding: Holding, job: Job, count: int) -> list[Item]:
    """Store the rows that an earlier service was done with, and return them."""
    legacy.check(job, count)
    done = holding.shard.next
    items = legacy.items(job, list(files.read(job.job_id, 0, min(done + 1, count))))
    remaining = iter(items)
    while piece := list(islice(remaining, ITEMS_A_COMMIT)):
        puts = [Put(item_path(job.job_id, item.index), item.document()) for item in piece]
        holding.checkpoint({}, puts, watermark=done)
    return items


def _columns(sheet: Sheet) -> list[str]:
    """Return the names of the file's columns; none for a bare list of barcodes."""
    if header := sheet.columns.header:
        return list(header)
    width = len(next(sheet.rows()).cells)
    return [f"column {number}" for number in range(1, width + 1)] if width > 1 else []


def _limited(sheet: Sheet, first: int | None) -> Iterator[Row]:
    """Return all rows; where a batch takes only the `first`, copies behind them are not counted."""
    if first is None:
        yield from sheet.rows()
        return
    copies: Counter[str | None] = Counter()
    for row in islice(sheet.rows(), first):
        copies[row.gtin] += row.quantity
    for row in sheet.rows():
        yield replace(row, copies=copies[row.gtin]) if row.repeat_of is None and row.index < first else row


def _renewing(rows: Iterator[Row], renew: Callable[[], None]) -> Iterator[Row]:
    """Pass rows on, and keep the lease while a long file is read."""
    while piece := list(islice(rows, ROWS_A_PIECE)):
        renew()
        yield from piece
