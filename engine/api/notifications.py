"""`/api/notifications`: what operators were notified of, by which channels, and a test of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from engine.api.batches import CHECKED, TheEngine
from engine.api.models.base import Answer
from engine.api.refusals import AWAY, WRITE
from engine.codec import encode
from engine.domain.notifications import Channel, DeliveryState, NotificationKind
from engine.public import ChannelView, Notification

router = APIRouter(prefix="/api", tags=["system"], responses=AWAY, dependencies=CHECKED)
ChannelWord = Annotated[str, Field(examples=[*Channel])]


class ChannelAnswer(Answer):
    """A channel of the console's settings."""

    channel: ChannelWord
    receiver: str = Field(description="the host of the webhook, or the mailboxes")
    delivered_at: datetime | None = Field(description="when a notification was delivered last")
    failed_at: datetime | None = Field(description="when the last try failed, null where it did not")
    error: str = Field(description='why it failed, "" where it did not')


class DeliveryAnswer(Answer):
    """The delivery of a notification by one channel."""

    state: Annotated[str, Field(examples=[*DeliveryState])]
    tries: int
    tried_at: datetime
    error: str
    next_at: datetime | None = Field(description="when it is tried again")


class NotifiedRows(Answer):
    """The rows of a batch when it was reported."""

    total: int
    succeeded: int
    failed: int
    skipped: int


class NotificationAnswer(Answer):
    """What operators were notified of."""

    notification_id: str = Field(description="the `webhook-id`")
    kind: Annotated[str, Field(examples=[*NotificationKind])]
    at: datetime
    title: str
    text: str
    job_id: str
    batch: str = Field(description="the name of the batch")
    rows: NotifiedRows | None
    service: str
    until: datetime | None = Field(description="when a quota begins anew, or a connection ends")
    deliveries: Mapping[str, DeliveryAnswer] = Field(description="by channel; none before the first try")


class NotificationsAnswer(Answer):
    """The channels, and the newest notifications, the newest first."""

    channels: list[ChannelAnswer]
    notifications: list[NotificationAnswer]


@router.get("/notifications", summary="What operators were notified of, and whether it was delivered")
def notifications(engine: TheEngine, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> NotificationsAnswer:
    """Return the channels of the settings and the newest notifications; they are kept for thirty days."""
    newest = engine.notifications.newest(limit)
    return NotificationsAnswer(
        channels=list(map(_channel, engine.notifications.channels(newest))),
        notifications=list(map(_answer, newest)),
    )


@router.post(
    "/notifications/test", summary="Have an engine send a test by every channel", status_code=202, responses=WRITE
)
def test(engine: TheEngine) -> NotificationAnswer:
    """Return the test as it waits; what came of it stands in `GET /api/notifications` within seconds."""
    return _answer(engine.notifications.test())


def _channel(view: ChannelView) -> ChannelAnswer:
    return ChannelAnswer(
        channel=view.channel,
        receiver=view.receiver,
        delivered_at=view.delivered_at,
        failed_at=view.failed_at,
        error=view.error,
    )


def _answer(notification: Notification) -> NotificationAnswer:
    fields = encode(notification)
    return NotificationAnswer.model_validate({name: fields[name] for name in NotificationAnswer.model_fields})
