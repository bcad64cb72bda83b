"""Workbooks that are made while their lines come in: what Excel's readers find in them."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from engine.domain.listing.workbooks import LONGEST_NAME, MOST_CHARACTERS, PIECE, workbook

CELLS: list[object] = [
    "=1+1",
    "@A1",
    "#N/A",
    "00602445123456",
    "a  b ",
    "two\nlines",
    "<&>\"'",
    "_x000D_",
    5,
    Decimal("12.50"),
    "é😀",
]


def made(*sheets: tuple[str, Sequence[Sequence[object]]]) -> io.BytesIO:
    return io.BytesIO(b"".join(workbook(sheets)))


def test_text_stays_as_it_was_and_is_never_a_formula() -> None:
    sheet = openpyxl.load_workbook(made(("Crate", [CELLS]))).active
    (cells,) = sheet.iter_rows()
    assert [cell.value for cell in cells] == [*CELLS[:7], "_x005F_x000D_", 5, 12.5, "é😀"]
    assert [cell.data_type for cell in cells] == [*"ssssssss", "n", "n", "s"]


def test_another_reader_finds_the_same() -> None:
    (cells,) = CalamineWorkbook.from_filelike(made(("Crate", [CELLS]))).get_sheet_by_index(0).to_python()
    assert cells == [*CELLS[:8], 5.0, 12.5, "é😀"]


def test_empty_cells_stay_empty_and_lines_stay_in_their_places() -> None:
    book = openpyxl.load_workbook(made(("A", [["a", None, "", "b"], [], ["c"]])))
    assert [[cell.value for cell in line] for line in book.active.iter_rows()] == [
        ["a", None, None, "b"],
        [None, None, None, None],
        ["c", None, None, None],
    ]


def test_what_no_workbook_can_hold_is_left_out() -> None:
    (cells,) = openpyxl.load_workbook(made(("A", [["a\0\x07\ud800b", "x" * (MOST_CHARACTERS + 1)]]))).active.iter_rows()
    assert [cells[0].value, len(cells[1].value)] == ["ab", MOST_CHARACTERS]


def test_columns_have_letters_beyond_z() -> None:
    line = [str(number) for number in range(800)]
    (cells,) = openpyxl.load_workbook(made(("A", [line]))).active.iter_rows()
    assert [cell.value for cell in cells] == line


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["Crate 1", "crate 1", "Crate 1"], ["Crate 1", "crate 1 2", "Crate 1 3"]),
        (["a/b[c]:*?\\d", "'", "&<x>"], ["a b c     d", "Sheet", "&<x>"]),
        (["n" * 40, "n" * 41], ["n" * LONGEST_NAME, "n" * (LONGEST_NAME - 2) + " 2"]),
    ],
    ids=["twice", "signs", "long"],
)
def test_sheets_have_names_that_excel_takes(names: list[str], found: list[str]) -> None:
    assert openpyxl.load_workbook(made(*((name, [["x"]]) for name in names))).sheetnames == found


def test_the_same_content_gives_the_same_file() -> None:
    assert made(("A", [CELLS])).getvalue() == made(("A", [CELLS])).getvalue()


def test_a_long_workbook_is_handed_out_while_it_is_made() -> None:
    def lines() -> Iterator[list[str]]:
        yield from ([f"{number * 7919 % 100_003} {place}" for place in range(10)] for number in range(20_000))

    tracemalloc.start()
    pieces = [len(piece) for piece in workbook([("A", lines())])]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(pieces) > 5
    assert max(pieces) < 2 * PIECE
    assert most < 2_000_000


def test_a_workbook_that_nobody_reads_to_its_end_is_given_up() -> None:
    begun = workbook([("A", ([f"{number}" * 50] for number in range(100_000)))])
    assert next(begun)
    begun.close()


def test_it_is_a_whole_archive() -> None:
    with zipfile.ZipFile(made(("A", [["x"]]), ("B", []))) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[:2] == ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"]
