"""Rows that become drafts as a person decided it, for the tests of the Drafts screen."""

from __future__ import annotations

from console.context import context
from engine.codec import replace
from engine.domain.batch.items import Item, skip
from engine.domain.identify.evidence import Confidence, Match, ReleaseSummary
from engine.domain.listing.category_rules import EBAY, CheckedAgainst
from engine.domain.listing.composition import Draft
from engine.errors import Cause, ItemError
from tests.support.desk import Desk, Scripted
from tests.support.working import Work

CANDIDATES = (
    ReleaseSummary("New Order", "Movement", year=1981, format="CD", discogs_id="1", country="UK"),
    ReleaseSummary("New Order", "Movement", year=1993, format="CD", discogs_id="2", country="UK"),
)


class Drafting(Scripted):
    """A pipeline that drafts as a person decided it; the barcodes in `failing` are ambiguous until he chooses."""

    def change(self, work: Work) -> None:
        decided, chosen = work.item.decided, work.item.decided.choice
        if work.item.upc in self._failing and not chosen:
            work.item = replace(work.item, match=Match(candidates=CANDIDATES))
            raise ItemError(Cause.AMBIGUOUS, "Releases that differ in year carry this barcode.")
        super().change(work)
        edited = work.edits
        draft = Draft(
            title=edited.title or f"Title {work.row.index}",
            price_cents=edited.price_cents or 1250,
            category="Music CDs",
            checked_against=CheckedAgainst(EBAY, "2026-11-23T09:00:00+00:00"),
            not_publishable=("The condition is not set: only you can grade the copy.",),
            inventory_item={"product": {"aspects": {"Artist": ["New Order"]}}},
        )
        sure = Confidence.FAIR if work.row.index == 1 else Confidence.GOOD
        match = Match(confidence=sure, candidates=CANDIDATES)
        work.item = replace(work.item, draft=draft, match=match, release=CANDIDATES[0], offer_id="9000000001")
        if decided.removed:
            work.item = skip(replace(work.item, offer_id=None), Cause.REMOVED, "Removed by hand.", now=work.now())


def work(desk: Desk, *failing: str) -> None:
    """Work until nothing is left to do, and let the screens know."""
    desk.work(failing, pipeline=Drafting)
    context().poller.changed()


def item(desk: Desk, job_id: str, index: int) -> Item:
    return desk.engine.queries.items_at(job_id, [index])[0]
