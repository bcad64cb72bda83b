"""Batches on a clock that only counts: what their rows cost, and when the last of them is done."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.batch.options import Duplicates, Options
from engine.domain.batch.rows import Row
from engine.domain.batch.shards import SHARD_ROWS
from engine.domain.identify.named import Named
from engine.domain.services import Service
from engine.quota.forecast import DiscogsUse, Quota, calls_a_row
from engine.simulation.rows import COVER_CALLS, Circumstances, RowCost, costs
from engine.simulation.simulate import Installation, simulate
from engine.worker.run import Limits

DISCOGS, MUSICBRAINZ, EBAY = Service.DISCOGS, Service.MUSICBRAINZ, Service.EBAY
QUOTAS = {DISCOGS: Quota(60, 60.0), MUSICBRAINZ: Quota(1, 1.0)}
PYTHON = 1.0  # seconds that a short run spends elsewhere at most


def at(seconds: float, **more: int) -> Installation:
    return Installation(QUOTAS, dict.fromkeys(Service, seconds), limits=Limits(lanes_most=16), **more)


def gtin(number: int) -> str:
    return f"{84_000_000_000 + number:014d}"


def asking(count: int, **calls: int) -> list[RowCost]:
    return [
        RowCost(gtin(number), calls={Service(name): each for name, each in calls.items()}) for number in range(count)
    ]


@pytest.mark.parametrize(
    ("calls", "answer", "seconds"),
    [
        (60, 0.0, 0.0),
        (61, 0.0, 60.0),
        (120, 0.0, 60.0),
        (121, 0.0, 120.0),
        (61, 2.0, 62.0 + 2.0),  # a slot is free a window after its call has ended
    ],
)
def test_the_last_row_is_done_when_its_slot_was_free(calls: int, answer: float, seconds: float) -> None:
    found = simulate(asking(calls, discogs=1), at(answer))
    assert seconds <= found.seconds <= seconds + PYTHON
    assert found.calls == {DISCOGS: calls}


def test_the_quota_that_rows_wait_for_most_is_what_limits() -> None:
    assert simulate(asking(300, discogs=1), at(0.1)).limited_by is DISCOGS
    assert simulate(asking(10, discogs=1), at(0.1)).limited_by is None


def test_what_is_used_of_a_quota_already_is_waited_for() -> None:
    used = {DISCOGS: Quota(60, 60.0, busy=tuple(range(1, 61)))}
    found = simulate(asking(30, discogs=1), replace(at(0.0), quotas=used))
    assert 30.0 <= found.seconds <= 30.0 + PYTHON


def test_a_day_whose_calls_are_used_up_is_waited_for() -> None:
    browse = {Service.EBAY_BROWSE: Quota(daily_limit=5_000, daily_left=10, day_ends_seconds=3_600.0)}
    found = simulate(asking(11, ebay_browse=1), replace(at(0.0), quotas=browse))
    assert 3_600.0 <= found.seconds <= 3_600.0 + PYTHON
    assert found.limited_by is Service.EBAY_BROWSE


def test_one_search_is_for_rows_that_come_next_too() -> None:
    rows = [RowCost(gtin(number), searched=True) for number in range(100)]
    found = simulate(rows, at(0.3))
    assert 3 <= found.calls[MUSICBRAINZ] <= 10
    named = simulate([RowCost(searched=True) for _ in range(10)], at(0.3))
    assert named.calls[MUSICBRAINZ] == 10


def test_rows_share_their_calls_to_ebay() -> None:
    found = simulate([RowCost(gtin(number), drafted=True) for number in range(1_000)], at(0.3))
    assert found.calls[EBAY] < 200
    assert found.limited_by is None


def test_more_workers_share_the_shards_and_one_quota() -> None:
    rows = asking(2 * SHARD_ROWS, coverart=1)
    assert simulate(rows, at(0.5, workers=2)).seconds < 0.6 * simulate(rows, at(0.5)).seconds
    limited = asking(SHARD_ROWS + 60, discogs=1)
    assert simulate(limited, at(0.0, workers=2)).seconds >= QUOTAS[DISCOGS].seconds_for(len(limited))


@given(st.integers(0, 400), st.integers(1, 3), st.sampled_from([0.0, 0.1, 2.0]), st.integers(1, 3))
def test_no_batch_is_done_before_its_quota_allows(count: int, each: int, answer: float, workers: int) -> None:
    found = simulate(asking(count, discogs=each), at(answer, workers=workers))
    assert found.seconds >= QUOTAS[DISCOGS].seconds_for(count * each)
    assert found.calls.get(DISCOGS, 0) == count * each


USUAL = Circumstances(Options(), calls_a_row(discogs=DiscogsUse.FACTS, compares=False))
ROW = Row(0, 1, "840000000002", gtin(0))


def test_a_row_asks_as_often_as_experience_says() -> None:
    (cost,) = costs([ROW], USUAL)
    assert (cost.gtin, cost.searched, cost.drafted) == (gtin(0), True, True)
    assert cost.calls == {DISCOGS: int(USUAL.calls[DISCOGS]), Service.COVERART: int(COVER_CALLS)}


def test_parts_of_calls_add_up_to_whole_ones() -> None:
    rows = [numbered(index) for index in range(100)]
    made = costs(rows, replace(USUAL, calls={DISCOGS: 1.05}))
    assert sum(cost.calls.get(DISCOGS, 0) for cost in made) == 105


def test_what_is_known_is_only_drafted() -> None:
    known = replace(USUAL, known={gtin(0)})
    assert costs([ROW], known) == [RowCost(drafted=True)]
    assert costs([ROW], replace(known, ebay=False)) == [RowCost()]
    assert costs([ROW], replace(known, options=Options(create_drafts=False))) == [RowCost()]


def test_a_repeated_row_looks_nothing_up() -> None:
    again = Row(1, 2, "840000000002", gtin(0), repeat_of=0)
    assert costs([again], USUAL) == [RowCost(drafted=True)]
    assert costs([again], replace(USUAL, options=Options(duplicates=Duplicates.QUANTITY))) == [RowCost()]


def test_a_row_that_names_nothing_costs_nothing() -> None:
    assert costs([Row(0, 1, "x", problem="No barcode.")], USUAL) == [RowCost()]


def test_a_row_that_is_named_by_its_number_at_discogs_asks_for_that_alone() -> None:
    (cost,) = costs([Row(0, 1, named=Named(discogs_id="21"))], USUAL)
    assert (cost.searched, cost.calls) == (False, {DISCOGS: 1})


def numbered(index: int) -> Row:
    return Row(index, index + 1, "", gtin(index))
