"""States, causes and numbers in an operator's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from console import formatting, labels
from engine.codec import replace
from engine.domain.batch.advice import ADVICE
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.workers import RowInFlight
from engine.errors import Cause
from engine.public import BatchView, WorkerView, local_times

NOW = datetime(2026, 11, 23, 14, 41, 57, tzinfo=UTC)
JOB = Job("batch_20261123_144157_0", JobStatus.PENDING, "gs://bucket/file.txt", NOW, total_upcs=10)
ITEM = Item(0, 1, "074646362822", "00074646362822")


@pytest.mark.parametrize(
    ("fields", "word", "color"),
    [
        ({"status": JobStatus.PENDING}, "Waiting", "gray"),
        ({"status": JobStatus.RUNNING}, "Running", "blue"),
        ({"status": JobStatus.PAUSED}, "Paused", "gray"),
        ({"status": JobStatus.PAUSED, "error": "eBay refuses"}, "Paused: needs you", "orange"),
        ({"status": JobStatus.FAILED}, "Failed", "red"),
        ({"status": JobStatus.CANCELLED}, "Cancelled", "gray"),
        ({"status": JobStatus.COMPLETED, "successful_upcs": 10}, "Done", "green"),
        ({"status": JobStatus.COMPLETED, "successful_upcs": 9, "failed_upcs": 1}, "Done in part", "red"),
        ({"status": JobStatus.COMPLETED, "failed_upcs": 10}, "Done, none drafted", "red"),
        ({"status": JobStatus.COMPLETED, "failed_upcs": 1, "skipped_upcs": 9}, "Done in part", "red"),
    ],
)
def test_every_state_of_a_batch_has_its_word_and_colour(fields: dict[str, object], word: str, color: str) -> None:
    found = labels.batch_label(BatchView(replace(JOB, **fields), NOW, (), interrupted=False))
    assert (found.text, found.color) == (word, color)
    assert found in labels.BATCH_LABELS


def test_a_state_that_only_a_newer_version_knows_is_said_as_it_stands() -> None:
    view = BatchView(replace(JOB, status=JobStatus("put_away")), NOW, (), interrupted=False)
    assert labels.batch_label(view) == labels.Label("Put away", "gray", "help")


def test_an_interruption_is_said_before_all_else() -> None:
    view = BatchView(replace(JOB, status=JobStatus.RUNNING), NOW, (), interrupted=True)
    assert labels.batch_label(view) is labels.INTERRUPTED


@pytest.mark.parametrize(
    ("item", "in_flight", "stuck", "word"),
    [
        (ITEM, False, False, labels.WAITING),
        (ITEM, True, False, labels.WORKING),
        (ITEM, False, True, labels.INTERRUPTED),
        (replace(ITEM, status=ItemStatus.WORKING), False, False, labels.WORKING),
        (replace(ITEM, status=ItemStatus.SUCCEEDED, outcome=Outcome.DRAFTED), False, False, labels.DRAFTED),
        (replace(ITEM, status=ItemStatus.SUCCEEDED, outcome=Outcome.COMPOSED), False, False, labels.COMPOSED),
        (replace(ITEM, status=ItemStatus.SUCCEEDED, outcome=Outcome.DRAFTED), False, True, labels.DRAFTED),
        (replace(ITEM, status=ItemStatus.FAILED), False, False, labels.ATTENTION),
        (replace(ITEM, status=ItemStatus.SKIPPED), False, False, labels.SKIPPED),
    ],
)
def test_every_state_of_a_row_has_its_word(item: Item, in_flight: bool, stuck: bool, word: labels.Label) -> None:
    assert labels.item_label(item, in_flight=in_flight, stuck=stuck) is word
    assert word in labels.ITEM_LABELS


def test_every_cause_has_a_name_a_sentence_and_a_next_step() -> None:
    assert set(ADVICE) == set(Cause)
    for advice in ADVICE.values():
        assert advice.name
        assert advice.sentence.endswith(".")
        assert advice.next_step.endswith(".")


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 0, "0 %"), (0, 5, "0 %"), (5, 5, "100 %"), (4_979, 4_980, "99.9 %"), (3_412, 4_980, "68.5 %")],
)
def test_a_share_is_never_rounded_up_to_all(part: int, whole: int, said: str) -> None:
    assert formatting.share(part, whole) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "just now"),
        (2, "2 s ago"),
        (360, "6 min ago"),
        (7_300, "2 h ago"),
        (86_400, "1 day ago"),
        (1e6, "11 days ago"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(seconds: float, said: str) -> None:
    assert formatting.ago(timedelta(seconds=seconds)) == said


def test_a_moment_is_said_on_the_operators_clock() -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert formatting.moment(NOW, now=NOW, zone=zone) == "15:41"
    assert formatting.moment(NOW - timedelta(days=1), now=NOW, zone=zone) == "yesterday 15:41"
    assert formatting.moment(NOW - timedelta(days=42), now=NOW, zone=zone) == "12 Oct 16:41"
    assert formatting.moment(NOW - timedelta(days=365), now=NOW, zone=zone) == "23 Nov 2025 15:41"
    assert formatting.moment(None, now=NOW) == formatting.NONE


def test_money_and_speed() -> None:
    assert formatting.money(None) == ""
    assert formatting.money(123_456) == "$1,234.56"
    assert formatting.speed(None) == formatting.NONE
    assert formatting.speed(2.5) == "2.5 / min"
    assert formatting.speed(41.2) == "41 / min"


def test_an_event_without_a_word_is_shown_as_it_is() -> None:
    assert labels.event_label("recovered") == "Recovered"
    assert labels.event_label("turned_over") == "Turned over"


def test_of_what_was_read_long_ago_the_moment_is_said_and_not_the_age() -> None:
    zone, at = ZoneInfo("Europe/Berlin"), NOW - timedelta(minutes=3)
    assert formatting.when(at, now=NOW, zone=zone) == "3 min ago"
    assert formatting.when(at, now=NOW, zone=zone, old=True) == f"at {formatting.moment(at, now=NOW, zone=zone)}"
    assert formatting.when(NOW - timedelta(days=1), now=NOW, zone=zone, old=True) == "yesterday 15:41"


def test_a_sentence_of_the_engine_has_its_times_on_the_operators_clock() -> None:
    said = "Down since 23:59:10 UTC; next try at 00:00:10 UTC."
    assert local_times(said, NOW, ZoneInfo("Asia/Kolkata")) == "Down since 05:29:10; next try at 05:30:10."
    assert local_times("It answers.", NOW, UTC) == "It answers."


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        (["Discogs quota until 14:45:00 UTC", "MusicBrainz quota until 14:45:00 UTC"], labels.HELD_UP),
        (["eBay quota until 08:00:00 UTC"], labels.HELD_UP),  # tomorrow
        (["Discogs quota until 14:45:00 UTC", ""], labels.RUNNING),
        (["Discogs quota until 14:42:00 UTC"], labels.RUNNING),  # in a moment
        (["Discogs quota until 14:41:00 UTC"], labels.RUNNING),  # it is over
        (["Discogs quota"], labels.RUNNING),
        ([], labels.RUNNING),
    ],
)
def test_a_batch_waits_for_a_quota_when_all_of_its_rows_do_and_not_for_a_moment(
    reasons: list[str], said: labels.Label
) -> None:
    rows = tuple(RowInFlight("b", index, "", "identify", reason) for index, reason in enumerate(reasons))
    engine = WorkerView("w", "working", NOW, timedelta(seconds=1), NOW, "desk", "b", rows, "")
    job = Job("b", JobStatus.RUNNING, "gs://bucket/file.txt", NOW)
    view = BatchView(job, NOW, (engine,), interrupted=False)
    assert (labels.batch_label(view), bool(view.quota_at)) == (said, said is labels.HELD_UP)
