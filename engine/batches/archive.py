"""Batches that are out of sight: they are in no list unless they are asked for, and lose nothing."""

from __future__ import annotations

from datetime import datetime

from engine.batches.documents import Change, change
from engine.codec import replace
from engine.domain.batch.jobs import OPEN, Job, Visibility
from engine.errors import IllegalTransition
from engine.store.base import Store


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
            IllegalTransition: it waits or runs, or is being deleted.
        """
        return change(self._store, job_id, _archived, by=by)

    def unarchive(self, job_id: str, *, by: str = "") -> Job:
        """Bring a batch back; one that is not archived is left as it is.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is being deleted.
        """
        return change(self._store, job_id, _brought_back, by=by)


def _archived(job: Job, now: datetime) -> Change | None:
    if job.status in OPEN:
        raise IllegalTransition(f"Job {job.job_id} is {job.status}: pause or cancel it before it is archived")
    return _moved(job, Visibility.ARCHIVED, "archived", now)


def _brought_back(job: Job, now: datetime) -> Change | None:
    return _moved(job, Visibility.VISIBLE, "brought back", now)


def _moved(job: Job, to: Visibility, event: str, now: datetime) -> Change | None:
    if job.visibility is to:
        return None
    return Change(replace(job, visibility=to, updated_at=now), event)
