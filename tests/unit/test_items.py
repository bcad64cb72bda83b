"""One row: its ends, its past, and what it is found by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.codec import decode, replace
from engine.domain.batch import items
from engine.domain.batch.decided import Addition, Choice, Decided, Edits, Review, Reviewed, Signature
from engine.domain.batch.items import (
    DONE,
    MAX_HISTORY,
    MAX_WORDS,
    Attempt,
    Intent,
    Item,
    ItemStatus,
    Outcome,
)
from engine.domain.batch.rows import Carried, Condition, HandedTo, Row
from engine.domain.folding import BEGINNING, beginnings
from engine.domain.identify.evidence import Confidence, Match, ReleaseSummary, Verdict
from engine.domain.listing.category_rules import EBAY, CheckedAgainst
from engine.domain.listing.composition import Draft
from engine.domain.listing.photos import Picture
from engine.domain.listing.pricing import Price, PriceEvidence
from engine.errors import Cause, IllegalTransition

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ITEM = Item(7, 8, "724383244812", "00724383244812")


def begun(item: Item = ITEM, round_: int = 0) -> Item:
    return items.begin(item, worker="w", round_=round_, now=NOW)


def test_an_item_comes_back_from_its_document() -> None:
    whole = items.fail(begun(items.succeed(begun(), now=NOW)), Cause.NO_MATCH, "why", now=NOW)
    assert decode(Item, whole.document()) == whole


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
    assert again.history == (Attempt(1, Cause.NO_MATCH, "why", NOW),)


def test_a_run_that_was_cut_off_is_no_past() -> None:
    assert begun(begun()).history == ()


def test_the_past_is_bounded() -> None:
    item = ITEM
    for _ in range(MAX_HISTORY + 3):
        item = items.fail(begun(item), Cause.NO_MATCH, "why", now=NOW)
    assert [past.attempt for past in item.history] == [3, 4, 5, 6, 7]


def test_the_first_intent_stays() -> None:
    first = items.intend(begun(), sku="DM1", now=NOW)
    assert items.intend(first, sku="DM1", now=NOW + LATER).intent == Intent("DM1", NOW)


LATER = timedelta(hours=1)


def release(**facts: Any) -> Item:
    return Item(0, 1, "1", "1", release=ReleaseSummary(**facts))


def terms_of(found: Item) -> list[str]:
    terms = found.document()["terms"]
    assert isinstance(terms, list)
    return terms


def test_a_row_is_found_by_the_beginnings_of_its_words() -> None:
    found = release(artist="AC/DC", title="Back in Black", label="ATCO")
    assert found.words == ["ac", "dc", "back", "in", "black", "atco"]
    assert {"ac", "bl", "bla", "blac", "black", "in"} <= set(terms_of(found))


@given(st.text(max_size=300))
def test_terms_are_bounded_and_every_word_can_be_looked_for(title: str) -> None:
    found = release(title=title)
    terms = terms_of(found)
    assert len(terms) <= MAX_WORDS * (BEGINNING - 1)
    assert all(word[:BEGINNING] in terms for word in found.words if len(word) > 1)


def test_a_composed_row_says_so() -> None:
    assert decode(Item, {**ITEM.document(), "outcome": "composed"}).outcome is Outcome.COMPOSED


SUMMARY = ReleaseSummary(
    artist="New Order", title="Movement", year=1981, format_descriptions=("Album",), discogs_id="7"
)
DRAFT = Draft(
    "DM1",
    "New Order - Movement",
    grade=Condition.USED_GOOD,
    added={"DM2": 3},
    not_publishable=("Not set: postage.",),
    checked_against=CheckedAgainst(EBAY, "2026-11-23T09:00:00+00:00"),
    inventory_item={"product": {"aspects": {"Artist": ["New Order"]}, "imageUrls": ["https://a/1.jpg"]}},
)
WHOLE = Item(
    7,
    8,
    "724383244812",
    "00724383244812",
    ItemStatus.SUCCEEDED,
    intent=Intent("DM1", NOW),
    outcome=Outcome.DRAFTED,
    release=SUMMARY,
    match=Match(Verdict.MATCHED, Confidence.FAIR, ("Found at Discogs.",), ("musicbrainz",), 1, (SUMMARY,)),
    picture=Picture("https://a/1.jpg", "Front cover."),
    price=Price(599, "edited", "Edited by ann.", PriceEvidence(instead_of=Price(499, "file", "In the file."))),
    draft=DRAFT,
    history=(Attempt(1, Cause.NO_MATCH, "why", NOW),),
    decided=Decided(
        Choice("ann", NOW, discogs_id="7"),
        Edits(title="Mine", aspects={"Style": ()}),
        Signature("ann", NOW),
        review=Reviewed(Review.HELD, "ann", NOW),
        added={"DM2": Addition(3, "batch_2", 4, "second.csv", NOW)},
    ),
    was=ItemStatus.FAILED,
)


def test_all_evidence_comes_back_from_its_document() -> None:
    assert decode(Item, WHOLE.document()) == WHOLE


def test_evidence_that_is_missing_is_stored_as_an_empty_map_and_other_evidence_whole() -> None:
    stored = ITEM.document()
    missing = ("release", "match", "picture", "price", "draft", "decided")
    assert [stored[name] for name in missing] == [{}] * len(missing)
    assert WHOLE.document()["picture"] == {
        "url": "https://a/1.jpg",
        "reason": "Front cover.",
        "files": (),
        "warning": "",
        "unlinked": False,
    }
    assert WHOLE.document()["decided"]["edits"] == {"title": "Mine", "aspects": {"Style": ()}}


def test_a_cause_that_only_a_newer_version_knows_is_kept() -> None:
    assert decode(Item, {**ITEM.document(), "cause": "abducted"}).document()["cause"] == "abducted"


TO = HandedTo("batch_2", 4, "box, failed rows", NOW)


def test_a_failed_row_that_is_handed_over_is_skipped_and_keeps_why_it_failed() -> None:
    failed = items.fail(begun(), Cause.REFUSED, "eBay refuses it.", now=NOW)
    moved = items.hand_over(failed, TO)
    assert (moved.status, moved.cause, moved.was) == (ItemStatus.SKIPPED, Cause.HANDED_OVER, ItemStatus.FAILED)
    assert (moved.history[-1].cause, moved.attempts, moved.handed_to) == (Cause.REFUSED, 1, TO)
    assert decode(Item, moved.document()) == moved
    assert items.begin(moved, worker="w", round_=2, now=NOW).handed_to is None


@pytest.mark.parametrize(
    "other",
    [
        {"cause": Cause.INVALID_BARCODE},
        {"status": ItemStatus.SUCCEEDED},
        {"wanted": 3},
        {"decided": Decided(added={"S1": Addition(1, "batch_2", 4, "second.csv", NOW)})},
    ],
    ids=["no retry mends it", "not failed", "wanted here", "copies of others"],
)
def test_no_other_row_is_handed_over(other: dict[str, Any]) -> None:
    failed = items.fail(begun(), Cause.REFUSED, "eBay refuses it.", now=NOW)
    with pytest.raises(IllegalTransition):
        items.hand_over(replace(failed, **other), TO)


# a row whole, before and after


def test_a_row_that_nobody_has_begun_waits_under_its_barcode() -> None:
    row = Row(7, 9, "0724383244812", "00724383244812")
    assert items.waiting(row) == Item(7, 9, "724383244812", "00724383244812")
    assert items.waiting(replace(row, value="12-x", gtin=None)) == Item(7, 9, "12-x", None)


def test_a_row_from_another_batch_keeps_the_draft_that_it_intended_there() -> None:
    row = Row(7, 9, "0724383244812", "00724383244812", carried=Carried(2, "DM1"))
    assert items.waiting(row).intent is None
    intended = replace(row, carried=Carried(2, "DM1", intended_at=NOW))
    assert items.waiting(intended) == replace(items.waiting(row), intent=Intent("DM1", NOW))


def test_a_run_begins_anew_with_all_that_was_decided_and_found() -> None:
    ended = replace(
        WHOLE, cause=Cause.NO_MATCH, error="why", not_sent="Test mode", finished_at=NOW, attempts=1, wanted=2
    )
    begun_again = items.begin(ended, worker="w", round_=2, now=NOW + LATER)
    assert begun_again == replace(
        WHOLE,
        status=ItemStatus.WORKING,
        outcome=None,
        attempts=1,
        round=2,
        started_at=NOW + LATER,
        worker="w",
        history=(*WHOLE.history, Attempt(1, Cause.NO_MATCH, "why", NOW)),
        was=ItemStatus.SUCCEEDED,
    )
    assert items.begin(begun_again, worker="v", round_=2, now=NOW).was is ItemStatus.SUCCEEDED


def test_an_end_changes_nothing_but_what_it_is_and_when() -> None:
    run = begun(replace(WHOLE, attempts=1))
    ended = {"finished_at": NOW + LATER, "attempts": 2}
    assert items.succeed(run, now=NOW + LATER) == replace(run, status=ItemStatus.SUCCEEDED, **ended)
    failed = items.fail(run, Cause.REFUSED, "why", now=NOW + LATER)
    assert failed == replace(run, status=ItemStatus.FAILED, cause=Cause.REFUSED, error="why", **ended)
    skipped = items.skip(run, Cause.MERGED, "why", now=NOW + LATER)
    wanted = {"cause": Cause.MERGED, "error": "why", "finished_at": NOW + LATER}
    assert skipped == replace(run, status=ItemStatus.SKIPPED, **wanted)


def test_an_intent_names_the_draft_and_its_time() -> None:
    assert items.intend(begun(), sku="DM1", now=NOW) == replace(begun(), sku="DM1", intent=Intent("DM1", NOW))


@pytest.mark.parametrize(
    ("status", "was", "expected"),
    [
        (ItemStatus.SUCCEEDED, None, True),
        (ItemStatus.SUCCEEDED, ItemStatus.FAILED, True),
        (ItemStatus.WORKING, ItemStatus.SUCCEEDED, True),
        (ItemStatus.WORKING, ItemStatus.FAILED, False),
        (ItemStatus.WORKING, None, False),
        (ItemStatus.FAILED, ItemStatus.SUCCEEDED, False),
        (ItemStatus.SKIPPED, ItemStatus.SUCCEEDED, False),
    ],
)
def test_a_row_had_succeeded_by_its_end_or_while_it_runs_by_the_end_before(
    status: ItemStatus, was: ItemStatus | None, expected: bool
) -> None:
    assert items.succeeded_before(replace(ITEM, status=status, was=was)) is expected


@pytest.mark.parametrize(
    ("outcome", "offer_id", "kept"),
    [
        (Outcome.COMPOSED, "77", Outcome.COMPOSED),
        (Outcome.DRAFTED, None, Outcome.DRAFTED),
        (None, "77", Outcome.DRAFTED),
        (None, None, Outcome.COMPOSED),
    ],
)
def test_a_draft_whose_run_failed_is_left_as_it_was(
    outcome: Outcome | None, offer_id: str | None, kept: Outcome
) -> None:
    asked = replace(WHOLE.decided, removed=Signature("ann", NOW))
    before = replace(WHOLE, outcome=outcome, offer_id=offer_id, wanted=3, cause=Cause.REFUSED, decided=asked)
    assert items.keep(before, "eBay refuses it.", round_=3, now=NOW + LATER) == replace(
        WHOLE,
        outcome=kept,
        offer_id=offer_id,
        error="The draft was left as it was: eBay refuses it.",
        finished_at=NOW + LATER,
        round=3,
        was=ItemStatus.SUCCEEDED,
    )


def test_a_row_wanted_again_takes_what_was_decided_but_for_what_was_thought_of_its_draft() -> None:
    mine = replace(WHOLE.decided, edits=Edits(title="Yours"))
    moved = replace(WHOLE, handed_to=TO)
    assert items.want(moved, round_=3, decided=mine) == replace(WHOLE, wanted=3, decided=replace(mine, review=None))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"status": ItemStatus.WORKING}, "Row 8 is not done yet; wait for its end"),
        ({"wanted": 0}, "Row 8 is being done again already"),
    ],
)
def test_a_row_that_runs_or_is_to_run_is_not_wanted_again(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(IllegalTransition) as refusal:
        items.want(replace(WHOLE, **changed), round_=3, decided=WHOLE.decided)
    assert str(refusal.value) == sentence


def test_a_row_that_is_handed_over_says_to_which_row() -> None:
    failed = items.fail(begun(), Cause.REFUSED, "eBay refuses it.", now=NOW)
    later = replace(TO, at=NOW + LATER)
    assert items.hand_over(failed, later) == replace(
        failed,
        status=ItemStatus.SKIPPED,
        cause=Cause.HANDED_OVER,
        error="Handed over: row 5 of box, failed rows carries it on.",
        finished_at=NOW + LATER,
        history=(Attempt(1, Cause.REFUSED, "eBay refuses it.", NOW),),
        was=ItemStatus.FAILED,
        handed_to=later,
    )


def test_a_row_that_is_not_handed_over_says_why() -> None:
    with pytest.raises(IllegalTransition) as refusal:
        items.hand_over(ITEM, TO)
    assert str(refusal.value) == "Row 8 is not a failed row that another batch could carry on"


def test_beginnings_of_words_are_sorted_have_two_to_five_letters_and_stand_once() -> None:
    assert beginnings(["movement", "a", "mo", "order"]) == [
        "mo",
        "mov",
        "move",
        "movem",
        "or",
        "ord",
        "orde",
        "order",
    ]


@pytest.mark.parametrize(
    ("finished", "reviewed", "changed"), [(None, None, None), (0, None, 0), (0, 1, 1), (1, 0, 1), (None, 1, 1)]
)
def test_a_row_changed_when_a_run_or_a_person_changed_it_last(
    finished: int | None, reviewed: int | None, changed: int | None
) -> None:
    times = {None: None, 0: NOW, 1: NOW + LATER}
    review = None if reviewed is None else Reviewed(Review.HELD, "ann", times[reviewed])
    assert replace(ITEM, finished_at=times[finished], decided=Decided(review=review)).changed_at == times[changed]
