"""What no commit says and operators are to know: a batch that stands still, a quota or a consent at its end.

Each is noticed once, by whichever process looks first: the id of its notification is made of what is noticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from engine.batches.documents import JOBS, WORKERS, read_job
from engine.batches.notifications import Notifications
from engine.clock import Clock
from engine.codec import decode
from engine.credentials import vault
from engine.credentials.accounts import ENDS_SOON
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.workers import WorkerRecord, counts_as_alive
from engine.domain.notifications import Notification, batch_stalled, ebay_ends, quota_gone
from engine.quota.documents import BUDGETS
from engine.quota.stored_budget import decode_budget
from engine.store.base import Document, Store, Where

MOST_RUNNING = 100  # batches that are looked at together


class Watch:
    """Looks at running batches, quotas and the consent at eBay. With a `stalled_after` of 0 no batch stands still."""

    def __init__(self, store: Store, clock: Clock, stalled_after: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._stalled_after = stalled_after
        self._notifications = Notifications(store, clock)
        self._known: set[str] = set()

    def look(self) -> None:
        """Notify operators of what is found.

        Raises:
            StoreError: the store does not answer.
        """
        for notification in self._found():
            if notification.notification_id not in self._known:
                self._notifications.notify(notification)
                self._known.add(notification.notification_id)

    def _found(self) -> Iterator[Notification]:
        if self._stalled_after:
            yield from self._stalled()
        for document in self._store.find(BUDGETS):
            yield from _gone(document)
        record, now = vault.read(self._store), self._clock.now()
        ends = record.ebay_seller.expires_at if record.ebay_seller else None
        if ends and ends - now <= ENDS_SOON:
            yield ebay_ends(ends, now=now)

    def _stalled(self) -> Iterator[Notification]:
        for document in self._store.find(JOBS, [Where("status", "==", JobStatus.RUNNING)], limit=MOST_RUNNING):
            job, now = read_job(document), document.read_at
            if job.engine.moved_at and now - job.engine.moved_at >= self._stalled_after:
                yield batch_stalled(job, self._reason(job, now), now=now)

    def _reason(self, job: Job, now: datetime) -> str:
        """Return what a batch waits for, as far as the workers that hold it say."""
        found = self._store.find(WORKERS, [Where("job_id", "==", job.job_id)])
        records = [decode(WorkerRecord, document.fields, document.path) for document in found]
        alive = [record for record in records if counts_as_alive(now - record.heartbeat_at)]
        reasons = sorted({record.waits_for for record in alive if record.waits_for})
        if reasons:
            return f"Its rows wait: {'; '.join(reasons)}."
        return "Its rows do not say what they wait for." if alive else "No engine works on it."


def _gone(document: Document) -> Iterator[Notification]:
    budget, now = decode_budget(document.fields, document.path), document.read_at
    if budget.out_at and budget.out_at > now.timestamp():
        yield quota_gone(budget.service, datetime.fromtimestamp(budget.out_at, now.tzinfo), now=now)
