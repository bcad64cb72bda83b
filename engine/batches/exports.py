"""A batch as files: results in the order of the uploaded rows, and failed barcodes. Streamed, never held whole."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import tee

from engine.batches.pages import ItemPages, left_out
from engine.batches.records import load
from engine.batches.rows import RowFiles
from engine.domain.items import Item, ItemStatus
from engine.domain.jobs import Job
from engine.domain.rows import Row
from engine.errors import IllegalTransition
from engine.store.base import Store

RESULT_COLUMNS = (
    "row",
    "upc",
    "status",
    "cause",
    "error",
    "artist",
    "title",
    "year",
    "label",
    "format",
    "country",
    "price",
    "sku",
    "offer_id",
    "outcome",
    "not_sent",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[\d.,]+")


class Exports:
    """The files of a batch. Every method raises JobUnknown before its first line."""

    def __init__(self, store: Store, rows: RowFiles) -> None:
        self._store = store
        self._rows = rows
        self._pages = ItemPages(store, rows)

    def results_csv(self, job_id: str) -> Iterator[str]:
        """Return the lines of `results.csv`: the file's own columns, then `RESULT_COLUMNS`, one line a row."""
        job = Job.from_document(load(self._store, job_id).fields)
        return self._csv(job)

    def results_jsonl(self, job_id: str) -> Iterator[str]:
        """Return one JSON object a row of the file, with all that is known of it, drafts included."""
        job = Job.from_document(load(self._store, job_id).fields)
        return (
            json.dumps({"row": row.line, **item.document()}, default=_iso, ensure_ascii=False) + "\n"
            for row, item in self._pairs(job)
        )

    def failed_txt(self, job_id: str) -> Iterator[str]:
        """Return the barcodes of the rows that failed, one a line, as they stand in the file."""
        job = Job.from_document(load(self._store, job_id).fields)
        return (f"{row.value}\n" for row, item in self._pairs(job) if item.status is ItemStatus.FAILED)

    def failed_file(self, job_id: str) -> tuple[str, bytes]:
        """Return name and content of a file with the rows a retry can mend, with all their columns, for a new batch.

        Raises:
            IllegalTransition: there is no such row.
        """
        job = Job.from_document(load(self._store, job_id).fields)
        rows = [row for row, item in self._pairs(job) if item.retryable]
        if not rows:
            raise IllegalTransition(f"Job {job_id} has no failed row that a retry could mend")
        if not job.columns:
            return f"{job_id}-failed.txt", "".join(f"{row.value}\n" for row in rows).encode()
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([job.columns, *(row.cells for row in rows)])
        return f"{job_id}-failed.csv", text.getvalue().encode()

    def _csv(self, job: Job) -> Iterator[str]:
        width = len(job.columns)
        yield _line([*job.columns, *RESULT_COLUMNS])
        for row, item in self._pairs(job):
            own = [*row.cells, *[""] * width][:width]
            yield _line([*own, row.line, *_result(item)])

    def _pairs(self, job: Job) -> Iterator[tuple[Row, Item]]:
        """Return each row of the file with what became of it; rows that nobody has begun wait, the rest is left out."""
        begun, total = job.total_upcs or 0, job.engine.get("rows", 0)
        wanted, beside = tee(self._rows.read(job.job_id, 0, min(begun, total)))
        yield from zip(beside, self._pages.items(job.job_id, wanted), strict=True)
        yield from ((row, left_out(row)) for row in self._rows.read(job.job_id, begun, total))


def _result(item: Item) -> list[object]:
    """Return the cells of `RESULT_COLUMNS` after the row."""
    cents = item.price.get("cents")
    facts = [item.release.get(name) for name in ("artist", "title", "year", "label", "format", "country")]
    price = "" if cents is None else f"{cents / 100:.2f}"
    return [
        item.upc,
        item.status,
        item.cause,
        item.error,
        *facts,
        price,
        item.sku,
        item.offer_id,
        item.outcome,
        item.not_sent,
    ]


def _line(cells: list[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([_safe(cell) for cell in cells])
    return text.getvalue()


def _safe(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: what came from outside may begin with one."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) and not _NUMBER.fullmatch(cell) else cell


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
