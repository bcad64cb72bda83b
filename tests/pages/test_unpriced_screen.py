"""Drafts without a price on the screens: how many, why, and one price or many for them."""

from __future__ import annotations

from console.context import context
from console.screens.batch.unpriced import OPENED
from console.screens.drafts.table import TABLE
from engine.batches.documents import job_path
from engine.domain.batch.options import NoPrice, Options
from engine.public import DraftNeed, JobStatus
from engine.store.base import Patch
from tests.support.desk import Desk, button, text, upcs
from tests.support.unpriced import HELD, UNPRICED, Unpriced


def worked(desk: Desk, options: Options = UNPRICED, count: int = 3) -> str:
    job_id = desk.submit(upcs(count), options).job_id
    work(desk)
    return job_id


def work(desk: Desk) -> None:
    desk.work(pipeline=Unpriced)
    context().poller.changed()


def lacking(desk: Desk, job_id: str) -> int:
    return desk.engine.queries.needing(job_id, DraftNeed.PRICE)


def test_a_batch_counts_them_and_opens_their_list(desk: Desk) -> None:
    app = desk.screen("batch", job_id=worked(desk))
    assert not app.exception
    assert "**Not ready: price** :orange-badge[3]" in text(app)
    assert app.metric[0].value == "3"
    assert list(app.dataframe[0].value["Why"]) == ["Not ready: price"] * 3
    assert "Why items failed" not in text(app)


def test_a_batch_whose_drafts_have_prices_shows_no_such_card(desk: Desk) -> None:
    desk.submit(upcs(1))
    desk.work()
    assert "Not ready" not in text(desk.screen("batch", job_id=desk.engine.queries.jobs().jobs[0].job_id))


def test_all_of_them_are_looked_for_again_from_the_dialog(desk: Desk) -> None:
    job_id = worked(desk)
    app = button(desk.screen("batch", job_id=job_id), "Price all 3").click().run()
    assert not app.exception
    assert "for every item of this batch that has none" in text(app)
    assert button(app, "Give them these prices").disabled
    button(app, "Look for prices again").click().run()
    assert OPENED.key not in app.session_state
    assert "are being priced" in app.toast[0].value
    work(desk)
    assert lacking(desk, job_id) == 3


def test_rows_that_were_held_become_drafts_in_one_click(desk: Desk) -> None:
    job_id = worked(desk, HELD)
    app = desk.screen("batch", job_id=job_id)
    assert "No price** :red-badge[3]" in text(app)
    button(app, "Draft these 3 without a price").click().run()
    assert "become drafts without one" in app.toast[0].value
    work(desk)
    assert (desk.engine.queries.job(job_id).failed_upcs, lacking(desk, job_id)) == (0, 3)


def test_the_drafts_without_a_price_have_a_filter_and_say_why(desk: Desk) -> None:
    job_id = worked(desk)
    app = desk.screen("drafts", job_id=job_id, show="price")
    assert not app.exception
    assert list(app.dataframe[0].value["Price"]) == ["none"] * 3
    told = text(app)
    assert "Your price rule has no price for CD" in told.replace("\\", "")
    assert "There is no price" in told
    assert app.segmented_control[0].value == "price"


def test_those_that_are_ticked_are_given_one_price(desk: Desk) -> None:
    job_id = worked(desk)
    app = desk.screen("drafts", job_id=job_id, show="price")
    app.session_state[TABLE] = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
    app.run()
    app.number_input(key="several_dollars").set_value(4.5).run()
    button(app, "Give these 2 this price").click().run()
    assert app.toast[0].value == "2 priced."
    work(desk)
    assert lacking(desk, job_id) == 1


def test_a_new_batch_says_what_becomes_of_rows_without_a_price(desk: Desk) -> None:
    path = desk.engine.submission.keep(f"{upcs(1)[0]}\n".encode(), "box.txt")
    app = desk.screen("new_batch", file=path)
    app.selectbox(key="no_price").set_value(NoPrice.HOLD).run()
    button(app, "Start batch").click().run()
    assert desk.engine.queries.jobs().jobs[0].options.no_price is NoPrice.HOLD


def test_where_all_cannot_be_priced_at_once_no_button_says_so(desk: Desk) -> None:
    job_id = worked(desk)
    desk.store.commit(Patch(job_path(job_id), {"status": JobStatus.PAUSED}, None))
    app = desk.screen("batch", job_id=job_id)
    assert "When the batch runs again, all can be priced at once." in text(app)
    assert "price_all" not in [one.key for one in app.button]
