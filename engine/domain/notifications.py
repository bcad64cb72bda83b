"""What operators are told of when it matters, and how each notification is delivered. Pure.

A notification is the document `notifications/{id}`: an outbox. It is stored in the commit that made what it tells of,
or under an id that is made of it, so that nothing is told twice and nothing is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from engine.codec import Document, OpenEnum, Value, replace
from engine.domain.batch import jobs
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.services import NAMES, Service

NOTIFICATIONS = "notifications"
LEASE = timedelta(minutes=5)  # a sender that says nothing for so long is taken for dead: all its calls are over by then
GIVE_UP_AFTER = timedelta(hours=24)
_DELAYS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))


class NotificationKind(OpenEnum):
    """What a notification tells of. Stored, and sent as the `type` of a webhook: never renamed."""

    BATCH_DONE = "batch.done"
    BATCH_STOPPED = "batch.stopped"
    BATCH_STALLED = "batch.stalled"
    QUOTA_GONE = "quota.gone"
    EBAY_ENDS = "ebay.connection_ends"
    TEST = "test"


class Channel(OpenEnum):
    """A way to reach operators who look at no screen. Stored: never renamed."""

    WEBHOOK = "webhook"
    EMAIL = "email"


class DeliveryState(OpenEnum):
    """How a delivery stands. Stored: never renamed."""

    RETRYING = "retrying"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class Delivery(Value, frozen=True, omit_defaults=False):
    """The delivery by one channel: so many tries, the last of them at `tried_at`.

    `error` says why that one failed, "" once it is delivered. `next_at` is the time of the next, None once it is over.
    """

    state: DeliveryState
    tries: int
    tried_at: datetime
    error: str = ""
    next_at: datetime | None = None


class RowCounts(Value, frozen=True, omit_defaults=False):
    """The rows of a batch, as it was told of."""

    total: int
    succeeded: int
    failed: int
    skipped: int


class Notification(Document, frozen=True):
    """The document `notifications/{id}`. `title` and `text` are what operators read.

    `job_id`, `batch` and `rows` are of the batch that it is about, "" and None where it is about none; `service` is the
    service that it is about. `until` is when a quota begins anew, or a connection ends. `due_at` is when a sender looks
    at it next: the end of its lease while one does, None once every delivery is over.
    """

    notification_id: str
    kind: NotificationKind
    at: datetime
    title: str
    text: str = ""
    job_id: str = ""
    batch: str = ""
    rows: RowCounts | None = None
    service: str = ""
    until: datetime | None = None
    due_at: datetime | None = None
    deliveries: Mapping[str, Delivery] = {}


def batch_changed(before: Job, after: Job, *, now: datetime) -> Notification | None:
    """Return what is told of a change of a batch: that it is done, or that it has stopped without a person's order."""
    if after.status is before.status:
        return None
    if after.status is JobStatus.COMPLETED:
        counts = _counts(after)
        ended = f"{counts.succeeded:,} of {counts.total:,} rows succeeded"
        return _of_batch(NotificationKind.BATCH_DONE, after, now, "is done", ended + _others(counts) + ".")
    if after.status is JobStatus.FAILED or (after.status is JobStatus.PAUSED and after.error):
        return _of_batch(NotificationKind.BATCH_STOPPED, after, now, "has stopped", after.error or "")
    return None


def batch_stalled(job: Job, reason: str, *, now: datetime) -> Notification:
    """Return that nothing has moved in a running batch since its `moved_at`; `reason` is what its rows wait for."""
    since = job.engine.moved_at or now
    minutes = int((now - since) / timedelta(minutes=1))
    text = f"No row has ended for {minutes:,} minutes, since {since:%H:%M} UTC. {reason}".strip()
    stalled = _of_batch(NotificationKind.BATCH_STALLED, job, now, "does not move", text)
    return replace(stalled, notification_id=_name(NotificationKind.BATCH_STALLED, job.job_id, since))


def quota_gone(service: Service, until: datetime, *, now: datetime) -> Notification:
    """Return that the quota of a service for the day is used up."""
    return Notification(
        _name(NotificationKind.QUOTA_GONE, service, until),
        NotificationKind.QUOTA_GONE,
        now,
        f"The quota of {NAMES[service]} is used up",
        f"It begins anew at {until:%H:%M} UTC on {until:%-d %B}. Rows that need it wait until then.",
        service=service,
        until=until,
        due_at=now,
    )


def ebay_ends(until: datetime, *, now: datetime) -> Notification:
    """Return that the seller's consent at eBay ends soon, or is over."""
    days = (until - now).days
    when = (
        f"ends in {days} {'day' if days == 1 else 'days'}" if days > 0 else "ends today" if days == 0 else "has ended"
    )
    return Notification(
        _name(NotificationKind.EBAY_ENDS, "", until),
        NotificationKind.EBAY_ENDS,
        now,
        f"The connection to eBay {when}",
        f"It is allowed until {until:%-d %B %Y}. Press Connect eBay on the Connections screen to renew it.",
        service=Service.EBAY,
        until=until,
        due_at=now,
    )


def test(by: str, *, now: datetime) -> Notification:
    """Return the notification with which an operator sees whether notifications arrive."""
    text = f"{by or 'Somebody'} asked for it. What you are told of batches arrives the same way."
    name = _name(NotificationKind.TEST, by, now)
    return Notification(name, NotificationKind.TEST, now, "A test of notifications", text, due_at=now)


def link(notification: Notification, console: str) -> str:
    """Return the address of the screen that shows what a notification tells of; "" where `console` is not known."""
    if not console:
        return ""
    if notification.job_id:
        return f"{console.rstrip('/')}/batch?{urlencode({'job_id': notification.job_id})}"
    screen = "system" if notification.kind is NotificationKind.QUOTA_GONE else "connections"
    return f"{console.rstrip('/')}/{screen}"


def to_send(notification: Notification, channels: Collection[Channel], now: datetime) -> list[Channel]:
    """Return by which of the `channels` a notification is to be sent at `now`."""
    return [
        channel
        for channel in channels
        if (known := notification.deliveries.get(channel)) is None
        or (known.next_at is not None and known.next_at <= now)
    ]


def delivered(notification: Notification, channel: Channel, *, now: datetime) -> Notification:
    """Return a notification that was delivered by a channel."""
    return _with(notification, channel, Delivery(DeliveryState.DELIVERED, _tries(notification, channel), now))


def not_delivered(
    notification: Notification, channel: Channel, error: str, *, for_good: bool, now: datetime
) -> Notification:
    """Return a notification that a channel could not deliver; it is tried again, more and more seldom, for a day.

    With `for_good` it is not.
    """
    tries = _tries(notification, channel)
    next_at = now + _DELAYS[min(tries, len(_DELAYS)) - 1]
    over = for_good or next_at > notification.at + GIVE_UP_AFTER
    state = DeliveryState.GIVEN_UP if over else DeliveryState.RETRYING
    return _with(notification, channel, Delivery(state, tries, now, error, None if over else next_at))


def scheduled(notification: Notification, channels: Collection[Channel]) -> Notification:
    """Return a notification that its sender lets go: due with the next try of a channel, None once there is none."""
    waiting = (notification.deliveries[channel].next_at for channel in channels if channel in notification.deliveries)
    return replace(notification, due_at=min(filter(None, waiting), default=None))


def _of_batch(kind: NotificationKind, job: Job, now: datetime, what: str, text: str) -> Notification:
    name = job.name or job.job_id
    return Notification(
        _name(kind, job.job_id, now),
        kind,
        now,
        f"{name} {what}",
        text,
        job_id=job.job_id,
        batch=name,
        rows=_counts(job),
        due_at=now,
    )


def _counts(job: Job) -> RowCounts:
    return RowCounts(job.total_upcs or 0, job.successful_upcs, job.failed_upcs, job.skipped_upcs)


def _others(counts: RowCounts) -> str:
    said = {jobs.attention(counts.failed): counts.failed, f"{counts.skipped:,} skipped": counts.skipped}
    return "".join(f", {words}" for words, count in said.items() if count)


def _name(kind: NotificationKind, about: str, at: datetime) -> str:
    """Return the id of what happened: always the same, and without a full stop, which parts what a webhook signs."""
    return f"evt_{sha256(f'{kind} {about} {at.isoformat()}'.encode()).hexdigest()[:32]}"


def _tries(notification: Notification, channel: Channel) -> int:
    known = notification.deliveries.get(channel)
    return 1 + (known.tries if known else 0)


def _with(notification: Notification, channel: Channel, delivery: Delivery) -> Notification:
    return replace(notification, deliveries={**notification.deliveries, str(channel): delivery})
