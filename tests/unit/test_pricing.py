"""Where a price comes from."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain import pricing, samples
from engine.domain.pricing import Price, PriceBasis, PriceRule
from engine.domain.rows import Condition
from engine.errors import Cause, ItemError

RULE = {"CD": {"*": 599, "NEW": 999}, "Box Set": {"*": 2999}, "*": {"USED_ACCEPTABLE": 199}}


def compared(asked: list[int], **rule: Any) -> Price:
    return samples.comparable(PriceRule(**rule), asked, searched={"conditions": ["USED"]})


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
        "used_cents": [500, 520, 540, 560],
        "left_out_cents": [9900],
        "median_cents": 530,
        "lowest_cents": 500,
        "highest_cents": 560,
        "searched": {"conditions": ["USED"]},
        "factor": 0.9,
        "ending_cents": None,
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
    price = samples.discogs_lowest(PriceRule(PriceBasis.DISCOGS_LOWEST, factor=1.5, ceiling_cents=700), 500)
    assert (price.cents, price.source) == (700, "discogs_lowest")
    assert price.reason == "The lowest price on Discogs is $5.00; times 1.5 is $7.50; your ceiling is $7.00."


SUGGESTED = {
    "Mint (M)": {"cents": 2000, "currency": "USD"},
    "Very Good (VG)": {"cents": 900, "currency": "USD"},
    "Good (G)": {"cents": 300, "currency": "EUR"},
}


@pytest.mark.parametrize(("grade", "cents"), [("Mint (M)", 1800), ("Very Good (VG)", 810)])
def test_what_discogs_suggests_for_the_grade_is_scaled_and_kept(grade: str, cents: int) -> None:
    price = samples.discogs_suggested(PriceRule(PriceBasis.DISCOGS_SUGGESTED, factor=0.9), SUGGESTED, grade)
    assert (price.cents, price.source) == (cents, "discogs_suggested")
    assert price.evidence["suggestions"] == {"Mint (M)": 2000, "Very Good (VG)": 900, "Good (G)": 300}
    assert (price.evidence["grade"], price.evidence["factor"]) == (grade, 0.9)


@pytest.mark.parametrize(
    ("said", "grade", "reason"),
    [
        ({}, "Mint (M)", "suggests no price for this release at all"),
        (SUGGESTED, "Fair (F)", r"no price for this release in grade Fair \(F\)"),
        (SUGGESTED, "Good (G)", "prices in EUR, the currency of your seller settings there, and drafts are in USD"),
    ],
)
def test_without_a_suggestion_in_our_currency_there_is_no_price(said: Any, grade: str, reason: str) -> None:
    with pytest.raises(ItemError, match=reason) as failure:
        samples.discogs_suggested(PriceRule(PriceBasis.DISCOGS_SUGGESTED, floor_cents=399), said, grade)
    assert failure.value.cause is Cause.NO_PRICE


@pytest.mark.parametrize(
    ("media", "condition", "factor"),
    [
        (("CD", "CD"), Condition.NEW, 1.2),
        (("CD", "CD"), Condition.USED_GOOD, 0.8),
        (("CD", "CD"), None, 0.8),
        (("Vinyl", "Vinyl"), Condition.USED_GOOD, 0.5),
        (("Vinyl", "Vinyl"), Condition.NEW, 1.1),
    ],
)
def test_a_copy_has_the_factor_of_its_format_and_condition(
    media: tuple[str, str], condition: Condition | None, factor: float
) -> None:
    table = {"CD": {"*": 0.8, "NEW": 1.2}, "*": {"USED_GOOD": 0.5}}
    rule = PriceRule(factor=1.1, factors=table).of(media, condition)
    assert samples.comparable(rule, [1000], searched={}).cents == round(1000 * factor)


@pytest.mark.parametrize(
    ("found", "ending", "cents"),
    [
        (530, None, 530),
        (530, 99, 499),
        (549, 99, 599),
        (10, 99, 99),
        (530, 0, 500),
        (550, 0, 600),
        (10, 0, 100),
        (524, 50, 550),
        (499, 50, 450),
        (500, 50, 550),
        (10, 50, 50),
    ],
)
def test_a_price_is_brought_to_the_nearest_ending(found: int, ending: int | None, cents: int) -> None:
    assert compared([found], ending_cents=ending).cents == cents


def test_limits_hold_after_rounding() -> None:
    price = compared([530], ending_cents=99, floor_cents=525)
    assert price.cents == 525
    assert price.reason == "The median of one offer on eBay is $5.30; rounded to $4.99; your floor is $5.25."


def test_without_a_sample_the_operators_default_counts_and_says_why() -> None:
    nothing = ItemError(Cause.NO_PRICE, "Nobody offers it.")
    price = pricing.otherwise(PriceRule(fixed=RULE), ("CD", "CD"), Condition.NEW, nothing)
    assert (price.cents, price.source) == (999, "default")
    assert price.reason == "Your default price for CD, NEW. Nobody offers it."
    with pytest.raises(ItemError, match="Nobody offers it"):
        pricing.otherwise(PriceRule(fixed=RULE), ("Vinyl", "Vinyl"), Condition.NEW, nothing)


def test_a_rule_is_read_as_it_was_written() -> None:
    rule = PriceRule(PriceBasis.DISCOGS_SUGGESTED, 0.9, 99, 9999, RULE, {"CD": {"*": 0.8}}, 99)
    assert PriceRule.from_document(rule.document()) == rule
    assert PriceRule.from_document({"basis": "fixed"}) == PriceRule(PriceBasis.FIXED)


@pytest.mark.parametrize("cents", [None, 0])
def test_nothing_for_sale_on_discogs_is_no_price(cents: int | None) -> None:
    with pytest.raises(ItemError, match="Nobody offers this release on Discogs now"):
        samples.discogs_lowest(PriceRule(PriceBasis.DISCOGS_LOWEST, floor_cents=399), cents)


def test_a_price_of_nothing_is_no_price() -> None:
    with pytest.raises(ItemError, match="above zero"):
        pricing.stated(0)
    with pytest.raises(ItemError, match="above zero"):
        compared([500], ceiling_cents=0)


@given(st.lists(st.integers(1, 1_000_000), min_size=1, max_size=50))
def test_outliers_are_taken_from_the_edges_and_never_all(prices: list[int]) -> None:
    kept = samples.ordinary(prices)
    assert kept
    assert sorted(kept) == [price for price in sorted(prices) if min(kept) <= price <= max(kept)]


@pytest.mark.parametrize(("cents", "text"), [(5, "0.05"), (99, "0.99"), (1000, "10.00"), (123456, "1234.56")])
def test_an_amount_is_written_as_ebay_writes_it(cents: int, text: str) -> None:
    assert pricing.dollars(cents) == text
