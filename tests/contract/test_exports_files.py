"""A batch as files: nothing of the uploaded file is missing, and nothing in it is dangerous."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable

import pytest

from engine.batches.exports import RESULT_COLUMNS
from engine.batches.rows import ROWS_A_PIECE
from engine.domain.options import Options
from engine.errors import IllegalTransition, JobUnknown
from engine.reading import check
from tests.batch_runs import FIXED, Batches, Chosen, barcode, barcodes, fails

SHOP = f"""barcode,price,shelf,note
{barcode(0)},1.00,A1,"two
lines"
{barcode(1)},2.00,=HYPERLINK("x"),-5

123,3.00,@A3,+1
{barcode(2)},4.00,,
{barcode(1)},5.00,"A, 5",-1+2
"""


def table(lines: Iterable[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(lines))


def shop(batches: Batches, options: Options = FIXED) -> str:
    job_id = batches.upload(SHOP.encode(), options, "shop.csv")
    batches.run(Chosen({3: fails}))
    return job_id


def test_results_have_one_line_a_row_in_the_order_of_the_file_with_its_own_columns(batches: Batches) -> None:
    lines = "".join(batches.exports.results_csv(shop(batches))).splitlines(keepends=True)
    found = table(lines)
    assert list(found[0]) == ["barcode", "price", "shelf", "note", *RESULT_COLUMNS] or len(found[0]) < 20
    assert [row["barcode"] for row in found] == [barcode(0), barcode(1), "123", barcode(2), barcode(1)]
    assert [row["status"] for row in found] == ["succeeded", "succeeded", "failed", "failed", "succeeded"]
    assert [row["cause"] for row in found] == ["", "", "invalid_barcode", "no_match", ""]
    assert found[0]["note"] == "two\nlines"
    assert found[4]["shelf"] == "A, 5"


def test_what_a_spreadsheet_would_run_is_defused_and_numbers_are_not(batches: Batches) -> None:
    found = table("".join(batches.exports.results_csv(shop(batches))).splitlines(keepends=True))
    assert [row["shelf"] for row in found] == ["A1", '\'=HYPERLINK("x")', "'@A3", "", "A, 5"]
    assert [row["note"] for row in found] == ["two\nlines", "-5", "+1", "", "'-1+2"]
    assert {row["sku"] for row in found if row["status"] == "failed"} == {""}


def test_lines_and_reasons_add_up_to_the_rows_of_the_file(batches: Batches) -> None:
    content = SHOP.encode()
    found = check(content, "shop.csv")
    lines = table("".join(batches.exports.results_csv(shop(batches))).splitlines(keepends=True))
    assert len(lines) == found.total == 5
    assert all(row["error"] for row in lines if row["status"] != "succeeded")
    assert Counter(row["status"] for row in lines) == {"succeeded": 3, "failed": 2}


def test_rows_behind_the_first_few_are_in_the_results_as_left_out(batches: Batches) -> None:
    job_id = shop(batches, Options(first=2))
    lines = table("".join(batches.exports.results_csv(job_id)).splitlines(keepends=True))
    assert [row["status"] for row in lines] == ["succeeded", "succeeded", "skipped", "skipped", "skipped"]
    assert {row["cause"] for row in lines[2:]} == {"left_out"}


def test_a_batch_that_has_not_begun_exports_its_rows_as_waiting(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    assert len(list(batches.exports.results_csv(job_id))) == 1
    batches.run(Chosen({0: lambda _work: batches.control.cancel(job_id) and None}), lanes=1)
    lines = table(batches.exports.results_csv(job_id))
    assert [row["status"] for row in lines] == ["succeeded", "waiting", "waiting"]
    assert [row["row"] for row in lines] == ["1", "2", "3"]


def test_a_large_batch_is_exported_whole(batches: Batches) -> None:
    count = 2 * ROWS_A_PIECE + 7
    job_id = batches.upload(barcodes(count))
    batches.run()
    lines = table(batches.exports.results_csv(job_id))
    assert [row["upc"] for row in lines] == [barcode(number) for number in range(count)]


def test_results_as_json_hold_all_that_is_known(batches: Batches) -> None:
    lines = [json.loads(line) for line in batches.exports.results_jsonl(shop(batches))]
    assert [line["row"] for line in lines] == [2, 4, 6, 7, 8]
    assert lines[0]["release"]["title"] == "Blue Monday"
    assert lines[0]["finished_at"].endswith("+00:00")


def test_failed_barcodes_are_listed_as_they_stand_in_the_file(batches: Batches) -> None:
    assert list(batches.exports.failed_txt(shop(batches))) == ["123\n", f"{barcode(2)}\n"]


def test_the_file_of_failed_rows_keeps_every_column_and_leaves_out_what_no_retry_mends(batches: Batches) -> None:
    job_id = shop(batches)
    name, content = batches.exports.failed_file(job_id)
    assert name == f"{job_id}-failed.csv"
    assert content.decode() == f"barcode,price,shelf,note\n{barcode(2)},4.00,,\n"


def test_the_file_of_failed_rows_of_a_bare_list_is_a_bare_list(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    batches.run(Chosen({1: fails}))
    assert batches.exports.failed_file(job_id) == (f"{job_id}-failed.txt", f"{barcode(1)}\n".encode())


def test_without_a_row_to_retry_there_is_no_such_file(batches: Batches) -> None:
    job_id = batches.upload(barcodes(1) + b"123\n")
    batches.run()
    with pytest.raises(IllegalTransition, match="no failed row"):
        batches.exports.failed_file(job_id)


def test_an_unknown_batch_is_told_before_the_first_line(batches: Batches) -> None:
    for export in (batches.exports.results_csv, batches.exports.results_jsonl, batches.exports.failed_txt):
        with pytest.raises(JobUnknown):
            export("batch_none")
