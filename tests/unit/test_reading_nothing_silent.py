"""Nothing of a file is left out in silence: every barcode is used, or told of; and none becomes another."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.batch.rows import Row, RowState
from engine.domain.identify import barcodes
from engine.errors import UnreadableFile
from engine.reading import check, corrected, open_file
from tests.support.workbooks import workbook

A, B, C, D, E, F = (
    "074646362822", "093624755524", "752743004318", "752743005315", "752743004813", "785688012322"
)  # fmt: skip
EAN = "7961220922684"


def read(content: str) -> list[Row]:
    return list(open_file(content.encode(), "file").rows())


def values(content: str) -> list[str]:
    return [row.value for row in read(content)]


@pytest.mark.parametrize(
    "content",
    [
        f"{A}, {B}, {C}, {D}\n{E}, {F}",
        f"{A},{B}\n{C},{D},{E},{F}\n",
        f"{A}; {B}; {C}; {D}; {E}; {F}",
        f"{A} {B} {C}\n{D} {E} {F}",
        f"{A} | {B} | {C} | {D}\n{E} | {F}",
        f"{A}\n{B}, {C}\n{D}\n{E} {F}",
        f"UPC\n{A}, {B}, {C}\n{D}, {E}, {F}\n",
        f"UPC\n{A};{B};{C}\n{D};{E};{F}\n",
        f"Shelf A,{A},{B},{C}\nShelf B,{D},{E},{F}\n",
        json.dumps([A, B, C, D, E, F]),
        json.dumps([[A, B, C], [D, E, F]]),
        json.dumps({"name": "pile", "codes": [A, B, C, D, E, F]}),
        f"['{A}', '{B}', '{C}',\n'{D}', '{E}', '{F}']",
    ],
)
def test_each_barcode_of_a_list_is_a_row(content: str) -> None:
    assert [barcodes.display(row.gtin) for row in read(content) if row.gtin] == [A, B, C, D, E, F]


def test_boxes_side_by_side_are_all_read_and_a_mistyped_code_in_one_is_told() -> None:
    wrong = "752743004812"
    found = read(f"Box 1,Box 2,Box 3\n{A},{B},{C}\n{D},{wrong},{E}\n,{F},\n")
    assert [row.value for row in found] == [A, B, C, D, wrong, E, F]
    assert [row.line for row in found if row.gtin is None] == [3]


def test_several_barcodes_in_the_cell_of_a_table_are_one_row_that_says_so() -> None:
    row, _ = read(f'UPC,Title,Price\n"{A} / {B}",Two,4.99\n{C},One,5.99\n')
    assert row.problem == f"The cell holds several barcodes ({A}, {B}): give each its own row"


def test_one_barcode_written_twice_in_a_cell_is_one() -> None:
    assert [row.gtin for row in read(f"UPC,Price\n{A} / 0{A},4.99\n")] == [f"00{A}"]


def test_objects_of_json_are_rows_with_their_names_as_columns() -> None:
    content = json.dumps([{"upc": A, "price": 4.99, "qty": 2}, {"upc": int(B), "price": None}])
    assert [(row.gtin, row.price_cents, row.quantity) for row in read(content)] == [
        (f"00{A}", 499, 2),
        (f"00{B}", None, 1),
    ]
    lines = "\n".join(json.dumps({"upc": code}) for code in (A, B))
    assert [row.value for row in read(lines)] == [A, B]


def test_all_sheets_that_hold_barcodes_are_read_each_with_its_own_columns() -> None:
    content = workbook(
        [["UPC", "Price"], [A, "4.99"]],
        [["About this pile"], ["made by Ann"]],
        [["Price", "EAN"], ["5.99", EAN], ["6.99", B]],
    )
    found = open_file(content, "boxes.xlsx")
    assert [(row.sheet, row.line, row.value, row.price_cents) for row in found.rows()] == [
        ("Sheet & 0", 2, A, 499),
        ("Sheet & 2", 2, EAN, 599),
        ("Sheet & 2", 3, B, 699),
    ]
    assert found.check().sheet == "Sheet & 0, Sheet & 2"


def test_a_corrected_workbook_keeps_the_rows_of_all_sheets_with_what_stands_beside_them() -> None:
    content = workbook([["UPC", "Price"], [A, "4.99"], ["1", "3.99"]], [["Price", "EAN"], ["5.99", EAN]])
    again = open_file(corrected(open_file(content, "boxes.xlsx"), {1: B})[0], "boxes.csv")
    assert [(row.value, row.price_cents) for row in again.rows()] == [(A, 499), (B, 399), (EAN, 599)]


def test_a_corrected_list_has_a_line_for_each_row() -> None:
    opened = open_file(f"{A}, {B}, 752743004312\n{D}".encode(), "file")
    again = open_file(corrected(opened, {2: C})[0], "file.csv")
    assert [row.value for row in again.rows()] == [A, B, C, D]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("the second column", f"UPC,EAN,Price\n{A},,1\n,{EAN},2\n"),
        ("of a marketplace", f"P:UPC,P:EAN,Price\n{A},Does not apply,1\nDoes not apply,{EAN},2\n"),
        ("when the first is wrong", f"UPC,EAN,Price\n{A},,1\n074646362823,{EAN},2\n"),
    ],
)
def test_where_one_column_of_keys_holds_none_the_other_is_used(name: str, content: str) -> None:
    assert [barcodes.display(row.gtin or "") for row in read(content)] == [A, EAN], name


def test_a_barcode_that_stands_in_another_column_is_told_of() -> None:
    first, second = read(f"UPC,Title,Extra\n{A},One,{B}\n,Two,{C}\n")
    assert first.warning == f"Another barcode, “{B}” in Extra, is not used"
    assert second.problem == f"The barcode is missing. Another barcode, “{C}” in Extra, is not used"


@pytest.mark.parametrize("name", ["Item number", "SKU", "Phone", "Order no.", "listing-id", "Date"])
def test_numbers_that_are_called_something_else_are_no_barcodes(name: str) -> None:
    with pytest.raises(UnreadableFile, match=f"no column of barcodes: none of its columns .*{name}"):
        read(f"{name},Title\n11111111,One\n{A},Two\n12345678,Three\n")


@pytest.mark.parametrize(
    ("behind", "copies", "told"),
    [
        (" x3", 3, "Read “x3” as the number of copies"),
        ("x3", 3, "Read “x3” as the number of copies"),
        (" × 2", 2, "Read “× 2” as the number of copies"),
        (" - qty 4", 4, "Read “qty 4” as the number of copies"),
        (" 2 copies", 2, "Read “2 copies” as the number of copies"),
    ],
)
def test_a_number_of_copies_behind_the_barcode_is_used_where_it_says_so(behind: str, copies: int, told: str) -> None:
    (row,) = read(f"{A}{behind}\n")
    assert (row.gtin, row.quantity, row.repaired) == (f"00{A}", copies, told)


@pytest.mark.parametrize(
    "name",
    [
        "UPC", "ean_isbn13", "UPC (12 digits)", "Barcode 1", "P:UPC", "Variant Barcode", "ISBN/UPC", "EAN-Code",
        "Strichcode", "Code-barres", "código de barras", "Codice a barre", "Streepjescode", "JANコード", "バーコード",
    ],
)  # fmt: skip
def test_a_column_of_keys_is_known_by_its_name_in_many_languages(name: str) -> None:
    found = check(f"Title,{name}\nOne,{A}\nTwo,1234\n".encode(), "file")
    assert found.columns["barcode"] == name


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("Available quantity,Start price,Condition ID", "3,9.90,4000", (3, 990, "USED_VERY_GOOD")),
        ("Anzahl;Preis;Zustand", '2;"4,90";Sehr gut', (2, 490, "USED_VERY_GOOD")),
        ("Quantité;Prix;État", '2;"4,90";Bon état', (2, 490, "USED_GOOD")),
        ("Cantidad,Precio,Estado", "2,4.90,Como nuevo", (2, 490, "LIKE_NEW")),
        ("Quantità,Prezzo,Condizioni", "2,4.90,Accettabile", (2, 490, "USED_ACCEPTABLE")),
        ("Aantal,Prijs,Staat", "2,4.90,Goed", (2, 490, "USED_GOOD")),
    ],
)
def test_what_stands_beside_it_is_known_by_its_name_in_many_languages(
    header: str, cells: str, expected: tuple[int, int, str]
) -> None:
    comma = ";" if ";" in header else ","
    (row,) = read(f"UPC{comma}{header}\n{A}{comma}{cells}\n")
    assert (row.quantity, row.price_cents, row.condition) == expected


def test_a_header_is_found_below_the_particulars_of_a_report() -> None:
    above = "".join(f"Line {number},{number}.1.2026,\n" for number in range(20))
    opened = open_file(f"{above}UPC,Price,Qty\n{A},4.99,2\n".encode(), "file")
    assert [(row.line, row.price_cents, row.quantity) for row in opened.rows()] == [(22, 499, 2)]
    assert opened.check().above == 20


def test_a_cell_that_cannot_be_used_makes_a_warning_and_not_a_lost_row() -> None:
    (row,) = read(f"UPC,Price,Condition,Qty\n{A},4.9.9,Used,two\n")
    assert row.state is RowState.READY
    assert (row.price_cents, row.condition, row.quantity) == (None, None, 1)
    assert set(row.unclear) == {"price", "condition", "quantity"}
    assert [sentence.partition("“")[0] for sentence in row.warning.split(". ")] == [
        "The quantity ",
        "The condition ",
        "The price ",
    ]


@pytest.mark.parametrize("nothing", ["", "-", "N/A", "$-", " $-   ", "0.00", "none"])
def test_words_for_nothing_say_nothing_about_the_price(nothing: str) -> None:
    (row,) = read(f"UPC,Price,Title\n{A},{nothing},x\n")
    assert (row.price_cents, row.warning, row.unclear) == (None, "", ())


@pytest.mark.parametrize("nothing", ["", "-", "N/A", "Ungraded", "not graded"])
def test_words_for_nothing_say_nothing_about_the_condition(nothing: str) -> None:
    (row,) = read(f"UPC,Condition,Title\n{A},{nothing},x\n")
    assert (row.condition, row.warning, row.unclear) == (None, "", ())


def test_none_in_stock_is_no_draft_and_says_so() -> None:
    none, _ = read(f"UPC,Qty\n{A},0\n{B},1\n")
    assert none.problem == "The quantity is 0: none is in stock"


@pytest.mark.parametrize(
    ("cell", "photos"),
    [
        ("https://a.example/1.jpg,https://a.example/2.jpg", 2),
        ("https://a.example/1.jpg; https://a.example/2.jpg", 2),
        ("https://a.example/1.jpg|https://a.example/2.jpg", 2),
        ("https://a.example/w_200,h_300/1.jpg", 1),
    ],
)
def test_photos_are_parted_by_commas_and_a_comma_inside_an_address_stays(cell: str, photos: int) -> None:
    (row,) = read(f'UPC,Images\n{A},"{cell}"\n')
    assert (len(row.photos), row.photo_warning) == (photos, "")


def test_numbered_columns_of_photos_are_all_used() -> None:
    (row,) = read(f"UPC,Image 1,Image 2,Image 3\n{A},https://a.example/1.jpg,,https://a.example/3.jpg\n")
    assert row.photos == ("https://a.example/1.jpg", "https://a.example/3.jpg")


DRESSINGS = ("{}", " {} ", '"{}"', "UPC: {}", "{} x2", "[{}]", "1. {}", "{} (UPC)")
payloads = st.integers(10**10, 10**11 - 1).map(str)


@given(
    st.lists(st.lists(st.tuples(payloads, st.sampled_from(DRESSINGS)), min_size=1, max_size=4), min_size=1, max_size=8),
    st.sampled_from([",", ";", "\t", " | "]),
)
def test_barcodes_put_anywhere_in_any_dressing_are_used_or_told_of(
    lines: list[list[tuple[str, str]]], parted: str
) -> None:
    put = [[payload + barcodes.check_digit(payload) for payload, _ in line] for line in lines]
    text = "\n".join(
        parted.join(dressing.format(code) for code, (_, dressing) in zip(codes, line, strict=True))
        for codes, line in zip(put, lines, strict=True)
    )
    try:
        rows = read(text)
    except UnreadableFile as refusal:
        told = str(refusal) + "".join(value + why for _, value, why in refusal.rows)
    else:
        told = "".join(f"{row.gtin} {row.value} {row.problem} {row.warning} " for row in rows)
    assert [code for codes in put for code in codes if code not in told] == []
