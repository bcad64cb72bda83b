"""Batches of the service that this one replaces: everything in lists of one document, and nothing of ours. Pure.

What such a document tells is kept in its own words, and what it does not tell is not made up. A row it counts as done
is not run again: what that service made at eBay, under names of its own, is left alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.domain import jobs, upc
from engine.domain.items import Item, ItemStatus, waiting
from engine.domain.jobs import Job, JobStatus
from engine.domain.rows import Row
from engine.domain.shards import Shard, ShardKind, Tally
from engine.errors import Cause, UnreadableFile

DONE = "Done by the service before this one; nothing was sent for it from here."
UNTOLD = "Done by the service before this one, whose record does not tell how the row ended; it is not run again."
NO_REASON = "Failed in the service before this one, whose record does not tell why."
FACTS = ("artist", "title", "year", "label", "format", "country")
_NUMBERED = re.compile(r"batch_\d\d(\d{6})_(\d{6})_(\d+)")

Entry = Mapping[str, Any]


def unqueued(job: Job) -> bool:
    """Whether `job` is in no queue of this engine, and never was."""
    return not job.engine.get("shards")


def done_rows(job: Job) -> int:
    """Return how many rows, from the first on, the document counts as done."""
    return job.last_processed_index + 1 or job.processed_upcs


def adopt(job: Job, *, now: datetime) -> tuple[Job, Shard]:
    """Return `job` as waiting in our queue, its counters as they were, and the shard to queue: its file is unread.

    Raises:
        IllegalTransition: its state does not lead there.
    """
    shard = Shard(job.job_id, 0, ShardKind.UNREAD, 0, 0, done_rows(job), now, now, tally=tally(job))
    waits = job if job.status is JobStatus.PENDING else jobs.reopen(job, now=now)
    engine = {**job.engine, "sku": sku(job.job_id), "earlier": True}
    return jobs.fold(replace(waits, engine=engine, updated_at=now), [shard]), shard


def sku(job_id: str) -> str:
    """Return how the SKUs of a batch begin, made of its name alone."""
    if numbered := _NUMBERED.fullmatch(job_id):
        day, time, number = numbered.groups()
        return f"DM{day}{time}N{number}R"
    return f"DM{hashlib.sha256(job_id.encode()).hexdigest()[:16].upper()}R"


def tally(job: Job, items: Iterable[Item] = ()) -> Tally:
    """Return how the rows that are done ended, as the document counts them; it names no fewer failures than `items`."""
    named = sum(item.status is ItemStatus.FAILED for item in items)
    bad = min(done_rows(job), max(job.failed_upcs, named))
    return Tally(ok=done_rows(job) - bad, bad=bad)


def check(job: Job, count: int) -> None:
    """Compare the file of `job`, which has `count` rows, with what the document says of it.

    Raises:
        UnreadableFile: it is not the file that the batch was begun with.
    """
    if count < done_rows(job) or (job.total_upcs or count) != count:
        told = job.total_upcs or f"at least {done_rows(job)}"
        raise _another(job, f"it has {count} rows, and the batch was begun with {told}")


def items(job: Job, rows: Sequence[Row]) -> list[Item]:
    """Return the rows that are done as items. `rows` are those of the file and the one behind them, if there is one.

    A failure is found by its index and barcode, or by its barcode alone. Where the document names all its failures, the
    other rows succeeded; where it does not, only those that its results name, and of the rest nobody can tell.

    Raises:
        UnreadableFile: a failure is none of these rows: it is not the file that the batch was begun with.
    """
    done = rows[: done_rows(job)]
    failed, strays = _placed(_failures(job), rows, ())
    if stray := next((entry for entry in strays if (_index(entry) or 0) < len(done)), None):
        raise _another(job, f"{stray.get('upc')}, which failed in it, is none of its first {len(done)} rows")
    succeeded, _ = _placed([entry for entry in job.results if entry.get("success") is True], done, failed)
    at = {_index(entry): _told_at(entry) for entry in job.checkpoints}
    explained = sum(index < len(done) for index in failed) >= tally(job).bad
    return [
        replace(item, finished_at=item.finished_at or at.get(item.index))
        for item in (
            _failed(row, failed[row.index])
            if row.index in failed
            else _succeeded(row, succeeded.get(row.index, {}))
            if explained or row.index in succeeded
            else replace(waiting(row), status=ItemStatus.SKIPPED, cause=Cause.EARLIER, error=UNTOLD)
            for row in done
        )
    ]


def _failures(job: Job) -> list[Entry]:
    """Return what the document says of failures; results are asked only for what the list of failures lacks."""
    listed = list(job.failed_upc_list)
    if len(listed) >= job.failed_upcs:
        return listed
    known = {_code(entry) for entry in listed}
    return listed + [entry for entry in job.results if entry.get("success") is False and _code(entry) not in known]


def _placed(
    entries: Iterable[Entry], rows: Iterable[Row], taken: Iterable[int]
) -> tuple[dict[int, Entry], list[Entry]]:
    """Return entries by the row they are about, not one of `taken`, and those that are about none of `rows`."""
    free = {row.index: row.gtin or row.value for row in rows if row.index not in taken}
    placed: dict[int, Entry] = {}
    strays: list[Entry] = []
    for entry in entries:
        code, index = _code(entry), _index(entry)
        if index is None or free.get(index) != code:
            index = next((other for other, found in free.items() if found == code), None)
        if index is None:
            strays.append(entry)
        else:
            placed[index] = entry
            del free[index]
    return placed, strays


def _failed(row: Row, entry: Entry) -> Item:
    return replace(
        waiting(row),
        status=ItemStatus.FAILED,
        cause=Cause.EARLIER if row.gtin else Cause.INVALID_BARCODE,
        error=str(entry.get("error") or NO_REASON),
        attempts=1,
        finished_at=_told_at(entry),
    )


def _succeeded(row: Row, entry: Entry) -> Item:
    """Return a row that succeeded, with what its result says kept whole beside the facts of the release."""
    return replace(
        waiting(row),
        status=ItemStatus.SUCCEEDED,
        not_sent=DONE,
        attempts=1,
        release={name: entry[name] for name in FACTS if entry.get(name)},
        match={"earlier": dict(entry)} if entry else {},
        finished_at=_told_at(entry),
    )


def _code(entry: Entry) -> str:
    """Return the barcode of an entry as rows are compared by."""
    text = str(entry.get("upc", "")).strip()
    return upc.read(text).gtin or text


def _index(entry: Entry) -> int | None:
    """Return the row that an entry names, None when it names none."""
    index = entry.get("index", entry.get("upc_index"))
    return index if isinstance(index, int) else None


def _told_at(entry: Entry) -> datetime | None:
    """Return the time that an entry tells, None when there is none that can be read."""
    try:
        return jobs.aware(entry.get("timestamp"))
    except ValueError:
        return None


def _another(job: Job, why: str) -> UnreadableFile:
    return UnreadableFile(
        f"{job.gcs_path} is not the file that this batch was begun with: {why}. "
        "Submit the rows that are left as a new batch."
    )
