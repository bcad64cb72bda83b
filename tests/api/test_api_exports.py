"""The files of a batch: streamed, and true to every row of the uploaded file."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest

from engine.codec import replace
from engine.domain.batch.items import Outcome
from engine.domain.identify.releases import Format, Release
from engine.domain.listing import seller_hub
from engine.domain.listing.composition import Copy, compose
from engine.domain.listing.pricing import Price
from engine.domain.listing.workbooks import MEDIA_TYPE as XLSX
from tests.support.serving import Scripted, Served, lines, upcs
from tests.support.working import Work

ROWS = upcs(8)
COLUMNS = ["row", "upc", "status", "cause", "error", "artist", "title", "year", "label", "format", "country"]
PRICED = ["price", "sku", "offer_id"]
TABLE = (
    "Shelf;Barcode;Comment\n"
    f'A1;{ROWS[0]};"said ""hi""; and left"\n'
    "\n"
    f"A2;{ROWS[1]};=SUM(A1:A9)\n"
    f"A3;12345;Größe\n"
    f"A4;{ROWS[2]}\n"
    f'A5;{ROWS[0]};"two\nlines"\n'
)


def exported(served: Served, job_id: str, name: str = "results.csv") -> str:
    response = served.call("GET", f"/api/batch/{job_id}/{name}")
    assert response.status_code == 200, response.text
    response.encoding = "utf-8"
    return response.text


def records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def table(served: Served) -> str:
    job_id: str = served.post("/api/batch/process", {"gcs_path": served.place(TABLE, "gs://bucket/shelf.csv")})[
        "job_id"
    ]
    return job_id


def test_the_csv_has_one_line_for_each_row_of_the_file_in_its_order(served: Served) -> None:
    job_id = table(served)
    served.work(Scripted(failing=[ROWS[1]]))
    found = records(exported(served, job_id))
    assert [record["row"] for record in found] == ["2", "4", "5", "6", "7"]
    assert [record["status"] for record in found] == ["succeeded", "failed", "failed", "succeeded", "succeeded"]
    assert [record["cause"] for record in found] == ["", "no_match", "invalid_barcode", "", ""]
    assert all(record["error"] for record in found if record["status"] == "failed")


def test_the_csv_begins_with_the_files_own_columns(served: Served) -> None:
    job_id = table(served)
    served.work()
    text = exported(served, job_id)
    header = next(csv.reader(io.StringIO(text)))
    assert header[:17] == ["Shelf", "Barcode", "Comment", *COLUMNS, *PRICED]
    found = records(text)
    assert [record["Shelf"] for record in found] == ["A1", "A2", "A3", "A4", "A5"]
    assert found[0]["Comment"] == 'said "hi"; and left'
    assert found[2]["Comment"] == "Größe"
    assert found[4]["Comment"] == "two\nlines"


def test_no_cell_is_a_formula_to_a_spreadsheet(served: Served) -> None:
    job_id = table(served)
    served.work()
    found = records(exported(served, job_id))
    assert found[1]["Comment"] == "'=SUM(A1:A9)"


def test_a_drafted_line_holds_release_price_sku_and_offer(served: Served) -> None:
    job_id = served.finished(lines(ROWS[:1]))
    (record,) = records(exported(served, job_id))
    assert record["upc"] == ROWS[0]
    assert (record["artist"], record["title"], record["year"]) == ("Artist 0", "Café Songs", "1999")
    assert (record["price"], record["offer_id"]) == ("12.50", "offer-0")
    assert record["sku"].endswith("000000")


@pytest.mark.parametrize("name", ["results.csv", "results.jsonl"])
def test_the_rows_of_a_batch_that_still_runs_are_all_there(served: Served, name: str) -> None:
    with served.stopped_at(2) as (job_id, _):
        text = exported(served, job_id, name)
        found = records(text) if name.endswith("csv") else [json.loads(line) for line in text.splitlines()]
        assert [record["status"] for record in found][:2] == ["succeeded"] * 2
        assert [record["status"] for record in found][-2:] == ["waiting"] * 2
        assert len(found) == 6


def test_the_json_lines_hold_all_that_is_known_of_each_row(served: Served) -> None:
    job_id = served.finished(lines(ROWS), Scripted(failing=ROWS[:1]))
    found = [json.loads(line) for line in exported(served, job_id, "results.jsonl").splitlines()]
    assert [record["index"] for record in found] == list(range(8))
    assert [record["row"] for record in found] == list(range(1, 9))
    assert found[0]["cause"] == "no_match"
    assert found[1]["release"]["title"] == "Café Songs"


def test_the_failed_barcodes_are_a_file_for_a_new_batch(served: Served) -> None:
    job_id = served.finished(lines([*ROWS, "12345"]), Scripted(failing=ROWS[2:4]))
    text = exported(served, job_id, "failed.txt")
    assert text == lines([*ROWS[2:4], "12345"])
    again = served.finished(text)
    assert served.status(again)["total_upcs"] == 3


def test_a_batch_without_failures_has_an_empty_file_of_them(served: Served) -> None:
    assert exported(served, served.finished(lines(ROWS)), "failed.txt") == ""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("results.csv", "text/csv; charset=utf-8"),
        ("results.jsonl", "application/x-ndjson"),
        ("failed.txt", "text/plain; charset=utf-8"),
    ],
)
def test_a_file_is_streamed_under_a_name_of_its_own(served: Served, name: str, kind: str) -> None:
    job_id = served.finished(lines(ROWS))
    response = served.call("GET", f"/api/batch/{job_id}/{name}")
    assert response.headers["Content-Type"] == kind
    assert response.headers["Content-Disposition"] == f'attachment; filename="{job_id}-{name}"'
    assert response.headers["Transfer-Encoding"] == "chunked"


@pytest.mark.parametrize(
    "name",
    [
        "results.csv",
        "results.jsonl",
        "failed.txt",
        "ebay-drafts.csv",
        "discogs-inventory.csv",
        "elsewhere.csv",
        "pick-list.csv",
        "pick-list.pdf",
    ],
)
def test_the_files_of_an_unknown_job_are_not_found(served: Served, name: str) -> None:
    response = served.call("GET", f"/api/batch/batch_1/{name}")
    assert response.status_code == 404
    assert response.json() == {"detail": "Job batch_1 not found"}


@pytest.mark.parametrize("name", ["results.csv", "results.jsonl", "failed.txt"])
def test_a_batch_that_was_not_read_has_files_without_rows(served: Served, name: str) -> None:
    text = exported(served, served.start(lines(ROWS)), name)
    assert len(text.splitlines()) == (name == "results.csv")


def test_a_pick_list_is_a_table_and_a_paper_of_what_is_drafted(served: Served) -> None:
    job_id = served.finished(f"UPC,SKU,Shelf\n{ROWS[0]},A-1,Crate 2\n{ROWS[1]},A-2,Crate 1\n")
    assert [record["location"] for record in records(exported(served, job_id, "pick-list.csv"))] == [
        "Crate 1",
        "Crate 2",
    ]
    paper = served.call("GET", f"/api/batch/{job_id}/pick-list.pdf")
    assert (paper.headers["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert paper.headers["Content-Disposition"] == f'attachment; filename="{job_id}-pick-list.pdf"'
    row = served.call("GET", f"/api/batch/{job_id}/items?q=A-2").json()["items"][1]
    assert (row["seller_sku"], row["location"]) == ("A-2", "Crate 1")


def test_a_file_of_many_pieces_comes_whole(served: Served) -> None:
    rows = upcs(2_600)  # more than one shard, more than two pieces
    job_id = served.finished(lines(rows))
    found = records(exported(served, job_id))
    assert [record["upc"] for record in found] == rows


class Composing(Scripted):
    """A pipeline that composes every draft of `Scripted`, and sends the first one."""

    def change(self, work: Work) -> None:
        super().change(work)
        release = Release("discogs", "7", f"Artist {work.row.index}", "Café Songs", formats=(Format("CD"),))
        draft = compose(Copy(work.sku, work.row.gtin or ""), release, Price(1250, "fixed", ""))
        outcome = Outcome.COMPOSED if work.row.index else Outcome.DRAFTED
        release_found = replace(work.item.release, discogs_id="7")
        work.item = replace(work.item, outcome=outcome, draft=draft, release=release_found)


def test_the_ebay_drafts_are_seller_hub_s_template_and_say_how_many_they_are(served: Served) -> None:
    job_id = served.finished(lines(ROWS), Composing(failing=ROWS[3:4]))
    response = served.call("GET", f"/api/batch/{job_id}/ebay-drafts.csv")
    assert response.content.startswith(seller_hub.HEAD.encode())
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{job_id}-ebay-drafts.csv"'
    assert response.headers["Transfer-Encoding"] == "chunked"
    counted = {name: response.headers[name] for name in ("X-Parts", "X-Drafts", "X-Lacking")}
    assert counted == {"X-Parts": "1", "X-Drafts": "7", "X-Lacking": "condition=7, photo=7"}
    found = list(csv.reader(io.StringIO(response.content.decode())))[5:]
    assert [line[4] for line in found] == [*ROWS[:3], *ROWS[4:]]
    assert found[0][3] == "Artist 0 - Café Songs CD"


def test_drafts_at_ebay_can_be_left_out_of_the_file(served: Served) -> None:
    job_id = served.finished(lines(ROWS), Composing())
    assert served.call("GET", f"/api/batch/{job_id}/ebay-drafts.csv?only=composed").headers["X-Drafts"] == "7"
    assert served.call("GET", f"/api/batch/{job_id}/ebay-drafts.csv?only=some").status_code == 422


def test_a_part_that_is_not_there_is_refused_with_their_number(served: Served) -> None:
    job_id = served.finished(lines(ROWS), Composing())
    response = served.call("GET", f"/api/batch/{job_id}/ebay-drafts.csv?part=2")
    assert response.status_code == 404
    assert response.json() == {"detail": f"The eBay drafts of {job_id} have 1 part(s), and no part 2"}


def test_the_discogs_inventory_lists_what_needs_grading(served: Served) -> None:
    job_id = served.finished(lines(ROWS), Composing())
    found = records(exported(served, job_id, "discogs-inventory.csv"))
    assert [record["release_id"] for record in found] == ["7"] * 8
    assert {(record["media_condition"], record["needs"]) for record in found} == {("", "needs grading")}


def test_a_file_in_the_shape_of_the_uploaded_one_is_sent(served: Served) -> None:
    job_id = table(served)
    served.work(Scripted(failing=[ROWS[1]]))
    response = served.call("GET", f"/api/batch/{job_id}/as-uploaded?status=failed")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{job_id}-as-uploaded.csv"'
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    found = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [line[:4] for line in found] == [
        ["Shelf", "Barcode", "Comment", "row"],
        ["A2", ROWS[1], "'=SUM(A1:A9)", "4"],
        ["A3", "12345", "Größe", "5"],
    ]


def test_results_are_sent_as_a_workbook(served: Served) -> None:
    job_id = table(served)
    served.work()
    response = served.call("GET", f"/api/batch/{job_id}/results.xlsx?q={ROWS[1]}")
    assert response.headers["Content-Type"] == XLSX
    lines_of_it = openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)
    assert [line[:4] for line in lines_of_it] == [
        ("Shelf", "Barcode", "Comment", "row"),
        ("A2", ROWS[1], "=SUM(A1:A9)", 4),
    ]


@pytest.mark.parametrize("name", ["results.csv", "results.jsonl", "results.xlsx", "as-uploaded"])
def test_a_filter_that_there_is_not_is_refused(served: Served, name: str) -> None:
    job_id = table(served)
    wrong = served.call("GET", f"/api/batch/{job_id}/{name}?state=failed")
    assert (wrong.status_code, wrong.json()["detail"]) == (
        422,
        "state: no such parameter; there are cause, needs, q, status",
    )
    assert served.call("GET", f"/api/batch/{job_id}/{name}?status=broken").status_code == 422
