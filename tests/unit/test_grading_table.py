"""The trade's grades at eBay: scale by category by policy, to condition, item specifics and words.

What each condition promises, and its number, as public copies quote eBay's "Item condition ID and name values"
(https://developer.ebay.com/api-docs/sell/static/metadata/condition-id-values.html; read 2026-11):

- NEW 1000: never opened or removed from the manufacturer's sealing.
- LIKE_NEW 2750: as if just taken out of shrink wrap; no visible wear.
- USED_VERY_GOOD 4000: no obvious damage to cover or jewel case; very minimal wear and tear.
- USED_GOOD 5000: may have minor external damage, scuffs, scratches or cracks, but no holes or tears.
- USED_ACCEPTABLE 6000: obvious or significant wear, but still operational; instructions or box may be missing.
- USED_EXCELLENT 3000, shown as Used: signs of cosmetic wear, but fully operational.

Goldmine's grades (http://www.rockdiscography.com/possessedbywax/cd_records/lp_grading.html has its guide, read 2026-11;
https://www.discogs.com/selling/resources/how-to-grade-items/ says that Discogs uses it):
NM is as brought home from a new record store and unwrapped; VG+ shows some signs of play by a careful owner;
VG has surface noise and light scratches; G plays through with significant noise; F and P are cracked, warped, or do not
play through.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.batch.grades import Grade, Grading, Scale, graded
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Condition, Row
from engine.domain.identify.releases import Format, Release
from engine.domain.listing import grading
from engine.domain.listing.categories import CATEGORIES, CD, CONDITION_IDS, DISC, VINYL, Category
from engine.domain.listing.category_rules import CategoryRules, Specific, table
from engine.domain.listing.composition import Copy, Draft, compose
from engine.domain.listing.pricing import Price
from tests.support.ebay_schema import MEDIA_CONDITIONS
from tests.support.hostile import UPC

MEDIA = frozenset({"NEW", "LIKE_NEW", "USED_VERY_GOOD", "USED_GOOD", "USED_ACCEPTABLE"})  # UPSTREAMS 3.7: CDs, DVDs
RECORDS = frozenset({"NEW", "USED_EXCELLENT"})  # UPSTREAMS 3.7: vinyl
FEWER = MEDIA - {"USED_VERY_GOOD"}
ASKED_AT = datetime(2026, 11, 28, tzinfo=UTC)
PRICE = Price(999, "file")
CHOOSE = "choose one for this draft, or for new batches on Seller settings."
FORMATS = {CD.id: Format("CD"), VINYL.id: Format("Vinyl", 1, ("LP",)), DISC.id: Format("DVD")}
RECORD_VALUES = ("Mint (M)", "Near Mint (NM or M-)", "Very Good Plus (VG+)", "Very Good (VG)", "Good (G)", "Ungraded")
PROMISE: list[str | None] = [*Condition, None]  # the most first


def rules(place: Category, conditions: frozenset[str], *, grades: tuple[str, ...] | None = ()) -> CategoryRules:
    """Return eBay's answer for a category; `grades` are the values of its specifics, None where it has none of them."""
    named = (
        {}
        if grades is None
        else {name: Specific(name, several=False, choices=grades) for name in ("Record Grading", "Sleeve Grading")}
    )
    return CategoryRules({**table(place).specifics, **named}, conditions, asked_at=ASKED_AT)


def drafted(row: Row, place: Category, held_to: CategoryRules | None, options: Options | None = None) -> Draft:
    found = grading.graded(row, options or Options())
    copy = Copy(
        "DM1", UPC, found.condition, note=row.note, own=found.own, mapped=found.mapped, overstated=found.overstated
    )
    release = Release("discogs", "4", artist="Faze Action", title="Moving Cities", formats=(FORMATS[place.id],))
    return compose(copy, release, PRICE, rules={place.id: held_to} if held_to else {})


def of(own: str, condition: Condition | None = None, note: str = "") -> Row:
    return Row(0, 1, condition=condition, grading=graded(own) if own else None, note=note)


SEALED_IS_NEW = Options(grade_map={"sealed": Condition.NEW, "F": Condition.USED_ACCEPTABLE})


@pytest.mark.parametrize(
    ("row", "place", "policy", "options", "condition", "number", "words"),
    [
        # Goldmine in a category with the five conditions of media
        (of("sealed"), CD, MEDIA, None, "LIKE_NEW", "2750", ""),
        (of("sealed"), CD, MEDIA, SEALED_IS_NEW, "NEW", "1000", ""),
        (of("M"), CD, MEDIA, None, "LIKE_NEW", "2750", ""),
        (of("NM"), CD, MEDIA, None, "LIKE_NEW", "2750", ""),
        (of("NM/VG+"), CD, MEDIA, None, "USED_VERY_GOOD", "4000", "Graded NM, sleeve VG+ (Goldmine)."),
        (of("VG+"), CD, MEDIA, None, "USED_VERY_GOOD", "4000", "Graded VG+ (Goldmine)."),
        (of("VG+/VG"), DISC, MEDIA, None, "USED_GOOD", "5000", "Graded VG+, sleeve VG (Goldmine)."),
        (of("VG"), CD, MEDIA, None, "USED_GOOD", "5000", "Graded VG (Goldmine)."),
        (of("G+"), CD, MEDIA, None, "USED_ACCEPTABLE", "6000", "Graded G+ (Goldmine)."),
        (of("G"), CD, MEDIA, None, "USED_ACCEPTABLE", "6000", "Graded G (Goldmine)."),
        (of("F"), CD, MEDIA, None, None, None, ""),
        (of("P"), CD, MEDIA, None, None, None, ""),
        (of("F"), CD, MEDIA, SEALED_IS_NEW, "USED_ACCEPTABLE", "6000", "Graded F (Goldmine)."),
        (of("NM/generic"), CD, MEDIA, None, "USED_ACCEPTABLE", "6000", "Graded NM, sleeve generic (Goldmine)."),
        (of("NM/no cover"), CD, MEDIA, None, "USED_ACCEPTABLE", "6000", "Graded NM, sleeve no cover (Goldmine)."),
        (of("NM/P"), CD, MEDIA, None, "USED_ACCEPTABLE", "6000", "Graded NM, sleeve P (Goldmine)."),
        # Record Collector
        (of("EX+"), CD, MEDIA, None, "USED_VERY_GOOD", "4000", "Graded EX+ (Record Collector)."),
        (of("EX"), CD, MEDIA, None, "USED_VERY_GOOD", "4000", "Graded EX (Record Collector)."),
        (of("EX-"), CD, MEDIA, None, "USED_GOOD", "5000", "Graded EX- (Record Collector)."),
        # a category that does not take the condition: the next lower one that it takes
        (of("VG+"), CD, FEWER, None, "USED_GOOD", "5000", "Graded VG+ (Goldmine)."),
        (of("NM"), CD, MEDIA - {"LIKE_NEW"}, None, "USED_VERY_GOOD", "4000", "Graded NM (Goldmine)."),
        (of("sealed"), CD, MEDIA - {"NEW"}, SEALED_IS_NEW, "LIKE_NEW", "2750", ""),
        # records: New or Used
        (of("NM/VG+"), VINYL, RECORDS, None, "USED_EXCELLENT", "3000", "Graded NM, sleeve VG+ (Goldmine)."),
        (of("M"), VINYL, RECORDS, None, "USED_EXCELLENT", "3000", "Graded M (Goldmine)."),
        (of("sealed"), VINYL, RECORDS, SEALED_IS_NEW, "NEW", "1000", ""),
        (of("G"), VINYL, RECORDS, None, "USED_EXCELLENT", "3000", "Graded G (Goldmine)."),
        (of("P"), VINYL, RECORDS, None, None, None, ""),
        # in eBay's own words nothing is mapped
        (of("", Condition.NEW), VINYL, RECORDS, None, "NEW", "1000", ""),
        (of("", Condition.USED_GOOD), CD, MEDIA, None, "USED_GOOD", "5000", ""),
        (
            of("", Condition.USED_GOOD),
            VINYL,
            RECORDS,
            None,
            "USED_EXCELLENT",
            "3000",
            "Graded Good by the seller (eBay's scale).",
        ),
        (of("/VG+", Condition.USED_GOOD), CD, MEDIA, None, "USED_GOOD", "5000", "Sleeve VG+ (Goldmine)."),
    ],
)
def test_a_grade_is_what_ebay_takes_and_no_more(
    row: Row,
    place: Category,
    policy: frozenset[str],
    options: Options | None,
    condition: str | None,
    number: str | None,
    words: str,
) -> None:
    made = drafted(row, place, rules(place, policy), options)
    assert (made.condition, made.condition_description) == (condition, words)
    assert CONDITION_IDS.get(str(made.condition)) == number
    assert made.inventory_item.get("condition") == condition
    assert condition is None or condition in MEDIA_CONDITIONS
    assert made.grading == row.grading


@pytest.mark.parametrize("place", [CD, VINYL, DISC])
@given(
    own=st.builds(Grading, st.sampled_from(list(grading.CAUTIOUS)), st.one_of(st.none(), st.sampled_from(list(Grade))))
)
def test_no_policy_makes_a_copy_better_than_its_grades(place: Category, own: Grading) -> None:
    allowed = grading.graded(Row(0, 1, grading=own), Options()).condition
    for policy in (MEDIA, FEWER, MEDIA - {"LIKE_NEW"}, MEDIA - {"USED_ACCEPTABLE"}, RECORDS, MEDIA | RECORDS):
        made = drafted(Row(0, 1, grading=own), place, rules(place, policy))
        assert made.condition != "NEW"
        if made.condition is None or made.condition in MEDIA:
            assert PROMISE.index(made.condition) >= PROMISE.index(allowed)
    for grade in filter(None, (own.medium, own.sleeve)):
        if alone := grading.CAUTIOUS.get(grade, Condition.USED_ACCEPTABLE):
            assert PROMISE.index(allowed) >= PROMISE.index(alone)


@pytest.mark.parametrize(
    ("own", "grades", "record", "sleeve"),
    [
        ("VG+/NM", (), "Very Good Plus (VG+)", "Near Mint (NM or M-)"),
        ("VG+/NM", RECORD_VALUES, "Very Good Plus (VG+)", "Near Mint (NM or M-)"),
        ("VG+/VG", ("VG+", "VG"), "VG+", "VG"),
        ("EX/EX-", RECORD_VALUES, "Very Good Plus (VG+)", "Very Good (VG)"),
        ("G+/G", RECORD_VALUES, "Good (G)", "Good (G)"),
        ("P/generic", RECORD_VALUES, None, None),
        ("NM/generic", (), "Near Mint (NM or M-)", "Generic"),
        ("VG", (), "Very Good (VG)", None),
        ("VG", None, None, None),
    ],
)
def test_a_record_says_its_grades_in_what_ebay_offers_for_them(
    own: str, grades: tuple[str, ...] | None, record: str | None, sleeve: str | None
) -> None:
    made = drafted(of(own), VINYL, rules(VINYL, RECORDS, grades=grades))
    assert made.aspects.get("Record Grading") == (None if record is None else [record])
    assert made.aspects.get("Sleeve Grading") == (None if sleeve is None else [sleeve])


def test_only_records_say_them_and_they_do_before_ebay_has_said_what_it_takes() -> None:
    assert not {"Record Grading", "Sleeve Grading"} & {*drafted(of("VG+/VG"), CD, rules(CD, MEDIA)).aspects}
    assert drafted(of("VG+/VG"), VINYL, None).aspects["Sleeve Grading"] == ["Very Good (VG)"]


def test_where_ebay_takes_no_words_beside_the_condition_they_stand_in_the_text() -> None:
    for row in (of("NM", note="Promo stamp."), of("F", note="Promo stamp.")):
        made = drafted(row, CD, rules(CD, MEDIA))
        assert "conditionDescription" not in made.inventory_item
        assert f"<p>Graded {row.grading and row.grading.written} (Goldmine). Promo stamp.</p>" in made.description


def test_markup_in_a_note_is_taken_out_of_the_words_beside_the_condition() -> None:
    note = 'Bob\'s <b>copy</b> & "sleeve" <script>x()</script>tear <3 cm &amp; more<br>end <on> it'
    made = drafted(of("VG", note=note), CD, rules(CD, MEDIA))
    assert made.condition_description == ('Graded VG (Goldmine). Bob\'s copy & "sleeve" tear <3 cm & more end <on> it')
    long = drafted(of("VG", note="word " * 400), CD, rules(CD, MEDIA)).condition_description
    assert len(long) <= 1_000


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            of("F"),
            f"No condition of eBay's promises as little as your grade F: {CHOOSE}",
        ),
        (of("/VG"), "The condition is not set: only you can grade the copy."),
    ],
)
def test_a_copy_without_a_condition_says_what_to_do(row: Row, sentence: str) -> None:
    assert sentence in drafted(row, CD, rules(CD, MEDIA)).not_publishable


def test_a_condition_that_contradicts_the_grade_is_left_to_do() -> None:
    copy = Copy("DM1", UPC, Condition.LIKE_NEW, own=graded("VG"), overstated=True)
    made = compose(copy, Release("discogs", "4", artist="a", title="b", formats=(Format("CD"),)), PRICE)
    assert "Like New promises more than your grade VG: correct one of them." in made.not_publishable


def test_every_category_of_ours_has_a_condition_for_every_grade_that_has_one() -> None:
    for place in CATEGORIES.values():
        for grade, allowed in grading.CAUTIOUS.items():
            found = grading.taken(grading.Graded(allowed, Grading(grade), mapped=True), table(place))
            assert found is None or found in table(place).conditions


def test_the_scale_that_a_column_was_of_is_told() -> None:
    row = Row(0, 1, grading=Grading(Grade.VERY_GOOD, None, Scale.RECORD_COLLECTOR))
    assert drafted(row, CD, rules(CD, MEDIA)).condition_description == "Graded VG (Record Collector)."
