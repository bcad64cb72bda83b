"""Batches that are out of sight: they are in no list unless they are asked for, and lose nothing."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from engine.batches.documents import Change, change
from engine.batches.listing import BatchFilter, JobPages, together
from engine.codec import replace
from engine.domain.batch.jobs import ENDED, Job, Visibility
from engine.errors import IllegalTransition, JobError
from engine.store.base import Store

AT_ONCE = 50  # batches of one page
MOST = 500  # of one call


class Archive:
    """Puts batches out of sight and brings them back. `by` is who asks, for the history.

    A batch whose rows are done again comes back by itself.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def archive(self, job_id: str, *, by: str = "") -> Job:
        """Put a batch out of sight; one that is archived already is left as it is.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it waits, runs or is paused, or is being deleted.
        """
        return change(self._store, job_id, _archived, by=by)

    def unarchive(self, job_id: str, *, by: str = "") -> Job:
        """Bring a batch back; one that is not archived is left as it is.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is being deleted.
        """
        return change(self._store, job_id, _brought_back, by=by)

    def archive_all(self, wanted: BatchFilter, *, by: str = "") -> int:
        """Put the newest batches out of sight that are wanted, at most `MOST`; return how many that were.

        Those that have not ended, or are being deleted, are left alone.
        """
        return self._all(wanted, Visibility.ARCHIVED, by)

    def unarchive_all(self, wanted: BatchFilter, *, by: str = "") -> int:
        """Bring the newest batches back that are wanted, at most `MOST`; return how many that were."""
        return self._all(wanted, Visibility.VISIBLE, by)

    def _all(self, wanted: BatchFilter, to: Visibility, by: str) -> int:
        pages, done = JobPages(self._store), 0
        before: datetime | None = None
        while done < MOST:
            page = pages.page(AT_ONCE, wanted, before)
            free = [job.job_id for job, _ in page.jobs if job.visibility is not to and job.status in ENDED]
            done += sum(together(*(partial(self._move, job_id, to, by) for job_id in free)))
            if page.next is None:
                break
            before = page.next
        return done

    def _move(self, job_id: str, to: Visibility, by: str) -> bool:
        """Return whether a batch could be moved: it may have begun to run, or be gone, since it was listed."""
        try:
            self.archive(job_id, by=by) if to is Visibility.ARCHIVED else self.unarchive(job_id, by=by)
        except JobError:
            return False
        return True


def _archived(job: Job, now: datetime) -> Change | None:
    if job.status not in ENDED:
        raise IllegalTransition(f"Job {job.job_id} is {job.status}: cancel it, or let it end, before it is archived")
    return _moved(job, Visibility.ARCHIVED, "archived", now)


def _brought_back(job: Job, now: datetime) -> Change | None:
    return _moved(job, Visibility.VISIBLE, "brought back", now)


def _moved(job: Job, to: Visibility, event: str, now: datetime) -> Change | None:
    if job.visibility is to:
        return None
    return Change(replace(job, visibility=to, updated_at=now), event)
