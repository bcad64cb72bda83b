"""A batch reads its file as it was chosen, to the end: in its worker, in retries, in the file of its failed rows."""

from __future__ import annotations

import pytest

from engine.batches.known_headers import KnownHeaders
from engine.clock import SystemClock
from engine.codec import encode, replace
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.layout import ColumnChoice, Layout, Role, TableLayout, layout
from engine.domain.batch.rows import Row
from engine.errors import BadRequest, UnreadableFile
from engine.store.base import Patch, Store
from tests.support.batch_runs import FIXED, Batches, Chosen, barcode, fails
from tests.support.workbooks import workbook

FILE = f"Item,Old,Was\n{barcode(0)},{barcode(5)},4.99\n{barcode(1)},{barcode(6)},3.99\n".encode()
OLD = layout({"Old": Role.BARCODE, "Item": Role.IGNORE, "Was": Role.PRICE})


def rows(batches: Batches, job_id: str) -> list[Row]:
    return list(batches.rows.read(job_id, 0, batches.stored(job_id).engine.rows))


def read(batches: Batches, job_id: str) -> list[tuple[str, int | None]]:
    """Return the barcodes and prices of a batch as its worker read them."""
    return [(row.value, row.price_cents) for row in rows(batches, job_id)]


def chosen(batches: Batches, content: bytes, how: Layout, name: str = "rows.csv") -> str:
    return batches.upload(content, replace(FIXED, layout=how), name)


def test_a_worker_reads_an_uploaded_file_as_it_was_chosen(batches: Batches) -> None:
    job_id = chosen(batches, FILE, OLD)
    batches.run()
    assert read(batches, job_id) == [(barcode(5), 499), (barcode(6), 399)]
    assert batches.stored(job_id).options.layout.tables[0].places(Role.BARCODE) == (1,)


def test_a_worker_reads_a_file_in_the_file_store_as_it_was_chosen(batches: Batches) -> None:
    path = batches.submission.keep(FILE, "there.csv")
    job_id = batches.submission.submit(path, replace(FIXED, layout=OLD)).job_id
    batches.run()
    assert read(batches, job_id) == [(barcode(5), 499), (barcode(6), 399)]


def test_a_column_that_the_file_does_not_have_fails_the_batch_with_the_reason(batches: Batches) -> None:
    path = batches.submission.keep(FILE, "there.csv")
    job_id = batches.submission.submit(path, replace(FIXED, layout=layout({"Code": Role.BARCODE}))).job_id
    batches.run()
    job = batches.stored(job_id)
    assert job.status is JobStatus.FAILED
    assert "The file has no column “Code”: its columns are Item, Old, Was" in str(job.error)
    with pytest.raises(UnreadableFile, match="no column “Code”"):
        chosen(batches, FILE, layout({"Code": Role.BARCODE}))


def test_a_layout_that_fits_no_file_starts_nothing(batches: Batches) -> None:
    twice = Layout(tables=(TableLayout((ColumnChoice(Role.PRICE, "Was"), ColumnChoice(Role.PRICE, "Item"))),))
    with pytest.raises(BadRequest, match="both chosen as price"):
        batches.submission.submit("gs://bucket/any.csv", replace(FIXED, layout=twice))
    with pytest.raises(BadRequest, match="both chosen as price"):
        chosen(batches, FILE, twice)
    assert batches.queries.jobs().total == 0


def test_rows_that_are_recovered_and_retried_stay_as_they_were_read(batches: Batches) -> None:
    job_id = chosen(batches, FILE, OLD)
    batches.run(Chosen({1: fails}))
    batches.commands.retry_failed(job_id)
    batches.run()
    job = batches.stored(job_id)
    assert (job.status, job.successful_upcs, job.failed_upcs) == (JobStatus.COMPLETED, 2, 0)
    assert read(batches, job_id) == [(barcode(5), 499), (barcode(6), 399)]


def as_new(batches: Batches, job_id: str) -> Job:
    """Run a batch with every row failing, hand these over to a new one, and run that."""
    batches.run(Chosen(dict.fromkeys(range(9), fails)))
    job = batches.engine.retry_as_new(job_id)
    batches.run()
    return batches.stored(job.job_id)


def test_failed_rows_that_become_a_new_batch_are_read_as_they_were(batches: Batches) -> None:
    job_id = chosen(batches, b"Pile of May,,\n" + FILE, OLD)
    job = as_new(batches, job_id)
    assert read(batches, job.job_id) == [(barcode(5), 499), (barcode(6), 399)]
    assert job.successful_upcs == 2


def test_failed_rows_of_sheets_with_different_columns_become_one_file(batches: Batches) -> None:
    book = workbook([["Code", "Was"], [barcode(0), "4.99"]], [["Was", "Old", "Shelf"], ["3.99", barcode(1), "B2"]])
    tables = (
        TableLayout((ColumnChoice(Role.PRICE, "Was"),), sheet="Sheet & 0"),
        TableLayout((ColumnChoice(Role.BARCODE, "Old"), ColumnChoice(Role.NOTE, "Was")), sheet="Sheet & 1"),
    )
    job = as_new(batches, chosen(batches, book, Layout(tables=tables), "book.xlsx"))
    found = [(row.value, row.price_cents, row.note, row.location) for row in rows(batches, job.job_id)]
    assert found == [(barcode(0), 499, "", ""), (barcode(1), None, "3.99", "B2")]


def test_failed_rows_keep_the_scale_that_their_whole_column_was_judged_by(batches: Batches) -> None:
    job_id = batches.upload(f"UPC,Condition\n{barcode(0)},VG\n{barcode(1)},VG+\n".encode())
    batches.run(Chosen({0: fails}))
    found = rows(batches, job_id)[0]
    assert found.grading is not None
    again = batches.engine.retry_as_new(job_id)
    batches.run()
    (row,) = rows(batches, again.job_id)
    assert (row.grading, row.condition) == (found.grading, found.condition)


def test_failed_rows_of_several_barcodes_in_a_line_are_a_row_each_again(batches: Batches) -> None:
    codes = [barcode(number) for number in range(4)]
    job_id = batches.upload(f"{codes[0]}, {codes[1]}, {codes[2]}\n{codes[3]}, , \n".encode())
    job = as_new(batches, job_id)
    assert [value for value, _ in read(batches, job.job_id)] == codes


def test_a_batch_whose_columns_are_of_a_newer_version_waits_for_it(batches: Batches) -> None:
    job_id = batches.upload(FILE)
    strange = {"tables": [{"columns": [{"role": "signature", "name": "Item"}]}]}
    batches.store.commit(Patch(f"batch_jobs/{job_id}", {"options": {**encode(FIXED), "layout": strange}}, None))
    batches.run()
    job = batches.job(job_id)
    assert job.status is JobStatus.PAUSED
    assert "columns signature" in str(job.error)


@pytest.fixture
def known(store: Store) -> KnownHeaders:
    return KnownHeaders(store, SystemClock())


HEADER = ("Item", "Old", "Wäs", "", "")
TABLE = TableLayout((ColumnChoice(Role.BARCODE, number=2),), header_line=3, each=False, sheet="Box 1")


def test_what_was_chosen_for_a_header_is_known_in_whatever_line_and_letters(known: KnownHeaders) -> None:
    records = [(1, ("Pile", "", "")), (4, (" ITEM", "old", "was")), (5, (barcode(0), barcode(1), "4.99"))]
    assert known.recall(records) is None
    known.remember(HEADER, TABLE, by="maria")
    line, header = known.recall(records) or (0, None)
    assert header is not None
    assert (line, header.table, header.by) == (4, replace(TABLE, header_line=None, sheet=""), "maria")
    assert known.recall([(1, ("Item", "Old"))]) is None


def test_a_header_is_forgotten_and_known_anew(known: KnownHeaders) -> None:
    records = [(1, HEADER)]
    known.remember(HEADER, TABLE)
    known.forget(HEADER)
    assert known.recall(records) is None
    known.remember(HEADER, TABLE)
    assert known.recall(records)


def test_files_with_a_known_header_are_read_like_that_wherever_they_come_from(batches: Batches) -> None:
    batches.submission.known_headers.remember(
        ("Item", "Old", "Was"), batches.submission.open(FILE, "f", OLD).layout.tables[0]
    )
    uploaded = batches.upload(FILE)
    there = batches.submission.submit(batches.submission.keep(FILE, "there.csv"), FIXED).job_id
    said = chosen(batches, FILE, layout({"Item": Role.BARCODE, "Old": Role.IGNORE}))
    batches.submission.known_headers.forget(("Item", "Old", "Was"))
    assert batches.stored(uploaded).options.layout.tables[0].places(Role.BARCODE) == (1,)
    batches.run()
    assert [value for value, _ in read(batches, uploaded)] == [barcode(5), barcode(6)]
    assert [value for value, _ in read(batches, there)][:2] == [barcode(0), barcode(5)]
    assert [value for value, _ in read(batches, said)] == [barcode(0), barcode(1)]
