"""`/api/notifications`."""

from __future__ import annotations

from engine.clock import SystemClock
from engine.domain.notifications import Channel
from engine.errors import NotDelivered
from engine.worker.notifier import Notifier, Notifying
from tests.support.serving import Served


class Refusing:
    """A receiver that takes nothing."""

    def send(self, _notification: object) -> None:
        raise NotDelivered("The receiver of the webhook did not take it (it answered 500).")


def test_a_test_waits_and_then_says_what_came_of_it(served: Served) -> None:
    asked = served.call("POST", "/api/notifications/test", json={})
    assert asked.status_code == 202
    sent = asked.json()
    assert (sent["kind"], sent["title"], sent["deliveries"]) == ("test", "A test of notifications", {})
    notifier = Notifier(served.store, SystemClock(), "worker", Notifying({Channel.WEBHOOK: Refusing()}))
    for found in served.engine.notifications.due():
        notifier.deliver(found)
    answer = served.get("/api/notifications")
    assert answer["channels"] == []
    (found_again,) = answer["notifications"]
    assert found_again["notification_id"] == sent["notification_id"]
    delivery = found_again["deliveries"]["webhook"]
    assert (delivery["state"], delivery["tries"]) == ("retrying", 1)
    assert delivery["error"] == "The receiver of the webhook did not take it (it answered 500)."


def test_a_batch_that_is_done_is_among_the_newest(served: Served) -> None:
    job_id = served.finished("720642442524\n")
    (told,) = served.get("/api/notifications?limit=1")["notifications"]
    assert (told["kind"], told["job_id"], told["rows"]["total"]) == ("batch.done", job_id, 1)
