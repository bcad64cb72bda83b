"""The first thing done for a batch: its file is pinned, read, and cut into shards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from engine.batches.records import Change, change, shard_path
from engine.batches.rows import ROWS_A_PIECE, RowFiles
from engine.domain import jobs
from engine.domain.jobs import Job
from engine.domain.rows import Row
from engine.domain.shards import SHARD_ROWS, Shard, ShardKind, Tally
from engine.reading import MOST_BYTES, Sheet, open_file
from engine.store.base import Expect, Put, Store
from engine.worker.holding import Holding


def open_batch(store: Store, files: RowFiles, holding: Holding, job: Job, *, worker: str) -> Job:
    """Read the file of `job`, store its rows, and make shards of them; the first stays in hand.

    Done again after a crash, it reads the copy that was pinned first and comes to the same rows.

    Raises:
        FileMissing: the file is not there.
        UnreadableFile: nothing in it can be used.
        LeaseLost: another worker took over meanwhile.
    """
    content, identity = files.pin(job.job_id, job.gcs_path, at_most=MOST_BYTES)
    sheet = open_file(content, job.gcs_path.rpartition("/")[2])
    total = files.write(job.job_id, _renewing(_limited(sheet, job.options.first), holding.renew))
    count = min(total, job.options.first or total)
    columns = _columns(sheet)

    def rule(job: Job, now: datetime) -> Change:
        first, *others = cut(holding.shard, count, now)
        known = {**job.engine, "content": identity, "columns": columns, "rows": total}
        opened = jobs.fold(replace(job, total_upcs=count, engine=known, updated_at=now), [first, *others])
        queued = [Put(shard_path(shard), shard.document(), Expect.ABSENT) for shard in others]
        return Change(opened, "opened", f"{count} rows", (holding.become(first), *queued))

    opened = change(store, job.job_id, rule, by=worker)
    holding.reload()
    return opened


def cut(shard: Shard, count: int, now: datetime) -> list[Shard]:
    """Return the shards of a batch of `count` rows, the first of them in the place of `shard`."""
    ranges = [(start, min(start + SHARD_ROWS, count)) for start in range(0, count, SHARD_ROWS)]
    first = replace(shard, kind=ShardKind.ROWS, a=0, b=ranges[0][1], next=0, tally=Tally(), kills=0)
    others = [
        Shard(shard.job_id, number, ShardKind.ROWS, a, b, a, created_at=now, available_at=now)
        for number, (a, b) in enumerate(ranges[1:], start=1)
    ]
    return [first, *others]


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
