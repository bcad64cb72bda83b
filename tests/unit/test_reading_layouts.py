"""A file is read as a person chose: columns, header, sheets; what they do not say is found, and no row is lost."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.codec import decode, encode, replace
from engine.domain.batch.layout import ColumnChoice, Layout, Role, TableLayout, layout
from engine.domain.batch.rows import Row, RowState
from engine.domain.identify import barcodes
from engine.errors import BadRequest, UnreadableFile
from engine.reading import corrected, look, open_file
from engine.reading.layouts import explicit, find
from tests.support.workbooks import workbook

A, B, C, D = "074646362822", "093624755524", "752743004318", "752743005315"
EAN = "7961220922684"


def read(content: str, chosen: Layout) -> list[Row]:
    return list(open_file(content.encode(), "file", chosen).rows())


def test_columns_are_named_as_in_the_header_and_the_others_are_found() -> None:
    content = f"Number,Was,Now,Qty\n{A},9.00,4.99,2\n{B},8.00,3.99,1\n"
    found = read(content, layout({"Number": Role.BARCODE, "now": Role.PRICE}))
    assert [(row.value, row.price_cents, row.quantity) for row in found] == [(A, 499, 2), (B, 399, 1)]


def test_columns_are_numbered_where_there_is_no_header() -> None:
    content = f"12.50,{A}\n4.99,{B}\n"
    chosen = layout({"column 1": Role.PRICE, "Column 2": Role.BARCODE}, header_line=0)
    assert [(row.line, row.value, row.price_cents) for row in read(content, chosen)] == [(1, A, 1250), (2, B, 499)]


@pytest.mark.parametrize(
    ("role", "cell", "read_as"),
    [
        (Role.CONDITION, "Good", {"condition": "USED_GOOD"}),
        (Role.PRICE, "4.99", {"price_cents": 499}),
        (Role.QUANTITY, "3", {"quantity": 3}),
        (Role.NOTE, "a scratch", {"note": "a scratch"}),
        (Role.PHOTOS, "https://a.example/1.jpg", {"photos": ("https://a.example/1.jpg",)}),
        (Role.SKU, "A-17", {"seller_sku": "A-17"}),
        (Role.LOCATION, "Shelf 4", {"location": "Shelf 4"}),
        (Role.IGNORE, "4.99", {"price_cents": None}),
    ],
)
def test_each_role_that_a_column_can_have_is_read(role: Role, cell: str, read_as: Mapping[str, object]) -> None:
    (row,) = read(f"What,Thing\n{A},{cell}\n", layout({"What": Role.BARCODE, "Thing": role}))
    assert {name: getattr(row, name) for name in read_as} == read_as


@pytest.mark.parametrize("role", ["discogs_id", "catalog_number", "artist", "title", "label", "country", "year"])
def test_what_a_column_says_of_the_release_is_read(role: str) -> None:
    (row,) = read(f"What,Thing\n{A},1984\n", layout({"What": Role.BARCODE, "Thing": Role(role)}))
    assert getattr(row.named, role) == "1984"


def test_a_line_is_one_row_or_every_barcode_of_it_is() -> None:
    content = f"UPC,EAN\n{A},{EAN}\n{B},\n"
    assert [row.value for row in read(content, layout({}, each=False))] == [A, B]
    assert [row.value for row in read(content, layout({}, each=True))] == [A, EAN, B]


def test_of_two_columns_of_keys_the_one_that_is_named_first_counts() -> None:
    content = f"UPC,EAN\n{A},{EAN}\n"
    for first, second, value in (("UPC", "EAN", A), ("EAN", "UPC", EAN)):
        (row,) = read(content, layout({first: Role.BARCODE, second: Role.BARCODE}))
        assert row.value == value


def test_nothing_is_told_of_a_column_that_is_ignored() -> None:
    content = f"UPC,Old\n{A},{B}\n"
    (told,), (silent,) = read(content, layout({})), read(content, layout({"Old": Role.IGNORE}))
    assert (told.warning, silent.warning) == (f"Another barcode, “{B}” in Old, is not used", "")


def test_the_header_stands_where_it_is_said_to_and_lines_above_with_a_barcode_stay_rows() -> None:
    content = f"List of May,\nCode,Price\nNo.,Cost\n{A},1.99\n"
    (row,) = read(content, layout({"No.": Role.BARCODE, "Cost": Role.PRICE}, header_line=3))
    assert (row.line, row.value, row.price_cents) == (4, A, 199)
    above = read(f"{A},1.00\nNo.,Cost\n{B},1.99\n", layout({"No.": Role.BARCODE}, header_line=2))
    assert [(row.line, row.value) for row in above] == [(1, A), (3, B)]


def test_the_header_is_the_line_with_the_names_that_are_said() -> None:
    content = f"Pile of May,,\nItem,Was,Now\n{A},9.99,4.99\n"
    (row,) = read(content, layout({"Item": Role.BARCODE, "now": Role.PRICE}))
    assert (row.line, row.price_cents) == (3, 499)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (layout({"Barcode": Role.BARCODE}), "The file has no column “Barcode”: its columns are UPC, Price. Name one"),
        (layout({}, header_line=9), "Line 9 cannot be the header"),
        (layout({}, sheets=["Box 1"]), "The file has no sheets, and Box 1 is chosen"),
        (layout({"UPC": Role.IGNORE, "Price": Role.PRICE}), "No column is left for the barcodes"),
    ],
)
def test_a_layout_that_does_not_fit_the_file_is_refused_with_a_sentence(chosen: Layout, sentence: str) -> None:
    with pytest.raises(UnreadableFile, match=sentence):
        read(f"UPC,Price\n{A},4.99\n", chosen)


@pytest.mark.parametrize(
    ("columns", "header_line", "sentence"),
    [
        ({"A": Role.PRICE, "B": Role.PRICE}, None, "A and B are both chosen as price: choose one of them"),
        ({"column 300": Role.PRICE}, None, "column 300 is beyond the 256 columns"),
        ({" ": Role.PRICE}, None, "not by an empty name"),
        ({}, -1, "The header stands in a line from 1, or 0 when there is none, not in -1"),
    ],
)
def test_a_layout_that_fits_no_file_is_refused(
    columns: dict[str, Role], header_line: int | None, sentence: str
) -> None:
    with pytest.raises(BadRequest, match=sentence):
        layout(columns, header_line=header_line)


BOXES = workbook([["About"], ["x"]], [["UPC", "Price"], [A, "1.99"]], [["Code", "UPC"], ["x", B]], hidden=(2,))


def test_the_sheets_that_are_named_are_read_hidden_ones_too() -> None:
    assert [row.value for row in open_file(BOXES, "b.xlsx").rows()] == [A]
    both = open_file(BOXES, "b.xlsx", layout({"Code": Role.NOTE}, sheets=["Sheet & 1", "Sheet & 2"]))
    assert [(row.sheet, row.value, row.note) for row in both.rows()] == [("Sheet & 1", A, ""), ("Sheet & 2", B, "x")]
    only = open_file(BOXES, "b.xlsx", layout({}, sheets=["Sheet & 2"])).check()
    assert (only.total, only.sheet, only.unread) == (1, "Sheet & 2", ("Sheet & 1",))
    with pytest.raises(UnreadableFile, match=r"no sheet “Box”.*its sheets are Sheet & 0, Sheet & 1, Sheet & 2"):
        open_file(BOXES, "b.xlsx", layout({}, sheets=["Box"]))


def test_each_sheet_may_have_its_own_columns() -> None:
    sheets = [["Code", "Old"], [A, B]]
    first, second = (TableLayout((ColumnChoice(Role.BARCODE, name),), sheet=sheet) for name, sheet in own)
    opened = open_file(workbook(sheets, sheets), "b.xlsx", Layout(tables=(first, second)))
    assert [row.value for row in opened.rows()] == [A, B]


own = (("Code", "Sheet & 0"), ("Old", "Sheet & 1"))


def test_what_a_person_sees_are_the_columns_and_five_rows_below_the_header() -> None:
    content = "\n".join(["Report,,", "UPC,Title,Old", *(f"{A},One,{number}" for number in range(9))]).encode()
    (seen,) = look(content)
    assert [(column.name, str(column.role)) for column in seen.columns] == [
        ("UPC", "barcode"),
        ("Title", "title"),
        ("Old", "other"),
    ]
    assert (seen.header_line, [line for line, _ in seen.sample], seen.doubt) == (2, [3, 4, 5, 6, 7], "")
    assert seen.lines[0] == (1, ("Report", "", ""))


@pytest.mark.parametrize(
    ("content", "doubt"),
    [
        (f"UPC,Price\n{A},1\n", ""),
        (f"{A}\n{B}\n", ""),
        (f"Article,Price\n{A},1\n{B},2\n", "No column is called UPC, EAN, GTIN or Barcode: Article was taken"),
        (f"UPC,Price\n{A},1\nsoon,2\nlater,3\n", "Fewer than half of the cells in UPC are barcodes"),
        (f"UPC,Price,Preis\n{A},1,2\n", "Price and Preis may both be the price: the first is used"),
        (f"{A},123\n{B},456\n{C},789\n{D},12345678\n{A},12345679\n{B},12345671\n", "No header says what the"),
    ],
)
def test_a_guess_that_may_be_wrong_says_why(content: str, doubt: str) -> None:
    (seen,) = look(content.encode())
    assert seen.doubt.startswith(doubt) if doubt else not seen.doubt


def test_a_file_without_a_column_of_keys_is_shown_so_that_one_can_be_chosen() -> None:
    (seen,) = look(f"Item number,Title\n123,One\n{A},Two\n".encode())
    assert "no column of barcodes" in seen.problem
    assert [str(column.role) for column in seen.columns] == ["ignore", "title"]
    assert [row.value for row in read(f"Item number,Title\n123,One\n{A},Two\n", layout({"Item number": Role.BARCODE}))]


def test_a_corrected_file_is_read_with_the_columns_that_were_chosen() -> None:
    content = f"Code,Old\n,{A}\n{B},752743004312\n"
    opened = open_file(content.encode(), "file", layout({"Old": Role.BARCODE, "Code": Role.NOTE}))
    again, chosen = corrected(opened, {1: C})
    assert [(row.value, row.note) for row in open_file(again, "again.csv", chosen).rows()] == [(A, ""), (C, B)]


def test_a_corrected_workbook_of_different_sheets_is_read_as_its_sheets_were() -> None:
    content = workbook([["Code", "Was"], ["1", "1.99"]], [["Was", "Old", "Code"], ["2.99", B, "A-1"]])
    tables = (
        TableLayout((ColumnChoice(Role.BARCODE, "Code"), ColumnChoice(Role.PRICE, "Was")), sheet="Sheet & 0"),
        TableLayout((ColumnChoice(Role.BARCODE, "Old"), ColumnChoice(Role.SKU, "Code")), sheet="Sheet & 1"),
    )
    opened = open_file(content, "b.xlsx", Layout(("Sheet & 0", "Sheet & 1"), tables))
    again, chosen = corrected(opened, {0: A})
    found = open_file(again, "again.csv", chosen).rows()
    assert [(row.value, row.price_cents, row.seller_sku) for row in found] == [(A, 199, ""), (B, None, "A-1")]


cells = st.sampled_from([A, B, C, EAN, "", " ", "UPC", "Price", "4.99", "VG+", "12345678", f"{A} {B}", "x", "Title"])
tables = st.lists(st.lists(cells, min_size=1, max_size=5), min_size=1, max_size=12)


@st.composite
def layouts(draw: st.DrawFn) -> TableLayout:
    """Return any layout that is not refused beforehand."""
    drawn = draw(st.dictionaries(st.integers(1, 6), st.sampled_from(list(Role)), max_size=5))
    choices = [ColumnChoice(role, number=number) for number, role in drawn.items()]
    single = {choice.role: choice for choice in choices}
    kept = tuple(choice for choice in choices if single[choice.role] is choice)
    return TableLayout(kept, draw(st.none() | st.integers(0, 6)), draw(st.none() | st.booleans()))


def written(records: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(records)
    return text.getvalue().encode()


@settings(deadline=None)
@given(tables, layouts())
def test_whatever_the_layout_no_line_of_a_table_is_lost(records: list[list[str]], chosen: TableLayout) -> None:
    content = written(records)
    try:
        opened = open_file(content, "file", Layout(tables=(chosen,)))
    except UnreadableFile:
        return
    (part,) = opened.parts
    header = part.columns.header_line or 0
    full = {line: found for line, found in part.table.records() if line > header or any(map(barcodes.alone, found))}
    rows, checked = list(opened.rows()), opened.check()
    assert {row.line for row in rows} == {line for line in full if line != header}
    assert checked.total == len(rows)
    assert checked.counts == {state: sum(row.state is state for row in rows) for state in RowState}
    assert checked.copies == sum(row.quantity for row in rows if row.key)


@settings(deadline=None)
@given(tables)
def test_what_was_found_is_found_again_under_the_layout_that_says_it(records: list[list[str]]) -> None:
    sample = [(line, tuple(cells)) for line, cells in enumerate(records, 1)]
    found = find(sample)
    if not found.problem:
        again = find(sample, decode(TableLayout, encode(explicit(found, sample))))
        assert again == dataclasses.replace(found, doubt="")


BEYOND = TableLayout((ColumnChoice(Role.GRADE, number=1), ColumnChoice(Role.CONDITION, number=3)))  # of two columns


@settings(deadline=None)
@given(tables, layouts())
@example([["074646362822", "074646362822"]], BEYOND)
def test_a_file_is_read_the_same_under_the_layout_that_its_reading_gives(
    records: list[list[str]], chosen: TableLayout
) -> None:
    try:
        opened = open_file(written(records), "file", Layout(tables=(chosen,)))
    except UnreadableFile:
        return
    again = open_file(written(records), "file", decode(Layout, encode(opened.layout)))
    assert list(again.rows()) == list(opened.rows())
    assert again.layout == opened.layout


def test_a_word_that_only_a_newer_version_knows_is_named() -> None:
    chosen = layout({"A": Role.PRICE})
    assert chosen.unknown == ""
    newer = decode(Layout, {"tables": [{"columns": [{"role": "signature", "name": "B"}]}]})
    assert newer.unknown == "signature"
    assert replace(newer, tables=()).unknown == ""
