"""What the screens tell of copies that were added to an earlier draft."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from console.context import context
from console.screens.drafts.evidence import added
from console.screens.drafts.view import Place
from engine.codec import replace
from engine.domain.batch.additions import on_top
from engine.domain.batch.decided import Addition, Decided
from engine.domain.batch.items import Item
from engine.domain.batch.options import DraftedBefore, Options
from engine.domain.identify.evidence import Match, Verdict
from engine.domain.listing.composition import Draft
from tests.support.desk import Desk, Scripted, text, upcs
from tests.support.working import Work


class Adding(Scripted):
    """A pipeline whose drafts take copies."""

    def change(self, work: Work) -> None:
        super().change(work)
        extra = on_top(work.item.decided)
        draft = Draft(title="Café Songs", quantity=1 + sum(extra.values()), added=extra)
        work.item = replace(work.item, draft=draft, match=Match(Verdict.MATCHED))


@pytest.fixture
def jobs(desk: Desk) -> tuple[str, str]:
    """Return two batches of one row, the second of which has added its copy to the draft of the first."""
    first = desk.submit(upcs(1), name="first")
    desk.work(pipeline=Adding)
    second = desk.submit(upcs(1), Options(drafted_before=DraftedBefore.QUANTITY), name="box *2*")
    desk.work(pipeline=Adding)
    context().poller.changed()
    return first.job_id, second.job_id


def test_a_draft_tells_which_row_has_added_to_it(desk: Desk, jobs: tuple[str, str]) -> None:
    app = desk.screen("drafts", draft=str(Place(jobs[0], 0)), show="all")
    assert not app.exception
    assert "1 added by row 1 of box *2*" in text(app)
    assert "not in the draft yet" not in text(app)


def test_a_row_tells_where_its_copy_is(desk: Desk, jobs: tuple[str, str]) -> None:
    app = desk.screen("batch", job_id=jobs[1])
    assert not app.exception
    (item,) = desk.engine.queries.items(jobs[1]).items
    assert (item.error or "").startswith("1 copy added to row 1 of first, SKU ")


def test_copies_that_a_draft_does_not_hold_yet_are_told_as_such() -> None:
    entry = Addition(2, "batch_2", 4, "second", datetime(2026, 11, 23, tzinfo=UTC))
    decided = Decided(added={"S1": entry, "S2": replace(entry, counted=True)})
    item = Item(0, 1, "", None, decided=decided, draft=Draft(quantity=1))
    assert added(item) == ["2 added by row 5 of second, not in the draft yet", "2 added by row 5 of second"]
