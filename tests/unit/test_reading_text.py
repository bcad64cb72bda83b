"""Text files: encodings, delimiters, quotation marks, headers and what becomes of every line."""

from __future__ import annotations

import codecs
import csv
import io
import json
import tracemalloc
from dataclasses import astuple

import pytest

from engine.codec import decode, encode
from engine.domain.batch.grades import Grade, Grading
from engine.domain.batch.rows import Named, Row, RowState
from engine.domain.identify import barcodes
from engine.errors import UnreadableFile
from engine.reading import check, open_file
from tests.support.barcode_table import COLUMNS, table

ONE, TWO, THREE = "889214112798", "074646362822", "7961220922684"


def rows(text: str) -> list[Row]:
    return list(open_file(text.encode(), "file").rows())


def values(content: bytes) -> list[str]:
    return [row.value for row in open_file(content, "file").rows()]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n", "\n \t \r\n", "\r\r\n"])
@pytest.mark.parametrize("last", ["", "\n", "\x1a", "\n\n\x1a"])
def test_one_barcode_a_line_is_one_row_a_line(end: str, last: str) -> None:
    found = rows(f"{ONE}{end}{TWO}{end}{THREE}{last}")

    assert [row.value for row in found] == [ONE, TWO, THREE]
    assert [row.index for row in found] == [0, 1, 2]
    assert {row.state for row in found} == {RowState.READY}


def test_a_row_names_the_line_the_operator_sees() -> None:
    assert [row.line for row in rows(f"\n \nUPC\n{ONE}\r\n\r\n{TWO}\r{THREE}")] == [4, 6, 7]


@pytest.mark.parametrize(
    ("codec", "mark", "name"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", codecs.BOM_UTF8, "UTF-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "UTF-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "UTF-16"),
        ("utf-16-le", b"", "UTF-16"),
        ("utf-16-be", b"", "UTF-16"),
        ("utf-32-le", codecs.BOM_UTF32_LE, "UTF-32"),
        ("cp1252", b"", "Windows-1252"),
    ],
)
def test_the_encoding_is_found(codec: str, mark: bytes, name: str) -> None:
    content = mark + f"UPC,Note\n{ONE},Café\n{TWO},\n".encode(codec)

    assert [row.note for row in open_file(content, "file").rows()] == ["Café", ""]
    assert check(content, "file").encoding == name


def test_a_byte_that_windows_leaves_undefined_is_latin_1() -> None:
    assert check(f"UPC,Note\n{ONE},caf\xe9\x81".encode("latin-1"), "file").encoding == "Latin-1"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = delimiter.join(["Title", "UPC", "Qty"]) + "\n" + delimiter.join(['"a, b; c | d"', ONE, "3"])
    found = check(text.encode(), "file")

    assert found.delimiter == delimiter
    assert found.columns == {"barcode": "UPC", "quantity": "Qty", "title": "Title"}
    assert found.copies == 3


def test_semicolons_are_found_beside_decimal_commas() -> None:
    found = rows(f"UPC;Price\n{ONE};9,99\n{TWO};19,50")

    assert [row.price_cents for row in found] == [999, 1950]


def test_the_delimiter_that_excel_declares_is_taken_and_is_no_row() -> None:
    found = rows(f"sep=;\nUPC;Qty\n{ONE};2")

    assert [(row.line, row.value, row.quantity) for row in found] == [(3, ONE, 2)]


def test_a_file_of_one_column_has_no_delimiter() -> None:
    assert check(f'"UPC"\n"{ONE}"\n"{TWO}"'.encode(), "file").delimiter == ""
    assert [row.repaired for row in rows(f'"UPC"\n"{ONE}"')] == [""]


def test_a_quoted_cell_may_hold_the_delimiter_quotation_marks_and_lines() -> None:
    found = rows(f'UPC,Note\n{ONE},"a, ""b""\nand c"\n{TWO},d')

    assert [(row.line, row.note) for row in found] == [(2, 'a, "b"\nand c'), (4, "d")]


@pytest.mark.parametrize("stray", [f'"{ONE},a', f'{ONE},"a', f'{ONE},12" single', f'"{ONE}"x,a'])
def test_a_stray_quotation_mark_swallows_no_row_below_it(stray: str) -> None:
    found = rows(f"UPC,Note\n{stray}\n{TWO},b\n{THREE},c\n")

    assert [row.value for row in found][1:] == [TWO, THREE]
    assert len(found) == 3


def test_quotation_marks_around_rows_do_not_make_one_row_of_them() -> None:
    assert [row.gtin for row in rows(f'UPC,Note\n"{ONE},a\n{TWO},b"\n{THREE},c')] == [
        f"00{ONE}",
        f"00{TWO}",
        f"0{THREE}",
    ]


def test_quotation_marks_around_nothing_are_rows() -> None:
    assert len(rows('"\n' * 200 + f"{ONE}\n")) == 201


def test_a_cell_of_two_lines_before_the_barcode_is_one_row() -> None:
    assert [row.value for row in rows(f'GTIN,Title,UPC\n00{ONE},"Abbey\nRoad",{ONE}')] == [ONE]


def test_a_stray_quotation_mark_in_a_list_swallows_no_row_below_it() -> None:
    assert [row.gtin for row in rows(f'"{ONE}\n{TWO}\n"{THREE}')] == [f"00{ONE}", f"00{TWO}", f"0{THREE}"]


@pytest.mark.parametrize(
    "header",
    [
        "UPC",
        "upc",
        "Barcode",
        "Bar Code",
        "EAN",
        "EAN-13",
        "GTIN14",
        "UPC/EAN",
        "upc_or_ean",
        "UPC Code",
        "Codes",
        "Disc",
    ],
)
def test_a_word_above_the_barcodes_is_the_header(header: str) -> None:
    content = f"{header}\n{ONE}\n".encode()

    assert values(content) == [ONE]
    assert check(content, "file").header == (header,)
    assert check(content, "file").columns == {"barcode": header}


@pytest.mark.parametrize("first", [TWO, "889214112791", "8.80E+11", "ABC123", "none", "n/a", "12", "1/2"])
def test_what_is_no_word_above_the_barcodes_is_a_row(first: str) -> None:
    assert values(f"{first}\n{ONE}\n".encode()) == [first, ONE]


def test_titles_above_the_header_are_counted_and_no_rows() -> None:
    found = open_file(f"My records,,\nUPC,Price,Qty\n{ONE},5,2\n".encode(), "file")

    assert [(row.line, row.state, row.price_cents) for row in found.rows()] == [(3, RowState.READY, 500)]
    assert found.check().above == 1


def test_a_barcode_above_the_header_is_a_row() -> None:
    assert [row.line for row in rows(f"First one,{TWO},\nUPC,Price,Qty\n{ONE},5,2\n")] == [1, 3]


def test_without_a_header_the_column_that_holds_the_barcodes_is_found() -> None:
    found = open_file(f"1,Abbey Road,{ONE}\n2,Help,{TWO}\n3,Revolver,1234\n".encode(), "file")

    assert [row.value for row in found.rows()] == [ONE, TWO, "1234"]
    assert found.check().columns == {"barcode": "column 3"}


def test_of_several_columns_named_like_a_barcode_the_fullest_is_taken() -> None:
    assert [row.value for row in rows(f"EAN,UPC\n{ONE},\n{TWO},\n")] == [ONE, TWO]
    assert [row.value for row in rows(f"EAN,UPC\n{TWO},{ONE}\n")] == [ONE]


def test_when_nothing_under_the_name_fits_the_barcodes_are_taken_from_where_they_are() -> None:
    assert [row.value for row in rows(f"Barcode,Number\nA1,{ONE}\nA2,{TWO}")] == [ONE, TWO]


def test_a_text_file_may_be_named_like_a_workbook() -> None:
    assert [row.value for row in open_file(ONE.encode(), "barcodes.xlsx").rows()] == [ONE]


def test_a_row_without_a_barcode_is_a_row() -> None:
    found = rows(f"Title,UPC\nHelp,\n,{ONE}\nshort\n,,\n")

    assert [(row.line, row.problem) for row in found] == [
        (2, "The barcode is missing"),
        (3, ""),
        (4, "The barcode is missing"),
    ]
    assert found[0].cells == ("Help", "")


def test_cells_beyond_the_header_are_doubted_since_a_price_may_have_been_cut_in_two() -> None:
    found = rows(f"UPC,Price\n{ONE},1,234.50\n{TWO},5,\n")

    assert (
        found[0].problem
        == "The row has more cells than the header: put quotation marks around a cell with a comma in it"
    )
    assert found[1].price_cents == 500


def test_every_problem_of_a_row_is_told() -> None:
    [bad, _] = rows(f"UPC,Condition,Price,Qty,Note\nx,ok,-1,0,hm\n{ONE},,,,\n")

    assert bad.gtin is None
    assert bad.value == "x"
    assert bad.problem == (
        "The barcode has letters in it: write its digits only. "
        "The quantity is 0: none is in stock. "
        "The condition “ok” cannot be used: write one of New, Like New, Very Good, Good and Acceptable, or a grade "
        "such as NM, VG+ or VG. "
        "The price must be more than 0, not “-1”"
    )


def test_a_full_row_says_everything() -> None:
    header = "Artist;Item Condition;EAN;Start Price;Qty;Comments;SKU;Shelf;Release ID;Cat#;Year"
    content = f"{header}\nBeatles;vg;{ONE};$1,234.50;3.0; signed ;A-17;B 2;[r249504];-;1964\n"
    [row] = rows(content)

    assert row == Row(
        index=0,
        line=2,
        value=ONE,
        gtin=f"00{ONE}",
        copies=3,
        price_cents=123450,
        quantity=3,
        note="signed",
        cells=("Beatles", "vg", ONE, "$1,234.50", "3.0", " signed ", "A-17", "B 2", "[r249504]", "-", "1964"),
        seller_sku="A-17",
        location="B 2",
        named=Named(discogs_id="249504", artist="Beatles", year="1964"),
        grading=Grading(Grade.VERY_GOOD),
    )


def test_repeats_name_the_first_row_and_their_copies_go_to_it() -> None:
    found = rows(f"UPC,Qty\n{ONE},2\nx,9\n{TWO},\n0{ONE},3\n88921411279-8,1\n")

    assert [row.repeat_of for row in found] == [None, None, None, 0, 0]
    assert [row.copies for row in found] == [6, 1, 1, 3, 1]
    assert [row.state.value for row in found] == ["ready", "invalid", "ready", "repeated", "repeated"]


def test_the_check_adds_up() -> None:
    opened = open_file(f"UPC,Qty\n{ONE},2\nx,9\n{TWO[1:]},\n{ONE},3\n".encode(), "list.csv")
    found = opened.check()

    assert (found.name, found.total, found.usable, found.copies) == ("list.csv", 4, 3, 6)
    assert found.counts == dict.fromkeys(RowState, 1)
    assert [row.value for row in opened.rows(RowState.REPAIRED, RowState.REPEATED)] == [TWO[1:], ONE]


def test_the_real_barcodes_are_all_usable_with_their_facts_beside_them() -> None:
    content = io.StringIO()
    written = csv.writer(content)
    written.writerow(COLUMNS)
    written.writerows(astuple(line) for line in table())
    found = check(content.getvalue().encode(), "barcodes.csv")

    assert (found.total, found.usable) == (264, 264)
    assert found.columns["barcode"] == "upc_or_ean, gtin14"


def test_the_rows_of_a_file_are_never_held_at_once() -> None:
    payloads = (f"{number * 999_983 % 10**11:011d}" for number in range(1, 8_001))
    content = "\n".join(payload + barcodes.check_digit(payload) for payload in payloads).encode()
    tracemalloc.start()
    try:
        total = sum(1 for _ in open_file(content, "file").rows())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert total == 8_000
    assert peak < len(content) + 2_400_000


@pytest.mark.parametrize("name", ["Photos", "photo", "Image URL", "image_urls", "Picture", "Fotos", "Item photo URL"])
def test_photos_are_read_and_a_bad_one_does_not_fail_its_row(name: str) -> None:
    text = f"UPC,{name}\n{ONE},https://a/1.jpg|https://a/2.jpg\n{TWO},http://a/1.jpg\n"
    found = rows(text)

    assert [row.photos for row in found] == [("https://a/1.jpg", "https://a/2.jpg"), ()]
    assert [row.photo_warning for row in found] == [
        "",
        "The photo “http://a/1.jpg” is not used: a photo's address begins with https://",
    ]
    assert all(row.gtin for row in found)
    assert [decode(Row, json.loads(json.dumps(encode(row)))) for row in found] == found
    assert check(text.encode(), "file").columns == {"barcode": "UPC", "photos": name}


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("249504", "249504"),
        ("249504.0", "249504"),
        ("r249504", "249504"),
        ("https://www.discogs.com/release/249504-Rick-Astley-Never-Gonna-Give-You-Up", "249504"),
        ("discogs.com/de/release/249504", "249504"),
        ("-", ""),
    ],
)
def test_a_release_of_discogs_is_named_by_its_number_in_any_form(cell: str, number: str) -> None:
    [row] = rows(f"UPC,Discogs ID\n{ONE},{cell}")

    assert (row.named.discogs_id, row.warning) == (number, "")


@pytest.mark.parametrize("cell", ["0", "m249504", "abc", "https://www.discogs.com/master/249504", "12345678901"])
def test_what_is_no_release_of_discogs_is_told_of(cell: str) -> None:
    [row] = rows(f"UPC,Discogs ID\n{ONE},{cell}")

    assert (row.named.discogs_id, row.gtin) == ("", f"00{ONE}")
    assert f"“{cell}” is not the number of a Discogs release" in row.warning


def test_a_barcode_in_a_column_of_titles_is_told_of() -> None:
    [row] = rows(f"UPC,Title\n{ONE},{TWO}")

    assert f"Another barcode, “{TWO}” in Title, is not used" in row.warning


@pytest.mark.parametrize("wrong", [[], ["12345"]])
def test_a_column_with_another_name_that_is_full_of_barcodes_is_the_one(wrong: list[str]) -> None:
    codes = [ONE, TWO, THREE, "075596050340", "724383244812", *wrong]
    content = "Artist,Number\n" + "".join(f"A{n},{code}\n" for n, code in enumerate(codes))
    found = rows(content)

    assert [row.value for row in found] == codes
    assert [bool(row.gtin) for row in found] == [True] * 5 + [False] * len(wrong)


def test_one_number_in_ten_makes_no_column_of_barcodes() -> None:
    content = "Artist,Number\n" + "".join(f"A,{number}\n" for number in (ONE, *range(10**11, 10**11 + 9)))

    with pytest.raises(UnreadableFile, match="no column of barcodes"):
        rows(content)
