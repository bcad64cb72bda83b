"""Workbooks: numbers, hidden sheets, failed formulas, and the packages that are refused before they are opened."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from engine.domain.batch.rows import Condition
from engine.errors import UnreadableFile
from engine.reading import check, open_file
from tests.support.workbooks import workbook

ONE, TWO = "889214112798", "074646362822"
DAMAGED = "The workbook is damaged: open it in Excel, save it again as .xlsx and upload that file"


def changed(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """Return a workbook with `old` replaced in one of its parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            body = source.read(name)
            assert name != part or old in body
            target.writestr(name, body.replace(old, new) if name == part else body)
    return stream.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        open_file(content, "file.xlsx")
    return str(refused.value)


def test_numbers_come_out_as_the_digits_of_the_sheet() -> None:
    content = workbook([["UPC", "Condition", "Price", "Qty"], [int(ONE), "Good", 9.99, 2], [TWO, None, 12, None]])
    first, second = open_file(content, "file.csv").rows()

    assert (first.value, first.repaired, first.line) == (ONE, "", 2)
    assert (first.condition, first.price_cents, first.quantity) == (Condition.USED_GOOD, 999, 2)
    assert first.cells == (ONE, "Good", "9.99", "2")
    assert (second.value, second.price_cents) == (TWO, 1200)


def test_fourteen_digits_are_exact_and_a_lost_zero_is_restored() -> None:
    first, second = open_file(workbook([[10889214112795], [int(TWO)]]), "file").rows()

    assert first.gtin == "10889214112795"
    assert (second.gtin, second.repaired) == (f"00{TWO}", "Restored the zero in front")


def test_rows_keep_their_place_below_blank_ones() -> None:
    found = open_file(workbook([[], [], [None, "UPC"], [], [None, ONE], [], [None, TWO]]), "file")

    assert [(row.line, row.value) for row in found.rows()] == [(5, ONE), (7, TWO)]
    assert found.check().columns == {"barcode": "UPC"}


def test_the_first_sheet_that_holds_barcodes_is_read_and_hidden_ones_last() -> None:
    content = workbook([], [["Read me"]], [[TWO]], [[ONE]], hidden=(2,))

    assert check(content, "file").sheet == "Sheet & 3"
    assert check(workbook([["x"]], [[TWO]], hidden=(1,)), "file").sheet == "Sheet & 1"


def test_a_row_whose_formula_failed_is_a_row_without_a_barcode() -> None:
    found = list(open_file(workbook([["UPC"], [ONE], ["#N/A"], [TWO], ["#REF!"]]), "file").rows())

    assert [(row.line, row.problem) for row in found] == [
        (2, ""),
        (3, "The barcode is missing"),
        (4, ""),
        (5, "The barcode is missing"),
    ]


def test_two_cells_far_apart_are_refused_before_memory_is_asked_for() -> None:
    content = changed(workbook([[ONE], [TWO]]), "xl/worksheets/sheet1.xml", b'r="A2"', b'r="XFD1048576"')

    assert refusal(content) == (
        "A sheet reaches to row 1,048,576 and column 16,384: copy the barcodes into a new workbook"
    )


def test_cells_without_an_address_are_counted_where_they_stand() -> None:
    wide = workbook([["x"] * 200, [ONE]])
    unaddressed = changed(wide, "xl/worksheets/sheet1.xml", b'<row r="2"><c r="A2"', b'<row r="1048576"><c')
    with zipfile.ZipFile(io.BytesIO(unaddressed)) as package:
        body = package.read("xl/worksheets/sheet1.xml")
    content = changed(unaddressed, "xl/worksheets/sheet1.xml", body, re.sub(rb'<c r="[A-Z]+1"', b"<c", body))

    assert refusal(content) == "A sheet reaches to row 1,048,576 and column 200: copy the barcodes into a new workbook"


def test_formatted_cells_without_content_do_not_make_a_sheet_large() -> None:
    far = b'</row><row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    content = changed(workbook([[ONE]]), "xl/worksheets/sheet1.xml", b"</row></sheetData>", far)

    assert check(content, "file").total == 1


def test_a_package_that_unpacks_to_too_much_is_refused() -> None:
    stream = io.BytesIO(workbook([[ONE]]))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/bomb.xml", "w") as bomb:
        for _ in range(201):
            bomb.write(b"\0" * 1_000_000)

    assert refusal(stream.getvalue()) == ("The workbook unpacks to more than 200 MB: copy the barcodes into a new one")


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["barcodes.txt"], "The file is a zip archive: unpack it and upload the .txt, .csv or .xlsx inside"),
        ([], "The file is a zip archive: unpack it and upload the .txt, .csv or .xlsx inside"),
        (["word/document.xml"], "The file is an Office document: save the barcodes as .txt, .csv or .xlsx"),
        (
            ["mimetype", "content.xml"],
            "The file is a spreadsheet of another kind: save it as .xlsx or .csv and upload that file",
        ),
        (
            ["xl/workbook.bin"],
            "The file is a spreadsheet of another kind: save it as .xlsx or .csv and upload that file",
        ),
        (["xl/workbook.xml"], DAMAGED),
    ],
)
def test_other_packages_are_named(names: list[str], problem: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name in names:
            package.writestr(name, "text")

    assert refusal(stream.getvalue()) == problem


def test_an_empty_workbook_is_refused() -> None:
    assert refusal(workbook([])) == "The workbook is empty: put one barcode in each row and upload it again"


def test_a_workbook_cut_short_is_damaged() -> None:
    content = workbook([[ONE]])

    assert refusal(content[: len(content) // 2]) == DAMAGED


def test_a_workbook_with_a_broken_sheet_is_damaged() -> None:
    assert refusal(changed(workbook([[ONE]]), "xl/worksheets/sheet1.xml", b"</t>", b"</x>")) == DAMAGED
