"""Rows that become drafts as a person decided it, for the tests of the Drafts screen."""

from __future__ import annotations

from dataclasses import replace

from console.context import context
from engine.domain.items import Item, skip
from engine.errors import Cause, ItemError
from engine.pipeline.work import Work
from tests.pages.desk import Desk, Scripted

CANDIDATES = [
    {"artist": "New Order", "title": "Movement", "year": 1981, "format": "CD", "discogs_id": "1", "country": "UK"},
    {"artist": "New Order", "title": "Movement", "year": 1993, "format": "CD", "discogs_id": "2", "country": "UK"},
]


class Drafting(Scripted):
    """A pipeline that drafts as a person decided it; the barcodes in `failing` are ambiguous until he chooses."""

    def run(self, work: Work) -> None:
        decided, chosen = work.item.decided, work.item.decided.get("choice")
        if work.item.upc in self._failing and not chosen:
            work.item = replace(work.item, match={"candidates": CANDIDATES, "reasons": [], "confidence": None})
            raise ItemError(Cause.AMBIGUOUS, "Releases that differ in year carry this barcode.")
        super().run(work)
        edited = work.edits
        draft = {
            "title": edited.title or f"Title {work.row.index}",
            "price_cents": edited.price_cents or 1250,
            "quantity": 1,
            "category": "Music CDs",
            "checked_against": {"by": "ebay", "asked_at": "2026-11-23T09:00:00+00:00"},
            "not_publishable": ["The condition is not set: only you can grade the copy."],
            "inventory_item": {"product": {"aspects": {"Artist": ["New Order"]}}},
        }
        match = {"confidence": "fair" if work.row.index == 1 else "good", "candidates": CANDIDATES, "reasons": []}
        work.item = replace(work.item, draft=draft, match=match, release=CANDIDATES[0], offer_id="9000000001")
        if decided.get("removed"):
            work.item = skip(replace(work.item, offer_id=None), Cause.REMOVED, "Removed by hand.", now=work.now())


def work(desk: Desk, *failing: str) -> None:
    """Work until nothing is left to do, and let the screens know."""
    desk.work(failing, pipeline=Drafting)
    context().live.changed()


def item(desk: Desk, job_id: str, index: int) -> Item:
    return desk.engine.queries.items_at(job_id, [index])[0]
