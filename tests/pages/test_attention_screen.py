"""Needs attention: what can be done with a whole group, and with one row after the other."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from console.context import context
from console.screens.attention import fixing, one_by_one, progress, view
from engine.batches.fixes import FIXES
from engine.codec import replace
from engine.domain.identify.evidence import Match, ReleaseSummary, Verdict
from engine.errors import Cause, ItemError
from engine.public import Concerned, FixKind, FixState, Remedy, RowsWanted
from engine.store.base import Patch
from tests.support.desk import Desk, Scripted, button, text, upcs
from tests.support.working import Work


class Doubtful(Scripted):
    """A pipeline that finds three pressings of every barcode, until a person chooses one."""

    def change(self, work: Work) -> None:
        if work.item.decided.choice:
            super().change(work)
            return
        found = tuple(ReleaseSummary("New Order", "Technique", discogs_id=str(at)) for at in (11, 12, 13))
        work.item = replace(work.item, match=Match(Verdict.AMBIGUOUS, found=3, candidates=found))
        raise ItemError(Cause.AMBIGUOUS, "Three releases have this barcode.")


class Unpriced(Scripted):
    """A pipeline that finds no price unless a person gives one."""

    def change(self, work: Work) -> None:
        if work.edits.price_cents is None:
            raise ItemError(Cause.NO_PRICE, "Nobody sells it.")
        super().change(work)


@pytest.fixture
def doubtful(desk: Desk) -> Desk:
    """Return a desk with two batches of three rows each that have several releases."""
    for name in ("one", "two"):
        desk.submit(upcs(3), name=name)
    desk.work(pipeline=Doubtful)
    return desk


def opened(app: AppTest, label: str) -> AppTest:
    button(app, label).click()
    return app.run()


def test_a_row_says_of_which_batch_it_is(doubtful: Desk) -> None:
    said = text(opened(doubtful.screen("attention"), "One by one"))
    assert re.search(r"Row 3 of (one|two)", said)


def test_what_cannot_be_read_in_an_outage_is_told_once(doubtful: Desk) -> None:
    app = doubtful.screen("attention")
    doubtful.away()
    context().poller.changed()
    app = opened(app, "One by one")
    assert not app.exception
    assert len([one for one in app.error if "does not answer" in one.value]) == 1
    assert "This is shown as soon as the store answers." in text(app)


def test_a_group_names_what_fixes_it_and_the_batches_of_its_rows(doubtful: Desk) -> None:
    app = doubtful.screen("attention")
    assert not app.exception
    labels = [one.label for one in app.button]
    assert [label for label in labels if label in {"One by one", "Take the best for 6 items", "Leave out 6 items"}]
    assert labels.count("Choose once for 2") == 3
    (group,) = view.load(context())
    assert sorted((job.name, count) for job, count in group.batches) == [("one", 3), ("two", 3)]


def test_the_dialog_says_how_many_it_concerns_and_begins_a_fix_that_can_be_undone(doubtful: Desk) -> None:
    app = opened(doubtful.screen("attention"), "Take the best for 6 items")
    assert "**6 of 6 items**, in all batches." in text(app)
    assert fixing.NO_FACTS in text(app)
    app.button(key="begin_fix").click()
    app.run()
    assert not app.exception
    (fix,) = doubtful.engine.fixes.newest()
    assert (fix.state, fix.total, fix.remedy.kind) == (FixState.WAITING, 6, FixKind.TAKE_BEST)
    assert "**Take the best** · Several releases match · 6 items, begins in" in text(app)
    opened(app, "Undo")
    assert doubtful.engine.fixes.get(fix.fix_id).state is FixState.UNDONE


class Better(Doubtful):
    """A pipeline that finds two pressings of every barcode, of which both services know the first."""

    def change(self, work: Work) -> None:
        found = tuple(ReleaseSummary("New Order", "Technique", year=at, discogs_id=str(at)) for at in (1988, 1989))
        match = Match(Verdict.AMBIGUOUS, found=2, candidates=(replace(found[0], musicbrainz_id="a"), found[1]))
        work.item = replace(work.item, match=match)
        raise ItemError(Cause.AMBIGUOUS, "Two releases have this barcode.")


def test_the_dialog_says_which_facts_speak_for_the_best_and_what_each_bar_leaves(desk: Desk) -> None:
    desk.submit(upcs(3), name="one")
    desk.work(pipeline=Better)
    app = opened(desk.screen("attention"), "Take the best for 3 items")
    assert "Facts that speak for the best candidate: 1 or more in 3 items." in text(app)
    assert "- Discogs and MusicBrainz both know it: 3 items" in text(app)
    app.segmented_control(key="fix_min_facts").set_value(2)
    app.run()
    assert "3 items not, because fewer than 2 facts speak for their best candidate alone." in text(app)
    assert app.button(key="begin_fix").disabled
    app.segmented_control(key="fix_min_facts").set_value(1)
    app.run()
    app.button(key="begin_fix").click()
    app.run()
    (fix,) = desk.engine.fixes.newest()
    assert (fix.remedy.min_facts, fix.remedy.same_album) == (1, True)


def test_the_drawer_says_what_speaks_for_the_first_candidate(desk: Desk) -> None:
    desk.submit(upcs(1), name="one")
    desk.work(pipeline=Better)
    app = opened(desk.screen("attention"), "One by one")
    assert "For the first alone: Discogs and MusicBrainz both know it." in text(app)


def test_a_fix_shows_how_far_it_is_and_what_it_left_alone(doubtful: Desk) -> None:
    (first, _) = doubtful.engine.queries.jobs().jobs
    doubtful.engine.commands.again(first.job_id, {0: {}})
    doubtful.engine.commands.pause(first.job_id)
    fix = doubtful.engine.fixes.begin(RowsWanted(Cause.AMBIGUOUS), fixing_best(), by="ann@example.com")
    doubtful.store.commit(Patch(f"{FIXES}/{fix.fix_id}", {"due_at": fix.at}, None))
    while doubtful.engine.fixes.work():
        pass
    app = doubtful.screen("attention")
    assert "3 of 6 items queued · by ann" in text(app)
    assert "3 items left alone, because their batch is paused." in text(app)


def fixing_best() -> Remedy:
    return Remedy(FixKind.TAKE_BEST)


def test_one_choice_is_made_for_every_row_of_a_barcode(doubtful: Desk) -> None:
    app = opened(doubtful.screen("attention"), "Choose once for 2")
    assert not app.exception
    assert "2 items left" in text(app)
    app.button(key="pick_1").click()
    app.run()
    opened(app, "Take it for 2 items")
    assert "None is left here." in text(app)
    (fix,) = doubtful.engine.fixes.newest()
    assert (fix.total, fix.remedy.discogs_id, fix.rows.gtin[-12:] in upcs(3)) == (2, "12", True)


def test_one_row_after_the_other_is_decided(desk: Desk) -> None:
    desk.submit(upcs(3), name="one")
    desk.work(pipeline=Doubtful)
    app = opened(desk.screen("attention"), "One by one")
    for left in (3, 2, 1):
        assert f"{left} item{'s' if left > 1 else ''} left" in text(app)
        opened(app, "Take it")
        assert not app.exception
    assert "None is left here." in text(app)
    desk.work(pipeline=Doubtful)
    assert desk.engine.attention.causes() == []


def test_next_and_previous_stay_within_the_rows(desk: Desk) -> None:
    desk.submit(upcs(2), name="one")
    desk.work(pipeline=Doubtful)
    app = opened(desk.screen("attention"), "One by one")
    assert button(app, "Previous").disabled
    opened(app, "Next")
    assert button(app, "Next").disabled
    opened(app, "Previous")
    assert button(app, "Previous").disabled


def test_one_price_for_all_needs_a_price(desk: Desk) -> None:
    desk.submit(upcs(3), name="one")
    desk.work(pipeline=Unpriced)
    app = opened(desk.screen("attention"), "Price 3 items")
    assert app.button(key="begin_fix").disabled
    app.number_input(key="fix_price").set_value(4.5)
    app.run()
    app.button(key="begin_fix").click()
    app.run()
    (fix,) = desk.engine.fixes.newest()
    assert fix.remedy.price_cents == 450


def test_a_refusal_says_what_the_other_operator_does(doubtful: Desk) -> None:
    app = opened(doubtful.screen("attention"), "Leave out 6 items")
    doubtful.engine.fixes.begin(RowsWanted(Cause.AMBIGUOUS), fixing_best(), by="ann")
    app.button(key="begin_fix").click()
    app.run()
    assert any("ann is fixing such rows already" in toast.value for toast in app.toast)


def test_what_was_judged_of_many_rows_is_said() -> None:
    assert fixing.about(Concerned(5_000, {}, 1_000)).endswith("The newest 1,000 were looked at.")
    assert progress.SHOWN_FOR.seconds == 600
    assert one_by_one.Opened(RowsWanted(Cause.AMBIGUOUS)).at == 0


def test_the_address_names_one_cause_and_a_click_shows_all(desk: Desk) -> None:
    desk.submit(upcs(2), name="one")
    desk.work(failing=upcs(1))
    desk.submit(upcs(1), name="two")
    desk.work(pipeline=Unpriced)
    app = desk.screen("attention", cause="no_match")
    assert "Not in the catalogues" in text(app)
    assert "No price" not in text(app)
    opened(app, "Show all 2 causes")
    assert "No price" in text(app)
    assert "No price" in text(desk.screen("attention", cause="nothing_such"))
