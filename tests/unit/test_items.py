"""One row: its ends, its past, and what it is found by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain import items
from engine.domain.items import BEGINNING, DONE, MAX_HISTORY, MAX_WORDS, Item, ItemStatus, Outcome
from engine.errors import Cause

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ITEM = Item(7, 8, "724383244812", "00724383244812")


def begun(item: Item = ITEM, round_: int = 0) -> Item:
    return items.begin(item, worker="w", round_=round_, now=NOW)


def test_an_item_comes_back_from_its_document() -> None:
    whole = items.fail(begun(items.succeed(begun(), now=NOW)), Cause.NO_MATCH, "why", now=NOW)
    assert Item.from_document(whole.document()) == whole


def test_names_sort_as_rows_do() -> None:
    assert sorted(map(items.name, [100, 9, 99_999])) == ["000009", "000100", "099999"]


def test_an_end_spends_an_attempt_and_a_skip_none() -> None:
    assert items.succeed(begun(), now=NOW).attempts == 1
    assert items.fail(begun(), Cause.NO_PRICE, "why", now=NOW).attempts == 1
    assert items.skip(begun(), Cause.MERGED, "why", now=NOW).attempts == 0


@pytest.mark.parametrize("status", ItemStatus)
def test_done_is_an_end(status: ItemStatus) -> None:
    assert Item(0, 1, "1", "1", status).done is (status in DONE)


@pytest.mark.parametrize("cause", Cause)
def test_every_failure_but_a_wrong_barcode_can_be_retried(cause: Cause) -> None:
    assert items.fail(begun(), cause, "why", now=NOW).retryable is (cause is not Cause.INVALID_BARCODE)


def test_what_succeeded_or_was_skipped_cannot_be_retried() -> None:
    assert not items.succeed(begun(), now=NOW).retryable
    assert not items.skip(begun(), Cause.MERGED, "why", now=NOW).retryable


def test_a_new_run_forgets_the_last_end_and_keeps_it_in_its_past() -> None:
    again = begun(items.fail(begun(), Cause.NO_MATCH, "why", now=NOW), round_=2)
    assert (again.status, again.cause, again.error, again.finished_at) == (ItemStatus.WORKING, None, None, None)
    assert (again.outcome, again.round, again.attempts) == (None, 2, 1)
    assert again.history == ({"attempt": 1, "cause": Cause.NO_MATCH, "error": "why", "at": NOW},)


def test_a_run_that_was_cut_off_is_no_past() -> None:
    assert begun(begun()).history == ()


def test_the_past_is_bounded() -> None:
    item = ITEM
    for _ in range(MAX_HISTORY + 3):
        item = items.fail(begun(item), Cause.NO_MATCH, "why", now=NOW)
    assert [entry["attempt"] for entry in item.history] == [3, 4, 5, 6, 7]


def test_the_first_intent_stays() -> None:
    first = items.intend(begun(), sku="DM1", now=NOW)
    assert items.intend(first, sku="DM1", now=NOW + LATER).intent == {"sku": "DM1", "at": NOW}


LATER = timedelta(hours=1)


def release(**facts: str) -> Item:
    return Item(0, 1, "1", "1", release=facts)


def test_a_row_is_found_by_the_beginnings_of_its_words() -> None:
    found = release(artist="AC/DC", title="Back in Black", label="ATCO")
    assert found.words == ["ac", "dc", "back", "in", "black", "atco"]
    assert {"ac", "bl", "bla", "blac", "black", "in"} <= set(found.document()["terms"])


def test_capitals_and_accents_do_not_matter() -> None:
    assert items.words("BJÖRK Straße Ænima d’été") == ["bjork", "strasse", "ænima", "d", "ete"]


@given(st.text(max_size=300))
def test_terms_are_bounded_and_every_word_can_be_looked_for(title: str) -> None:
    found = release(title=title)
    terms = found.document()["terms"]
    assert len(terms) <= MAX_WORDS * (BEGINNING - 1)
    assert all(word[:BEGINNING] in terms for word in found.words if len(word) > 1)


def test_a_composed_row_says_so() -> None:
    assert Item.from_document({**ITEM.document(), "outcome": "composed"}).outcome is Outcome.COMPOSED
