"""The first thing done for a batch: its file is pinned, read, and cut into shards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

from engine.batches.documents import Change, item_path, shard_path
from engine.batches.rows import ROWS_A_PIECE, RowFiles
from engine.codec import encode, replace
from engine.domain.batch import jobs, legacy
from engine.domain.batch.file_shape import FileShape, SheetShape
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job
from engine.domain.batch.rows import Row
from engine.domain.batch.shards import SHARD_ROWS, Shard, ShardKind, counted
from engine.reading import MOST_BYTES, Recall, Sheet, open_file
from engine.store.base import Expect, Put
from engine.worker.shard_lease import ShardLease

ITEMS_A_COMMIT = 100


def open_batch(files: RowFiles, shard_lease: ShardLease, job: Job, recall: Recall | None = None) -> Job:
    """Read the file of `job`, store its rows, and make shards of them; the first stays with this worker.

    It is read under the layout of its options; what that does not say is as `recall` knows of its header, or found.
    Done again after a crash, it reads the copy that was pinned first and finds the same rows. Of a batch that an
    earlier service has begun, the rows it was done with become items first.

    Raises:
        FileMissing: the file is not there.
        UnreadableFile: nothing in it can be used, or it is not the one that an earlier service has begun with.
        LeaseLost: another worker took over meanwhile.
    """
    content, pinned = files.pin(job.job_id, job.gcs_path, at_most=MOST_BYTES)
    sheet = open_file(content, job.gcs_path.rpartition("/")[2], job.options.layout, recall)
    first = job.options.first
    widths = Counter[str]()
    rows = _measured(_carried(files, job, _limited(sheet, first)), widths)
    total = files.write(job.job_id, _renewing(rows, shard_lease.renew))
    count = total if first is None else min(total, first)
    adopted = job.engine.earlier
    done = _adopted(files, shard_lease, job, count) if adopted else []

    def change(job: Job, shard: Shard, now: datetime) -> Change:
        others = list(cut(shard, count, now))
        read_as = replace(job.engine, columns=_columns(sheet), layout=sheet.opened.settled, shape=_shape(sheet, widths))
        engine = replace(read_as, content=pinned, rows=total)
        opened = replace(job, total_upcs=count, engine=engine, updated_at=now)
        queued = tuple(Put(shard_path(other), encode(other), Expect.ABSENT) for other in others)
        if adopted:
            opened = replace(opened, results=(), checkpoints=(), failed_upc_list=())
        settled = jobs.settle(opened, [shard, *others], done, now=now)
        return Change(settled, "opened", f"{count} rows", queued)

    tally = legacy.tally(job, done) if adopted else shard_lease.shard.tally
    return shard_lease.change_job(lambda shard: counted(read(shard, count), tally), change)


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


def _adopted(files: RowFiles, shard_lease: ShardLease, job: Job, count: int) -> list[Item]:
    """Store the rows that an earlier service was done with, and return them."""
    legacy.check(job, count)
    done = shard_lease.shard.next
    items = legacy.items(job, list(files.read(job.job_id, 0, min(done + 1, count))))
    remaining = iter(items)
    while piece := list(islice(remaining, ITEMS_A_COMMIT)):
        puts = [Put(item_path(job.job_id, item.index), item.document()) for item in piece]
        shard_lease.checkpoint({}, puts, watermark=done)
    return items


def _columns(sheet: Sheet) -> tuple[str, ...]:
    """Return the names of the file's columns; none for a bare list of barcodes."""
    if header := sheet.header:
        return tuple(header)
    width = len(next(sheet.rows()).cells)
    return tuple(f"column {number}" for number in range(1, width + 1)) if width > 1 else ()


def _measured(rows: Iterator[Row], widths: Counter[str]) -> Iterator[Row]:
    """Pass rows on, and note how many cells the widest of each sheet has."""
    for row in rows:
        widths[row.sheet] = max(widths[row.sheet], len(row.cells))
        yield row


def _shape(sheet: Sheet, widths: Counter[str]) -> FileShape:
    """Return what the file looks like; rows name their sheet only where there are several."""
    several, first = len(sheet.parts) > 1, sheet.parts[0].table
    sheets = (
        SheetShape(part.table.sheet, tuple(part.columns.header), widths[part.table.sheet if several else ""])
        for part in sheet.parts
    )
    return FileShape(tuple(sheets), workbook=bool(first.sheet), delimiter=first.delimiter)


def _limited(sheet: Sheet, first: int | None) -> Iterator[Row]:
    """Return all rows; where a batch takes only the `first`, copies behind them are not counted."""
    if first is None:
        yield from sheet.rows()
        return
    copies: Counter[str | None] = Counter()
    for row in islice(sheet.rows(), first):
        copies[row.same] += row.quantity
    for row in sheet.rows():
        yield replace(row, copies=copies[row.same]) if row.repeat_of is None and row.index < first else row


def _carried(files: RowFiles, job: Job, rows: Iterator[Row]) -> Iterator[Row]:
    """Pass rows on; those that were handed to this batch keep what they have from the one in which they failed."""
    if not job.engine.carried:
        return rows
    pairs = zip(rows, files.carried(job.engine.carried), strict=True)
    return (replace(row, carried=carried, copies=carried.copies) for row, carried in pairs)


def _renewing(rows: Iterator[Row], renew: Callable[[], None]) -> Iterator[Row]:
    """Pass rows on, and keep the lease while a long file is read."""
    while piece := list(islice(rows, ROWS_A_PIECE)):
        renew()
        yield from piece
