"""Batches of the service that this one replaces: everything in lists of one document, and nothing of ours. Pure.

What such a document says is kept in its own words, and what it leaves out is not made up. A row it counts as done
is not run again: what that service made at eBay, under names of its own, is left alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from engine import codec
from engine.codec import replace
from engine.domain.batch import jobs
from engine.domain.batch.items import Item, ItemStatus, waiting
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.results import RowFailure, RowOutcome, oldest_first
from engine.domain.batch.rows import Row
from engine.domain.batch.shards import Shard, ShardKind, Tally, counted
from engine.domain.identify import barcodes
from engine.domain.identify.evidence import Match, ReleaseSummary
from engine.errors import Cause, UnreadableFile

DONE = "Done by the service before this one; nothing was sent for it from here."
UNRECORDED = "Done by the service before this one, whose record does not tell how the row ended; it is not run again."
NO_REASON = "Failed in the service before this one, whose record does not tell why."
FACTS = ("artist", "title", "label", "format", "country")
TIMES = ("created_at", "started_at", "completed_at", "updated_at", "last_heartbeat")
_NUMBERED = re.compile(r"batch_\d\d(\d{6})_(\d{6})_(\d+)")

Fields = Mapping[str, Any]
Recorded = RowOutcome | RowFailure
T = TypeVar("T", RowOutcome, Recorded)


def read(fields: Fields, path: str) -> Job:
    """Return the job of a document, whichever service or version wrote it. `path` names it in an error.

    Raises:
        DocumentBroken: a field is missing or has a value of the wrong type.
    """
    if "schema" in fields:
        return codec.decode(Job, fields, path)
    job = codec.decode(Job, _renewed(fields), path)  # its lists may run newest first
    return codec.replace(job, results=oldest_first(job.results), checkpoints=oldest_first(job.checkpoints))


def _renewed(fields: Fields) -> dict[str, Any]:
    """Return a document from before there were schema numbers in today's form.

    The service before this one wrote times as text or without a zone, null for what it did not know, bare barcodes in
    its lists, and no `engine`; such a batch is named after its file.
    """
    known = {name: value for name, value in fields.items() if value is not None}
    known |= {name: aware(known[name]) for name in TIMES if name in known}
    known |= {
        "results": [_result(entry) for entry in known.get("results", ())],
        "failed_upc_list": [_failure(entry) for entry in known.get("failed_upc_list", ())],
        "checkpoints": [_checkpoint(entry) for entry in known.get("checkpoints", ())],
        "options": {name: known[name] for name in ("create_drafts", "test_mode") if name in known}
        | known.get("options", {}),
    }
    if not known.get("engine") and not known.get("name"):
        known["name"] = str(known.get("gcs_path")).rpartition("/")[2]
    return known


def _result(entry: Fields | str) -> Fields:
    """Return an entry of `results`; one of the earlier service is kept whole beside what we know of it."""
    whole = entry if isinstance(entry, Mapping) else {"upc": str(entry)}
    if "not_sent" in whole:
        return whole
    facts = {name: whole[name] for name in ("artist", "title", "offer_id") if isinstance(whole.get(name), str)}
    success = whole["success"] if isinstance(whole.get("success"), bool) else None
    return {**_failure(whole), **facts, "success": success, "earlier": dict(whole)}


def _failure(entry: Fields | str) -> Fields:
    """Return an entry of `failed_upc_list`."""
    if not isinstance(entry, Mapping):
        return {"upc": str(entry)}
    index, error = entry.get("index", entry.get("upc_index")), entry.get("error")
    return {
        "upc": str(entry.get("upc", "")),
        "index": index if isinstance(index, int) else None,
        "error": None if error is None else str(error),
        "timestamp": _time(entry.get("timestamp")),
    }


def _checkpoint(entry: Fields | str) -> Fields:
    """Return an entry of `checkpoints`."""
    known = dict(_failure(entry))
    success = entry.get("success") if isinstance(entry, Mapping) else None
    return {
        "upc_index": known.get("index"),
        "upc": known["upc"],
        "success": success if isinstance(success, bool) else None,
        "timestamp": known.get("timestamp"),
    }


def aware(value: Any) -> Any:
    """Return a time, or a text that is one, as aware UTC; anything else as it is."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def _time(value: Any) -> datetime | None:
    """Return a time as aware UTC, None when there is none that can be read."""
    time = aware(value)
    return time if isinstance(time, datetime) else None


def unqueued(job: Job) -> bool:
    """Whether `job` is in no queue of this engine, and never was."""
    return not job.engine.shards


def done_rows(job: Job) -> int:
    """Return how many rows, from the first on, the document counts as done."""
    return job.last_processed_index + 1 or job.processed_upcs


def adopt(job: Job, *, now: datetime) -> tuple[Job, Shard]:
    """Return `job` as waiting in our queue, its counters as they were, and the shard to queue: its file is unread.

    Raises:
        IllegalTransition: its state does not lead there.
    """
    shard = counted(Shard(job.job_id, 0, ShardKind.UNREAD, 0, 0, done_rows(job), now, now), tally(job))
    waits = job if job.status is JobStatus.PENDING else jobs.reopen(job, now=now)
    engine = codec.replace(job.engine, sku=sku(job.job_id), earlier=True)
    return jobs.fold(codec.replace(waits, engine=engine, updated_at=now), [shard]), shard


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
        counted = job.total_upcs or f"at least {done_rows(job)}"
        raise _another(job, f"it has {count} rows, and the batch was begun with {counted}")


def items(job: Job, rows: Sequence[Row]) -> list[Item]:
    """Return the rows that are done as items. `rows` are those of the file and the one behind them, if there is one.

    A failure is found by its index and barcode, or by its barcode alone. Where the document names all its failures, the
    other rows succeeded; where it does not, only those that its results name, and of the rest nothing is known.

    Raises:
        UnreadableFile: a failure is none of these rows: it is not the file that the batch was begun with.
    """
    done = rows[: done_rows(job)]
    failed, strays = _placed(_failures(job), rows, ())
    if stray := next((entry for entry in strays if (entry.index or 0) < len(done)), None):
        raise _another(job, f"{stray.upc}, which failed in it, is none of its first {len(done)} rows")
    succeeded, _ = _placed([entry for entry in job.results if entry.success], done, failed)
    at = {entry.upc_index: entry.timestamp for entry in job.checkpoints}
    explained = sum(index < len(done) for index in failed) >= tally(job).bad
    return [
        replace(item, finished_at=item.finished_at or at.get(item.index))
        for item in (
            _failed(row, failed[row.index])
            if row.index in failed
            else _succeeded(row, succeeded.get(row.index))
            if explained or row.index in succeeded
            else replace(waiting(row), status=ItemStatus.SKIPPED, cause=Cause.EARLIER, error=UNRECORDED)
            for row in done
        )
    ]


def _failures(job: Job) -> list[Recorded]:
    """Return what the document says of failures; results are asked only for what the list of failures lacks."""
    listed: list[Recorded] = list(job.failed_upc_list)
    if len(listed) >= job.failed_upcs:
        return listed
    known = {_code(entry) for entry in listed}
    return listed + [entry for entry in job.results if entry.success is False and _code(entry) not in known]


def _placed(entries: Iterable[T], rows: Iterable[Row], taken: Iterable[int]) -> tuple[dict[int, T], list[T]]:
    """Return entries by the row they are about, not one of `taken`, and those that are about none of `rows`."""
    free = {row.index: row.gtin or row.shown for row in rows if row.index not in taken}
    placed: dict[int, T] = {}
    strays: list[T] = []
    for entry in entries:
        code, index = _code(entry), entry.index
        if index is None or free.get(index) != code:
            index = next((other for other, found in free.items() if found == code), None)
        if index is None:
            strays.append(entry)
        else:
            placed[index] = entry
            del free[index]
    return placed, strays


def _failed(row: Row, entry: Recorded) -> Item:
    return replace(
        waiting(row),
        status=ItemStatus.FAILED,
        cause=Cause.EARLIER if row.key else Cause.INVALID_BARCODE,
        error=entry.error or NO_REASON,
        attempts=1,
        finished_at=entry.timestamp,
    )


def _succeeded(row: Row, entry: RowOutcome | None) -> Item:
    """Return a row that succeeded, with what its result says kept whole beside the facts of the release."""
    whole = entry.earlier if entry and entry.earlier else {}
    return replace(
        waiting(row),
        status=ItemStatus.SUCCEEDED,
        not_sent=DONE,
        attempts=1,
        release=_release(whole),
        match=Match(earlier=dict(whole)),
        finished_at=entry.timestamp if entry else None,
    )


def _release(entry: Fields) -> ReleaseSummary:
    """Return what an entry says of the release."""
    year = entry.get("year") or None
    artist, title, label, kind, country = (str(entry.get(name) or "") for name in FACTS)
    return ReleaseSummary(
        artist=artist,
        title=title,
        label=label,
        year=year if isinstance(year, int | str) else None,
        format=kind,
        country=country,
    )


def _code(entry: Recorded) -> str:
    """Return the barcode of an entry as rows are compared by."""
    text = entry.upc.strip()
    return barcodes.read(text).gtin or text


def _another(job: Job, why: str) -> UnreadableFile:
    return UnreadableFile(
        f"{job.gcs_path} is not the file that this batch was begun with: {why}. "
        "Submit the rows that are left as a new batch."
    )
