"""What lists over all batches say of a draft."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.codec import replace
from engine.domain.batch import draft_index
from engine.domain.batch.decided import Decided, Review, Reviewed
from engine.domain.batch.draft_index import DraftRecord
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.rows import Condition, HandedTo
from engine.domain.identify.evidence import Confidence, Match
from engine.domain.listing.composition import Draft

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
DRAFT = Draft(
    "DM1",
    "New Order - Movement",
    grade=Condition.USED_GOOD,
    quantity=3,
    price_cents=599,
    not_publishable=("Not set: postage.",),
    image_url="https://a/1.jpg",
)
ITEM = Item(
    7,
    8,
    "724383244812",
    "00724383244812",
    ItemStatus.SUCCEEDED,
    sku="DM1",
    outcome=Outcome.DRAFTED,
    offer_id="77",
    match=Match(confidence=Confidence.FAIR),
    draft=DRAFT,
    finished_at=NOW,
    decided=Decided(review=Reviewed(Review.HELD, "ann", LATER)),
)
RECORD = DraftRecord(
    "DM1",
    "00724383244812",
    "724383244812",
    "batch_1",
    7,
    NOW,
    title="New Order - Movement",
    price_cents=599,
    grade=Condition.USED_GOOD,
    quantity=3,
    image_url="https://a/1.jpg",
    left_to_do=("Not set: postage.",),
    confidence=Confidence.FAIR,
    look=True,
    outcome=Outcome.DRAFTED,
    offer_id="77",
    review=Review.HELD,
    reviewed_by="ann",
    changed_at=LATER,
)
UNSEEN = {"decided": Decided()}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, {}),
        (UNSEEN, {"review": Review.OPEN, "reviewed_by": "", "changed_at": NOW}),
        ({"match": Match(confidence=Confidence.GOOD)}, {"confidence": Confidence.GOOD, "look": False}),
        ({"status": ItemStatus.SKIPPED}, {"review": Review.REMOVED}),
        ({"status": ItemStatus.SKIPPED, **UNSEEN}, {"review": Review.REMOVED, "reviewed_by": "", "changed_at": NOW}),
    ],
)
def test_a_record_says_what_the_row_says(changed: dict[str, Any], says: dict[str, Any]) -> None:
    assert draft_index.record("batch_1", replace(ITEM, **changed)) == replace(RECORD, **says)


@pytest.mark.parametrize(
    "changed",
    [
        {"draft": Draft()},
        {"status": ItemStatus.WORKING},
        {"status": ItemStatus.FAILED},
        {"handed_to": HandedTo("batch_2", 4, "box", NOW)},
        {"finished_at": None},
    ],
    ids=["none was composed", "it runs", "it failed", "another row carries it on", "it has no end"],
)
def test_a_row_without_a_draft_of_its_own_has_no_record(changed: dict[str, Any]) -> None:
    assert draft_index.record("batch_1", replace(ITEM, **changed)) is None
