"""Results in the shape of the uploaded file, and for some of the rows."""

from __future__ import annotations

import codecs
import csv
import io
import json
from typing import Any

import openpyxl
import pytest

from engine.batches.result_files import RESULT_COLUMNS, ResultFile
from engine.codec import encode, replace
from engine.domain.batch.file_shape import FileShape
from engine.domain.batch.items import ItemStatus
from engine.domain.batch.options import Options
from engine.domain.batch.row_filter import EVERY_ROW, RowFilter
from engine.domain.listing.readiness import DraftNeed
from engine.errors import Cause, JobUnknown
from engine.reading import open_file
from engine.store.base import Patch
from tests.support.batch_runs import FIXED, Batches, Chosen, barcode, barcodes, fails
from tests.support.unpriced import UNPRICED, Unpriced
from tests.support.workbooks import workbook

SHOP = f"""Lager;Barcode;"Preis, netto"
A1;{barcode(0)};"1,00"
=A2;{barcode(1)};2,00

"A;3";123;-5;beyond
A4;{barcode(2)}
"""
FAILED = RowFilter(ItemStatus.FAILED)


def shop(batches: Batches, content: str | bytes = SHOP, name: str = "shop.csv") -> str:
    job_id = batches.upload(content if isinstance(content, bytes) else content.encode(), FIXED, name)
    batches.run(Chosen({3: fails}))
    return job_id


def lines(file: ResultFile, delimiter: str = ";") -> list[list[str]]:
    content = b"".join(file.pieces)
    assert content.startswith(codecs.BOM_UTF8)
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def cells(file: ResultFile) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(file.pieces)))
    assert {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line} <= {"s", "n"}
    return {sheet.title: [list(line) for line in sheet.iter_rows(values_only=True)] for sheet in book}


def test_a_text_file_keeps_its_columns_their_order_its_header_and_its_delimiter(batches: Batches) -> None:
    job_id = shop(batches)
    file = batches.exports.as_uploaded(job_id)
    found = lines(file)
    assert (file.name, file.media_type) == (f"{job_id}-as-uploaded.csv", "text/csv")
    assert found[0] == ["Lager", "Barcode", "Preis, netto", "", *RESULT_COLUMNS]
    assert [line[:4] for line in found[1:]] == [
        ["A1", barcode(0), "1,00", ""],
        ["'=A2", barcode(1), "2,00", ""],
        ["A;3", "123", "-5", "beyond"],
        ["A4", barcode(2), "", ""],
    ]
    status = 4 + RESULT_COLUMNS.index("status")
    assert [line[status] for line in found[1:]] == ["succeeded", "succeeded", "failed", "failed"]


@pytest.mark.parametrize(
    ("content", "delimiter", "name"),
    [
        (SHOP.replace('"Preis, netto"', "Preis").replace(";", "|"), "|", "as-uploaded.csv"),
        ("Shelf\tUPC\nA1\t" + barcode(0) + "\n", "\t", "as-uploaded.tsv"),
        ("\ufeffsep=;\nShelf;UPC\nA1;" + barcode(0) + "\n", ";", "as-uploaded.csv"),
    ],
    ids=["bars", "tabs", "declared"],
)
def test_the_delimiter_is_that_of_the_file(batches: Batches, content: str, delimiter: str, name: str) -> None:
    file = batches.exports.as_uploaded(shop(batches, content))
    assert file.name.endswith(name)
    assert lines(file, delimiter)[1][1] == barcode(0)


def test_columns_without_a_header_are_counted(batches: Batches) -> None:
    listed = lines(batches.exports.as_uploaded(shop(batches, barcodes(2), "list.txt")), ",")
    assert listed[0] == ["column 1", *RESULT_COLUMNS]
    assert [line[0] for line in listed[1:]] == [barcode(0), barcode(1)]
    bare = f"A1;{barcode(0)}\nA2;{barcode(1)};x\n"
    assert lines(batches.exports.as_uploaded(shop(batches, bare)))[0][:4] == ["column 1", "column 2", "column 3", "row"]


def test_a_workbook_comes_back_as_one_with_its_sheets(batches: Batches) -> None:
    book = workbook(
        [["UPC", "Shelf"], [barcode(0), "A1"], [barcode(1), "A2"]],
        [["Price", "Code"], [9.5, barcode(3)]],
    )
    job_id = shop(batches, book, "shop.xlsx")
    file = batches.exports.as_uploaded(job_id)
    found = cells(file)
    assert file.name == f"{job_id}-as-uploaded.xlsx"
    assert list(found) == ["Sheet & 0", "Sheet & 1"]
    first, second = found.values()
    assert first[0] == ["UPC", "Shelf", *RESULT_COLUMNS]
    assert [line[0] for line in first[1:]] == [barcode(0), barcode(1)]
    assert second[0] == ["Price", "Code", *RESULT_COLUMNS]
    assert [line[:3] for line in second[1:]] == [["9.5", barcode(3), 2]]


def test_sheets_without_a_wanted_row_keep_their_header(batches: Batches) -> None:
    names = [["UPC"], [barcode(0)]], [["UPC"], [barcode(1)]], [["UPC"], [barcode(2)]]
    job_id = shop(batches, workbook(*names), "shop.xlsx")
    found = cells(batches.exports.as_uploaded(job_id, RowFilter(q=barcode(1))))
    assert [len(sheet) for sheet in found.values()] == [1, 2, 1]
    assert [len(sheet) for sheet in cells(batches.exports.as_uploaded(job_id, RowFilter(q="nothing"))).values()] == [
        1,
        1,
        1,
    ]


def test_one_sheet_of_a_workbook_keeps_its_name(batches: Batches) -> None:
    job_id = shop(batches, workbook([["UPC", "Shelf"], [barcode(0), "A1"]], [["notes"]]), "shop.xlsx")
    assert [sheet[1][:2] for sheet in cells(batches.exports.as_uploaded(job_id)).values()] == [[barcode(0), "A1"]]


def test_results_in_the_shape_of_the_file_are_read_back_as_its_rows(batches: Batches) -> None:
    for content, name in ((SHOP.encode(), "shop.csv"), (workbook([["UPC", "Qty"], [barcode(0), 2]]), "shop.xlsx")):
        file = batches.exports.as_uploaded(shop(batches, content, name))
        rows = [(row.gtin, row.quantity) for row in open_file(content, name).rows()]
        assert [(row.gtin, row.quantity) for row in open_file(b"".join(file.pieces), file.name).rows()] == rows


def test_a_batch_of_an_older_version_has_the_columns_that_are_known_of_it(batches: Batches) -> None:
    job_id = shop(batches)
    engine = replace(batches.stored(job_id).engine, shape=FileShape())
    batches.store.commit(Patch(f"batch_jobs/{job_id}", {"engine": encode(engine)}, None))
    found = lines(batches.exports.as_uploaded(job_id), ",")
    assert found[0][:4] == ["Lager", "Barcode", "Preis, netto", "row"]
    assert found[1][:3] == ["A1", barcode(0), "1,00"]


def test_results_are_a_workbook_too(batches: Batches) -> None:
    (sheet,) = cells_of(b"".join(batches.exports.results_xlsx(shop(batches))))
    text = list(csv.reader("".join(batches.exports.results_csv(shop(batches))).splitlines(keepends=True)))
    assert sheet[0] == text[0]
    assert [line[1] for line in sheet] == [line[1] for line in text]
    assert sheet[2][0] == "=A2"


def cells_of(content: bytes) -> list[list[list[Any]]]:
    return list(cells(ResultFile("", "", iter([content]))).values())


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        (EVERY_ROW, [2, 3, 5, 6]),
        (FAILED, [5, 6]),
        (RowFilter(cause=Cause.NO_MATCH), [6]),
        (RowFilter(ItemStatus.SUCCEEDED, q=barcode(1)), [3]),
        (RowFilter(ItemStatus.FAILED, q=barcode(1)), []),
        (RowFilter(q="blue"), [2, 3]),
    ],
    ids=["all", "failed", "cause", "barcode", "other", "words"],
)
def test_every_export_has_the_rows_that_are_wanted(batches: Batches, wanted: RowFilter, rows: list[int]) -> None:
    job_id, exports = shop(batches), batches.exports
    assert [json.loads(line)["row"] for line in exports.results_jsonl(job_id, wanted)] == rows
    found = csv.DictReader("".join(exports.results_csv(job_id, wanted)).splitlines(keepends=True))
    assert [(int(line["row"]), bool(line["error"])) for line in found] == [(row, row > 3) for row in rows]
    place = 3
    assert [line[place] for line in cells_of(b"".join(exports.results_xlsx(job_id, wanted)))[0][1:]] == rows
    assert [int(line[place + 1]) for line in lines(exports.as_uploaded(job_id, wanted))[1:]] == rows


def test_rows_that_are_not_ready_are_exported_alone(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3), UNPRICED)
    batches.run(Unpriced())
    wanted = RowFilter(needs=DraftNeed.PRICE)
    assert [json.loads(line)["row"] for line in batches.exports.results_jsonl(job_id, wanted)] == [1, 2, 3]
    assert list(batches.exports.results_jsonl(job_id, RowFilter(needs=DraftNeed.LOCATION, q="x"))) == []


def test_rows_that_wait_are_exported_alone(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3), Options(first=2))
    batches.run(Chosen({0: lambda _work: batches.commands.cancel(job_id)}), lanes=1)
    wanted = RowFilter(ItemStatus.WAITING)
    assert [json.loads(line)["row"] for line in batches.exports.results_jsonl(job_id, wanted)] == [2]


def test_an_unknown_batch_has_no_such_files(batches: Batches) -> None:
    for export in (batches.exports.results_xlsx, batches.exports.as_uploaded):
        with pytest.raises(JobUnknown):
            export("batch_of_nobody")
