"""What the published lists of a batch say of rows that are done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.codec import replace
from engine.domain.batch import results
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.results import Checkpoint, RowFailure, RowOutcome, oldest_first
from engine.domain.identify.evidence import ReleaseSummary
from engine.domain.listing.pricing import Price
from engine.errors import Cause

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
UPC = "724383244812"
DRAFTED = Item(
    7,
    8,
    UPC,
    f"00{UPC}",
    ItemStatus.SUCCEEDED,
    sku="DM1",
    outcome=Outcome.COMPOSED,
    not_sent="Test mode",
    offer_id="77",
    release=ReleaseSummary("New Order", "Movement"),
    price=Price(599, "file"),
    finished_at=NOW,
)
FAILED = Item(7, 8, UPC, f"00{UPC}", ItemStatus.FAILED, Cause.NO_MATCH, "why", finished_at=NOW)


def test_results_say_what_was_made_of_a_row() -> None:
    assert results.outcome(DRAFTED) == RowOutcome(
        UPC,
        7,
        "succeeded",
        success=True,
        outcome="composed",
        not_sent="Test mode",
        artist="New Order",
        title="Movement",
        price_cents=599,
        sku="DM1",
        offer_id="77",
        timestamp=NOW,
    )


def test_results_say_why_a_row_failed() -> None:
    assert results.outcome(FAILED) == RowOutcome(
        UPC, 7, "failed", success=False, cause="no_match", error="why", timestamp=NOW
    )


def test_failures_and_checkpoints_say_what_became_of_a_row_and_when() -> None:
    assert results.failure(FAILED) == RowFailure(UPC, 7, "why", NOW)
    assert results.checkpoint(FAILED) == Checkpoint(7, UPC, success=False, timestamp=NOW)
    assert results.checkpoint(DRAFTED) == Checkpoint(7, UPC, success=True, timestamp=NOW)


def test_entries_stand_by_their_time_then_by_their_row_and_those_without_a_time_in_front() -> None:
    late, early = Checkpoint(1, "1", timestamp=NOW), Checkpoint(2, "2", timestamp=NOW - timedelta(seconds=1))
    first, second = Checkpoint(9, "9"), Checkpoint(3, "3")
    at_once, unknown = replace(late, upc_index=0), replace(late, upc_index=None)
    assert oldest_first([late, first, early, second]) == (first, second, early, late)
    assert oldest_first([late, at_once]) == (at_once, late)
    assert oldest_first([late, unknown]) == (unknown, late)
    outcomes = [RowOutcome("1", index, timestamp=NOW) for index in (4, 3)]
    assert oldest_first(outcomes) == (outcomes[1], outcomes[0])
