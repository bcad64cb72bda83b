"""What scanners, spreadsheets and people put around a barcode: taken off, used or told of; never joined with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.identify import barcodes, dressing

A, B, C = "074646362822", "093624755524", "752743004318"
EAN, BOOK = "7961220922684", "9780306406157"
OF_A_BOOK = "Probably not a record or film: 978 and 979 mark books and sheet music"
GIVE_IT_A_COLUMN = "if it is the number of copies, give it a column of its own"


@pytest.mark.parametrize("behind", [" 2", "-2", "/1", " 54321", " 03", " - Josh Wink", ", 4.99", " UPC-A 2026-11-01"])
@pytest.mark.parametrize("code", [A, EAN])
def test_what_else_stands_behind_the_barcode_is_never_joined_with_it_and_told(code: str, behind: str) -> None:
    found = barcodes.read(f"{code}{behind}")
    assert found.gtin == code.zfill(14)
    assert "is not used" in found.warning


@given(st.integers(10**10, 10**12 - 1).map(str), st.sampled_from([" 2", "-2", "/1", " 54321", "x3", " 12"]))
def test_no_barcode_becomes_another_by_what_stands_behind_it(payload: str, behind: str) -> None:
    code = payload + barcodes.check_digit(payload)
    assert barcodes.read(code + behind).gtin == barcodes.read(code).gtin


@pytest.mark.parametrize(
    "dressed",
    [
        f"]E0{A}", f"]C1{A}", f"A{A}", f"(01)00{A}", f"0100{A}", f"]C10100{A}", f"\x02{A}\x03", f"\u202a{A}\u202c",
        f"\u2066{A}\u2069", f"UPC: {A}", f"UPC {A}", f"{A} (UPC)", f"EAN-13: 0{A}", f"Barcode # {A}", f"1. {A}",
        f"12) {A}", f"- {A}", f"* {A}", f"[{A}]",
    ],
)  # fmt: skip
def test_what_scanners_and_people_put_around_a_barcode_is_taken_off(dressed: str) -> None:
    assert barcodes.read(dressed).gtin == f"00{A}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2026-01-01", "This is a date, not a barcode"),
        ("18.01.2026", "This is a date, not a barcode"),
        ("2026-11-01 10:00:11", "This is a date, not a barcode"),
        ("555-010-4477", "This is a telephone number, not a barcode"),
        ("Does not apply", "There is no barcode"),
        ("N/A", "There is no barcode"),
    ],
)
def test_dates_telephone_numbers_and_words_for_nothing_are_no_barcodes(text: str, problem: str) -> None:
    assert barcodes.read(text).problem == problem


@pytest.mark.parametrize(
    ("behind", "copies"),
    [
        (" x3", 3), ("x3", 3), (" × 2", 2), ("*4", 4), (" (x2)", 2), (" 3x", 3), (" 2 x", 2), (" - qty 4", 4),
        (" Qty: 12", 12), (" Menge 2", 2), (" 2 copies", 2), (" 5 pcs", 5), (" 2 Stück", 2), (", x999", 999),
    ],
)  # fmt: skip
def test_a_number_of_copies_is_known_by_its_mark(behind: str, copies: int) -> None:
    found = barcodes.read(A + behind)
    assert (found.gtin, found.copies, found.warning) == (f"00{A}", copies, "")
    assert found.repaired == f"Read “{behind.strip(' ,-')}” as the number of copies"


@pytest.mark.parametrize("behind", [" x0", " x1000", " (2 CDs)", " 2", " 12-page booklet", " copies"])
def test_anything_else_is_no_number_of_copies(behind: str) -> None:
    assert barcodes.read(A + behind).copies is None


@pytest.mark.parametrize(
    ("cell", "warning"),
    [
        (f"{A} 2", f"“2” behind the barcode is not used: {GIVE_IT_A_COLUMN}"),
        (f"{A} - Josh Wink", "“Josh Wink” behind the barcode is not used"),
        (f"{A}, {'x' * 40}", f"“{'x' * 40}” behind the barcode is not used"),
        (f"{A}, {'y' * 41}", f"“{'y' * 40}…” behind the barcode is not used"),
        (f"{A} -", ""),
        (f"{A} (UPC-A)", ""),
        (f"{A} / 0{A}", ""),
        (f"{BOOK} 2", f"{OF_A_BOOK}. “2” behind the barcode is not used: {GIVE_IT_A_COLUMN}"),
    ],
)
def test_what_is_not_used_is_named(cell: str, warning: str) -> None:
    found = barcodes.read(cell)
    assert (found.warning, found.repaired, found.problem) == (warning, "", "")


@pytest.mark.parametrize(
    ("cell", "repaired"),
    [
        (f"UPC: {A}", "Removed the label"),
        ("UPC: 0 74646 36282 2", "Removed spaces; removed the label"),
        (f"]E0{A}", "Removed the scanner's mark"),
        (f"A{A}", "Removed the scanner's mark"),
        (f"(01)00{A}", "Removed the GS1 identifier (01)"),
        (f"0100{A}", "Removed the GS1 identifier 01"),
        (f"12) {A}", "Removed the list number"),
        (f"[{A}]", "Removed brackets"),
    ],
)
def test_what_was_taken_off_is_named(cell: str, repaired: str) -> None:
    found = barcodes.read(cell)
    assert (found.gtin, found.repaired, found.warning) == (f"00{A}", repaired, "")


@pytest.mark.parametrize("cell", ["UPC: 074646362823", "]E0074646362823", "0100074646362823", "AB074646362822", "UPC:"])
def test_what_no_check_digit_proves_is_not_taken_off(cell: str) -> None:
    assert barcodes.read(cell).gtin is None


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        (f"{A}, {B}, {C}", (A, B, C)),
        (f"{A} {B} 2", (A, B, "2")),
        (f"{A}; 0{A}; {B}", (A, B)),
        ("0 74646 36282 2, 0 93624 75552 4", ("0 74646 36282 2", "0 93624 75552 4")),
        (f"{A} x2 | {B} x3", (f"{A} x2", f"{B} x3")),
        (f"{A}/{B}", (A, B)),
        (f"{A} / 0{A}", ()),
        (f"{A}, Josh Wink, Profound Sounds 1234567890123", ()),
        (A, ()),
        (f"{A}{B}", ()),
    ],
)
def test_several_barcodes_of_a_cell_are_its_parts(cell: str, parts: tuple[str, ...]) -> None:
    assert barcodes.several(cell) == parts


@pytest.mark.parametrize("cell", [A, f" {A} ", f"0-{A[1:]}", "8.89214112798E+11", f'="{A}"', "74646362822"])
def test_a_barcode_is_alone_also_as_excel_writes_it(cell: str) -> None:
    assert barcodes.alone(cell)


@pytest.mark.parametrize("cell", ["", f"{A} x2", f"UPC {A}", "074646362823", "2026-01-01", "1" * 101, "18.01.2026"])
def test_a_barcode_is_not_alone_with_anything_else(cell: str) -> None:
    assert not barcodes.alone(cell)


def test_twelve_thirteen_or_fourteen_digits_may_lead() -> None:
    assert dressing.leading(f"{A} 2") == dressing.Leading(A, "2")
    assert dressing.leading(f"{EAN}x2") == dressing.Leading(EAN, "x2", 2)
    assert dressing.leading(f"00{A}, a") == dressing.Leading(f"00{A}", "a")
    assert dressing.leading(f"{A},00") is None
    assert dressing.leading(A) is None
    assert dressing.leading(f"1{EAN}34 2") is None
