"""A batch as files: results, failed barcodes, and what a seller uploads elsewhere. Streamed, never held whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain, tee

from engine.batches.pages import ItemPages, left_out
from engine.batches.records import load
from engine.batches.rows import RowFiles
from engine.domain import discogs_inventory, seller_hub, spreadsheets
from engine.domain.items import Item, ItemStatus, Outcome
from engine.domain.jobs import Job
from engine.domain.rows import Row
from engine.errors import BadRequest, IllegalTransition
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


class Only(StrEnum):
    """Which drafts of a batch are put into the eBay draft file."""

    ALL = "all"
    COMPOSED = "composed"  # those that are not unpublished offers at eBay already


@dataclass(frozen=True, slots=True)
class DraftFile:
    """One file of a batch's drafts for Seller Hub, `part` of `plan`, counted from 1."""

    plan: seller_hub.Plan
    part: int
    lines: Iterator[str]


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
        text = "".join(map(spreadsheets.line, [job.columns, *(row.cells for row in rows)]))
        return f"{job_id}-failed.csv", text.encode()

    def ebay_plan(
        self, job_id: str, only: Only = Only.ALL, *, max_bytes: int = seller_hub.MAX_BYTES
    ) -> seller_hub.Plan:
        """Return how the drafts of a batch are laid out in files for Seller Hub, and what they lack."""
        job = Job.from_document(load(self._store, job_id).fields)
        drafts = ((item.index, item.draft) for _, item in self._drafts(job, 0, _rows(job), only))
        return seller_hub.plan(drafts, max_bytes=max_bytes)

    def ebay_drafts(
        self, job_id: str, *, part: int = 1, only: Only = Only.ALL, max_bytes: int = seller_hub.MAX_BYTES
    ) -> DraftFile:
        """Return a file of drafts for Seller Hub; its rows are read twice, to lay the files out and to send this one.

        The files of a batch that runs may grow between the two; those of one that has ended stay as they are.

        Raises:
            BadRequest: there are not so many files.
        """
        plan = self.ebay_plan(job_id, only, max_bytes=max_bytes)
        if part > len(plan.starts):
            raise BadRequest(f"The eBay drafts of {job_id} have {len(plan.starts)} part(s), and no part {part}")
        job = Job.from_document(load(self._store, job_id).fields)
        start, stop = plan.rows(part, _rows(job))
        lines = (seller_hub.line(item.draft) for _, item in self._drafts(job, start, stop, only))
        return DraftFile(plan, part, chain((seller_hub.HEAD,), lines))

    def discogs_inventory(self, job_id: str) -> Iterator[str]:
        """Return the lines of `discogs-inventory.csv`: every copy that has a draft and a release at Discogs."""
        job = Job.from_document(load(self._store, job_id).fields)
        return self._inventory(job)

    def _inventory(self, job: Job) -> Iterator[str]:
        yield discogs_inventory.HEAD
        for row, item in self._drafts(job, 0, _rows(job), Only.ALL):
            if discogs_inventory.listed(item.release):
                yield from discogs_inventory.lines(item.release, item.draft, note=row.note)

    def _drafts(self, job: Job, start: int, stop: int, only: Only) -> Iterator[tuple[Row, Item]]:
        """Return the rows between two indices that ended in a draft, each with what is stored of it."""
        wanted, beside = tee(self._rows.read(job.job_id, start, stop))
        for row, item in zip(beside, self._pages.items(job.job_id, wanted), strict=True):
            at_ebay = item.outcome is Outcome.DRAFTED
            if item.outcome and item.draft and not (at_ebay and only is Only.COMPOSED):
                yield row, item

    def _csv(self, job: Job) -> Iterator[str]:
        width = len(job.columns)
        yield _line([*job.columns, *RESULT_COLUMNS])
        for row, item in self._pairs(job):
            own = [*row.cells, *[""] * width][:width]
            yield _line([*own, row.line, *_result(item)])

    def _pairs(self, job: Job) -> Iterator[tuple[Row, Item]]:
        """Return each row of the file with what became of it; rows that nobody has begun wait, the rest is left out."""
        begun, total = job.total_upcs or 0, job.engine.get("rows", 0)
        wanted, beside = tee(self._rows.read(job.job_id, 0, _rows(job)))
        yield from zip(beside, self._pages.items(job.job_id, wanted), strict=True)
        yield from ((row, left_out(row)) for row in self._rows.read(job.job_id, begun, total))


def _rows(job: Job) -> int:
    """Return how many rows of the file have been, or will be, begun."""
    return min(job.total_upcs or 0, int(job.engine.get("rows", 0)))


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


def _line(cells: Iterable[object]) -> str:
    return spreadsheets.line(map(_safe, cells))


def _safe(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: what came from outside may begin with one."""
    return f"'{cell}" if isinstance(cell, str) and spreadsheets.runs(cell) else cell


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
