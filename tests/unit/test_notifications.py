"""What operators are told of a batch, a quota and a connection, and when a delivery is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.codec import decode, encode, replace
from engine.domain import notifications
from engine.domain.batch.jobs import Job, JobStatus, begin
from engine.domain.batch.progress import EngineState
from engine.domain.notifications import (
    Channel,
    DeliveryState,
    Notification,
    NotificationKind,
    RowCounts,
    batch_changed,
    batch_stalled,
    delivered,
    ebay_ends,
    not_delivered,
    quota_gone,
    scheduled,
    to_send,
)
from engine.domain.services import Service
from tests.support.clocks import START as NOW

RUNNING = Job(
    "batch_1",
    JobStatus.RUNNING,
    "gs://b/discs.csv",
    NOW,
    name="Discs",
    total_upcs=2_000,
    successful_upcs=1_980,
    failed_upcs=15,
    skipped_upcs=5,
)
TEST = notifications.test("ann", now=NOW)


def changed(status: JobStatus, error: str | None = None, before: Job = RUNNING) -> Notification | None:
    return batch_changed(before, replace(before, status=status, error=error), now=NOW)


def test_a_batch_that_is_done_is_told_of_with_its_rows() -> None:
    told = changed(JobStatus.COMPLETED)
    assert told
    assert (told.kind, told.title) == (NotificationKind.BATCH_DONE, "Discs is done")
    assert told.text == "1,980 of 2,000 rows succeeded, 15 need attention, 5 skipped."
    assert (told.job_id, told.batch, told.rows) == ("batch_1", "Discs", RowCounts(2_000, 1_980, 15, 5))


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.PAUSED])
def test_a_batch_that_stops_by_itself_is_told_of_with_the_reason(status: JobStatus) -> None:
    told = changed(status, "eBay does not accept the connection.")
    assert told
    assert (told.kind, told.title) == (NotificationKind.BATCH_STOPPED, "Discs has stopped")
    assert told.text == "eBay does not accept the connection."


@pytest.mark.parametrize("status", [JobStatus.PAUSED, JobStatus.CANCELLED, JobStatus.RUNNING, JobStatus.PENDING])
def test_what_a_person_has_done_is_told_to_nobody(status: JobStatus) -> None:
    assert changed(status) is None


def test_a_batch_that_is_done_twice_is_told_of_twice_under_two_ids() -> None:
    first, done = changed(JobStatus.COMPLETED), replace(RUNNING, status=JobStatus.COMPLETED)
    second = batch_changed(RUNNING, done, now=NOW + timedelta(minutes=1))
    assert first
    assert second
    assert first.notification_id != second.notification_id
    assert changed(JobStatus.COMPLETED) == first
    assert batch_changed(done, done, now=NOW) is None


def test_an_id_holds_no_full_stop_whatever_the_batch_is_called() -> None:
    told = changed(JobStatus.COMPLETED, before=replace(RUNNING, job_id="a.b.c"))
    assert told
    assert told.notification_id.startswith("evt_")
    assert "." not in told.notification_id


def test_standing_still_is_one_event_for_as_long_as_it_lasts() -> None:
    still = replace(RUNNING, engine=EngineState(moved_at=NOW - timedelta(minutes=31)))
    first, later = (batch_stalled(still, "It waits.", now=NOW + timedelta(minutes=more)) for more in (0, 9))
    assert first.notification_id == later.notification_id
    assert first.text == "No row has ended for 31 minutes, since 11:29 UTC. It waits."


def test_a_batch_that_begins_has_moved() -> None:
    assert begin(replace(RUNNING, status=JobStatus.PENDING), now=NOW).engine.moved_at == NOW


def test_a_quota_and_a_connection_are_told_of_with_their_times() -> None:
    gone = quota_gone(Service.EBAY_BROWSE, NOW + timedelta(hours=9), now=NOW)
    assert (gone.title, gone.until) == ("The quota of eBay prices is used up", NOW + timedelta(hours=9))
    assert "21:00 UTC on 23 November" in gone.text
    titles = [ebay_ends(NOW + timedelta(days=days), now=NOW).title for days in (30, 1, 0.5, -1)]
    assert titles == [
        "The connection to eBay ends in 30 days",
        "The connection to eBay ends in 1 day",
        "The connection to eBay ends today",
        "The connection to eBay has ended",
    ]


def test_a_delivery_is_tried_again_more_and_more_seldom_and_given_up_after_a_day() -> None:
    now, waits, told = NOW, [], TEST
    while told.due_at:
        told = not_delivered(told, Channel.WEBHOOK, "No.", for_good=False, now=now)
        told = scheduled(told, [Channel.WEBHOOK])
        if told.due_at:
            waits.append((told.due_at - now).total_seconds())
            assert to_send(told, [Channel.WEBHOOK], now) == []
            now = told.due_at
            assert to_send(told, [Channel.WEBHOOK], now) == [Channel.WEBHOOK]
    assert waits == sorted(waits)
    assert waits[:5] == [10, 60, 300, 1_800, 7_200]
    assert timedelta(hours=21) < now - NOW <= timedelta(hours=24)
    last = told.deliveries[Channel.WEBHOOK]
    assert (last.state, last.error, last.tries) == (DeliveryState.GIVEN_UP, "No.", len(waits) + 1)


def test_what_was_refused_for_good_is_not_tried_again() -> None:
    told = scheduled(not_delivered(TEST, Channel.WEBHOOK, "Gone.", for_good=True, now=NOW), [Channel.WEBHOOK])
    assert told.due_at is None
    assert to_send(told, list(Channel), NOW + timedelta(days=1)) == [Channel.EMAIL]


def test_each_channel_has_a_state_of_its_own() -> None:
    told = not_delivered(delivered(TEST, Channel.WEBHOOK, now=NOW), Channel.EMAIL, "No.", for_good=False, now=NOW)
    assert {name: one.state for name, one in told.deliveries.items()} == {
        Channel.WEBHOOK: DeliveryState.DELIVERED,
        Channel.EMAIL: DeliveryState.RETRYING,
    }
    assert scheduled(told, list(Channel)).due_at == NOW + timedelta(seconds=10)
    assert decode(Notification, encode(told)) == told
