"""Conditions, prices and quantities as people write them."""

from __future__ import annotations

import pytest

from engine.domain.batch.grades import Scale
from engine.domain.batch.rows import Condition
from engine.reading import cells, grade_cells
from engine.reading.cell_words import CellProblem


@pytest.mark.parametrize(
    ("words", "condition"),
    [
        ("New|NEW|brand new|Brand-New|New, sealed|New (sealed)|1000", Condition.NEW),
        ("Like New|like-new|LN|LIKE_NEW|LikeNew|Used - Like New|UsedLikeNew|2750", Condition.LIKE_NEW),
        ("Very Good|VG|vg|USED_VERY_GOOD|Used: Very Good|4000", Condition.USED_VERY_GOOD),
        ("Good|G|used_good|5000", Condition.USED_GOOD),
        ("Acceptable|Used; Acceptable|6000", Condition.USED_ACCEPTABLE),
    ],
)
def test_ebays_words_are_taken_in_a_column_of_them(words: str, condition: Condition) -> None:
    found = [grade_cells.condition(word, Scale.EBAY) for word in words.split("|")]
    assert {(said and said.condition, said and said.grading) for said in found} == {(condition, None)}


@pytest.mark.parametrize("word", ["", "  ", "-", "N/A", "Ungraded", "Not Graded"])
def test_a_cell_may_say_nothing(word: str) -> None:
    assert grade_cells.condition(word) is None
    assert grade_cells.sleeve(word) is None


@pytest.mark.parametrize("word", ["Used", "Used New", "used - new", "3000", "9.99", "ok", "Goods", "8/10", "NM/ok"])
def test_what_is_no_grade_is_refused(word: str) -> None:
    with pytest.raises(CellProblem) as refused:
        grade_cells.condition(word)

    assert str(refused.value) == (
        f"The condition “{word}” cannot be used: write one of New, Like New, Very Good, Good and Acceptable, or a "
        "grade such as NM, VG+ or VG"
    )


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("", None),
        ("9.99", 999),
        ("$9.99", 999),
        ("$ 9.99", 999),
        ("US $9.99", 999),
        ("$9.99 USD", 999),
        ("9,99", 999),
        (".99", 99),
        ("9.9", 990),
        ("9", 900),
        ("USD 12", 1200),
        ("12 usd", 1200),
        ("1,234.50", 123450),
        ("1.234,50", 123450),
        ("1,234", 123400),
        ("12,345.00", 1234500),
        ("\u00a09.99\u00a0", 999),
        ("999999.99", 99_999_999),
    ],
)
def test_a_price_that_reads_in_one_way_is_taken(text: str, cents: int | None) -> None:
    assert cells.price_cents(text) == cents


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("-5", "The price must be more than 0, not “-5”"),
        ("free", "The price “free” cannot be read: write it like 9.99"),
        ("$", "The price “$” cannot be read: write it like 9.99"),
        (".", "The price “.” cannot be read: write it like 9.99"),
        ("1.234", "The price “1.234” cannot be read: write it like 9.99"),
        ("9.99.9", "The price “9.99.9” cannot be read: write it like 9.99"),
        ("5-10", "The price “5-10” cannot be read: write it like 9.99"),
        ("1e3", "The price “1e3” cannot be read: write it like 9.99"),
        ("£9.99", "The price “£9.99” is not in US dollars: write it in dollars, like 9.99"),
        ("9,99 €", "The price “9,99 €” is not in US dollars: write it in dollars, like 9.99"),
        ("9.99 EUR", "The price “9.99 EUR” is not in US dollars: write it in dollars, like 9.99"),
        ("C$9.99", "The price “C$9.99” cannot be read: write it like 9.99"),
        ("889214112798", "The price “889214112798” is too high: the most is 999,999.99"),
    ],
)
def test_any_other_price_is_refused(text: str, problem: str) -> None:
    with pytest.raises(CellProblem) as refused:
        cells.price_cents(text)

    assert str(refused.value) == problem


@pytest.mark.parametrize(
    ("text", "copies"),
    [("", None), ("n/a", None), ("0", 0), ("1", 1), (" 12 ", 12), ("3.0", 3), ("2,00", 2), ("9999", 9999)],
)
def test_a_whole_number_is_a_quantity(text: str, copies: int | None) -> None:
    assert cells.quantity(text) == copies


@pytest.mark.parametrize("text", ["-1", "1.5", "two", "1,000", "1.000", "10000", "889214112798", "1" * 5000, "٣"])
def test_anything_else_is_no_quantity(text: str) -> None:
    with pytest.raises(CellProblem) as refused:
        cells.quantity(text)

    assert str(refused.value) == f"The quantity “{text}” is not a whole number from 1 to 9,999: one copy is offered"


@pytest.mark.parametrize(
    ("text", "addresses", "warning"),
    [
        ("", (), ""),
        ("https://a/1.jpg", ("https://a/1.jpg",), ""),
        (" https://a/1.jpg|https://a/2.jpg ", ("https://a/1.jpg", "https://a/2.jpg"), ""),
        (
            "https://a/1.jpg, https://a/2.jpg\nhttps://b:8443/3?w=1&h=2",
            ("https://a/1.jpg", "https://a/2.jpg", "https://b:8443/3?w=1&h=2"),
            "",
        ),
        ("https://a/1.jpg https://a/1.jpg", ("https://a/1.jpg",), ""),
        (
            "http://a/1.jpg|https://a/2.jpg",
            ("https://a/2.jpg",),
            "The photo “http://a/1.jpg” is not used: a photo's address begins with https://",
        ),
        ("front.jpg", (), "The photo “front.jpg” is not used: a photo's address begins with https://"),
        ("https://", (), "The photo “https://” is not used: it is not an address that a browser would open"),
        (
            "https://me:secret@a/1.jpg",
            (),
            "The photo “https://…@a/1.jpg” is not used: it is not an address that a browser would open",
        ),
        (
            'https://a/"><script>',
            (),
            'The photo “https://a/"><script>” is not used: it is not an address that a browser would open',
        ),
        (
            "https://a/" + "x" * 2_000,
            (),
            f"The photo “https://a/{'x' * 50}” is not used: a photo's address has up to 2000 characters",
        ),
        (
            "see|the|folder|for|them",
            (),
            "".join(
                f"The photo “{word}” is not used: a photo's address begins with https://. "
                for word in ("see", "the", "folder")
            )
            + "Nor are 2 more",
        ),
        ("see there", (), "The photo “see there” is not used: a photo's address begins with https://"),
        (
            " ".join(f"https://a/{number}.jpg" for number in range(25)),
            tuple(f"https://a/{number}.jpg" for number in range(24)),
            "Only the first 24 photos are used: eBay takes no more",
        ),
    ],
)
def test_photos_are_taken_by_https_and_others_said(text: str, addresses: tuple[str, ...], warning: str) -> None:
    assert cells.photos(text) == (addresses, warning)
