"""How long the exports of a batch of 100,000 rows take, and how much memory, beside one of 10,000 rows.

    python -m benchmarks.exports

Prints one JSON line: for each export and each size, seconds of the processor to its end, milliseconds by the clock
until its first piece, megabytes of the file, and the most megabytes that Python held at once while it was read piece by
piece. The batch lies in SQLite; every tenth row failed, and the others have a draft.
"""

from __future__ import annotations

import json
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from engine.batches.documents import item_path, job_path
from engine.batches.exports import Exports
from engine.batches.rows import RowFiles
from engine.bootstrap import open_store
from engine.clock import SystemClock
from engine.codec import encode, replace
from engine.domain.batch.file_shape import FileShape, SheetShape
from engine.domain.batch.items import Item, ItemStatus, Outcome, fail, succeed, waiting
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.progress import EngineState
from engine.domain.batch.row_filter import RowFilter
from engine.domain.batch.rows import Row
from engine.domain.identify.barcodes import check_digit
from engine.domain.identify.evidence import ReleaseSummary
from engine.domain.listing.pricing import Price
from engine.errors import Cause
from engine.files.folder import FolderFiles
from engine.store.base import Put

SIZES = (10_000, 100_000)
AT = datetime(2026, 11, 29, tzinfo=UTC)
HEADER = ("Barcode", "Title", "Price", "Shelf")
RELEASE = ReleaseSummary(artist="New Order", title="Movement", year=1981, label="Factory", format="CD", country="UK")
FAILED = RowFilter(ItemStatus.FAILED)
A_COMMIT = 400


def row(index: int) -> Row:
    digits = f"{70_000_000_000 + index}"
    code = f"{digits}{check_digit(digits)}"
    return Row(index, index + 2, code, f"00{code}", cells=(code, f"Song {index}", "4.99", f"B{index % 40}"))


def item(index: int) -> Item:
    """Return what became of a row."""
    begun = waiting(row(index))
    if index % 10 == 0:
        return fail(begun, Cause.NO_MATCH, "Neither Discogs nor MusicBrainz knows this barcode.", now=AT)
    priced = Price(1250, "fixed", "")
    return succeed(replace(begun, outcome=Outcome.COMPOSED, release=RELEASE, price=priced, sku=f"DM-{index}"), now=AT)


def batch(folder: Path, count: int, *, workbook: bool) -> tuple[Exports, str]:
    """Return the exports of a batch of so many rows, which was made as if it had run."""
    store, rows = open_store(f"sqlite:///{folder}/{count}.db", SystemClock()), RowFiles(FolderFiles(folder / "files"))
    shape = FileShape(
        (SheetShape("Stock" if workbook else "", HEADER, len(HEADER)),), workbook, "" if workbook else ";"
    )
    engine = EngineState(rows=count, columns=HEADER, shape=shape)
    job_id = f"batch_{count}_{'xlsx' if workbook else 'csv'}"
    job = Job(job_id, JobStatus.COMPLETED, f"gs://files/{job_id}", created_at=AT, total_upcs=count, engine=engine)
    rows.write(job_id, map(row, range(count)))
    store.commit(Put(job_path(job_id), encode(job)))
    for start in range(0, count, A_COMMIT):
        some = range(start, min(start + A_COMMIT, count))
        store.commit(*(Put(item_path(job_id, index), item(index).document()) for index in some))
    return Exports(store, rows), job_id


def measured(export: Callable[[], Iterable[str | bytes]]) -> dict[str, float]:
    """Return what an export takes: time without, bytes with the measurement of memory."""
    began, by_clock, first, size = time.process_time(), time.perf_counter(), 0.0, 0
    for piece in export():
        first = first or time.perf_counter() - by_clock
        size += len(piece)
    seconds = time.process_time() - began
    tracemalloc.start()
    for _ in export():
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {
        "seconds": round(seconds, 1),
        "first_ms": round(first * 1000, 1),
        "file_mb": round(size / 1e6, 1),
        "peak_mb": round(most / 1e6, 1),
    }


def figures(folder: Path, count: int) -> dict[str, dict[str, float]]:
    exports, text = batch(folder, count, workbook=False)
    sheets, book = batch(folder, count, workbook=True)
    kinds: dict[str, Callable[[], Iterable[str | bytes]]] = {
        "csv": lambda: exports.results_csv(text),
        "jsonl": lambda: exports.results_jsonl(text),
        "xlsx": lambda: exports.results_xlsx(text),
        "uploaded csv": lambda: exports.as_uploaded(text).pieces,
        "uploaded xlsx": lambda: sheets.as_uploaded(book).pieces,
        "uploaded csv, failed rows": lambda: exports.as_uploaded(text, FAILED).pieces,
    }
    return {kind: measured(export) for kind, export in kinds.items()}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        found = {str(count): figures(Path(place), count) for count in SIZES}
    print(json.dumps({"benchmark": "exports", **found}))
