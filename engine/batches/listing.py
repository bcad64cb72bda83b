"""Which batches a list shows: by name, state and date, counted and paged by the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from engine.batches.documents import JOBS, read_job
from engine.domain.batch import names
from engine.domain.batch.jobs import Job, JobStatus, Visibility
from engine.store.base import Document, Order, Store, Where

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # before every batch
PAST_TEXTS = ":"  # sorts after every time that is written as text: those begin with a digit
MOST_ALIKE = 200  # batches made at the very same moment that stay on one page
NEWEST = Order("created_at", descending=True)
_READS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="read")
_PARTS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="part")  # of such reads: they wait for no others


@dataclass(frozen=True, slots=True)
class BatchFilter:
    """Which batches are wanted: `q` begins words of the name, one after another; made from `since`, before `until`.

    By default those that are not archived; with `visibility` None all of them.
    """

    q: str = ""
    status: JobStatus | None = None
    since: datetime | None = None
    until: datetime | None = None
    visibility: Visibility | None = Visibility.VISIBLE

    @property
    def equal(self) -> list[Where]:
        """Return the conditions on name and state."""
        term = names.asked(self.q)
        found = [Where("status", "==", self.status)] if self.status else []
        return [*found, Where("name_terms", "contains", term)] if term else found


ALL = BatchFilter()
EVERY = BatchFilter(visibility=None)
ARCHIVED = [Where("visibility", "==", Visibility.ARCHIVED)]


@dataclass(frozen=True, slots=True)
class ReadJobs:
    """Batches as the store has them, the newest first, each with the time of its reading.

    `next` is the time before which those of the next page were made, None on the last page.
    """

    jobs: tuple[tuple[Job, datetime], ...]
    next: datetime | None


class JobPages:
    """Pages of batches. The service this replaces wrote times as text, another kind: each kind is asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(self, limit: int, wanted: BatchFilter, before: datetime | None) -> ReadJobs:
        """Return the newest `limit` batches made before `before`, or at any time; a few more where times are equal."""
        if before is not None:
            wanted = replace(wanted, until=min(before, wanted.until or before))
        wanted = self._listed(wanted)
        reads = [partial(self._store.find, JOBS, [*wanted.equal, *kind], NEWEST, limit + 1) for kind in _kinds(wanted)]
        found = [(read_job(document), document) for documents in _each(_PARTS, reads) for document in documents]
        found.sort(key=lambda read: (read[0].created_at, read[0].job_id), reverse=True)
        shown = found[:limit]
        if len(found) == len(shown):
            return _read(shown, more=False)
        if found[limit][0].created_at == shown[-1][0].created_at:
            shown = self._with_equals(shown, wanted)
        return _read(shown, more=True)

    def count(self, wanted: BatchFilter) -> int:
        """Return how many batches are wanted."""
        if wanted == EVERY:
            return self._store.count(JOBS)
        if wanted == ALL:
            return self._store.count(JOBS) - self._store.count(JOBS, ARCHIVED)
        wanted = self._listed(wanted)
        counts = [partial(self._store.count, JOBS, [*wanted.equal, *kind]) for kind in _kinds(wanted)]
        return sum(_each(_PARTS, counts))

    def _listed(self, wanted: BatchFilter) -> BatchFilter:
        """Return `wanted` as the store is asked: for all where none is archived, old documents that do not say too."""
        if wanted.visibility is not Visibility.VISIBLE or self._store.find(JOBS, ARCHIVED, NEWEST, limit=1):
            return wanted
        return replace(wanted, visibility=None)

    def _with_equals(self, shown: list[tuple[Job, Document]], wanted: BatchFilter) -> list[tuple[Job, Document]]:
        """Return a page with all batches made at the moment of its last one: the next page begins before that."""
        last, document = shown[-1]
        made = document.fields["created_at"]
        alike_in = [*wanted.equal, Where("created_at", "==", made), *_list(wanted, text=isinstance(made, str))]
        alike = self._store.find(JOBS, alike_in, limit=MOST_ALIKE)
        kept = [read for read in shown if read[0].created_at != last.created_at]
        return kept + sorted(((read_job(one), one) for one in alike), key=lambda read: read[0].job_id, reverse=True)


def together(*reads: Callable[[], Any]) -> list[Any]:
    """Return what `reads` give, made at the same time; raises what the first of them raises."""
    return _each(_READS, reads)


def _each(pool: ThreadPoolExecutor, reads: Sequence[Callable[[], Any]]) -> list[Any]:
    return [made.result() for made in [pool.submit(read) for read in reads]]


def _read(found: Sequence[tuple[Job, Document]], *, more: bool) -> ReadJobs:
    jobs = tuple((job, document.read_at) for job, document in found)
    return ReadJobs(jobs, jobs[-1][0].created_at if more else None)


def _kinds(wanted: BatchFilter) -> list[list[Where]]:
    """Return the conditions on the time, once for each kind that it is stored as."""
    since, until = wanted.since or BEGINNING, wanted.until
    times = [Where("created_at", ">=", since), *([Where("created_at", "<", until)] if until else [])]
    first, end = since.isoformat() if wanted.since else "", until.isoformat() if until else PAST_TEXTS
    texts = [Where("created_at", ">=", first), Where("created_at", "<", end)]
    return [[*_list(wanted, text=False), *times], [*_list(wanted, text=True), *texts]]


def _list(wanted: BatchFilter, *, text: bool) -> list[Where]:
    """Return the condition on the list that batches stand in.

    None of those whose times are `text` was ever archived, and a document of the earlier service does not say so.
    """
    if wanted.visibility is None or (text and wanted.visibility is Visibility.VISIBLE):
        return []
    return [Where("visibility", "==", wanted.visibility)]
