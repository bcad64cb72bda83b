"""How batches that an earlier version stored come into the lists, and are found by their names."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from engine.batches.documents import JOBS, job_path, read_job
from engine.batches.listing import ARCHIVED, EVERY, JobPages
from engine.domain.batch import names
from engine.domain.batch.jobs import Visibility
from engine.errors import Conflict
from engine.store.base import Document, Patch, Store, Where

AT_ONCE = 100  # documents read and written together


def index_batches(store: Store) -> int:
    """Add what batches are listed and found by, where it is missing; return how many got it.

    Done again it goes on where it ended. Where nothing is missing it costs four counts.
    """
    if _complete(store):
        return 0
    pages, found = JobPages(store), 0
    before: datetime | None = None
    while True:
        page = pages.page(AT_ONCE, EVERY, before)
        documents = store.get(*(job_path(job.job_id) for job, _ in page.jobs)) if page.jobs else []
        found += sum(_index(store, document) for document in documents if document)
        if page.next is None:
            return found
        before = page.next


def _complete(store: Store) -> bool:
    """Whether nothing is missing anywhere."""
    listed = store.count(JOBS, [Where("visibility", "==", Visibility.VISIBLE)]) + store.count(JOBS, ARCHIVED)
    named = store.count(JOBS, [Where("name_terms", "contains", names.EVERY)])
    return store.count(JOBS) == listed == named


def _index(store: Store, document: Document) -> bool:
    """Add what a batch lacks; False where it lacks nothing, or somebody who writes it now adds it."""
    job = read_job(document)
    lists = {"name_terms": list(job.name_terms), "visibility": str(job.visibility)}
    missing = {name: value for name, value in lists.items() if not document.fields.get(name)}
    if not missing:
        return False
    with suppress(Conflict):
        store.commit(Patch(document.path, missing, document.version))
        return True
    return False
