"""Operators are notified once of what matters, over real HTTP, whatever is killed, over each kind of store."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from engine.batches.documents import WORKERS, job_path
from engine.batches.listing import BEGINNING
from engine.batches.notifications import Notifications
from engine.batches.watch import Watch
from engine.clock import SystemClock
from engine.codec import encode
from engine.credentials.records import PATH as CREDENTIALS
from engine.credentials.records import EbaySeller, StoredCredentials
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.workers import WorkerRecord
from engine.domain.notifications import (
    NOTIFICATIONS,
    Channel,
    DeliveryState,
    Notification,
    NotificationKind,
)
from engine.domain.services import Service
from engine.errors import CredentialsRefused
from engine.quota.documents import BUDGETS
from engine.quota.stored_budget import StoredBudget
from engine.store.base import Patch, Put, Store
from engine.upstream.http import HttpTransport, session
from engine.upstream.webhook import Webhook
from engine.worker.notifier import Notifier, Notifying
from tests.support.answering import Answering, Reply, answering
from tests.support.batch_runs import Batches, Chosen, Gate, barcodes, fails
from tests.support.clocks import until
from tests.support.dying import Dying, Killed
from tests.support.working import Work

KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
CLOCK = SystemClock()


@pytest.fixture
def batches(batches_of_each_store: Batches) -> Batches:
    return batches_of_each_store


@dataclass
class Receiver:
    """A real HTTP server that takes webhooks: it answers with the next of `answers`, 204 after the last."""

    answers: list[int] = field(default_factory=list)
    service: Answering = field(default_factory=Answering)

    def answer(self, _path: str) -> Reply:
        status = self.answers.pop(0) if self.answers else 204
        return Reply(status, headers={"Location": f"{self.service.url}/elsewhere"} if status == 302 else {})

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.service.received]

    @property
    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(body) for _, body in self.service.received]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    with answering(made.answer) as service:
        made.service = service
        yield made


@pytest.fixture
def notifying(receiver: Receiver) -> Iterator[Notifying]:
    with session(2) as http:
        address = f"{receiver.service.url}/hook"
        yield Notifying({Channel.WEBHOOK: Webhook(HttpTransport(http, "tests"), address, SECRET, CLOCK)})


def deliver(store: Store, notifying: Notifying) -> None:
    """Deliver what is due, as one look of a worker does."""
    notifier = Notifier(store, CLOCK, "worker", notifying)
    for found in Notifications(store, CLOCK).due():
        notifier.deliver(found)


def make_due(store: Store) -> None:
    """Let the time pass that a lease, or the wait for the next try, lasts."""
    for found in store.find(NOTIFICATIONS):
        past = BEGINNING + timedelta(seconds=1)
        waiting = {
            name: one | {"next_at": past} if one["next_at"] else one for name, one in found.fields["deliveries"].items()
        }
        if found.fields["due_at"]:
            store.commit(Patch(found.path, {"due_at": past, "deliveries": waiting}, None))


def notified(batches: Batches) -> list[Notification]:
    return Notifications(batches.store, CLOCK).newest()


def test_a_batch_that_is_done_is_posted_once_with_a_true_signature(
    batches: Batches, receiver: Receiver, notifying: Notifying
) -> None:
    job_id = batches.upload(barcodes(3), filename="discs.txt")
    batches.run(Chosen({1: fails}))
    for _ in range(2):
        deliver(batches.store, notifying)
    ((headers, body),) = receiver.service.received
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - CLOCK.now().timestamp()) < 60
    sent = json.loads(body)
    assert (sent["type"], sent["data"]["job_id"]) == ("batch.done", job_id)
    assert sent["data"]["rows"] == {"total": 3, "succeeded": 2, "failed": 1, "skipped": 0}
    (told,) = notified(batches)
    assert (told.due_at, told.deliveries[Channel.WEBHOOK].state) == (None, DeliveryState.DELIVERED)


def test_a_worker_delivers_beside_its_rows(batches: Batches, receiver: Receiver, notifying: Notifying) -> None:
    gate = Gate()
    batches.upload(barcodes(1))
    batches.run()
    batches.upload(barcodes(2))
    with batches.working(Chosen({0: gate}), notifying=notifying):
        assert gate.reached.wait(20)
        until(lambda: receiver.service.received)
        gate.opened.set()
    assert [body["type"] for body in receiver.bodies] == ["batch.done"]


def test_what_stops_by_itself_is_noticed_and_what_a_person_stops_is_not(batches: Batches) -> None:
    def refused(_work: Work) -> None:
        raise CredentialsRefused("eBay", "GET /", "eBay does not accept the connection.")

    by_itself, by_hand = batches.upload(barcodes(1)), batches.upload(barcodes(1))
    batches.commands.pause(by_hand)
    batches.run(Chosen({0: refused}))
    batches.ended(by_itself, JobStatus.PAUSED)
    (told,) = notified(batches)
    assert (told.kind, told.job_id) == (NotificationKind.BATCH_STOPPED, by_itself)
    assert told.text == "eBay does not accept the connection."


def test_a_receiver_that_fails_is_tried_again_under_the_same_id(
    batches: Batches, receiver: Receiver, notifying: Notifying
) -> None:
    receiver.answers = [500, 429]
    Notifications(batches.store, CLOCK).test(by="ann")
    for _ in range(3):
        deliver(batches.store, notifying)
        make_due(batches.store)
    (told,) = notified(batches)
    assert receiver.ids == [told.notification_id] * 3
    delivery = told.deliveries[Channel.WEBHOOK]
    assert (delivery.state, delivery.tries, delivery.error) == (DeliveryState.DELIVERED, 3, "")


@pytest.mark.parametrize(
    ("status", "state", "said"),
    [
        (410, DeliveryState.GIVEN_UP, "wants no more"),
        (302, DeliveryState.RETRYING, "is not followed"),
        (404, DeliveryState.RETRYING, "it answered 404"),
    ],
)
def test_what_a_receiver_answers_is_kept_as_the_reason(
    batches: Batches, receiver: Receiver, notifying: Notifying, status: int, state: DeliveryState, said: str
) -> None:
    receiver.answers = [status]
    Notifications(batches.store, CLOCK).test()
    deliver(batches.store, notifying)
    (told,) = notified(batches)
    delivery = told.deliveries[Channel.WEBHOOK]
    assert delivery.state is state
    assert said in delivery.error
    assert receiver.service.asked == ["POST /hook"]


def test_nobody_who_listens_is_a_reason_too(batches: Batches, receiver: Receiver) -> None:
    with session(1) as http:
        away = Notifying({Channel.WEBHOOK: Webhook(HttpTransport(http, "tests"), "http://127.0.0.1:9/", SECRET, CLOCK)})
        Notifications(batches.store, CLOCK).test()
        deliver(batches.store, away)
    (told,) = notified(batches)
    assert told.deliveries[Channel.WEBHOOK].error.startswith("The receiver of the webhook does not take it")
    assert receiver.ids == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", [1, 2])
def test_a_sender_that_is_killed_at_any_commit_loses_nothing(
    batches: Batches, receiver: Receiver, notifying: Notifying, at: int, *, after: bool
) -> None:
    told = Notifications(batches.store, CLOCK).test()
    with pytest.raises(Killed):
        deliver(Dying(batches.store, at, after=after), notifying)
    sent_before = len(receiver.ids)
    deliver(batches.store, notifying)  # nothing, while the lease of the dead one lasts
    assert len(receiver.ids) == sent_before + ((at, after) == (1, False))
    make_due(batches.store)
    deliver(batches.store, notifying)
    make_due(batches.store)
    deliver(batches.store, notifying)
    assert set(receiver.ids) == {told.notification_id}
    assert len(receiver.ids) == (2 if (at, after) == (2, False) else 1)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 5))
def test_a_worker_that_is_killed_at_any_commit_of_a_batch_has_it_noticed_once(
    batches: Batches, at: int, *, after: bool
) -> None:
    job_id = batches.upload(barcodes(2))
    batches.commands.pause(job_id)
    stopping = Batches(Dying(batches.store, at, after=after), batches.files)
    try:
        stopping.commands.resume(job_id)
        stopping.commands.pause(job_id)
        stopping.commands.resume(job_id)
        stopping.commands.pause(job_id)
    except Killed:
        pass
    if batches.stored(job_id).status is JobStatus.PAUSED:
        batches.commands.resume(job_id)
    batches.run()
    assert [told.kind for told in notified(batches)] == [NotificationKind.BATCH_DONE]


def test_two_senders_at_once_deliver_once(batches: Batches, receiver: Receiver, notifying: Notifying) -> None:
    store = batches.store
    for _ in range(3):
        Notifications(store, CLOCK).test(by=str(_))
    first, second = (Notifications(store, CLOCK).due() for _ in range(2))
    for one, other in zip(first, reversed(second), strict=True):
        Notifier(store, CLOCK, "a", notifying).deliver(one)
        Notifier(store, CLOCK, "b", notifying).deliver(other)
    assert len(receiver.ids) == len(set(receiver.ids)) == 3


def test_without_a_channel_nothing_is_sent_and_everything_is_noticed(batches: Batches) -> None:
    Notifications(batches.store, CLOCK).test()
    Notifier(batches.store, CLOCK, "worker", Notifying()).look()
    (told,) = notified(batches)
    assert told.deliveries == {}


def stalled(batches: Batches, minutes: float, **worker: object) -> str:
    """Return a running batch of which no row has ended for so long; `worker` is who holds it."""
    job_id = batches.upload(barcodes(2))
    moved, engine = CLOCK.now() - timedelta(minutes=minutes), encode(batches.stored(job_id).engine)
    running = {"status": JobStatus.RUNNING, "engine": engine | {"moved_at": moved}}
    batches.store.commit(Patch(job_path(job_id), running, None))
    if worker:
        record = WorkerRecord("working", CLOCK.now(), CLOCK.now(), job_id=job_id, rows=(), **worker)  # type: ignore[arg-type]
        batches.store.commit(Put(f"{WORKERS}/w", encode(record)))
    return job_id


def test_a_batch_that_stands_still_is_noticed_once_with_what_it_waits_for(batches: Batches) -> None:
    job_id = stalled(batches, 31, waits_for="eBay quota until 07:00:00 UTC")
    stalled(batches, 29)
    for _ in range(2):
        Watch(batches.store, CLOCK, timedelta(minutes=30)).look()
    (told,) = notified(batches)
    assert (told.kind, told.job_id) == (NotificationKind.BATCH_STALLED, job_id)
    assert told.text.endswith("Its rows wait: eBay quota until 07:00:00 UTC.")


def test_a_batch_without_an_engine_says_so_and_0_minutes_look_at_none(batches: Batches) -> None:
    stalled(batches, 31)
    Watch(batches.store, CLOCK, timedelta(0)).look()
    assert notified(batches) == []
    Watch(batches.store, CLOCK, timedelta(minutes=30)).look()
    (told,) = notified(batches)
    assert told.text.endswith("No engine works on it.")


def test_a_quota_and_a_consent_at_their_end_are_noticed_once(batches: Batches) -> None:
    now = CLOCK.now()
    gone = StoredBudget(
        Service.EBAY_BROWSE, daily_limit=5_000, daily_used=5_000, daily_resets_at=now + timedelta(hours=1)
    )
    left = StoredBudget(Service.EBAY, daily_limit=100, daily_used=99, daily_resets_at=now + timedelta(hours=1))
    seller = EbaySeller("app", now, expires_at=now + timedelta(days=29, hours=1))
    batches.store.commit(
        *(Put(f"{BUDGETS}/{one.service}", encode(one)) for one in (gone, left)),
        Put(CREDENTIALS, encode(StoredCredentials(ebay_seller=seller))),
    )
    for _ in range(2):
        Watch(batches.store, CLOCK, timedelta(minutes=30)).look()
    assert {told.title for told in notified(batches)} == {
        "The quota of eBay prices is used up",
        "The connection to eBay ends in 29 days",
    }
