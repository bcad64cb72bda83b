"""A toast on whatever screen is open, of what comes while the session lasts; and the channels on Connections."""

from __future__ import annotations

from datetime import timedelta

from streamlit.testing.v1 import AppTest

from console.context import context, handles
from console.screens.connections.notified import line
from engine.domain.notifications import Channel
from engine.errors import NotDelivered
from engine.public import ChannelView
from engine.worker.notifier import Notifier, Notifying
from tests.support.desk import CLOCK, Desk, button, text, upcs


def _watching() -> None:
    from console.context import context
    from console.widgets import alerts, toasts

    alerts.watch(context())
    toasts.draw()


def later(app: AppTest) -> list[str]:
    """Return the toasts of the next look at the store."""
    context().poller.changed()
    return [toast.value for toast in app.run().toast]


def test_a_batch_that_is_done_is_a_toast_once_and_what_was_before_is_none(desk: Desk) -> None:
    desk.submit(upcs(1), name="Before")
    desk.work()
    app = AppTest.from_function(_watching, default_timeout=20).run()
    assert later(app) == []
    desk.submit(upcs(2), name="Now *here*")
    desk.work()
    (toast,) = later(app)
    assert "2 of 2 rows succeeded" in toast
    assert "*here*" not in toast.replace("\\*", "")
    assert later(app) == []


def test_the_first_notification_of_all_is_a_toast_too(desk: Desk) -> None:
    app = AppTest.from_function(_watching, default_timeout=20).run()
    desk.submit(upcs(1), name="First")
    desk.work()
    assert len(later(app)) == 1


def test_connections_sends_a_test_and_says_that_no_channel_is_set(desk: Desk) -> None:
    app = desk.screen("connections")
    assert "Webhook and e-mail: not set" in text(app) or "Webhook and e-mail: not set" in str(app.get("html"))
    button(app, "Send a test").click().run()
    assert any("The test is on its way" in toast.value for toast in app.toast)
    (sent,) = context().engine.notifications.newest()
    assert sent.kind == "test"


class Refusing:
    def send(self, _notification: object) -> None:
        raise NotDelivered("It answered 500.")


def test_a_channel_says_how_it_did_last(desk: Desk) -> None:
    notifications = handles().engine.notifications
    notifications.receivers = {Channel.WEBHOOK: "example.com"}
    assert [said(view) for view in notifications.channels([])] == ["Webhook to example.com: not used yet."]
    notifications.test(by="ann")
    notifier = Notifier(desk.store, CLOCK, "worker", Notifying({Channel.WEBHOOK: Refusing()}))
    for found in notifications.due():
        notifier.deliver(found)
    (view,) = notifications.channels(notifications.newest())
    assert said(view) == "Webhook to example.com: not delivered at noon. It answered 500."
    good = ChannelView(Channel.EMAIL, "me@example.com", CLOCK.now() - timedelta(hours=1))
    assert said(good) == "E-mail to me@example.com: delivered last at noon."


def said(view: ChannelView) -> str:
    return line(view, lambda _at: "noon")
