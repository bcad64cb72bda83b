"""The names of batches: how one is changed, and how those that an earlier version stored are found by theirs."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from engine.batches.documents import JOBS, Change, job_path, read_job
from engine.batches.listing import ALL, JobPages
from engine.codec import replace
from engine.domain.batch import names
from engine.domain.batch.jobs import Job, named
from engine.errors import BadRequest, Conflict, StoreError
from engine.log import get_logger
from engine.store.base import Document, Patch, Store, Where

log = get_logger(__name__)

AT_ONCE = 100  # documents read and written together

MOST_NAME = 200  # letters of a name


def renamed(job: Job, now: datetime, *, name: str) -> Change | None:
    """Return the change that gives a batch another name; None where it has that name.

    Raises:
        BadRequest: the name is empty or too long.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= MOST_NAME:
        raise BadRequest(f"A batch's name has 1 to {MOST_NAME} letters, not {len(name)}")
    if name == job.name:
        return None
    return Change(replace(named(job, name), updated_at=now), "renamed", f"from {job.name} to {name}")


def index_names(store: Store) -> int:
    """Add what each batch is found by where it is missing; return how many got it.

    Done again it goes on where it ended. Where nothing is missing it costs two counts.
    """
    pages, found = JobPages(store), 0
    before: datetime | None = None
    if store.count(JOBS) == store.count(JOBS, [Where("name_terms", "contains", names.EVERY)]):
        return 0
    while True:
        page = pages.page(AT_ONCE, ALL, before)
        documents = store.get(*(job_path(job.job_id) for job, _ in page.jobs)) if page.jobs else []
        found += sum(_index(store, document) for document in documents if document)
        if page.next is None:
            return found
        before = page.next


def _index(store: Store, document: Document) -> bool:
    """Add what a batch is found by; False where it has that, or somebody who writes it now adds it."""
    if document.fields.get("name_terms"):
        return False
    with suppress(Conflict):
        store.commit(Patch(document.path, {"name_terms": read_job(document).name_terms}, document.version))
        return True
    return False


def index_names_if_possible(store: Store) -> None:
    """Do the same, or leave it for the next start when the store does not answer."""
    try:
        if count := index_names(store):
            log.info("batch_names_indexed", batches=count)
    except StoreError as error:
        log.warning("batch_names_not_indexed", error=type(error).__name__)
