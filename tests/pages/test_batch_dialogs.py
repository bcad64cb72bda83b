"""The dialogs that delete and rename a batch, and its start over the same file."""

from __future__ import annotations

import pytest

from console.context import context
from console.screens.batch import naming
from console.screens.batch.actions import rare
from console.screens.batch.deletion import AGREED, OPENED
from console.screens.batch.view import load
from engine.codec import replace
from engine.domain.batch.items import Outcome
from engine.domain.listing.composition import Draft
from engine.errors import JobUnknown
from tests.support.desk import Desk, Scripted, text, upcs
from tests.support.working import Work


class AtEbay(Scripted):
    """A pipeline whose drafts are at eBay."""

    def change(self, work: Work) -> None:
        super().change(work)
        work.item = replace(work.item, outcome=Outcome.DRAFTED, offer_id="1", draft=Draft(title="As found"))


def test_a_batch_that_waits_does_not_offer_it(desk: Desk) -> None:
    job_id = desk.submit(upcs(2)).job_id
    assert not any("Delete" in label for label in rare(load(context(), job_id).value))
    desk.work()
    context().poller.changed()
    assert any("Delete" in label for label in rare(load(context(), job_id).value))


def test_it_says_how_many_drafts_it_leaves_and_waits_for_a_yes(desk: Desk) -> None:
    job_id = desk.submit(upcs(2)).job_id
    desk.work(pipeline=AtEbay)
    context().poller.changed()
    app = desk.screen("batch", job_id=job_id)
    app.session_state[OPENED.key] = True
    app.run()
    assert not app.exception
    assert "It leaves 2 drafts at eBay" in text(app)
    assert app.button(key="delete_batch").disabled
    app.checkbox(key=AGREED).check().run()
    app.button(key="delete_batch").click().run()
    with pytest.raises(JobUnknown):
        desk.engine.queries.job(job_id)


def test_the_address_of_a_deleted_batch_says_who_deleted_it(desk: Desk) -> None:
    job_id = desk.submit(upcs(2)).job_id
    desk.work()
    desk.engine.deletions.delete(job_id, leave_drafts=True, by="anna")
    context().poller.changed()
    assert "box.txt was deleted by anna" in text(desk.screen("batch", job_id=job_id))


def test_a_batch_is_renamed(desk: Desk) -> None:
    job_id = desk.submit(upcs(2)).job_id
    app = desk.screen("batch", job_id=job_id)
    app.session_state[naming.OPENED.key] = True
    app.run()
    app.text_input(key=naming.NAME).set_value("Spring, box 14").run()
    app.button(key="rename_batch").click().run()
    assert not app.exception
    assert desk.engine.queries.job(job_id).name == "Spring, box 14"


def test_a_batch_of_failed_rows_is_not_started_again_by_itself(desk: Desk) -> None:
    job_id = desk.submit(upcs(2)).job_id
    desk.work(upcs(2)[:1])
    context().poller.changed()
    made = desk.engine.retry_as_new(job_id).job_id
    assert any("Start again" in label for label in rare(load(context(), job_id).value))
    assert not any("Start again" in label for label in rare(load(context(), made).value))


def test_a_batch_is_archived_and_brought_back_from_its_menu(desk: Desk) -> None:
    job = desk.submit(upcs(2), name="Box 14")
    desk.work(failing=upcs(1))
    context().poller.changed()
    assert any("Archive batch" in label for label in rare(load(context(), job.job_id).value))
    desk.engine.archive.archive(job.job_id)
    context().poller.changed()
    app = desk.screen("batch", job_id=job.job_id)
    assert "Archived" in text(app)
    assert "1 item of archived batches" in text(desk.screen("attention"))
    assert any("Bring back" in label for label in rare(load(context(), job.job_id).value))
