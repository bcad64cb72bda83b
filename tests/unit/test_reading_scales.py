"""Whose words a column of conditions holds, eBay's or the trade's, is judged by all that stands in it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.codec import decode, encode
from engine.domain.batch.grades import Scale
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Condition, Row
from engine.domain.listing.grading import graded
from engine.reading import open_file
from engine.reading.conditions import judge
from tests.support.serving import upcs

CODES = upcs(12)
ORDER = [*Condition, None]  # the best first; no condition promises nothing


def read(*words: str, header: str = "Condition", sleeves: str = "") -> tuple[list[Row], Scale | None, bool]:
    """Return the rows of a file with these conditions, and how its column was judged."""
    second = ",Sleeve condition" if sleeves else ""
    lines = [f"{code},{word}{sleeves and ',' + sleeves}" for code, word in zip(CODES, words, strict=False)]
    sheet = open_file("\n".join([f"UPC,{header}{second}", *lines, ""]).encode(), "pile.csv")
    judged = next(iter(sheet.check().scales), None)
    return list(sheet.rows()), judged.scale if judged else None, bool(judged and judged.sure)


@pytest.mark.parametrize(
    ("words", "header", "sleeves", "scale", "sure"),
    [
        ("VG+|VG", "Condition", "", Scale.GOLDMINE, True),
        ("NM|Very Good|Good", "Condition", "", Scale.GOLDMINE, True),
        ("Very Good (VG)", "Condition", "", Scale.GOLDMINE, True),
        ("NM/VG+|VG", "Condition", "", Scale.GOLDMINE, True),
        ("EX|VG|G", "Condition", "", Scale.RECORD_COLLECTOR, True),
        ("EX|VG+", "Condition", "", Scale.GOLDMINE, True),
        ("New|Like New|Very Good|Good|Acceptable", "Condition", "", Scale.EBAY, True),
        ("Like New|VG|G", "Condition", "", Scale.EBAY, True),
        ("4000|5000", "Condition ID", "", Scale.EBAY, True),
        ("Used - Very Good", "Condition", "", Scale.EBAY, True),
        ("Very Good|Good", "Condition", "", Scale.EBAY, False),
        ("Gut|Sehr gut", "Zustand", "", Scale.EBAY, False),
        ("VG|G", "Condition", "", Scale.GOLDMINE, False),
        ("Very Good|G", "Condition", "", Scale.GOLDMINE, False),
        ("Very Good|Good", "Media Condition", "", Scale.GOLDMINE, True),
        ("Very Good|Good", "Grading", "", Scale.GOLDMINE, True),
        ("Very Good|Good", "Condition", "VG", Scale.GOLDMINE, True),
        ("New|VG+|VG", "Condition", "", Scale.GOLDMINE, False),
        ("-|N/A|Used", "Condition", "", None, False),
    ],
)
def test_a_column_is_of_the_scale_that_its_words_are_of(
    words: str, header: str, sleeves: str, scale: Scale | None, *, sure: bool
) -> None:
    assert read(*words.split("|"), header=header, sleeves=sleeves)[1:] == (scale, sure)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("VG|VG+", [(None, "VG"), (None, "VG+")]),
        ("Very Good|Like New", [(Condition.USED_VERY_GOOD, None), (Condition.LIKE_NEW, None)]),
        ("New|VG+|Good", [(Condition.NEW, None), (None, "VG+"), (None, "G")]),
        ("NM/VG+|Sealed|-", [(None, "NM/VG+"), (None, "sealed"), (None, None)]),
        ("Used|VG+", [(None, None), (None, "VG+")]),
    ],
)
def test_a_row_keeps_what_its_seller_said(words: str, kept: list[tuple[Condition | None, str | None]]) -> None:
    rows, *_ = read(*words.split("|"))
    assert [(row.condition, row.grading and row.grading.written) for row in rows] == kept
    assert [decode(Row, json.loads(json.dumps(encode(row)))) for row in rows] == rows


def test_a_column_of_sleeves_grades_them_and_a_pair_beside_it_is_the_mediums_lower_grade() -> None:
    rows, *_ = read("VG+", "NM/VG", "", "Like New", sleeves="Generic")
    assert [row.grading and row.grading.written for row in rows] == [
        "VG+/generic",
        "VG/generic",
        "/generic",
        "/generic",
    ]
    (odd,), *_ = read("VG+", sleeves="torn")
    assert odd.grading is not None
    assert odd.grading.sleeve is None
    assert odd.unclear == ("sleeve",)
    assert odd.warning == "The sleeve's grade “torn” cannot be used: write one such as NM, VG+, VG or Generic"


def test_the_check_says_whose_words_they_are_and_why() -> None:
    assert (found := judge(["VG", "VG+"], "Grade", sleeves=False))
    assert found.reason == "Grades in “Grade” are the trade's (Goldmine): “VG+”"
    assert (found := judge(["VG", "G"], "Condition", sleeves=False))
    assert found.reason == (
        "Grades in “Condition” may be eBay's or the trade's (Goldmine): read as the trade's, which promises less"
    )
    assert (found := judge(["Good"], "Condition", sleeves=False))
    assert found.reason == "Grades in “Condition” are read as eBay's conditions: “Good”, spelled out"
    assert (found := judge(["New", *(f"VG{'+' * count}" for count in range(1, 6)), "EX", "M", "P"], "C", sleeves=False))
    assert "“EX”, “M”, “P”, “VG+” and 2 more; “New”" in found.reason
    assert judge(["Used", ""], "Condition", sleeves=True) is None


def test_a_column_far_down_is_judged_by_its_last_row_too() -> None:
    codes = upcs(3_000)
    lines = [f"{code},VG" for code in codes[:-1]]
    sheet = open_file("\n".join(["UPC,Condition", *lines, f"{codes[-1]},Like New", ""]).encode(), "pile.csv")
    assert {row.condition for row in sheet.rows()} == {Condition.USED_VERY_GOOD, Condition.LIKE_NEW}


WORDS = [
    ("New", Condition.NEW),
    ("Like New", Condition.LIKE_NEW),
    ("Acceptable", Condition.USED_ACCEPTABLE),
    ("M", Condition.LIKE_NEW),
    ("Near Mint (NM or M-)", Condition.LIKE_NEW),
    ("EX", Condition.USED_VERY_GOOD),
    ("VG+", Condition.USED_VERY_GOOD),
    ("G+", Condition.USED_ACCEPTABLE),
    ("Fair (F)", None),
    ("Poor", None),
    ("Used", None),
]
AMBIGUOUS = {
    "VG": (Condition.USED_VERY_GOOD, Condition.USED_GOOD),
    "Good": (Condition.USED_GOOD, Condition.USED_ACCEPTABLE),
}


@given(st.lists(st.sampled_from([*WORDS, *((word, None) for word in AMBIGUOUS)]), min_size=1, max_size=12))
def test_no_row_of_any_column_is_ever_better_than_what_its_seller_wrote(
    column: list[tuple[str, Condition | None]],
) -> None:
    """A word of both scales is eBay's only in a column with words of eBay's alone and none of the trade's alone."""
    rows, scale, _ = read(*(word for word, _ in column))
    for (word, meant), row in zip(column, rows, strict=True):
        if word in AMBIGUOUS:
            meant = AMBIGUOUS[word][scale is not Scale.EBAY]
        assert ORDER.index(graded(row, Options()).condition) >= ORDER.index(meant)
