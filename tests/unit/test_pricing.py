"""Where a price comes from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.codec import decode, encode, replace
from engine.domain.batch.rows import Condition
from engine.domain.listing import market_prices, pricing
from engine.domain.listing.market_prices import SuggestedPrice
from engine.domain.listing.pricing import NO_PRICE, Price, PriceBasis, PriceEvidence, PriceRule, Search
from engine.errors import Cause, ItemError

UPC = "00093624755524"
RULE = {"CD": {"*": 599, "NEW": 999}, "Box Set": {"*": 2999}, "*": {"USED_ACCEPTABLE": 199}}


def graded(condition: Condition | None) -> tuple[str, ...]:
    return (condition,) if condition else ()


def compared(asked: list[int], **rule: Any) -> Price:
    chosen = PriceRule(PriceBasis.COMPARABLE, **rule)
    return market_prices.comparable(chosen, asked, searched=Search(UPC, "176984", ("USED",)))


def test_the_file_s_own_price_is_taken_as_it_is() -> None:
    assert encode(pricing.stated(1250)) == {
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
    price = pricing.fixed(PriceRule(PriceBasis.FIXED, fixed=RULE), media, graded(condition))
    assert (price.cents, price.source) == (cents, "fixed")


@pytest.mark.parametrize("condition", [None, Condition.NEW])
def test_a_rule_without_a_price_for_the_copy_gives_a_reason_and_no_price(condition: Condition | None) -> None:
    with pytest.raises(ItemError, match="Your price rule has no price for Vinyl") as failure:
        pricing.fixed(PriceRule(PriceBasis.FIXED, fixed=RULE), ("Vinyl", "Vinyl"), graded(condition))
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
    assert encode(price.evidence) == {
        "asked": 5,
        "used": 4,
        "used_cents": [500, 520, 540, 560],
        "left_out_cents": [9900],
        "median_cents": 530,
        "lowest_cents": 500,
        "highest_cents": 560,
        "searched": {"barcode": UPC, "category_id": "176984", "conditions": ["USED"]},
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
    price = market_prices.discogs_lowest(PriceRule(PriceBasis.DISCOGS_LOWEST, factor=1.5, ceiling_cents=700), 500)
    assert (price.cents, price.source) == (700, "discogs_lowest")
    assert price.reason == "The lowest price on Discogs is $5.00; times 1.5 is $7.50; your ceiling is $7.00."


SUGGESTED = {
    "Mint (M)": SuggestedPrice(2000, "USD"),
    "Very Good (VG)": SuggestedPrice(900, "USD"),
    "Good (G)": SuggestedPrice(300, "EUR"),
}


@pytest.mark.parametrize(("grade", "cents"), [("Mint (M)", 1800), ("Very Good (VG)", 810)])
def test_what_discogs_suggests_for_the_grade_is_scaled_and_kept(grade: str, cents: int) -> None:
    price = market_prices.discogs_suggested(PriceRule(PriceBasis.DISCOGS_SUGGESTED, factor=0.9), SUGGESTED, grade)
    assert (price.cents, price.source) == (cents, "discogs_suggested")
    assert price.evidence.suggestions == {"Mint (M)": 2000, "Very Good (VG)": 900, "Good (G)": 300}
    assert (price.evidence.grade, price.evidence.factor) == (grade, 0.9)


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
        market_prices.discogs_suggested(PriceRule(PriceBasis.DISCOGS_SUGGESTED, floor_cents=399), said, grade)
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
    rule = PriceRule(factor=1.1, factors=table).of(media, graded(condition))
    assert market_prices.comparable(rule, [1000], searched=Search()).cents == round(1000 * factor)


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
    price = pricing.otherwise(PriceRule(fixed=RULE), ("CD", "CD"), graded(Condition.NEW), nothing)
    assert (price.cents, price.source) == (999, "default")
    assert price.reason == "Your default price for CD, NEW. Nobody offers it."
    with pytest.raises(ItemError, match="Nobody offers it"):
        pricing.otherwise(PriceRule(fixed=RULE), ("Vinyl", "Vinyl"), graded(Condition.NEW), nothing)


def test_a_rule_is_read_as_it_was_written() -> None:
    rule = PriceRule(PriceBasis.DISCOGS_SUGGESTED, 0.9, 99, 9999, RULE, {"CD": {"*": 0.8}}, 99)
    assert decode(PriceRule, encode(rule)) == rule
    assert decode(PriceRule, {"basis": "fixed"}) == PriceRule(PriceBasis.FIXED)


@pytest.mark.parametrize("cents", [None, 0])
def test_nothing_for_sale_on_discogs_is_no_price(cents: int | None) -> None:
    with pytest.raises(ItemError, match="Nobody offers this release on Discogs now"):
        market_prices.discogs_lowest(PriceRule(PriceBasis.DISCOGS_LOWEST, floor_cents=399), cents)


def test_a_price_of_nothing_is_no_price() -> None:
    with pytest.raises(ItemError, match="above zero"):
        pricing.stated(0)
    with pytest.raises(ItemError, match="above zero"):
        compared([500], ceiling_cents=0)


@given(st.lists(st.integers(1, 1_000_000), min_size=1, max_size=50))
def test_outliers_are_taken_from_the_edges_and_never_all(prices: list[int]) -> None:
    kept = market_prices.ordinary(prices)
    assert kept
    assert sorted(kept) == [price for price in sorted(prices) if min(kept) <= price <= max(kept)]


@pytest.mark.parametrize(("cents", "text"), [(5, "0.05"), (99, "0.99"), (1000, "10.00"), (123456, "1234.56")])
def test_an_amount_is_written_as_ebay_writes_it(cents: int, text: str) -> None:
    assert pricing.dollars(cents) == text


# every sentence whole


@pytest.mark.parametrize(
    ("media", "condition", "reason"),
    [
        (("CD", "CD"), Condition.NEW, "Your fixed price for CD, NEW."),
        (("CD", "CD"), None, "Your fixed price for CD, any condition."),
        (("Vinyl",), Condition.USED_ACCEPTABLE, "Your fixed price for any medium, USED_ACCEPTABLE."),
    ],
)
def test_a_fixed_price_says_for_what_it_was_given(
    media: tuple[str, ...], condition: Condition | None, reason: str
) -> None:
    price = pricing.fixed(PriceRule(PriceBasis.FIXED, fixed=RULE), media, graded(condition))
    assert (price.reason, price.evidence) == (reason, PriceEvidence())


@pytest.mark.parametrize(
    ("media", "condition", "who"),
    [
        (("Vinyl", "LP"), None, "Vinyl without a condition"),
        (("", "LP"), Condition.NEW, "LP in condition NEW"),
        (("", ""), Condition.NEW, "an unknown medium in condition NEW"),
    ],
)
def test_a_rule_says_for_what_it_has_no_price(media: tuple[str, ...], condition: Condition | None, who: str) -> None:
    with pytest.raises(ItemError) as failure:
        pricing.fixed(PriceRule(PriceBasis.FIXED, fixed=RULE), media, graded(condition))
    reason = f"Your price rule has no price for {who}: add one, or give it a price."
    assert str(failure.value) == reason


def test_a_default_keeps_the_basis_for_which_nothing_was_found() -> None:
    nothing = ItemError(Cause.NO_PRICE, "Nobody offers it.")
    rule = PriceRule(PriceBasis.DISCOGS_LOWEST, fixed={"*": {"*": 699}})
    assert pricing.otherwise(rule, ("CD",), (), nothing) == Price(
        699,
        "default",
        "Your default price for any medium, any condition. Nobody offers it.",
        PriceEvidence(basis=PriceBasis.DISCOGS_LOWEST, instead="Nobody offers it."),
    )


def test_a_price_that_a_person_gave_keeps_the_one_that_was_found() -> None:
    found = pricing.stated(599)
    once = pricing.edited(700, "ann", found)
    assert once == Price(700, "edited", "Edited by ann.", PriceEvidence(instead_of=found))
    assert pricing.edited(800, "bob", once) == Price(800, "edited", "Edited by bob.", PriceEvidence(instead_of=found))
    assert pricing.edited(800, "bob", NO_PRICE).evidence == PriceEvidence()


def test_one_cent_is_a_price_and_less_is_none() -> None:
    assert pricing.stated(1).cents == 1
    for cents in (0, -5):
        with pytest.raises(ItemError) as failure:
            pricing.stated(cents)
        assert failure.value.cause is Cause.NO_PRICE
        assert str(failure.value) == (
            "The price stands in the file. It comes to $0.00: give this row a price above zero."
        )


def test_without_a_price_to_compare_it_is_said_what_to_do() -> None:
    with pytest.raises(ItemError) as nobody:
        compared([])
    assert str(nobody.value) == (
        "Nobody offers this barcode on eBay now, so there is no price to compare: give it one."
    )
    with pytest.raises(ItemError) as nothing:
        market_prices.discogs_lowest(PriceRule(PriceBasis.DISCOGS_LOWEST), None)
    assert nothing.value.cause is Cause.NO_PRICE
    assert str(nothing.value) == ("Nobody offers this release on Discogs now: give it a price, or change the rule.")


def test_the_numbers_at_discogs_are_kept_as_evidence() -> None:
    rule = PriceRule(PriceBasis.DISCOGS_LOWEST, 0.5, 100, 900, ending_cents=99)
    limits: dict[str, Any] = {"factor": 0.5, "ending_cents": 99, "floor_cents": 100, "ceiling_cents": 900}
    assert market_prices.discogs_lowest(rule, 1000) == Price(
        499,
        "discogs_lowest",
        "The lowest price on Discogs is $10.00; times 0.5 is $5.00; rounded to $4.99.",
        PriceEvidence(lowest_cents=1000, **limits),
    )
    by_grade = {"Mint (M)": SuggestedPrice(2000, "USD")}
    assert market_prices.discogs_suggested(rule, by_grade, "Mint (M)") == Price(
        900,
        "discogs_lowest",
        "Discogs suggests $20.00 for Mint (M); times 0.5 is $10.00; rounded to $9.99; your ceiling is $9.00.",
        PriceEvidence(grade="Mint (M)", suggested_cents=2000, suggestions={"Mint (M)": 2000}, **limits),
    )


@pytest.mark.parametrize(
    ("prices", "kept"),
    [
        ([100, 9900, 1], [100, 9900, 1]),
        ([100, 100, 100, 9900], [100, 100, 100]),
        ([100, 200, 300, 400, 700], [100, 200, 300, 400, 700]),
        ([100, 200, 300, 400, 701], [100, 200, 300, 400]),
        ([99, 400, 500, 600, 700], [400, 500, 600, 700]),
        ([100, 400, 500, 600, 700], [100, 400, 500, 600, 700]),
    ],
)
def test_prices_far_from_the_middle_half_are_outliers(prices: list[int], kept: list[int]) -> None:
    assert market_prices.ordinary(prices) == kept


def test_an_offer_of_one_cent_counts_and_of_nothing_does_not() -> None:
    assert compared([1]).cents == 1
    evidence = compared([0, 500]).evidence
    assert (evidence.asked, evidence.used_cents, evidence.left_out_cents) == (2, (500,), (0,))


def test_a_price_that_comes_to_nothing_stays_nothing_without_a_floor() -> None:
    with pytest.raises(ItemError, match=r"It comes to \$0\.00"):
        compared([10], factor=0.01)


NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def asked_at(price: Price, at: datetime) -> Price:
    return replace(price, evidence=replace(price.evidence, asked_at=at.isoformat(timespec="seconds")))


def suggested() -> Price:
    rule = PriceRule(PriceBasis.DISCOGS_SUGGESTED, factor=0.5)
    return market_prices.discogs_suggested(rule, {"Very Good (VG)": SuggestedPrice(1_998, "USD")}, "Very Good (VG)")


@pytest.mark.parametrize(("price", "market"), [(compared([900, 1_000, 1_100]), "eBay"), (suggested(), "Discogs")])
def test_what_a_market_said_is_shown_for_six_hours_and_the_price_stays(price: Price, market: str) -> None:
    young, old = asked_at(price, NOW - 6 * HOUR + timedelta(seconds=1)), asked_at(price, NOW - 6 * HOUR)
    assert pricing.shown(young, NOW) == young
    shown = pricing.shown(old, NOW)
    assert (shown.cents, shown.source) == (price.cents, price.source)
    assert shown.reason.startswith(f"By what {market} said at 2026-11-28 06:00 UTC")
    known = encode(shown.evidence)
    assert known.keys() <= {"factor", "ending_cents", "floor_cents", "ceiling_cents", "asked_at"}
    assert known["factor"] == price.evidence.factor


def test_the_price_before_a_person_s_is_held_to_the_same() -> None:
    before = asked_at(compared([900, 1_000, 1_100]), NOW - 7 * HOUR)
    shown = pricing.shown(pricing.edited(1_500, "Ann", before), NOW)
    assert (shown.cents, shown.reason) == (1_500, "Edited by Ann.")
    assert shown.evidence.instead_of == pricing.shown(before, NOW)


@pytest.mark.parametrize("price", [pricing.stated(999), NO_PRICE, pricing.edited(999, "Ann", NO_PRICE)])
def test_a_price_that_no_market_gave_is_shown_as_it_is(price: Price) -> None:
    assert pricing.shown(price, NOW + 1_000 * HOUR) == price


def test_without_a_table_nothing_is_made_up() -> None:
    with pytest.raises(ItemError, match="Neither the file nor a rule of yours names a price") as nothing:
        pricing.fixed(PriceRule(), ("CD", "CD"), ())
    assert nothing.value.cause is Cause.NO_PRICE


def test_a_grade_has_a_price_and_a_factor_of_its_own_before_its_condition() -> None:
    table = {"Vinyl": {"VG+": 799, "USED_GOOD": 399}, "*": {"VG+": 299, "*": 199}}
    rule = PriceRule(PriceBasis.FIXED, fixed=table)
    for grades, cents in (
        (("VG+", "USED_VERY_GOOD"), 799),
        (("VG", "USED_GOOD"), 399),
        (("G", "USED_ACCEPTABLE"), 199),
    ):
        assert pricing.fixed(rule, ("Vinyl", "Vinyl"), grades).cents == cents
    assert pricing.fixed(rule, ("Vinyl",), ("VG+",)).reason == "Your fixed price for Vinyl, VG+."
    factors = PriceRule(factors={"*": {"NM": 1.0, "VG+": 0.6, "USED_VERY_GOOD": 0.7}})
    assert [factors.of(("CD",), grades).factor for grades in (("VG+", "USED_VERY_GOOD"), ("EX", "USED_VERY_GOOD"))] == [
        0.6,
        0.7,
    ]
