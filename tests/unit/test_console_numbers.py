"""Counts that add up, the bar that shows them, and the speed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import formatting, labels
from console.counts import counts
from console.widgets.bar import bar, legend
from console.widgets.facts import markup
from engine import codec
from engine.batches.views import MOST_WAITS
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.progress import EngineState
from engine.domain.batch.throughput import Throughput, add
from engine.domain.batch.workers import RowInFlight
from engine.public import BatchView, WorkerView

NOW = datetime(2026, 11, 23, 14, 41, 30, tzinfo=UTC)
JOB = Job("batch_20261123_144157_0", JobStatus.RUNNING, "gs://bucket/file.txt", NOW, total_upcs=10)


def worker(rows: int, *, age: float = 1.0) -> WorkerView:
    held = tuple(RowInFlight(JOB.job_id, index, "", "price") for index in range(rows))
    return WorkerView("w", "working", NOW, timedelta(seconds=age), NOW, "desk", JOB.job_id, held, "")


@given(
    ended=st.tuples(*[st.integers(0, 50)] * 3),
    left=st.integers(0, 50),
    hands=st.integers(0, 60),
    composed=st.integers(0, 60),
    dead=st.booleans(),
)
def test_the_states_always_add_up(
    ended: tuple[int, int, int], left: int, hands: int, composed: int, dead: bool
) -> None:
    ok, bad, skipped = ended
    total, hands = ok + bad + skipped + left, min(hands, left)
    job = codec.replace(
        JOB,
        total_upcs=total,
        successful_upcs=ok,
        failed_upcs=bad,
        skipped_upcs=skipped,
        processed_upcs=ok + bad + skipped,
    )
    view = BatchView(job, NOW, (worker(hands, age=600.0 if dead else 1.0),), interrupted=dead)
    found = counts(view, composed)
    assert sum(count for _, count in found.parts) == total
    assert (found.succeeded, found.attention, found.left) == (ok, bad, left)
    assert (found.stuck, found.working) == ((hands, 0) if dead else (0, hands))


def test_failed_rows_that_are_retried_count_as_working() -> None:
    job = codec.replace(JOB, successful_upcs=6, failed_upcs=4, processed_upcs=10)
    found = counts(BatchView(job, NOW, (worker(3),), interrupted=False), 0)
    assert (found.working, found.attention) == (3, 1)


def test_rows_of_a_silent_worker_are_nobodys_once_another_has_taken_over() -> None:
    view = BatchView(JOB, NOW, (worker(2, age=600.0),), interrupted=False)
    assert view.in_flight == view.stranded == {}


def test_the_bar_shows_every_state_and_says_it_in_words() -> None:
    job = codec.replace(JOB, successful_upcs=6, failed_upcs=1, processed_upcs=7)
    found = counts(BatchView(job, NOW, (worker(1),), interrupted=False), 2)
    drawn = bar(found)
    assert 'style="width:40.000%"' in drawn
    assert 'aria-label="4 drafted, 2 composed, 1 needs attention, 1 working, 2 waiting"' in drawn
    assert "<b>10</b> in the batch" in legend(found, "live")


def test_a_file_that_was_not_read_is_not_counted() -> None:
    found = counts(BatchView(codec.replace(JOB, total_upcs=None), NOW, (), interrupted=False), 0)
    assert "not been read" in legend(found)


def test_what_comes_from_outside_is_escaped() -> None:
    assert "<script>" not in markup({"Artist": "<script>alert(1)</script>"})


@pytest.mark.parametrize(
    ("seconds", "told"), [(40, "40 s"), (60, "1 min"), (840, "14 min"), (7_380, "2 h 03 min"), (260_000, "3 days")]
)
def test_a_length_of_time_is_told_as_short_as_it_may_be(seconds: float, told: str) -> None:
    assert formatting.duration(seconds) == told


def waiting(*reasons: str) -> BatchView:
    rows = tuple(RowInFlight(JOB.job_id, index, "", "identify", reason) for index, reason in enumerate(reasons))
    return BatchView(JOB, NOW, (replace(worker(0), rows=rows),), interrupted=False)


def test_waits_of_one_reason_are_told_once_with_their_count() -> None:
    quota = [f"Discogs quota until 14:52:{second} UTC" for second in (10, 12, 11)]
    found = waiting(*quota, "", "MusicBrainz is busy").waits
    assert [wait.sentence for wait in found] == [
        "3 rows wait: Discogs quota until 14:52:12 UTC",
        "1 row waits: MusicBrainz is busy",
    ]


def test_waits_are_told_row_by_row_and_no_list_of_them_is_endless() -> None:
    view = waiting("", *(f"Reason {letter}" for letter in "abcdefgh"))
    assert view.waits_by_row[1] == "Reason a"
    assert 0 not in view.waits_by_row
    assert len(view.waits) == MOST_WAITS


def test_a_batch_that_is_done_has_the_speed_of_its_whole_time() -> None:
    done = codec.replace(JOB, status=JobStatus.COMPLETED, started_at=NOW, completed_at=NOW + timedelta(seconds=8))
    view = BatchView(codec.replace(done, processed_upcs=42), NOW, (), interrupted=False)
    assert view.throughput.per_minute == 315


def test_the_chart_of_a_batch_that_is_done_ends_with_its_last_minute() -> None:
    engine = EngineState(pace=add(Throughput(), [NOW], NOW))
    done = codec.replace(JOB, status=JobStatus.COMPLETED, started_at=NOW, completed_at=NOW, engine=engine)
    view = BatchView(done, NOW + timedelta(hours=1), (), interrupted=False)
    assert view.throughput.minutes[-1] == 1


def test_each_word_of_a_batch_is_told_apart_from_the_others() -> None:
    assert len({word.text for word in labels.BATCH_LABELS}) == len(labels.BATCH_LABELS)
