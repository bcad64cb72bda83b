"""The buttons of a batch with failed rows: what helps most is the primary one, and none promises what it cannot do."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from console.context import context
from console.screens.batch.actions import choices, rare
from console.screens.batch.unpriced import OPENED
from console.screens.batch.view import BatchScreen, load
from engine.errors import Cause, ItemError
from tests.support.desk import Desk, Scripted, button, upcs
from tests.support.unpriced import HELD, UNPRICED, Unpriced
from tests.support.working import Work

FAILING: dict[int, Cause] = {}


class Failing(Scripted):
    """A pipeline in which rows fail for the causes in `FAILING`, by their index."""

    def change(self, work: Work) -> None:
        if cause := FAILING.get(work.row.index):
            raise ItemError(cause, "It does not work.")


@pytest.fixture(autouse=True)
def causes() -> Mapping[int, Cause]:
    FAILING.clear()
    return FAILING


def failed(desk: Desk, *causes: Cause) -> str:
    """Return a batch of one row that succeeds and of others that fail for these causes."""
    FAILING.update(enumerate(causes, 1))
    job_id = desk.submit(upcs(len(causes) + 1)).job_id
    desk.work(pipeline=Failing)
    context().poller.changed()
    return job_id


def screen(job_id: str) -> BatchScreen:
    return load(context(), job_id).value


def labels(job_id: str) -> list[tuple[str, bool]]:
    return [(choice.label, choice.primary) for choice in choices(screen(job_id))]


def test_the_button_that_mends_most_rows_is_primary(desk: Desk) -> None:
    job_id = failed(
        desk, Cause.NO_PRICE, Cause.NO_PRICE, Cause.DEFECT, Cause.AMBIGUOUS, Cause.AMBIGUOUS, Cause.NO_PRICE
    )
    assert labels(job_id) == [("Price 3 items", True), ("Choose releases (2)", False), ("Retry failed (1)", False)]


def test_no_retry_is_offered_where_none_can_help(desk: Desk) -> None:
    job_id = failed(desk, Cause.NO_PRICE)
    assert labels(job_id) == [("Price 1 item", True)]
    assert any("Retry all failed, after a change elsewhere (1)" in name for name in rare(screen(job_id)))
    assert desk.screen("batch", job_id=job_id).metric[1].delta == "0 worth a retry"


def test_a_retry_takes_the_rows_that_it_counts(desk: Desk) -> None:
    job_id = failed(desk, Cause.NO_MATCH, Cause.AMBIGUOUS, Cause.NO_MATCH, Cause.NO_PRICE)
    app = desk.screen("batch", job_id=job_id)
    assert button(app, "Retry failed").label == "Retry failed (2)"
    button(app, "Retry failed").click().run()
    FAILING.clear()
    desk.work(pipeline=Failing)
    done = desk.engine.queries.job(job_id)
    assert (done.successful_upcs, done.failed_upcs) == (3, 2)
    assert {found.cause for found in desk.engine.queries.causes(job_id)} == {Cause.AMBIGUOUS, Cause.NO_PRICE}
    assert ("retried", "2 rows") in [(event.event, event.detail) for event in desk.engine.queries.events(job_id)]


def test_all_failed_rows_are_retried_from_the_menu(desk: Desk) -> None:
    job_id = failed(desk, Cause.NO_MATCH, Cause.AMBIGUOUS)
    (retry,) = [action for name, action in rare(screen(job_id)).items() if "Retry all failed" in name]
    FAILING.clear()
    desk.engine.commands.retry_failed(job_id)
    assert retry.__name__ == "retry_all"
    desk.work(pipeline=Failing)
    assert desk.engine.queries.job(job_id).failed_upcs == 0


def test_rows_that_are_held_and_drafts_without_a_price_are_priced_by_one_button(desk: Desk) -> None:
    job_id = desk.submit(upcs(3), HELD).job_id
    desk.work(pipeline=Unpriced)
    context().poller.changed()
    app = button(desk.screen("batch", job_id=job_id), "Price 3 items").click().run()
    assert OPENED.key in app.session_state
    assert not app.exception
    button(app, "Look for prices again").click().run()
    assert "are being priced" in app.toast[0].value


def test_drafts_without_a_price_are_priced_from_the_top_too(desk: Desk) -> None:
    job_id = desk.submit(upcs(2), UNPRICED).job_id
    desk.work(pipeline=Unpriced)
    context().poller.changed()
    assert labels(job_id) == [("Price 2 items", True)]


def test_choosing_releases_shows_the_rows_that_wait_for_it(desk: Desk) -> None:
    job_id = failed(desk, Cause.AMBIGUOUS, Cause.DEFECT, Cause.AMBIGUOUS)
    app = button(desk.screen("batch", job_id=job_id), "Choose releases (2)").click().run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 2
    assert app.query_params["cause"] in ("ambiguous", ["ambiguous"])
