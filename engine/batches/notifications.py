"""The notifications of the store: what was noticed lately, and the outbox from which they are delivered.

A sender takes a notification with a lease, which is the time at which it is due again, and stores what came of each
channel before it turns to the next. One that dies repeats at most what it had not stored, under the same id.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from engine.batches.documents import notification_path, notification_put
from engine.batches.due import due
from engine.clock import Clock
from engine.codec import decode, encode, replace
from engine.domain import notifications
from engine.domain.notifications import LEASE, NOTIFICATIONS, Channel, DeliveryState, Notification
from engine.errors import Conflict
from engine.log import get_logger
from engine.store.base import Document, Expect, Order, Patch, Store, Version

log = get_logger(__name__)

SHOWN = 20
AT_ONCE = 20  # that are due and looked at together


@dataclass(frozen=True, slots=True)
class Taken:
    """A notification under the lease of one sender since `at`, by the store's clock; `channels` are to be tried."""

    notification: Notification
    channels: tuple[Channel, ...]
    version: Version
    at: datetime


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel of the settings: to whom it leads, when a notification was delivered last, and the last that was not.

    `error` is why, "" where the newest one that was tried was delivered.
    """

    channel: Channel
    receiver: str
    delivered_at: datetime | None = None
    failed_at: datetime | None = None
    error: str = ""


class Notifications:
    """Notifies and hands out what is to be delivered. Every method raises StoreAway when the store does not answer.

    `receivers` are the channels of the settings, and to whom each leads, with nothing secret.
    """

    def __init__(self, store: Store, clock: Clock, receivers: Mapping[Channel, str] | None = None) -> None:
        self.receivers = receivers or {}
        self._store = store
        self._clock = clock

    def notify(self, notification: Notification) -> None:
        """Store a notification, unless there is one of its id: what it tells of was noticed before."""
        with suppress(Conflict):
            self._store.commit(notification_put(notification, Expect.ABSENT))
            log.info("notified", kind=str(notification.kind), job_id=notification.job_id)

    def test(self, *, by: str = "") -> Notification:
        """Store a notification that says no more than that it arrives, and return it."""
        notification = notifications.test(by, now=self._clock.now())
        self.notify(notification)
        return notification

    def newest(self, limit: int = SHOWN) -> list[Notification]:
        """Return the newest notifications, the newest first."""
        return list(map(_read, self._store.find(NOTIFICATIONS, (), Order("at", descending=True), limit)))

    def get(self, notification_id: str) -> Notification | None:
        """Return a notification; None where there is none of that id."""
        found = self._store.get(f"{NOTIFICATIONS}/{notification_id}")[0]
        return _read(found) if found else None

    def channels(self, newest: Sequence[Notification]) -> tuple[ChannelView, ...]:
        """Return how the channels of the settings have done with the `newest` notifications."""
        return tuple(_channel(channel, receiver, newest) for channel, receiver in self.receivers.items())

    def due(self) -> list[Document]:
        """Return notifications that a sender is to look at now, the longest due first."""
        return due(self._store, NOTIFICATIONS, Order("due_at"), AT_ONCE)

    def take(self, found: Document, channels: Collection[Channel]) -> Taken | None:
        """Take a notification that is due; None where another sender has it, or nothing is to be sent now."""
        notification, now = _read(found), found.read_at
        wanted = tuple(notifications.to_send(notification, channels, now))
        taken = replace(notification, due_at=now + LEASE)
        if not wanted:
            taken = notifications.scheduled(notification, channels)
        try:
            written = self._store.transact(Patch(found.path, {"due_at": taken.due_at}, found.version))
        except Conflict:
            return None
        return Taken(taken, wanted, written.versions[0], now) if wanted else None

    def store(self, taken: Taken, changed: Notification, channels: Collection[Channel]) -> Taken | None:
        """Store what came of the first of the channels that are to be tried; let go of the notification with the last.

        Return what is left to do, None where nothing is, or the lease was lost.
        """
        left = taken.channels[1:]
        if not left:
            changed = notifications.scheduled(changed, channels)
        fields = {name: value for name, value in encode(changed).items() if name in {"deliveries", "due_at"}}
        try:
            written = self._store.commit(Patch(notification_path(changed), fields, taken.version))
        except Conflict:
            return None
        return Taken(changed, left, written.versions[0], taken.at) if left else None


def _channel(channel: Channel, receiver: str, newest: Sequence[Notification]) -> ChannelView:
    tried = [one.deliveries[channel] for one in newest if channel in one.deliveries]
    latest = sorted(tried, key=lambda delivery: delivery.tried_at, reverse=True)
    good = [delivery.tried_at for delivery in latest if delivery.state is DeliveryState.DELIVERED]
    bad = latest[0] if latest and latest[0].error else None
    return ChannelView(
        channel, receiver, good[0] if good else None, bad.tried_at if bad else None, bad.error if bad else ""
    )


def _read(found: Document) -> Notification:
    return decode(Notification, found.fields, found.path)
