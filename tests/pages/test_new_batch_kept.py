"""What was given on New batch and not started yet is there again in another session, with all that was chosen."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from console.context import context
from engine.domain.batch.options import Ambiguous, DraftedBefore
from engine.domain.batch.rows import Condition
from engine.domain.listing.pricing import PriceBasis
from engine.public import Upload
from tests.support.desk import Desk, button, text, upcs


def uploaded(desk: Desk) -> AppTest:
    app = desk.screen("new_batch")
    return app.file_uploader[0].upload("box.txt", "\n".join(upcs(30)).encode(), "text/plain").run()


def kept(desk: Desk) -> list[Upload]:
    return desk.engine.submission.uploads.newest()


def draft(app: AppTest) -> str:
    found = app.query_params["draft"]
    return found if isinstance(found, str) else str(found[0])


def choose(app: AppTest) -> None:
    app.text_input(key="name_box.txt").set_value("Box 7")
    app.segmented_control(key="mode").set_value("First 25")
    app.selectbox(key="ambiguous").set_value(Ambiguous.BEST)
    app.selectbox(key="drafted_before").set_value(DraftedBefore.SKIP)
    app.selectbox(key="condition").set_value(Condition.USED_GOOD)
    app.selectbox(key="basis").set_value(PriceBasis.COMPARABLE).run()
    app.number_input(key="factor").set_value(0.9).run()


def test_an_upload_is_kept_at_once_under_the_id_in_the_address(desk: Desk) -> None:
    app = uploaded(desk)
    assert [upload.upload_id for upload in kept(desk)] == [draft(app)]


def test_another_session_opens_the_address_and_everything_is_there(desk: Desk) -> None:
    app = uploaded(desk)
    choose(app)
    again = desk.screen("new_batch", draft=draft(app))
    assert not again.exception
    assert again.text_input(key="name_box.txt").value == "Box 7"
    assert again.segmented_control(key="mode").value == "First 25"
    assert again.selectbox(key="ambiguous").value is Ambiguous.BEST
    assert again.selectbox(key="drafted_before").value is DraftedBefore.SKIP
    assert again.selectbox(key="condition").value is Condition.USED_GOOD
    assert again.number_input(key="factor").value == 0.9
    button(again, "Start batch of 25").click().run()
    (job,) = desk.engine.queries.jobs().jobs
    assert (job.name, job.options.ambiguous, job.options.first) == ("Box 7", Ambiguous.BEST, 25)
    assert job.options.price_rule.factor == 0.9


def test_what_was_started_is_kept_no_longer(desk: Desk) -> None:
    app = uploaded(desk)
    upload_id = draft(app)
    button(app, "Start").click().run()
    assert kept(desk) == []
    assert not desk.screen("new_batch", draft=upload_id).exception
    assert kept(desk) == []


def test_a_change_after_the_return_counts(desk: Desk) -> None:
    app = uploaded(desk)
    choose(app)
    again = desk.screen("new_batch", draft=draft(app))
    again.selectbox(key="ambiguous").set_value(Ambiguous.HOLD).run()
    assert again.selectbox(key="ambiguous").value is Ambiguous.HOLD
    assert again.selectbox(key="drafted_before").value is DraftedBefore.SKIP
    (upload,) = kept(desk)
    assert upload.options is not None
    assert (upload.options.ambiguous, upload.options.drafted_before) == (Ambiguous.HOLD, DraftedBefore.SKIP)


def test_files_that_are_not_started_are_listed_and_gone_on_with_or_discarded(desk: Desk) -> None:
    choose(uploaded(desk))
    context().poller.changed()
    app = desk.screen("new_batch")
    assert "Box 7" in text(app)
    button(app, "Go on").click().run()
    assert button(app, "Start").label == "Start batch of 25"
    context().poller.changed()
    app = desk.screen("new_batch")
    button(app, "Discard").click().run()
    assert kept(desk) == []


def test_an_id_that_nothing_is_kept_under_shows_an_empty_page(desk: Desk) -> None:
    app = desk.screen("new_batch", draft="../none")
    assert not app.exception
    assert "What a file can look like" in [found.value for found in app.subheader]
