"""Where a price comes from."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain import pricing
from engine.domain.pricing import Price, PriceBasis, PriceRule
from engine.domain.rows import Condition
from engine.errors import Cause, ItemError

RULE = {"CD": {"*": 599, "NEW": 999}, "Box Set": {"*": 2999}, "*": {"USED_ACCEPTABLE": 199}}


def compared(asked: list[int], **rule: Any) -> Price:
    return pricing.comparable(PriceRule(**rule), asked, searched={"conditions": ["USED"]})


def test_the_file_s_own_price_is_taken_as_it_is() -> None:
    assert pricing.stated(1250).document() == {
        "cents": 1250,
        "currency": "USD",
        "source": "file",
        "reason": "The price stands in the file.",
        "evidence": {},
    }


@pytest.mark.parametrize(
    ("media", "condition", "cents"),
    [
        (("CD", "CD"), Condition.NEW, 999),
        (("CD", "CD"), Condition.USED_GOOD, 599),
        (("CD", "CD"), None, 599),
        (("CDr", "CD"), None, 599),
        (("Box Set", "CD"), Condition.NEW, 2999),
        (("Vinyl", "Vinyl"), Condition.USED_ACCEPTABLE, 199),
        (("", ""), Condition.USED_ACCEPTABLE, 199),
    ],
)
def test_the_most_specific_fixed_price_counts(media: tuple[str, str], condition: Condition | None, cents: int) -> None:
    price = pricing.fixed(PriceRule(PriceBasis.FIXED, fixed=RULE), media, condition)
    assert (price.cents, price.source) == (cents, "fixed")


@pytest.mark.parametrize("condition", [None, Condition.NEW])
def test_a_rule_without_a_price_for_the_copy_gives_a_reason_and_no_price(condition: Condition | None) -> None:
    with pytest.raises(ItemError, match="Your price rule has no price for Vinyl") as failure:
        pricing.fixed(PriceRule(PriceBasis.FIXED, fixed=RULE), ("Vinyl", "Vinyl"), condition)
    assert failure.value.cause is Cause.NO_PRICE


@pytest.mark.parametrize(
    ("asked", "cents"),
    [
        ([500], 500),
        ([400, 600], 500),
        ([500, 600, 9900], 600),
        ([500, 520, 540, 560, 9900], 530),
        ([1, 500, 520, 540, 560], 530),
        ([0, 500], 500),
    ],
)
def test_the_price_is_the_median_of_what_others_ask_without_outliers(asked: list[int], cents: int) -> None:
    assert compared(asked).cents == cents


def test_the_sample_is_kept_as_evidence() -> None:
    price = compared([500, 520, 540, 560, 9900], factor=0.9, floor_cents=300, ceiling_cents=450)
    assert price.cents == 450
    assert price.reason == ("The median of 4 offers on eBay is $5.30; times 0.9 is $4.77; your ceiling is $4.50.")
    assert price.document()["evidence"] == {
        "asked": 5,
        "used": 4,
        "median_cents": 530,
        "lowest_cents": 500,
        "highest_cents": 560,
        "searched": {"conditions": ["USED"]},
        "factor": 0.9,
        "floor_cents": 300,
        "ceiling_cents": 450,
    }


def test_a_floor_lifts_a_price() -> None:
    price = compared([120], floor_cents=399)
    assert price.cents == 399
    assert price.reason.endswith("your floor is $3.99.")


@pytest.mark.parametrize("asked", [[], [0, 0]])
def test_a_floor_without_a_sample_is_no_price(asked: list[int]) -> None:
    with pytest.raises(ItemError, match="Nobody offers this barcode on eBay now") as failure:
        compared(asked, floor_cents=399)
    assert failure.value.cause is Cause.NO_PRICE


def test_discogs_lowest_price_is_scaled_and_limited() -> None:
    price = pricing.discogs_lowest(PriceRule(PriceBasis.DISCOGS_LOWEST, factor=1.5, ceiling_cents=700), 500)
    assert (price.cents, price.source) == (700, "discogs_lowest")
    assert price.reason == "The lowest price on Discogs is $5.00; times 1.5 is $7.50; your ceiling is $7.00."


@pytest.mark.parametrize("cents", [None, 0])
def test_nothing_for_sale_on_discogs_is_no_price(cents: int | None) -> None:
    with pytest.raises(ItemError, match="Nobody offers this release on Discogs now"):
        pricing.discogs_lowest(PriceRule(PriceBasis.DISCOGS_LOWEST, floor_cents=399), cents)


def test_a_price_of_nothing_is_no_price() -> None:
    with pytest.raises(ItemError, match="above zero"):
        pricing.stated(0)
    with pytest.raises(ItemError, match="above zero"):
        compared([500], ceiling_cents=0)


@given(st.lists(st.integers(1, 1_000_000), min_size=1, max_size=50))
def test_outliers_are_taken_from_the_edges_and_never_all(prices: list[int]) -> None:
    kept = pricing.ordinary(prices)
    assert kept
    assert sorted(kept) == [price for price in sorted(prices) if min(kept) <= price <= max(kept)]


@pytest.mark.parametrize(("cents", "text"), [(5, "0.05"), (99, "0.99"), (1000, "10.00"), (123456, "1234.56")])
def test_an_amount_is_written_as_ebay_writes_it(cents: int, text: str) -> None:
    assert pricing.dollars(cents) == text
