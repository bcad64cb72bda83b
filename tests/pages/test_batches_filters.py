"""Pages and filters of the list of batches."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from console.screens.batches.query import Query
from engine.batches.documents import DRAFTS, job_path
from engine.clock import SystemClock
from engine.codec import encode
from engine.domain.batch.draft_index import DraftRecord
from engine.domain.batch.jobs import Job, JobStatus, named
from engine.domain.batch.progress import EngineState
from engine.store.base import Patch, Put
from tests.support.desk import Desk, text, upcs

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def many(desk: Desk) -> Desk:
    """Lend a desk with 120 batches, one a day: every tenth was cancelled."""
    for number in range(120):
        status = JobStatus.COMPLETED if number % 10 else JobStatus.CANCELLED
        job = Job(f"batch_{number}", status, "gs://b/x", DAY + timedelta(days=number), 3, 3, 3)
        desk.store.commit(Put(job_path(job.job_id), encode(named(job, f"Box {number}"))))
    return desk


def names(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["Batch"])


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def test_every_batch_is_on_some_page(many: Desk) -> None:
    app = many.screen("batches")
    found, places = names(app), [text(app)]
    for _ in range(2):
        press(app, "Older")
        found += names(app)
        places.append(text(app))
    assert found == [f"Box {number}" for number in range(119, -1, -1)]
    for place, shown in zip(places, ("1 to 50 of 120", "51 to 100 of 120", "101 to 120 of 120"), strict=True):
        assert f"{shown} batches" in place
    assert "Older" not in [button.label for button in app.button]
    press(app, "Newest")
    assert names(app)[0] == "Box 119"


def test_filters_are_kept_in_the_address(many: Desk) -> None:
    app = many.screen("batches")
    app.text_input[0].input("box 1").run()
    app.selectbox[0].select(JobStatus.CANCELLED).run()
    app.date_input[0].set_value((date(2026, 3, 1), date(2026, 5, 31))).run()
    assert names(app) == ["Box 10"]
    address = dict(app.query_params)
    assert address == {"q": "box 1", "state": "cancelled", "from": "2026-03-01", "to": "2026-05-31"}
    again = many.screen("batches", **address)
    assert not again.exception
    assert names(again) == ["Box 10"]
    assert (again.text_input[0].value, again.selectbox[0].value) == ("box 1", "cancelled")
    assert again.date_input[0].value == (date(2026, 3, 1), date(2026, 5, 31))
    press(again, "Clear")
    assert len(names(again)) == 50
    assert again.text_input[0].value == ""


def test_a_filter_begins_at_the_newest_page(many: Desk) -> None:
    app = many.screen("batches")
    press(app, "Older")
    app.text_input[0].input("box 11").run()
    assert names(app) == [f"Box {number}" for number in (*range(119, 109, -1), 11)]
    assert "11 batches" in text(app)


def test_a_search_that_finds_nothing_says_how_names_are_searched(many: Desk) -> None:
    app = many.screen("batches", q="crate")
    assert "There is no such batch whose name has “crate”" in text(app)
    assert "No batches yet" not in text(app)
    press(app, "Show all batches")
    assert len(names(app)) == 50


def test_what_cannot_be_read_of_an_address_is_left_out(many: Desk) -> None:
    address = {"state": "asleep", "from": "yesterday", "to": "0001-01-01", "before": "2026-03-01"}
    assert Query.of(address) == Query()
    app = many.screen("batches", **address)
    assert not app.exception
    assert len(names(app)) == 50


def test_an_end_without_a_beginning_is_kept(many: Desk) -> None:
    app = many.screen("batches", to="2026-03-02")
    assert names(app) == ["Box 1", "Box 0"]
    app.text_input[0].input("box 0").run()
    assert app.query_params["to"] == "2026-03-02"
    assert "from" not in app.query_params


def test_an_outage_shows_no_page_as_empty(many: Desk) -> None:
    many.away()
    app = many.screen("batches", q="box")
    assert "does not answer" in app.error[0].value
    assert "There is no such batch" not in text(app)


def test_the_tiles_count_all_batches_not_those_of_the_page(many: Desk) -> None:
    old = {"failed_upcs": 2, "processed_upcs": 3}
    for number in range(60):
        many.store.commit(Patch(job_path(f"batch_{number}"), old, None))
    waiting = {"status": JobStatus.PENDING, "processed_upcs": 1, "engine": encode(EngineState(rows=3))}
    many.store.commit(Patch(job_path("batch_1"), waiting, None))
    many.submit(upcs(5))
    now = SystemClock().now()
    for number, at in enumerate((now, now, now - timedelta(days=2))):
        draft = DraftRecord(f"sku{number}", None, "1", "batch_3", number, at)
        many.store.commit(Put(f"{DRAFTS}/{draft.sku}", encode(draft)))
    app = many.screen("batches")
    tiles = {tile.label.rpartition(":")[2].rpartition("] ")[2].strip(): (tile.value, tile.delta) for tile in app.metric}
    assert tiles == {
        "Drafted today": ("2", "3 in seven days"),
        "Needs attention": ("120", "in 60 batches"),
        "Waiting": ("7", "in 2 batches"),
        "Done at": ("–", "nothing runs"),
    }


def test_all_that_match_are_archived_and_brought_back(many: Desk) -> None:
    app = many.screen("batches", state="cancelled")
    press(app, "Archive 12 batches")
    assert "There is no such batch" in text(app)
    assert "108 batches" in text(many.screen("batches"))
    app = many.screen("batches", archived="1")
    assert len(names(app)) == 12
    press(app, "Bring back 12 batches")
    assert "120 batches" in text(many.screen("batches"))


def test_the_archive_is_asked_for_with_a_tick_and_kept_in_the_address(many: Desk) -> None:
    app = many.screen("batches")
    app.checkbox[0].check().run()
    assert app.query_params["archived"] == "1"
    assert "There is no such batch" in text(app)
