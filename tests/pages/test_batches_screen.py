"""The list of batches."""

from __future__ import annotations

from console.context import context
from console.formatting import NONE
from console.screens.batches import screen
from console.screens.batches import view as batches
from console.screens.batches.query import Query
from engine.batches.documents import job_path
from engine.public import JobStatus
from engine.store.base import Patch
from tests.support.desk import Desk, text, upcs


def test_a_desk_without_batches_says_how_to_begin(desk: Desk) -> None:
    app = desk.screen("batches")
    assert not app.exception
    assert "No batches yet" in text(app)
    assert {"Try the sample", "Choose a file"} <= {found.label for found in app.button}


def test_the_demo_says_that_its_services_are_a_sandbox(desk: Desk) -> None:
    assert "Sandbox: no real services" in text(desk.screen("batches"))


def test_a_batch_that_waits_for_a_person_comes_first(desk: Desk) -> None:
    stuck = desk.interrupted()
    desk.submit(upcs(3), name="Newer")
    entries = batches.load(desk.engine.queries.batches(), None).entries
    assert [entry.label.text for entry in entries] == ["Interrupted", "Waiting"]
    assert entries[0].batch.job.job_id == stuck.job_id


def test_each_batch_is_a_line_with_its_numbers(desk: Desk) -> None:
    desk.submit(upcs(3), name="Box 14")
    desk.work(failing=upcs(1))
    line = desk.screen("batches").dataframe[0].value.iloc[0]
    assert (line["Batch"], line["Done"], line["Items"], line["Needs attention"]) == ("Box 14", 100, 3, 1)
    assert list(line["State"]) == ["Done in part"]
    assert line["By"] == "maria"


def test_rows_that_wait_without_an_engine_are_a_red_banner(desk: Desk) -> None:
    desk.submit(upcs(3))
    app = desk.screen("batches")
    assert "No engine is running.** 3 items wait." in app.error[0].value


def test_an_outage_is_never_an_empty_table(desk: Desk) -> None:
    desk.away()
    app = desk.screen("batches")
    assert not app.exception
    assert "does not answer" in app.error[0].value
    assert "No batches yet" not in text(app)


def test_an_outage_keeps_the_last_list(desk: Desk) -> None:
    desk.submit(upcs(3), name="Box 14")
    app = desk.screen("batches")
    desk.away()
    from console.context import context

    context().poller.changed()
    app.run()
    assert "Showing data from" in app.warning[0].value
    assert app.dataframe[0].value.iloc[0]["Batch"] == "Box 14"


def test_a_batch_whose_file_cannot_be_read_has_no_count_of_items(desk: Desk) -> None:
    job = desk.submit(upcs(1), name="Broken")
    desk.store.commit(Patch(job_path(job.job_id), {"status": JobStatus.FAILED, "total_upcs": None}, None))
    table = desk.screen("batches").dataframe[0]
    assert table.value["Items"].isna().all()
    assert table.proto.placeholder == NONE


def test_the_list_shows_the_same_until_a_batch_has_changed(desk: Desk) -> None:
    desk.submit(upcs(3))
    before = screen._list_shows(context(), Query())
    context().poller.changed()
    again = screen._list_shows(context(), Query())
    assert (again[0], again[1:4]) == (before[0], before[1:4])
    desk.work()
    context().poller.changed()
    assert screen._list_shows(context(), Query())[0] != before[0]
