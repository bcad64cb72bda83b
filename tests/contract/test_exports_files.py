"""A batch as files: nothing of the uploaded file is missing, and nothing in it is dangerous."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable

import pytest

from engine.batches.exports import Only
from engine.batches.result_files import RESULT_COLUMNS
from engine.batches.rows import ROWS_A_PIECE
from engine.codec import replace
from engine.domain.batch.items import Outcome
from engine.domain.batch.options import Options
from engine.domain.identify.candidates import Candidate
from engine.domain.identify.releases import Format, Release
from engine.domain.listing import seller_hub
from engine.domain.listing.composition import Copy, compose
from engine.domain.listing.pricing import Price
from engine.errors import BadRequest, IllegalTransition, JobUnknown
from engine.reading import check
from tests.support.batch_runs import FIXED, Batches, Chosen, barcode, barcodes, fails
from tests.support.working import Work

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
    assert next(csv.reader(lines)) == ["barcode", "price", "shelf", "note", *RESULT_COLUMNS]
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
    batches.run(Chosen({0: lambda _work: batches.commands.cancel(job_id)}), lanes=1)
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
    file = batches.exports.failed_file(batches.stored(job_id))
    assert file.name == f"{job_id}-failed.csv"
    assert file.content.decode() == f"barcode,price,shelf,note\n{barcode(2)},4.00,,\n"


def test_the_file_of_failed_rows_of_a_bare_list_is_a_bare_list(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    batches.run(Chosen({1: fails}))
    file = batches.exports.failed_file(batches.stored(job_id))
    assert (file.name, file.content) == (f"{job_id}-failed.txt", f"{barcode(1)}\n".encode())


def test_without_a_row_to_retry_there_is_no_such_file(batches: Batches) -> None:
    job_id = batches.upload(barcodes(1) + b"123\n")
    batches.run()
    with pytest.raises(IllegalTransition, match="no failed row"):
        batches.exports.failed_file(batches.stored(job_id))


def test_an_unknown_batch_is_told_before_the_first_line(batches: Batches) -> None:
    files = batches.exports
    for export in (
        files.results_csv,
        files.results_jsonl,
        files.failed_txt,
        files.ebay_drafts,
        files.discogs_inventory,
    ):
        with pytest.raises(JobUnknown):
            export("batch_none")


class Drafts(Chosen):
    """A pipeline that drafts every row: even ones are offers at eBay, and every third one is Discogs' too."""

    def change(self, work: Work) -> None:
        super().change(work)
        index = work.row.index
        release = Release("discogs", str(index), f"Artist {index}", "Blue Monday", formats=(Format("CD"),))
        matched = Candidate(discogs=release) if index % 3 == 0 else Candidate(musicbrainz=release)
        copy = Copy(work.sku, work.row.gtin or "", work.row.condition, work.row.quantity, work.row.note)
        price = Price(work.row.price_cents or 599, "fixed", "")
        outcome = Outcome.COMPOSED if index % 2 else Outcome.DRAFTED
        draft = compose(copy, release, price)
        work.item = replace(work.item, outcome=outcome, release=matched.summary, draft=draft)


def drafted(lines: Iterable[str]) -> list[list[str]]:
    """Return the lines of drafts behind the template's five."""
    return list(csv.reader(io.StringIO("".join(lines), newline=""), strict=True))[5:]


def test_the_ebay_file_has_every_draft_as_it_is_stored(batches: Batches) -> None:
    job_id = batches.upload(SHOP.encode(), FIXED, "shop.csv")
    batches.run(Drafts({3: fails}))
    file = batches.exports.ebay_drafts(job_id)
    assert (file.plan.starts, file.plan.drafts, file.part) == ((0,), 3, 1)
    items = batches.items(job_id)
    assert "".join(file.lines) == seller_hub.HEAD + "".join(seller_hub.line(items[index].draft) for index in (0, 1, 4))


def test_rows_that_are_offers_at_ebay_can_be_left_out(batches: Batches) -> None:
    job_id = batches.upload(barcodes(5))
    batches.run(Drafts())
    titles = [line[3] for line in drafted(batches.exports.ebay_drafts(job_id, only=Only.COMPOSED).lines)]
    assert titles == ["Artist 1 - Blue Monday CD", "Artist 3 - Blue Monday CD"]
    assert len(drafted(batches.exports.ebay_drafts(job_id).lines)) == 5


def test_the_parts_of_a_large_batch_hold_each_draft_once(batches: Batches) -> None:
    count, limit = ROWS_A_PIECE + 50, 100_000
    job_id = batches.upload(barcodes(count))
    batches.run(Drafts())
    parts = len(batches.exports.ebay_plan(job_id, max_bytes=limit).starts)
    assert parts > 2
    found = [
        "".join(batches.exports.ebay_drafts(job_id, part=part + 1, max_bytes=limit).lines) for part in range(parts)
    ]
    assert max(len(text.encode()) for text in found) <= limit
    assert [line[4] for text in found for line in drafted([text])] == [barcode(number) for number in range(count)]
    with pytest.raises(BadRequest, match=f"have {parts} part"):
        batches.exports.ebay_drafts(job_id, part=parts + 1, max_bytes=limit)


def test_a_batch_without_drafts_is_the_bare_template(batches: Batches) -> None:
    job_id = batches.upload(barcodes(2))
    assert list(batches.exports.ebay_drafts(job_id).lines) == [seller_hub.HEAD]
    batches.run()
    assert list(batches.exports.ebay_drafts(job_id).lines) == [seller_hub.HEAD]


def test_the_discogs_file_has_the_copies_that_discogs_knows(batches: Batches) -> None:
    content = f"barcode,condition,quantity,note\n{barcode(0)},,2,=Signed\n{barcode(1)},,,\n123,,,\n{barcode(3)},New,,\n"
    job_id = batches.upload(content.encode(), FIXED, "shop.csv")
    batches.run(Drafts())
    found = table(batches.exports.discogs_inventory(job_id))
    assert [row["release_id"] for row in found] == ["0", "0", "3"]
    assert [row["media_condition"] for row in found] == ["", "", "Mint (M)"]
    assert [row["needs"] for row in found] == ["needs grading", "needs grading", ""]
    assert [row["comments"] for row in found] == [" =Signed", " =Signed", ""]
