"""A batch as files: results, failed barcodes, and what a seller uploads elsewhere. Streamed, never held whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, tee

from engine.batches import claims, pick_list_pdf, result_files
from engine.batches.claims import Plan
from engine.batches.documents import load_job
from engine.batches.pages import ItemPages, left_out
from engine.batches.result_files import ResultFile
from engine.batches.rows import RowFiles
from engine.domain.batch import jobs, pick_list
from engine.domain.batch.items import Item, ItemStatus, Outcome, movable
from engine.domain.batch.jobs import Job
from engine.domain.batch.layout import FOUND, Layout
from engine.domain.batch.pick_list import Pick
from engine.domain.batch.row_filter import EVERY_ROW, RowFilter
from engine.domain.batch.rows import Carried, Row
from engine.domain.identify.elsewhere import kind
from engine.domain.listing import discogs_inventory, seller_hub, spreadsheets
from engine.errors import Cause, NotThere
from engine.reading import part_of
from engine.store.base import Store

ELSEWHERE_COLUMNS = ("kind", "maker", "upc", "quantity", "seller_sku", "location", "row")


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


@dataclass(frozen=True, slots=True)
class FailedFile:
    """The failed rows of a batch, in their order, as a file for a new one.

    `layout` is how it is read; nothing where the batch does not tell how its own file was.
    """

    name: str
    content: bytes
    rows: tuple[Row, ...]
    plan: Plan
    layout: Layout = FOUND

    def is_read_as(self, found: Iterable[Row]) -> bool:
        """Return whether rows that were read of the file say what the failed ones do; without a layout, their codes."""
        said = _said if self.layout else _code
        return list(map(said, found)) == list(map(said, self.rows))


class Exports:
    """The files of a batch. Every method raises JobUnknown before its first line."""

    def __init__(self, store: Store, rows: RowFiles) -> None:
        self._store = store
        self._rows = rows
        self._pages = ItemPages(store, rows)

    def results_csv(self, job_id: str, wanted: RowFilter = EVERY_ROW) -> Iterator[str]:
        """Return the lines of `results.csv`: the file's own columns, then `RESULT_COLUMNS`, one line a row."""
        job = load_job(self._store, job_id)
        return result_files.csv_lines(job, self._pairs(job, wanted))

    def results_jsonl(self, job_id: str, wanted: RowFilter = EVERY_ROW) -> Iterator[str]:
        """Return one JSON object a row of the file, with all that is known of it, drafts included."""
        job = load_job(self._store, job_id)
        return (result_files.json_line(row, item) for row, item in self._pairs(job, wanted))

    def results_xlsx(self, job_id: str, wanted: RowFilter = EVERY_ROW) -> Iterator[bytes]:
        """Return `results.xlsx` in pieces: the columns of `results.csv` in one sheet."""
        job = load_job(self._store, job_id)
        return result_files.xlsx(job, self._pairs(job, wanted))

    def as_uploaded(self, job_id: str, wanted: RowFilter = EVERY_ROW) -> ResultFile:
        """Return the results in the shape of the uploaded file, `RESULT_COLUMNS` behind its own columns."""
        job = load_job(self._store, job_id)
        return result_files.as_uploaded(job, self._pairs(job, wanted))

    def failed_txt(self, job_id: str) -> Iterator[str]:
        """Return the barcodes of the rows that failed, one a line, as they stand in the file, formulas defused."""
        job = load_job(self._store, job_id)
        return (f"{_listed(row)}\n" for row, item in self._pairs(job) if item.status is ItemStatus.FAILED)

    def failed_file(self, job: Job) -> FailedFile:
        """Return the rows of `job` that a retry can mend, with all their columns, as a file for a new batch.

        Raises:
            IllegalTransition: there is no such row.
        """
        pairs = [(row, item) for row, item in self._pairs(job) if movable(item)]
        if not pairs:
            raise claims.refused(job)
        rows = [row for row, _ in pairs]
        plan = Plan(job.job_id, claims.rounds(job), tuple(_carried(job, row, item) for row, item in pairs))
        name = f"{job.job_id}-failed.{'csv' if job.engine.columns else 'txt'}"
        if job.engine.layout:
            content, layout = part_of(job.engine.columns, job.engine.layout, rows)
            return FailedFile(name, content, tuple(rows), plan, layout)
        lines = (
            [job.engine.columns, *(row.cells for row in rows)] if job.engine.columns else [[row.value] for row in rows]
        )
        return FailedFile(name, "".join(map(spreadsheets.line, lines)).encode(), tuple(rows), plan)

    def ebay_plan(
        self, job_id: str, only: Only = Only.ALL, *, max_bytes: int = seller_hub.MAX_BYTES
    ) -> seller_hub.Plan:
        """Return how the drafts of a batch are laid out in files for Seller Hub, and what they lack."""
        job = load_job(self._store, job_id)
        drafts = ((item.index, item.draft) for _, item in self._drafts(job, 0, _rows(job), only))
        return seller_hub.plan(drafts, max_bytes=max_bytes)

    def ebay_drafts(
        self, job_id: str, *, part: int = 1, only: Only = Only.ALL, max_bytes: int = seller_hub.MAX_BYTES
    ) -> DraftFile:
        """Return a file of drafts for Seller Hub; its rows are read twice, to lay the files out and to send this one.

        The files of a batch that runs may grow between the two; those of one that has ended stay as they are.

        Raises:
            NotThere: there are not so many files.
        """
        plan = self.ebay_plan(job_id, only, max_bytes=max_bytes)
        if part > len(plan.starts):
            raise NotThere(f"The eBay drafts of {job_id} have {len(plan.starts)} part(s), and no part {part}")
        job = load_job(self._store, job_id)
        start, stop = plan.rows(part, _rows(job))
        lines = (seller_hub.line(item.draft) for _, item in self._drafts(job, start, stop, only))
        return DraftFile(plan, part, chain((seller_hub.HEAD,), lines))

    def pick_list_csv(self, job_id: str) -> Iterator[str]:
        """Return the lines of `pick-list.csv`: the copies that drafts offer, in the order of the shelves."""
        picks = self._picks(load_job(self._store, job_id))
        return chain((spreadsheets.line(pick_list.COLUMNS),), (spreadsheets.safe_line(one.cells) for one in picks))

    def pick_list_pdf(self, job_id: str) -> bytes:
        """Return the same to print.

        Raises:
            BadRequest: it is too long for paper.
        """
        job = load_job(self._store, job_id)
        return pick_list_pdf.pdf(self._picks(job), job.name or job_id)

    def elsewhere_csv(self, job_id: str) -> Iterator[str]:
        """Return the lines of `elsewhere.csv`: rows that no source knows, by their number books, films or games.

        The file's own columns come first, then `ELSEWHERE_COLUMNS`.
        """
        return self._elsewhere(load_job(self._store, job_id))

    def _elsewhere(self, job: Job) -> Iterator[str]:
        width = len(job.engine.columns)
        yield spreadsheets.safe_line([*job.engine.columns, *ELSEWHERE_COLUMNS])
        for row, item in self._pairs(job):
            found = kind(row.gtin) if row.gtin and item.cause is Cause.NO_MATCH else None
            if found:
                own = [*row.cells, *[""] * width][:width]
                yield spreadsheets.safe_line(
                    [*own, *found, item.upc, row.quantity, row.seller_sku, row.location, row.line]
                )

    def _picks(self, job: Job) -> list[Pick]:
        found = (pick_list.pick(row, item) for row, item in self._pairs(job))
        return sorted(filter(None, found), key=lambda one: one.order)

    def discogs_inventory(self, job_id: str) -> Iterator[str]:
        """Return the lines of `discogs-inventory.csv`: every copy that has a draft and a release at Discogs."""
        job = load_job(self._store, job_id)
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

    def _pairs(self, job: Job, wanted: RowFilter = EVERY_ROW) -> Iterator[tuple[Row, Item]]:
        """Return the rows of the file that are wanted, each with what became of it.

        Those that nobody has begun wait. Among all rows are those, too, that are left out of the batch.
        """
        if wanted:
            yield from self._pages.pairs(job, wanted)
            return
        begun, total = job.total_upcs or 0, job.engine.rows
        rows, beside = tee(self._rows.read(job.job_id, 0, _rows(job)))
        yield from zip(beside, self._pages.items(job.job_id, rows), strict=True)
        yield from ((row, left_out(row)) for row in self._rows.read(job.job_id, begun, total))


def _code(row: Row) -> object:
    return row.same


def _said(row: Row) -> object:
    """Return what a row says of the copy and its release, wherever it stands."""
    copy = (row.gtin, row.condition, row.grading, row.price_cents, row.quantity, row.note, row.photos)
    return (*copy, row.seller_sku, row.location, row.named)


def _listed(row: Row) -> str:
    """Return a barcode on one line; of one that a spreadsheet would run what is meant, or it is made text."""
    found = " ".join((row.value or row.shown).split())
    if not spreadsheets.runs(found):
        return found
    return row.shown if row.gtin else f"'{found}"


def _rows(job: Job) -> int:
    """Return how many rows of the file have been, or will be, begun."""
    return min(job.total_upcs or 0, job.engine.rows)


def _carried(job: Job, row: Row, item: Item) -> Carried:
    """Return what a failed row takes along into a new batch."""
    return Carried(row.index, jobs.sku(job, row), row.copies, item.intent.at if item.intent else None)
