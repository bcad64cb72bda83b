"""What is typed in the field of a scan session: barcodes, and words about the last copy."""

from __future__ import annotations

import pytest

from engine.reading.scanned import Word, is_barcode, word


@pytest.mark.parametrize(
    "text",
    ["074646362822", "0 74646 36282 2", "4-006408-126232", "00738572", "]E04006408126232", "159327182X", "123456"],
)
def test_digits_are_a_barcode_right_or_wrong(text: str) -> None:
    assert is_barcode(text)


@pytest.mark.parametrize("text", ["VG+", "12.50", "12", "999.99", "x2", "/small scratch 123456", "-", "", "near mint"])
def test_words_about_a_copy_are_no_barcode(text: str) -> None:
    assert not is_barcode(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("VG+", Word({"grade": "VG+"})),
        (" near  mint ", Word({"grade": "near mint"})),
        ("NM/VG", Word({"grade": "NM/VG"})),
        ("12.50", Word({"price_cents": 1250})),
        ("$9", Word({"price_cents": 900})),
        ("12,50", Word({"price_cents": 1250})),
        ("x2", Word({"quantity": 2})),
        ("3x", Word({"quantity": 3})),
        ("/ hub crack ", Word({"note": "hub crack"})),
        ("/", Word({"note": ""})),
        ("-", Word({}, removed=True)),
        ("+", Word({}, removed=False)),
    ],
)
def test_a_word_says_one_thing_of_a_copy(text: str, expected: Word) -> None:
    assert word(text) == expected


@pytest.mark.parametrize("text", ["hello", "x0", "0", "12 EUR", "-3", "VG++ish", "?"])
def test_what_says_nothing_is_refused_with_what_may_be_typed(text: str) -> None:
    said = word(text)
    assert said.sets == {}
    assert said.removed is None
    assert text in said.problem or "dollars" in said.problem
