"""What the screens tell of copies that were added to an earlier draft."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.context import context
from console.screens.drafts_evidence import added
from console.screens.drafts_view import Place
from engine.domain.additions import on_top
from engine.domain.items import Item
from engine.domain.options import DraftedBefore, Options
from engine.pipeline.work import Work
from tests.pages.desk import Desk, Scripted, text, upcs


class Adding(Scripted):
    """A pipeline whose drafts take copies."""

    def run(self, work: Work) -> None:
        super().run(work)
        extra = on_top(work.item.decided)
        draft = {"title": "Café Songs", "quantity": 1 + sum(extra.values()), "added": extra, "grade": None}
        work.item = replace(work.item, draft=draft, match={"verdict": "matched"})

    def unchangeable(self, *_: object) -> str:
        return ""


@pytest.fixture
def jobs(desk: Desk) -> tuple[str, str]:
    """Return two batches of one row, the second of which has added its copy to the draft of the first."""
    first = desk.submit(upcs(1), name="first")
    desk.work(pipeline=Adding)
    second = desk.submit(upcs(1), Options(drafted_before=DraftedBefore.QUANTITY), name="box *2*")
    desk.work(pipeline=Adding)
    context().live.changed()
    return first.job_id, second.job_id


def test_a_draft_tells_which_row_has_added_to_it(desk: Desk, jobs: tuple[str, str]) -> None:
    app = desk.screen("drafts", draft=str(Place(jobs[0], 0)), show="all")
    assert not app.exception
    assert "1 added by row 1 of box \\*2\\*" in text(app)
    assert "not in the draft yet" not in text(app)


def test_a_row_tells_where_its_copy_is(desk: Desk, jobs: tuple[str, str]) -> None:
    app = desk.screen("batch", job_id=jobs[1])
    assert not app.exception
    (item,) = desk.engine.queries.items(jobs[1]).items
    assert (item.error or "").startswith("1 copy added to row 1 of first, SKU ")


def test_copies_that_a_draft_does_not_hold_yet_are_told_as_such() -> None:
    entry = {"copies": 2, "job_id": "batch_2", "index": 4, "batch": "second", "at": None}
    item = Item(
        0, 1, "", None, decided={"added": {"S1": entry, "S2": {**entry, "counted": True}}}, draft={"quantity": 1}
    )
    assert added(item) == ["2 added by row 5 of second, not in the draft yet", "2 added by row 5 of second"]
