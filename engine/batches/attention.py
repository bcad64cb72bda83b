"""What needs a person, over all batches: how many rows by cause, which barcodes repeat, and the rows themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby, islice

from engine.batches.documents import JOBS, items_of, job_path, read_job
from engine.batches.listing import ARCHIVED, together
from engine.batches.views import CauseCount
from engine.codec import decode, replace
from engine.domain.batch.fixes import FixKind, Remedy, RowsWanted, lead_of, left_alone
from engine.domain.batch.items import NOT_RETRYABLE, Item, ItemStatus
from engine.domain.batch.jobs import Job
from engine.domain.batch.mending import CHOSEN, another_try_may_help
from engine.domain.identify.lead import Lead, bars, counted
from engine.errors import Cause
from engine.store.base import ANYWHERE, Document, Order, Store, Where

ROWS = f"{ANYWHERE}items"
NEWEST = Order("finished_at", descending=True)
OLDEST = Order("finished_at")
SEEN = 50  # of the newest rows of a cause: for the batches that they are of
LOOKED_AT = 1_000  # of the newest rows of a cause: for repeated barcodes, and for what a fix would leave alone


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A failed row and the batch it is of."""

    job_id: str
    item: Item
    path: str

    @property
    def lead(self) -> Lead:
        """Return what speaks for the best of its candidates, and what against it."""
        return lead_of(self.item)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A barcode that several failed rows have: what mends one of them mends all. `name` is the best candidate's."""

    gtin: str
    upc: str
    count: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Concerned:
    """How many rows a fix is for, and how many of them it would leave alone, by reason.

    Of more than `LOOKED_AT` rows the newest are judged: `judged` says how many. Where the best candidate is taken,
    `bars` says of how many rows at least so many facts speak for it, and `facts` which facts, and for how many rows.
    """

    rows: int
    left: dict[str, int]
    judged: int
    bars: Mapping[int, int] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)

    @property
    def fixed(self) -> int:
        """Return how many rows it would be done with, as far as they were judged."""
        return self.rows - sum(self.left.values())


class Attention:
    """Reads of failed rows over all batches. Every method raises StoreAway when the store does not answer."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def causes(self) -> list[CauseCount]:
        """Return why rows of all batches failed, the most frequent cause first."""
        causes = [cause for cause in Cause if cause not in CHOSEN]
        counts = together(*(partial(self.count, RowsWanted(cause)) for cause in causes))
        found = [
            CauseCount(cause, count, cause not in NOT_RETRYABLE, another_try_may_help(cause))
            for cause, count in zip(causes, counts, strict=True)
            if count
        ]
        return sorted(found, key=lambda entry: -entry.count)

    def count(self, wanted: RowsWanted) -> int:
        """Return how many failed rows are wanted."""
        return self._store.count(_place(wanted), [*_conditions(wanted), Where("status", "==", ItemStatus.FAILED)])

    def archived(self) -> int:
        """Return how many of the failed rows are of archived batches, as those count them."""
        return self._store.sum(JOBS, "failed_upcs", ARCHIVED)

    def lately(self, cause: Cause, since: datetime) -> int:
        """Return how many rows have failed for a cause from `since` on, and still lack what mends them."""
        return self._store.count(ROWS, [Where("cause", "==", cause), Where("finished_at", ">=", since)])

    def oldest(self, cause: Cause) -> datetime | None:
        """Return when the first of the rows that failed for a cause did so, None where there is none."""
        found = self._store.find(ROWS, [Where("cause", "==", cause)], OLDEST, limit=1)
        return decode(Item, found[0].fields, found[0].path).finished_at if found else None

    def rows(self, wanted: RowsWanted, limit: int = 50, before: datetime | None = None) -> list[FailedRow]:
        """Return the rows that failed last, at most `limit`, or those that failed before `before`."""
        until = [Where("finished_at", "<", before)] if before else []
        found = self._store.find(_place(wanted), [*_conditions(wanted), *until], NEWEST, limit)
        return list(failed_rows(wanted, found))

    def page(self, wanted: RowsWanted, since: datetime, until: datetime, limit: int) -> list[Document]:
        """Return the rows of a cause that ended from `since` to `until`, the oldest first, failed or not."""
        between = [Where("finished_at", ">=", since), Where("finished_at", "<=", until)]
        return self._store.find(_place(wanted), [*_conditions(wanted), *between], OLDEST, limit)

    def batches(self, cause: Cause, most: int = 5) -> list[tuple[Job, int]]:
        """Return the batches of the rows that failed last, at most `most`, and how many rows of each failed so."""
        names = dict.fromkeys(row.job_id for row in self.rows(RowsWanted(cause), SEEN))
        jobs = list(self.jobs(islice(names, most)).values())
        counts = together(*(partial(self.count, RowsWanted(cause, job_id=job.job_id)) for job in jobs))
        return sorted(zip(jobs, counts, strict=True), key=lambda pair: -pair[1])

    def repeated(self, cause: Cause, most: int = 20) -> list[Repeated]:
        """Return the barcodes that several of the newest failed rows have, the most frequent first."""
        rows = self.rows(RowsWanted(cause), LOOKED_AT)
        counted = Counter(row.item.gtin for row in rows if row.item.gtin)
        first = {row.item.gtin: row.item for row in reversed(rows)}
        often = [(gtin, count) for gtin, count in counted.most_common(most) if count > 1]
        return [Repeated(gtin, first[gtin].upc, count, _name(first[gtin])) for gtin, count in often]

    def concerned(self, wanted: RowsWanted, remedy: Remedy) -> Concerned:
        """Return how many rows a fix is for, and what it would leave alone."""
        total, rows = self.count(wanted), self.rows(wanted, LOOKED_AT)
        jobs = self.jobs(row.job_id for row in rows)
        there = [(jobs[row.job_id], row.item) for row in rows if row.job_id in jobs]
        left = Counter(filter(None, (left_alone(remedy, job, item) for job, item in there)))
        leads: list[Lead] = []
        if remedy.kind is FixKind.TAKE_BEST:
            without_bar = replace(remedy, min_facts=0)
            leads = [lead_of(item) for job, item in there if not left_alone(without_bar, job, item)]
        return Concerned(max(total, len(rows)), dict(left), len(rows), bars(leads), counted(leads))

    def jobs(self, job_ids: Iterable[str]) -> dict[str, Job]:
        """Return batches by name; those that are not there are left out."""
        names = list(dict.fromkeys(job_ids))
        found = self._store.get(*map(job_path, names)) if names else []
        return {document.name: read_job(document) for document in found if document}


def failed_rows(wanted: RowsWanted, found: Sequence[Document]) -> Iterable[FailedRow]:
    """Return those of the documents of rows that are wanted."""
    for document in found:
        item = decode(Item, document.fields, document.path)
        if wanted.holds(item):
            yield FailedRow(document.path.split("/")[1], item, document.path)


def by_batch(rows: Sequence[FailedRow]) -> dict[str, list[FailedRow]]:
    """Return rows by the batch they are of."""
    ordered = sorted(rows, key=lambda row: row.job_id)
    return {job_id: list(group) for job_id, group in groupby(ordered, key=lambda row: row.job_id)}


def _place(wanted: RowsWanted) -> str:
    return items_of(wanted.job_id) if wanted.job_id else ROWS


def _conditions(wanted: RowsWanted) -> list[Where]:
    one = (("gtin", wanted.gtin), ("upc", wanted.upc))
    return [Where("cause", "==", wanted.cause), *(Where(name, "==", value) for name, value in one if value)]


def _name(item: Item) -> str:
    return item.match.candidates[0].name if item.match.candidates else item.release.name
