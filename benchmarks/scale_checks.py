"""What is stored of a batch that was run at scale, and what of it is not as it must be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson

from engine.batches.documents import JOBS, SHARDS, WORKERS, item_path, job_path, read_job, read_shard
from engine.codec import decode
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.shards import Shard
from engine.store.base import Document, Store, Where

FAILS = 10  # every tenth row does
PAGE = 500


def wrong(store: Store, job_id: str, rows: int, notes: Path) -> list[str]:
    """Return what is not as it must be, in words; [] when all is well."""
    job = read_job(stored(store, job_path(job_id)))
    items = [decode(Item, document.fields) for document in stored_items(store, job_id, rows)]
    states = Counter(item.status for item in items)
    failed = -(-rows // FAILS)
    noted = Counter(line for place in notes.glob("*.rows") for line in place.read_text().split())
    counted = (job.processed_upcs, job.successful_upcs, job.failed_upcs, job.skipped_upcs)
    checks = {
        "a row is missing": [item.index for item in items] == list(range(rows)),
        "a row is not done": states == {ItemStatus.SUCCEEDED: rows - failed, ItemStatus.FAILED: failed},
        "a row was begun twice by what is stored": {item.attempts for item in items} == {1},
        "the end of a row was stored twice": len(noted) and max(noted.values()) == 1,
        f"the counters say {counted}": counted == (rows, rows - failed, failed, 0),
        f"the watermark is {job.last_processed_index}": job.last_processed_index == rows - 1,
        f"the batch is {job.status}": job.status is JobStatus.COMPLETED,
        "a shard is open": not open_shards(store, job_id),
    }
    return [said for said, well in checks.items() if not well]


def stored_items(store: Store, job_id: str, rows: int) -> Iterator[Document]:
    """Return the rows of a batch as they are stored, in their order; by name, as the emulator has no indexes."""
    for start in range(0, rows, PAGE):
        found = store.get(*(item_path(job_id, index) for index in range(start, min(start + PAGE, rows))))
        yield from filter(None, found)


def largest_document(store: Store, job_id: str) -> int:
    """Return the bytes of the largest document that there is now, as JSON."""
    others = [document for group in (JOBS, SHARDS, WORKERS) for document in store.find(group)]
    return max(map(size, [*others, *stored_items(store, job_id, PAGE)]))


def open_shards(store: Store, job_id: str) -> list[Shard]:
    """Return the shards of a batch that are not done."""
    found = store.find(SHARDS, [Where("job_id", "==", job_id), Where("done", "==", False)])
    return [read_shard(document) for document in found]


def owner(shard: Shard) -> int | None:
    """Return the process that holds a shard; None when nobody does."""
    return int(shard.owner.split("-")[-2]) if shard.owner else None


def stored_shard(store: Store, shard: Shard) -> Shard:
    """Return a shard as it is stored now."""
    return read_shard(stored(store, f"{SHARDS}/{shard.name}"))


def stored(store: Store, path: str) -> Document:
    """Return the document at `path`, which is there."""
    found = store.get(path)[0]
    assert found is not None
    return found


def size(document: Document) -> int:
    """Return the bytes of a document as JSON."""
    return len(orjson.dumps(document.fields))
