"""Notifications, delivered by this worker beside its rows, and the look-out for what nobody else notices."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from engine.batches.notifications import Notifications, Taken
from engine.batches.watch import Watch
from engine.clock import Clock
from engine.domain.notifications import Channel, Notification, delivered, not_delivered
from engine.errors import NotDelivered, StoreError
from engine.log import bound, get_logger
from engine.store.base import Document, Store

log = get_logger(__name__)

WATCH_SECONDS = 60.0
CLOSING_SECONDS = 1.0  # what is being sent after that is sent again, under the same id
STALLED_AFTER = timedelta(minutes=30)


class Sender(Protocol):
    """Sends notifications by one channel, within a bounded time."""

    def send(self, notification: Notification) -> None:
        """Send a notification once.

        Raises:
            NotDelivered: it did not arrive.
        """
        ...


@dataclass(frozen=True, slots=True)
class Notifying:
    """By which channels a process notifies operators, and after how long a batch counts as standing still."""

    senders: Mapping[Channel, Sender] = field(default_factory=dict)
    stalled_after: timedelta = STALLED_AFTER


class Notifier:
    """Delivers what is due, on a thread of its own: neither the heartbeat nor a row ever waits for a receiver."""

    def __init__(self, store: Store, clock: Clock, worker: str, notifying: Notifying) -> None:
        self._notifications = Notifications(store, clock)
        self._watch = Watch(store, clock, notifying.stalled_after)
        self._senders = notifying.senders
        self._clock = clock
        self._worker = worker
        self._watched_at = float("-inf")
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Begin to deliver what is due, unless that is under way; look out for more once a minute.

        Raises:
            StoreAway: the store does not answer.
        """
        if self._closing.is_set() or (self._thread is not None and self._thread.is_alive()):
            return
        watching = self._clock.monotonic() >= self._watched_at + WATCH_SECONDS
        due = self._notifications.due() if self._senders else []
        if watching or due:
            self._watched_at = self._clock.monotonic() if watching else self._watched_at
            thread = threading.Thread(target=self._run, args=(due, watching), name="notifier", daemon=True)
            thread.start()
            self._thread = thread  # once it can be waited for

    def close(self) -> None:
        """Begin no further delivery; another worker goes on where this one stops."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(CLOSING_SECONDS)

    def deliver(self, found: Document) -> None:
        """Send a notification that is due by each channel that it is to be tried by.

        Raises:
            StoreAway: the store does not answer; what was sent is sent again, under the same id.
        """
        taken, began = self._notifications.take(found, self._senders), self._clock.monotonic()
        while taken and not self._closing.is_set():
            changed = self._sent(taken, began)
            taken = self._notifications.store(taken, changed, self._senders)

    def _run(self, due: list[Document], watching: bool) -> None:
        with bound(worker=self._worker):
            try:
                if watching:
                    self._watch.look()
                for found in due:
                    if not self._closing.is_set():
                        self.deliver(found)
            except StoreError as error:
                log.warning("notifications_not_carried_on", error=str(error))

    def _sent(self, taken: Taken, began: float) -> Notification:
        """Try the next channel, and return the notification with what came of it."""
        notification, channel = taken.notification, taken.channels[0]
        fields = {"channel": str(channel), "kind": str(notification.kind), "notification": notification.notification_id}
        error: NotDelivered | None = None
        try:
            self._senders[channel].send(notification)
        except NotDelivered as failed:
            error = failed
        now = taken.at + timedelta(seconds=self._clock.monotonic() - began)
        if error is None:
            log.info("notification_delivered", **fields)
            return delivered(notification, channel, now=now)
        log.warning("notification_not_delivered", error=str(error), **fields)
        return not_delivered(notification, channel, str(error), for_good=error.for_good, now=now)
