"""Old workbooks (.xls), and workbooks that would take more memory or time than there is."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.batch.rows import Condition
from engine.errors import UnreadableFile
from engine.reading import open_file
from tests.support.workbooks import old_workbook, workbook

ONE, TWO, THREE = "889214112798", "074646362822", "093624755524"
DAMAGED = "The workbook is damaged: open it in Excel, save it again as .xlsx and upload that file"
TOO_MUCH = "The workbook takes too much memory or time to be read: save the sheet with the barcodes as .csv"
LOCKED = "The workbook is protected with a password: save it without one and upload that file"
PILE = old_workbook([["UPC"], [ONE], [TWO]])


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        open_file(content, "file.xls")
    return str(refused.value)


def compound(stream: str) -> bytes:
    """Return a compound file, as old Office documents are, in which the workbook's stream is called otherwise."""
    old, new = "Workbook".encode("utf-16-le"), stream.encode("utf-16-le")
    name, content = PILE.index(old), bytearray(PILE)
    content[name : name + 64] = new.ljust(64, b"\0")
    content[name + 64] = len(new) + 2
    return bytes(content)


def test_an_old_workbook_is_read_like_a_new_one() -> None:
    lines: list[list[Any]] = [
        ["UPC", "Condition", "Price", "Qty"],
        [int(ONE), "Good", 9.99, 2],
        [],
        [TWO, None, 12, None],
    ]
    first, second = open_file(old_workbook(lines), "file.xls").rows()

    assert (first.line, first.value, first.repaired, first.price_cents, first.quantity) == (2, ONE, "", 999, 2)
    assert first.condition is Condition.USED_GOOD
    assert (second.line, second.value, second.price_cents) == (4, TWO, 1200)


def test_all_visible_sheets_of_an_old_workbook_are_read_and_hidden_ones_named() -> None:
    found = open_file(old_workbook([["About"]], [[ONE]], [["UPC"], [TWO]], [[THREE]], hidden=(3,)), "file.xls")

    assert [(row.sheet, row.value) for row in found.rows()] == [("Sheet & 1", ONE), ("Sheet & 2", TWO)]
    assert found.check().unread == ("Sheet & 3",)


@pytest.mark.parametrize("made", [workbook, old_workbook])
def test_a_row_in_which_only_a_formula_failed_is_told_of_in_both_kinds(made: Callable[..., bytes]) -> None:
    found = open_file(made([["UPC"], ["#N/A"], [ONE], ["#N/A"], [TWO], ["#N/A"]]), "file").rows()

    assert [(row.line, row.problem) for row in found if row.gtin is None] == [
        (2, "The barcode is missing"),
        (4, "The barcode is missing"),
        (6, "The barcode is missing"),
    ]


def test_an_old_workbook_of_many_sectors_is_read_whole() -> None:
    rng = random.Random(7)
    lines: list[list[Any]] = [["UPC", "Title"], *([ONE, str(rng.random())] for _ in range(20_000)), ["#N/A", None]]
    found = open_file(old_workbook(lines), "file.xls")

    assert (found.check().total, list(found.rows())[-1].line) == (20_001, 20_002)


@pytest.mark.parametrize(
    ("stream", "sentence"),
    [
        ("EncryptedPackage", LOCKED),
        ("WordDocument", "The file is an Office document without a workbook: save the barcodes as .txt, .csv or .xlsx"),
    ],
)
def test_other_old_documents_are_named(stream: str, sentence: str) -> None:
    assert refusal(compound(stream)) == sentence


def test_an_old_workbook_cut_short_is_damaged() -> None:
    assert refusal(PILE[:700]) == DAMAGED
    assert refusal(PILE[:40]) == DAMAGED


def test_old_sheets_that_span_more_than_there_is_memory_for_are_refused() -> None:
    book = xlwt.Workbook()
    for number in range(4):
        sheet = book.add_sheet(str(number))
        sheet.write(0, 0, ONE)
        sheet.write(65_535, 255, TWO)
    stream = io.BytesIO()
    book.save(stream)

    assert refusal(stream.getvalue()) == TOO_MUCH


def test_one_long_text_in_very_many_cells_is_refused() -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 50_000))
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([[ONE]]))) as plain, zipfile.ZipFile(stream, "w", 8) as package:
        for name in plain.namelist():
            part = plain.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                part = f"{part[: part.index('<row')]}{rows}{part[part.index('</sheetData>') :]}"
            if name == "xl/_rels/workbook.xml.rels":
                kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
                link = f'<Relationship Id="rIdText" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
                part = part.replace("</Relationships>", link)
            package.writestr(name, part)
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        package.writestr("xl/sharedStrings.xml", f'<sst xmlns="{space}"><si><t>{"x" * 30_000}</t></si></sst>')

    assert len(stream.getvalue()) < 1_000_000
    assert refusal(stream.getvalue()) == TOO_MUCH


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_an_old_workbook_with_any_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(PILE)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(8, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = open_file(bytes(content), "file.xls")
    except UnreadableFile:
        return
    assert found.check().total > 0
