"""The trade's grades as sellers write them, and how the copies of a row are graded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.codec import decode, encode
from engine.domain.batch.decided import Edits
from engine.domain.batch.grades import GRADE_NAMES, OF_MEDIA, OF_SLEEVES, Grade, Grading, Scale, graded, lower
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Condition, Row
from engine.domain.listing import grading
from engine.domain.listing.grading import Graded


@pytest.mark.parametrize(
    ("texts", "written"),
    [
        ("M|Mint|Mint (M)|mint|(M)", "M"),
        ("NM|M-|Near Mint|Near Mint (NM or M-)|NM or M-|NM/M-|near-mint|Mint minus|NM+", "NM"),
        ("VG+|vg +|VG Plus|Very Good Plus|Very Good Plus (VG+)|VG++|NM-|Very Good +", "VG+"),
        ("VG|Very Good|Very Good (VG)|very good [VG]", "VG"),
        ("G+|Good Plus|Good Plus (G+)|VG-|VG minus", "G+"),
        ("G|Good|Good (G)", "G"),
        ("F|Fair|Fair (F)|G-", "F"),
        ("P|Poor|Poor (P)|F-|P-", "P"),
        ("EX|Ex.|Excellent|Excellent (EX)|E", "EX"),
        ("EX+|Ex +|Excellent Plus", "EX+"),
        ("EX-|Excellent Minus|EX –", "EX-"),
        ("Sealed|Still Sealed|SS|factory sealed", "sealed"),
        (
            "NM/VG+|NM / VG+|Near Mint (NM or M-) / Very Good Plus (VG+)|Media: NM, Sleeve: VG+|Disc NM; Cover VG+",
            "NM/VG+",
        ),
        ("/VG+|Sleeve: VG+|cover VG+", "/VG+"),
        ("VG/Generic|VG / generic sleeve", "VG/generic"),
        ("VG/no cover", "VG/no cover"),
    ],
)
def test_grades_are_read_in_words_letters_and_both(texts: str, written: str) -> None:
    found = {text: graded(text) for text in texts.split("|")}
    assert {text: grades and grades.written for text, grades in found.items()} == dict.fromkeys(found, written)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Used",
        "Like New",
        "8/10",
        "VG+/NM/VG",
        "VG to NM",
        "Very Good (VG+)",
        "VG/",
        "Generic/VG",
        "mint green",
        "NM/x",
    ],
)
def test_what_is_no_grade_grades_nothing(text: str) -> None:
    assert graded(text) is None


@pytest.mark.parametrize("grade", list(Grade))
def test_every_grade_reads_back_by_its_name_and_its_letters(grade: Grade) -> None:
    expected = Grading(sleeve=grade) if grade in OF_SLEEVES else Grading(grade)
    for text in (GRADE_NAMES[grade], str(grade)):
        found = graded(text)
        assert found is not None
        assert (found.medium, found.sleeve) == (expected.medium, expected.sleeve)


@given(st.sampled_from(OF_MEDIA), st.one_of(st.none(), st.sampled_from(list(Grade))))
def test_what_is_written_of_grades_reads_back(medium: Grade, sleeve: Grade | None) -> None:
    found = graded(Grading(medium, sleeve).written)
    assert found is not None
    assert (found.medium, found.sleeve) == (medium, sleeve)
    assert decode(Grading, encode(found)) == found


@given(st.text(max_size=40))
def test_any_text_is_read_or_is_none(text: str) -> None:
    assert graded(text) is None or graded(text) == graded(text.strip())


def test_excellent_is_record_collectors() -> None:
    assert graded("EX") == Grading(Grade.EXCELLENT, None, Scale.RECORD_COLLECTOR)
    assert graded("VG+") == Grading(Grade.VERY_GOOD_PLUS)


@pytest.mark.parametrize(
    ("grades", "sentence"),
    [
        (Grading(Grade.VERY_GOOD_PLUS), "Graded VG+ (Goldmine)"),
        (Grading(Grade.NEAR_MINT, Grade.VERY_GOOD), "Graded NM, sleeve VG (Goldmine)"),
        (Grading(None, Grade.GENERIC), "Sleeve generic (Goldmine)"),
        (Grading(Grade.EXCELLENT, None, Scale.RECORD_COLLECTOR), "Graded EX (Record Collector)"),
    ],
)
def test_grades_are_told_in_a_sentence(grades: Grading, sentence: str) -> None:
    assert grades.sentence == sentence


def test_of_two_grades_the_lower_one_promises_less() -> None:
    assert lower(Grade.VERY_GOOD_PLUS, Grade.VERY_GOOD) is Grade.VERY_GOOD
    assert lower(Grade.VERY_GOOD, Grade.NEAR_MINT) is Grade.VERY_GOOD


def row(condition: Condition | None = None, own: str = "", *unclear: str) -> Row:
    return Row(0, 1, condition=condition, grading=graded(own) if own else None, unclear=unclear)


GOOD, VERY_GOOD, LIKE_NEW = Condition.USED_GOOD, Condition.USED_VERY_GOOD, Condition.LIKE_NEW
BY_CONDITION = Options(condition=LIKE_NEW)
BY_GRADE = Options(condition=LIKE_NEW, grading=graded("VG+/NM"))


@pytest.mark.parametrize(
    ("of_row", "options", "condition", "written"),
    [
        (row(), Options(), None, ""),
        (row(), BY_CONDITION, LIKE_NEW, ""),
        (row(), BY_GRADE, VERY_GOOD, "VG+/NM"),
        (row(GOOD), BY_GRADE, GOOD, ""),
        (row(None, "VG"), BY_GRADE, GOOD, "VG"),
        (row(None, "NM/VG"), BY_CONDITION, GOOD, "NM/VG"),
        (row(None, "F"), BY_CONDITION, None, "F"),
        (row(None, "/VG"), Options(), None, "/VG"),
        (row(None, "/VG"), BY_CONDITION, GOOD, "/VG"),
        (row(None, "/VG"), BY_GRADE, GOOD, "VG+/VG"),
        (row(GOOD, "/NM"), Options(), GOOD, "/NM"),
        (row(None, "", "condition"), BY_GRADE, None, ""),
        (row(None, "/NM", "condition"), BY_GRADE, None, "/NM"),
        (row(None, "NM", "sleeve"), BY_CONDITION, LIKE_NEW, "NM"),
    ],
)
def test_a_rows_own_words_count_before_the_batchs_and_none_promises_more(
    of_row: Row, options: Options, condition: Condition | None, written: str
) -> None:
    found = grading.graded(of_row, options)
    assert (found.condition, found.own.written if found.own else "") == (condition, written)


def test_a_person_s_grade_and_condition_count_before_all() -> None:
    of_row = row(None, "VG")
    assert grading.graded(of_row, BY_GRADE, Edits(grading=graded("NM"))) == Graded(LIKE_NEW, graded("NM"), mapped=True)
    assert grading.graded(of_row, BY_GRADE, Edits(condition=Condition.USED_ACCEPTABLE)) == Graded(
        Condition.USED_ACCEPTABLE, graded("VG")
    )


@pytest.mark.parametrize(
    ("own", "chosen", "overstated"),
    [("VG", VERY_GOOD, True), ("VG", GOOD, False), ("F", Condition.USED_ACCEPTABLE, False), ("", LIKE_NEW, False)],
)
def test_a_condition_that_promises_more_than_the_grade_is_told(
    own: str, chosen: Condition, *, overstated: bool
) -> None:
    assert grading.graded(row(None, own), Options(), Edits(condition=chosen)).overstated is overstated


def test_prices_know_a_copy_by_its_grade_before_its_condition() -> None:
    assert Graded(GOOD, graded("VG/NM")).keys == ("VG", "USED_GOOD")
    assert Graded(GOOD).keys == ("USED_GOOD",)
    assert Graded(None, graded("/NM")).keys == Graded().keys == ()
