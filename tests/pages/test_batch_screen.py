"""The screen of one batch."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

import pytest

from console.context import context, handles
from console.screens.batch import query
from console.screens.batch import view as batch_view
from console.screens.batch.actions import rare
from console.screens.batch.query import Query
from engine.batches.documents import item_path
from engine.batches.upstream_views import clock
from engine.codec import replace
from engine.domain.batch.items import ItemStatus
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.options import DraftedBefore, Options
from engine.domain.batch.workers import RowInFlight
from engine.domain.identify.evidence import Match
from engine.errors import Cause
from engine.store.base import Put
from tests.support import drafting
from tests.support.desk import CLOCK, Desk, button, text, upcs
from tests.support.hostile import as_shown


def test_the_numbers_add_up_to_the_rows_of_the_file(desk: Desk) -> None:
    job = desk.submit([*upcs(5), "8.80E+11"])
    desk.work(failing=upcs(2))
    counts = batch_view.load(context(), job.job_id).value.counts
    assert (counts.drafted, counts.attention, counts.total) == (3, 3, 6)
    assert sum(count for _, count in counts.parts) == counts.total


def test_success_in_part_is_a_final_word_of_its_own(desk: Desk) -> None:
    job = desk.submit(upcs(3))
    desk.work(failing=upcs(1))
    app = desk.screen("batch", job_id=job.job_id)
    assert not app.exception
    assert "Done in part" in text(app)
    assert "Not in the catalogues" in text(app)


def test_a_dry_run_says_composed_and_not_drafted(desk: Desk) -> None:
    job = desk.submit(upcs(2), Options(test_mode=True))
    desk.work()
    app = desk.screen("batch", job_id=job.job_id)
    assert "Dry run: nothing is sent to eBay" in text(app)
    assert app.metric[0].label.endswith("Composed")
    assert (app.metric[3].value, app.metric[3].delta) == ("–", "too short to measure")
    assert [list(row) for row in app.dataframe[0].value["Status"]] == [["Composed"], ["Composed"]]


def test_a_row_that_was_left_out_is_put_back_by_its_button(desk: Desk) -> None:
    job = desk.submit(upcs(2))
    drafting.work(desk, upcs(1)[0])
    desk.engine.commands.again(job.job_id, {0: {"removed": True}})
    drafting.work(desk)
    assert drafting.item(desk, job.job_id, 0).cause is Cause.REMOVED
    app = desk.screen("batch", job_id=job.job_id)
    app.session_state["row"] = 0
    button(app.run(), "Put it back").click().run()
    assert [toast.value for toast in app.toast] == ["Row 1 is put back, and done again."]
    drafting.work(desk)
    item = drafting.item(desk, job.job_id, 0)
    assert (item.status, item.decided.removed) == (ItemStatus.SUCCEEDED, None)


def test_a_row_that_was_drafted_before_can_be_drafted_anyway(desk: Desk) -> None:
    desk.submit(upcs(1))
    drafting.work(desk)
    job = desk.submit(upcs(1), Options(drafted_before=DraftedBefore.SKIP))
    drafting.work(desk)
    assert drafting.item(desk, job.job_id, 0).cause is Cause.DRAFTED_BEFORE
    app = desk.screen("batch", job_id=job.job_id)
    app.session_state["row"] = 0
    button(app.run(), "Draft it anyway").click().run()
    assert [toast.value for toast in app.toast] == ["Row 1 gets a draft of its own."]
    drafting.work(desk)
    assert drafting.item(desk, job.job_id, 0).status is ItemStatus.SUCCEEDED


def test_a_row_that_was_handed_over_says_where_it_went_and_can_be_done_here_once_it_failed_there(desk: Desk) -> None:
    job = desk.submit(upcs(2))
    drafting.work(desk, upcs(1)[0])
    new = desk.engine.retry_as_new(job.job_id)
    drafting.work(desk, upcs(1)[0])
    context().poller.changed()
    app = desk.screen("batch", job_id=job.job_id)
    assert app.dataframe[0].value["Why"][0] == f"Row 1 of {new.name} carries it on"
    app.session_state["row"] = 0
    app.run()
    assert "Carried on by another batch" in text(app)
    button(app, "Do it again here").click().run()
    assert [toast.value for toast in app.toast] == ["Row 1 is done again here."]
    drafting.work(desk)
    assert drafting.item(desk, job.job_id, 0).status is ItemStatus.SUCCEEDED
    assert drafting.item(desk, new.job_id, 0).cause is Cause.HANDED_OVER


def test_an_interrupted_batch_says_what_recover_means(desk: Desk) -> None:
    job = desk.interrupted(count=6, done=2)
    app = desk.screen("batch", job_id=job.job_id)
    told = text(app)
    assert "The engine stopped 6 min ago" in told
    assert "1 item was in progress. 2 finished items are safe and will not be drafted twice" in told
    assert button(app, "Recover batch").label == "Recover batch (4 left)"
    assert button(app, "Pause").disabled


def test_recover_puts_the_batch_back_and_says_so(desk: Desk) -> None:
    job = desk.interrupted()
    app = button(desk.screen("batch", job_id=job.job_id), "Recover").click().run()
    assert desk.engine.queries.job(job.job_id).status is JobStatus.PENDING
    assert "back in the queue" in app.toast[0].value
    assert "Recover batch" not in text(app)


def test_a_batch_of_the_earlier_service_is_recovered_from_its_screen(desk: Desk) -> None:
    document = {
        "job_id": "batch_20250821_145610_0",
        "status": "running",
        "gcs_path": "gs://bucket/exu2.txt",
        "total_upcs": 6,
        "processed_upcs": 2,
        "successful_upcs": 1,
        "failed_upcs": 1,
        "last_processed_index": 1,
        "created_at": "2025-08-21T14:56:10",
        "failed_upc_list": [upcs(6)[0]],
    }
    desk.store.commit(Put(f"batch_jobs/{document['job_id']}", document))
    file = desk.folder / "files" / "bucket" / "exu2.txt"
    file.parent.mkdir(parents=True)
    file.write_text("\n".join(upcs(6)))
    app = desk.screen("batch", job_id="batch_20250821_145610_0")
    assert not app.exception
    assert (as_shown(app.title[0].value), "Interrupted" in text(app)) == ("exu2.txt", True)
    assert "2 items are done and will not be run again" in text(app)
    button(app, "Recover batch (4 left)").click().run()
    desk.work()
    context().poller.changed()
    app = desk.screen("batch", job_id="batch_20250821_145610_0")
    assert not app.exception
    assert "From the earlier service" in text(app)
    states = [badges[0] for badges in app.dataframe[0].value["Status"]]
    assert states == ["Needs attention", *["Drafted"] * 5]
    assert button(app, "Retry failed (1)")


def test_retry_names_how_many_it_means_and_leaves_what_it_cannot_mend(desk: Desk) -> None:
    job = desk.submit([*upcs(3), "8.80E+11"])
    desk.work(failing=upcs(2))
    app = desk.screen("batch", job_id=job.job_id)
    assert button(app, "Retry failed").label == "Retry failed (2)"
    button(app, "Retry failed").click().run()
    desk.work()
    done = desk.engine.queries.job(job.job_id)
    assert (done.successful_upcs, done.failed_upcs) == (3, 1)


def test_pause_and_resume(desk: Desk) -> None:
    job = desk.submit(upcs(3))
    app = button(desk.screen("batch", job_id=job.job_id), "Pause").click().run()
    assert desk.engine.queries.job(job.job_id).status is JobStatus.PAUSED
    button(app, "Resume").click().run()
    assert desk.engine.queries.job(job.job_id).status is JobStatus.PENDING


def test_a_click_that_comes_too_late_is_told_and_changes_nothing(desk: Desk) -> None:
    job = desk.submit(upcs(3))
    app = desk.screen("batch", job_id=job.job_id)
    desk.engine.commands.cancel(job.job_id)
    app = button(app, "Pause").click().run()
    assert "Not possible now" in app.toast[0].value
    assert desk.engine.queries.job(job.job_id).status is JobStatus.CANCELLED


def test_a_failed_batch_tells_its_reason_and_how_to_go_on(desk: Desk) -> None:
    job = desk.engine.submission.submit("gs://bucket/missing.txt", Options())
    desk.work()
    app = desk.screen("batch", job_id=job.job_id)
    assert "This batch failed." in text(app)
    assert "missing.txt" in text(app)
    assert button(app, "Recover batch")


def test_rows_that_lack_a_service_can_be_completed_once_the_batch_is_done(desk: Desk) -> None:
    job = desk.submit(upcs(2))
    desk.work()
    assert not any("lack a service" in label for label in rare(batch_view.load(context(), job.job_id).value))
    item = desk.engine.queries.items_at(job.job_id, [1])[0]
    lacks = replace(item, match=Match(lacking=("discogs",)))
    desk.store.commit(Put(item_path(job.job_id, 1), lacks.document()))
    handles.cache_clear()
    screen = batch_view.load(context(), job.job_id).value
    (action,) = (action for label, action in rare(screen).items() if "lack a service" in label)
    action(context(), screen.job)
    assert desk.engine.queries.job(job.job_id).status is JobStatus.PENDING


def test_each_state_has_one_primary_button_at_most(desk: Desk) -> None:
    stuck = desk.interrupted()
    done = desk.submit(upcs(3))
    desk.engine.commands.pause(stuck.job_id)
    for job_id in (stuck.job_id, done.job_id):
        app = desk.screen("batch", job_id=job_id)
        assert sum(found.proto.type == "primary" for found in app.button) <= 1


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ({}, [1, 2, 3, 4]),
        ({"show": "attention"}, [1, 2, 4]),
        ({"show": "attention", "cause": "invalid_barcode"}, [4]),
        ({"show": "drafted"}, [3]),
        ({"q": "artist"}, [3]),
        ({"q": "700000000"}, [1, 2, 3]),
    ],
)
def test_the_address_says_which_rows_are_shown(desk: Desk, address: dict[str, str], lines: list[int]) -> None:
    job = desk.submit([*upcs(3), "8.80E+11"])
    desk.work(failing=upcs(2))
    app = desk.screen("batch", job_id=job.job_id, **address)
    assert list(app.dataframe[0].value["Row"]) == lines


def test_a_filter_with_nothing_under_it_says_so(desk: Desk) -> None:
    job = desk.submit(upcs(3))
    desk.work()
    assert "No row is under “Skipped” now." in text(desk.screen("batch", job_id=job.job_id, show="skipped"))


def test_pages_are_read_from_the_store_one_at_a_time(desk: Desk) -> None:
    job = desk.submit(upcs(120))
    desk.work(failing=upcs(110))
    view = desk.engine.queries.batch(job.job_id)
    third = query.load(desk.engine, view, Query("attention", page=3), 110)
    assert (len(third.indices), third.indices[0], third.more) == (10, 100, False)
    last = query.load(desk.engine, view, Query(page=3), 120)
    assert last.indices == tuple(range(100, 120))


def test_an_address_keeps_only_what_means_something() -> None:
    assert Query.of({"show": "none", "cause": "x", "page": "-1"}) == Query()
    asked = Query("attention", Cause.NO_PRICE, "miles", 3)
    assert Query.of(asked.address()) == asked
    assert Query().address() == {}


def test_a_batch_nobody_knows_is_said_to_be_unknown(desk: Desk) -> None:
    app = desk.screen("batch", job_id="batch_none")
    assert not app.exception
    assert "There is no batch `batch_none`" in text(app)


def test_in_an_outage_the_last_numbers_stay_and_no_action_can_be_pressed(desk: Desk) -> None:
    job = desk.submit(upcs(3))
    desk.work(failing=upcs(1))
    app = desk.screen("batch", job_id=job.job_id)
    desk.away()
    context().poller.changed()
    app.run()
    assert not app.exception
    assert re.search(r"Showing data from \d\d:\d\d", app.warning[0].value)
    assert app.metric[0].value == "2"
    assert button(app, "Retry failed").disabled


def test_an_outage_that_begins_as_the_batch_ends_leaves_out_what_was_never_read(desk: Desk) -> None:
    job = desk.submit(upcs(3))
    desk.work(failing=upcs(1))
    known = context()
    known.poller.look(("batch", job.job_id), partial(known.engine.queries.batch, job.job_id))
    desk.away()
    known.poller.changed()
    app = desk.screen("batch", job_id=job.job_id)
    assert not app.exception
    assert re.search(r"Showing data from \d\d:\d\d", app.warning[0].value)
    assert app.metric[1].value == "1"


def test_an_outage_before_the_first_look_is_told(desk: Desk) -> None:
    desk.away()
    app = desk.screen("batch", job_id="batch_1")
    assert not app.exception
    assert "does not answer" in app.error[0].value


def test_whoever_has_a_batch_open_is_told_once_that_nobody_holds_it_any_more(desk: Desk) -> None:
    job = desk.interrupted()
    desk.store.commit(desk.worker("dead", job.job_id, []))
    app = desk.screen("batch", job_id=job.job_id)
    assert not app.toast
    desk.store.commit(desk.worker("dead", job.job_id, [], age=timedelta(minutes=6)))
    context().poller.changed()
    app.run()
    assert not app.exception
    told = [as_shown(toast.value) for toast in app.toast]
    app.run()
    assert (told, list(app.toast)) == ([f"{job.name}: Interrupted"], [])


def test_a_batch_that_had_ended_before_it_was_opened_gets_no_toast(desk: Desk) -> None:
    job = desk.submit(upcs(2))
    desk.work()
    assert not desk.screen("batch", job_id=job.job_id).toast


def test_a_batch_that_matches_far_worse_than_usual_says_so_and_leads_to_its_columns(desk: Desk) -> None:
    for _ in range(3):
        desk.submit(upcs(26))
        desk.work()
    job = desk.submit(upcs(60))
    desk.work(failing=upcs(60))
    app = desk.screen("batch", job_id=job.job_id)
    assert not app.exception
    assert "25 rows that were looked up 0 match a release" in text(app)
    assert button(app, "Resume").label.startswith("Resume (")
    (columns,) = [link for link in app.get("page_link") if link.proto.label == "Check the columns"]
    assert job.gcs_path.rpartition("/")[2] in columns.proto.query_string


def test_a_batch_that_waits_for_a_quota_says_until_when(desk: Desk) -> None:
    job = desk.interrupted()
    until = CLOCK.now().replace(microsecond=0) + timedelta(hours=1)
    rows = [RowInFlight(job.job_id, 2, upcs(3)[2], "identify", f"Discogs quota until {clock(until)}")]
    desk.store.commit(desk.worker("dead", job.job_id, rows))
    app = desk.screen("batch", job_id=job.job_id)
    assert not app.exception
    assert f"Waiting for quota until {until + timedelta(seconds=59):%H:%M}" in text(app)
